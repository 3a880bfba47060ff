-- What each person wants to hear of and where, their workspaces in Slack, and messages that go there too.

-- A person without a row has the product's defaults.
CREATE TABLE notification_preferences (
    user_id      TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    tenant_id    TEXT NOT NULL REFERENCES tenants (id),
    -- JSON, as the API tells it.
    preferences  TEXT NOT NULL,
    -- JSON arrays of the events that do not go there: a message finds its way without reading the rest.
    not_by_email TEXT NOT NULL,
    not_by_slack TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Consents that were asked for and not given yet.
CREATE TABLE slack_states (
    -- Keyed hash of what Slack sends back.
    digest     TEXT PRIMARY KEY,
    tenant_id  TEXT NOT NULL REFERENCES tenants (id),
    user_id    TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- Only the browser that asked can come back with it.
    session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    expires_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX slack_states_of_user ON slack_states (user_id);
CREATE INDEX slack_states_of_session ON slack_states (session_id);
CREATE INDEX slack_states_by_end ON slack_states (expires_at);

CREATE TABLE slack_connections (
    user_id           TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    tenant_id         TEXT NOT NULL REFERENCES tenants (id),
    team_id           TEXT NOT NULL,
    team_name         TEXT NOT NULL,
    -- Slack's id of the person.
    member            TEXT NOT NULL,
    -- Where messages go: the person's direct messages, or the channel of the webhook.
    via               TEXT NOT NULL CHECK (via IN ('direct', 'channel')),
    channel_name      TEXT,
    -- Slack's id of whom or what messages reach.
    destination       TEXT NOT NULL,
    -- Encrypted.
    bot_token         TEXT NOT NULL,
    webhook           TEXT,
    connected_at      TEXT NOT NULL,
    last_delivered_at TEXT,
    broken_at         TEXT,
    broken_why        TEXT,
    CHECK ((broken_at IS NULL) = (broken_why IS NULL)),
    CHECK (via = 'direct' OR webhook IS NOT NULL)
) STRICT, WITHOUT ROWID;

-- When each place in Slack takes its next message, whoever sends it there.
CREATE TABLE slack_turns (
    team_id     TEXT NOT NULL,
    destination TEXT NOT NULL,
    -- Milliseconds since 1970.
    next_at     INTEGER NOT NULL,
    -- The message that it took last.
    turn_of     TEXT NOT NULL,
    PRIMARY KEY (team_id, destination)
) STRICT, WITHOUT ROWID;
CREATE INDEX slack_turns_by_time ON slack_turns (next_at);

CREATE TABLE outbox_of_both (
    -- Messages about one thing differ in their last six characters only; the last one tells the channel.
    id         TEXT PRIMARY KEY,
    tenant_id  TEXT NOT NULL REFERENCES tenants (id),
    user_id    TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- What it is about, such as password.changed.
    event      TEXT NOT NULL,
    channel    TEXT NOT NULL CHECK (channel IN ('email', 'slack')),
    recipient  TEXT NOT NULL,
    -- Encrypted, since a link in it is a secret; forgotten once it is sent.
    content    TEXT,
    state      TEXT NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sent', 'failed')),
    tries      INTEGER NOT NULL DEFAULT 0,
    last_error TEXT,
    created_at TEXT NOT NULL,
    -- Not to be tried before; while it is being tried, when to take that attempt for lost.
    due_at     TEXT NOT NULL,
    done_at    TEXT,
    -- Messages alike that come close together become one, which counts the others.
    fold       TEXT,
    folded     INTEGER NOT NULL DEFAULT 0,
    CHECK ((state = 'queued') = (done_at IS NULL))
) STRICT, WITHOUT ROWID;
INSERT INTO outbox_of_both (id, tenant_id, user_id, event, channel, recipient, content, state, tries, last_error, created_at, due_at, done_at)
SELECT id, tenant_id, user_id, event, channel, recipient, content, state, tries, last_error, created_at, due_at, done_at FROM outbox;
DROP TABLE outbox;
ALTER TABLE outbox_of_both RENAME TO outbox;
CREATE INDEX outbox_due ON outbox (due_at) WHERE state = 'queued';
CREATE INDEX outbox_of_user ON outbox (user_id, id);
CREATE INDEX outbox_lately ON outbox (user_id, fold, created_at);
CREATE UNIQUE INDEX outbox_fold ON outbox (user_id, channel, fold) WHERE state = 'queued' AND tries = 0 AND fold IS NOT NULL;
CREATE INDEX outbox_by_end ON outbox (done_at) WHERE state <> 'queued';

-- Which ends of tokens were told how long ahead. A token that lives longer now has another end.
CREATE TABLE token_reminders (
    token_id  TEXT NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
    ends_at   TEXT NOT NULL,
    -- Days ahead; 0 for the end itself.
    days      INTEGER NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    PRIMARY KEY (token_id, ends_at, days)
) STRICT, WITHOUT ROWID;
CREATE INDEX token_reminders_by_end ON token_reminders (ends_at);
-- What ends soon is looked for without reading the rest.
CREATE INDEX tokens_by_end ON tokens (coalesce(renewable_until, expires_at)) WHERE revoked_at IS NULL;

-- The network of an address: who comes from one that is known is nobody new.
ALTER TABLE token_addresses ADD COLUMN network TEXT NOT NULL DEFAULT '';
