// What the proxy says in Slack's place, held by the compiler against the types that Slack publishes.

import type { AuthRevokeResponse, ChatPostMessageResponse, OauthV2AccessResponse } from '@slack/web-api'

type IncomingWebhook = NonNullable<OauthV2AccessResponse['incoming_webhook']>

/** The webhook of an answer to `oauth.v2.access`, which the emulator leaves out. */
export const incomingWebhook = (channel: string, channel_id: string, url: string, configuration_url: string): Required<IncomingWebhook> => ({ channel, channel_id, configuration_url, url })

/** An answer to `oauth.v2.access` with what a test wants of it. */
export const granted = (answer: OauthV2AccessResponse, scope: string | undefined, team: string | undefined): OauthV2AccessResponse => ({
  ...answer,
  ...(scope ? { scope } : {}),
  ...(team ? { team: { ...answer.team, id: team } } : {}),
})

/** An answer to `auth.revoke`. */
export const revoked: AuthRevokeResponse = { ok: true }

/** A refusal, as every method has it: with status 200. */
export const refused = (error: string): ChatPostMessageResponse => ({ ok: false, error })
