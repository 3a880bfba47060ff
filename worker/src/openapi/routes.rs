//! Every operation in one table, in the order of the router.

use super::{
    export, oauth,
    operation::{Caller, Operation},
    schemas::{Schemas, reference},
};
use contract::{
    audit::{Action, AuditEvent},
    credentials::RevokeCredentials,
    email::{ChangeEmail, EmailConfirmed, OwnEmail},
    invitations::{AcceptInvitation, Invitation, InviteUser, Invited},
    mfa::{RecoveryCodes, SecondFactor, SecondFactorCode, TotpSetup},
    notifications::{Channel, Delivery, DeliveryState, Notifications},
    password::{ChangePassword, ForgotPassword, ResetPassword},
    photos::MediaType,
    policy::{Policy, Preview},
    problem::{Code, Problem},
    roles::{CreateRole, Role, UpdateRole},
    scopes::Resource,
    service_accounts::{
        CreateServiceAccount, Credentials, ResetCredentials, ServiceAccount, UpdateServiceAccount,
    },
    session::{Device, Session, SignIn, SignInAnswer, StepUp},
    sign_up::SignUp,
    slack::{AuthorizeUrl, SlackConnection, UpdateSlackConnection},
    statistics::Statistics,
    tokens::{
        Activity, CreateToken, CreatedToken, Kind, Outcome, RenewToken, RenewedToken, RevokeTokens,
        Revoked, RotateToken, Token, TokenCalls, TokenSelf, UpdateToken,
    },
    usage::{TokenUsage, Usage},
    users::{UpdateUser, User},
};
use serde_json::{Value, json};

use Caller::{Anyone, HalfSession, Machine, Pair, Reader, Session as InSession};
use Code::{
    Conflict, CrossSite, Forbidden, NotFound, RateLimited, TokenDisabled, TokenExpired,
    TokenRevoked, Unauthenticated,
};

/// An operation, named like the router names its route.
fn op(
    route: &'static str,
    id: &str,
    tag: &'static str,
    summary: &'static str,
    caller: Caller,
) -> Operation {
    Operation::new(route.split_once(' ').unwrap(), id, tag, summary, caller)
}

/// Every operation.
pub fn all(schemas: &mut Schemas) -> Vec<Operation> {
    [
        about_itself(schemas),
        sessions(schemas),
        links(schemas),
        people(schemas),
        invitations(schemas),
        photos(schemas),
        second_factor(schemas),
        notifications(schemas),
        slack(schemas),
        tokens(schemas),
        own_token(schemas),
        service_accounts(schemas),
        policy(schemas),
        audit(schemas),
        roles(schemas),
        numbers(schemas),
        machines_by_oauth(schemas),
        gates(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A text with an example.
pub fn text(example: &str) -> Value {
    json!({"type": "string", "examples": [example]})
}

/// One of these names.
fn one_of(names: &[&str]) -> Value {
    json!({"type": "string", "enum": names})
}

fn search() -> Value {
    json!({"type": "string", "examples": ["night"]})
}

fn about_itself(schemas: &mut Schemas) -> Vec<Operation> {
    schemas.add::<Problem>();
    let health = schemas.add_plain(
        "Health",
        json!({
            "type": "object",
            "description": "That Latchkey can do its work.",
            "required": ["status", "version"],
            "properties": {
                "status": {"type": "string", "const": "ok"},
                "version": text(env!("CARGO_PKG_VERSION")),
            },
        }),
    );
    vec![
        op(
            "GET /api/health",
            "showHealth",
            "usage",
            "Whether Latchkey can do its work",
            Anyone,
        )
        .answers_as(200, &health)
        .refuses_as(503, &[Code::Internal]),
        op(
            "GET /api/openapi.json",
            "showDocument",
            "usage",
            "This document",
            Anyone,
        )
        .answers_as(
            200,
            &json!({"type": "object", "description": "A document by OpenAPI 3.1."}),
        )
        .with(&["ETag"])
        .answers_nothing(304),
    ]
}

fn sessions(schemas: &mut Schemas) -> Vec<Operation> {
    vec![
        op(
            "POST /api/v1/sign-up",
            "signUp",
            "session",
            "Sign up",
            Anyone,
        )
        .about("Makes a company and its first Administrator, and signs them in.")
        .takes::<SignUp>(schemas)
        .answers::<User>(201, schemas)
        .with(&["Set-Cookie"])
        .refuses(&[Conflict, RateLimited]),
        op(
            "POST /api/v1/session",
            "signIn",
            "session",
            "Sign in",
            Anyone,
        )
        .about("Any wrong pair is the same refusal.")
        .takes::<SignIn>(schemas)
        .answers::<SignInAnswer>(200, schemas)
        .with(&["Set-Cookie"])
        .refuses(&[Unauthenticated, Forbidden, RateLimited]),
        op(
            "GET /api/v1/session",
            "showSession",
            "session",
            "Who is signed in",
            InSession,
        )
        .answers::<Session>(200, schemas),
        op(
            "DELETE /api/v1/session",
            "signOut",
            "session",
            "Sign out",
            InSession,
        )
        .answers_nothing(204)
        .with(&["Set-Cookie"]),
        op(
            "POST /api/v1/session/mfa",
            "giveSecondFactor",
            "session",
            "Finish signing in with the second factor",
            HalfSession,
        )
        .takes::<SecondFactorCode>(schemas)
        .answers::<SignInAnswer>(200, schemas)
        .with(&["Set-Cookie"])
        .refuses(&[RateLimited]),
        op(
            "POST /api/v1/session/step-up",
            "confirmSession",
            "session",
            "Confirm with the password or the second factor who it is",
            InSession,
        )
        .about("For 15 minutes, which each act that needs it extends.")
        .takes::<StepUp>(schemas)
        .answers_nothing(204)
        .with(&["Set-Cookie"])
        .refuses(&[RateLimited]),
        op(
            "GET /api/v1/users/{user}/sessions",
            "listSessions",
            "session",
            "A person's sessions, the newest first",
            InSession,
        )
        .query(
            "ip",
            "Used from this address.",
            &json!({"type": "string", "maxLength": 45}),
        )
        .sorts(&["-created"], "")
        .lists::<Device>(schemas)
        .refuses(&[NotFound]),
        op(
            "DELETE /api/v1/users/{user}/sessions",
            "endSessions",
            "session",
            "End all sessions of a person but the one that asks",
            InSession,
        )
        .answers_nothing(204)
        .refuses(&[NotFound]),
        op(
            "DELETE /api/v1/users/{user}/sessions/{id}",
            "endSession",
            "session",
            "End one session of a person",
            InSession,
        )
        .answers_nothing(204)
        .refuses(&[NotFound, Conflict]),
    ]
}

fn links(schemas: &mut Schemas) -> Vec<Operation> {
    vec![
        op(
            "POST /api/v1/password-resets",
            "requestPasswordReset",
            "session",
            "Ask for a link that sets a new password",
            Anyone,
        )
        .about("The answer is the same whether somebody has the address or not.")
        .takes::<ForgotPassword>(schemas)
        .answers_nothing(202)
        .refuses(&[RateLimited]),
        op(
            "PUT /api/v1/password-resets/{token}",
            "resetPassword",
            "session",
            "Set a new password by the link",
            Anyone,
        )
        .about("Ends every session of the person.")
        .takes::<ResetPassword>(schemas)
        .answers_nothing(204)
        .refuses(&[NotFound, RateLimited]),
        op(
            "POST /api/v1/email-confirmations/{token}",
            "confirmEmail",
            "user",
            "Follow a link that was mailed to a new or an old address",
            Anyone,
        )
        .answers::<EmailConfirmed>(200, schemas)
        .refuses(&[NotFound, Conflict, RateLimited]),
    ]
}

fn people(schemas: &mut Schemas) -> Vec<Operation> {
    vec![
        op("GET /api/v1/users", "listUsers", "user", "The people of the company", Reader(Resource::Users))
            .query("search", "Part of a name or an address.", &search())
            .query("state", "Whether they may sign in.", &one_of(&["active", "inactive"]))
            .query("role", "Which role they hold.", &reference("RoleId"))
            .sorts(&["created", "name", "last_seen"], "Who was never seen comes before every time.")
            .lists::<User>(schemas)
            .leads("showUser", "user", "/items/0/id"),
        op("GET /api/v1/users/{user}", "showUser", "user", "One person", InSession)
            .answers::<User>(200, schemas)
            .with(&["ETag"])
            .refuses(&[NotFound]),
        op("PATCH /api/v1/users/{user}", "updateUser", "user", "Change a profile", InSession)
            .about("`role_id` and `active` are for those who look after people. What gives somebody rights needs a confirmation, and so does another phone number.")
            .takes::<UpdateUser>(schemas)
            .conditional()
            .steps_up()
            .answers::<User>(200, schemas)
            .with(&["ETag"])
            .refuses(&[NotFound, Conflict]),
        op("DELETE /api/v1/users/{user}", "deleteUser", "user", "Remove a person, with their sessions and tokens", InSession)
            .about("By `me` one closes one's own account. The last Administrator cannot.")
            .conditional()
            .steps_up()
            .answers_nothing(204)
            .with(&["Set-Cookie"])
            .refuses(&[NotFound, Conflict]),
        op(
            "GET /api/v1/users/me/export",
            "exportUser",
            "user",
            "Everything about oneself, as a file",
            InSession,
        )
        .about("Without any secret. It is read while it is sent.")
        .steps_up()
        .answers_as(200, &export::file(schemas))
        .refuses(&[RateLimited]),
        op("GET /api/v1/users/me/email", "showEmail", "user", "One's address, and the one that is to take its place", InSession)
            .answers::<OwnEmail>(200, schemas),
        op("DELETE /api/v1/users/me/email", "withdrawEmailChange", "user", "Give up the change of one's address", InSession)
            .about("The link that was mailed does nothing any more.")
            .answers_nothing(204)
            .refuses(&[NotFound]),
        op("POST /api/v1/users/me/email", "changeEmail", "user", "Ask for another address", InSession)
            .about("The old one stays until the link was followed that is mailed to the new one.")
            .takes::<ChangeEmail>(schemas)
            .repeatable()
            .steps_up()
            .answers_nothing(202)
            .refuses(&[Conflict, RateLimited]),
        op("POST /api/v1/users/me/password", "changePassword", "user", "Change one's own password", InSession)
            .about("Ends every session, this one included.")
            .takes::<ChangePassword>(schemas)
            .answers_nothing(204)
            .with(&["Set-Cookie"])
            .refuses(&[NotFound, Conflict, RateLimited]),
    ]
}

fn invitations(schemas: &mut Schemas) -> Vec<Operation> {
    vec![
        op(
            "POST /api/v1/users",
            "inviteUser",
            "invitation",
            "Invite somebody by a mail with a link",
            InSession,
        )
        .takes::<InviteUser>(schemas)
        .repeatable()
        .steps_up()
        .answers::<Invitation>(201, schemas)
        .leads("cancelInvitation", "invitation", "/id")
        .refuses(&[Conflict, RateLimited]),
        op(
            "GET /api/v1/invitations",
            "listInvitations",
            "invitation",
            "Invitations that nobody has followed yet",
            InSession,
        )
        .query("search", "Part of an address.", &search())
        .sorts(&["-created"], "")
        .lists::<Invitation>(schemas),
        op(
            "GET /api/v1/invitations/{invitation}",
            "showInvitation",
            "invitation",
            "What somebody is invited to who follows a link",
            Anyone,
        )
        .answers::<Invited>(200, schemas)
        .refuses(&[NotFound, RateLimited]),
        op(
            "POST /api/v1/invitations/{invitation}",
            "acceptInvitation",
            "invitation",
            "Accept: become a person of the company",
            Anyone,
        )
        .takes::<AcceptInvitation>(schemas)
        .answers::<User>(201, schemas)
        .with(&["Set-Cookie"])
        .refuses(&[NotFound, Conflict, RateLimited]),
        op(
            "DELETE /api/v1/invitations/{invitation}",
            "cancelInvitation",
            "invitation",
            "Cancel an invitation",
            InSession,
        )
        .answers_nothing(204)
        .refuses(&[NotFound]),
        op(
            "POST /api/v1/invitations/{invitation}/resend",
            "resendInvitation",
            "invitation",
            "Send an invitation again, with a new link",
            InSession,
        )
        .answers::<Invitation>(200, schemas)
        .refuses(&[NotFound, Code::Invalid, RateLimited]),
    ]
}

fn photos(schemas: &mut Schemas) -> Vec<Operation> {
    let kinds = MediaType::ALL.map(MediaType::as_str);
    let bytes =
        json!({"description": "The bytes of a photo, at most 2 MiB and 4096 pixels a side."});
    let picture: serde_json::Map<String, Value> = kinds
        .iter()
        .map(|kind| ((*kind).to_owned(), json!({"schema": bytes})))
        .collect();
    vec![
        op(
            "GET /api/v1/users/{user}/photo",
            "showPhoto",
            "photo",
            "The photo of a person",
            InSession,
        )
        .query(
            "v",
            "Which of their photos; the answer to the right one is kept for good.",
            &json!({"type": "string", "maxLength": 64}),
        )
        .answers_content(200, Value::Object(picture))
        .answers_nothing(304)
        .with(&["ETag"])
        .refuses(&[NotFound]),
        op(
            "PUT /api/v1/users/{user}/photo",
            "changePhoto",
            "photo",
            "Change one's own photo",
            InSession,
        )
        .takes_plain(&kinds, &bytes)
        .conditional()
        .answers::<User>(200, schemas)
        .with(&["ETag"])
        .refuses(&[NotFound, Code::Invalid, RateLimited]),
        op(
            "DELETE /api/v1/users/{user}/photo",
            "removePhoto",
            "photo",
            "Remove one's own photo",
            InSession,
        )
        .conditional()
        .answers_nothing(204)
        .refuses(&[NotFound]),
    ]
}

fn second_factor(schemas: &mut Schemas) -> Vec<Operation> {
    vec![
        op(
            "GET /api/v1/users/me/totp",
            "showSecondFactor",
            "second_factor",
            "How things stand with one's own second factor",
            InSession,
        )
        .answers::<SecondFactor>(200, schemas),
        op(
            "POST /api/v1/users/me/totp",
            "beginSecondFactor",
            "second_factor",
            "Begin to set up an authenticator app",
            InSession,
        )
        .about("Nothing changes for signing in until a code of it is confirmed. Where one is on, the new one is to take its place, and the old one works until then.")
        .steps_up()
        .answers::<TotpSetup>(200, schemas)
        .refuses(&[Conflict]),
        op(
            "DELETE /api/v1/users/me/totp",
            "disableSecondFactor",
            "second_factor",
            "Switch the second factor off",
            InSession,
        )
        .steps_up()
        .answers_nothing(204)
        .refuses(&[Conflict]),
        op(
            "DELETE /api/v1/users/{id}/totp",
            "resetSecondFactor",
            "second_factor",
            "Switch the second factor of somebody off who has lost it",
            InSession,
        )
        .about("Where the policy asks for one, their next sign-in has them set up another.")
        .steps_up()
        .answers_nothing(204)
        .refuses(&[NotFound, Conflict]),
        op(
            "POST /api/v1/users/me/totp/confirm",
            "enableSecondFactor",
            "second_factor",
            "Switch the second factor on, or replace its app, by showing that the app works",
            InSession,
        )
        .about("Takes a code of the app that was begun. This answer is the only one that tells the recovery codes; those of an app that was replaced are good for nothing any more.")
        .takes::<SecondFactorCode>(schemas)
        .answers::<RecoveryCodes>(200, schemas)
        .with(&["Set-Cookie"])
        .refuses(&[Conflict, RateLimited]),
        op(
            "POST /api/v1/users/me/recovery-codes",
            "renewRecoveryCodes",
            "second_factor",
            "Replace the recovery codes",
            InSession,
        )
        .steps_up()
        .answers::<RecoveryCodes>(200, schemas)
        .refuses(&[Conflict]),
    ]
}

fn notifications(schemas: &mut Schemas) -> Vec<Operation> {
    vec![
        op(
            "GET /api/v1/users/me/notifications",
            "showNotifications",
            "notification",
            "What one is told about",
            InSession,
        )
        .answers::<Notifications>(200, schemas)
        .with(&["ETag"]),
        op(
            "PUT /api/v1/users/me/notifications",
            "updateNotifications",
            "notification",
            "Choose anew what one is told about",
            InSession,
        )
        .about("What is left out goes back to the product's default.")
        .takes::<Notifications>(schemas)
        .conditional()
        .answers::<Notifications>(200, schemas)
        .with(&["ETag"]),
        op(
            "GET /api/v1/users/me/deliveries",
            "listDeliveries",
            "notification",
            "Messages to oneself",
            InSession,
        )
        .query(
            "state",
            "How they stand.",
            &one_of(&DeliveryState::ALL.map(DeliveryState::as_str)),
        )
        .query(
            "channel",
            "Which way they take.",
            &one_of(&Channel::ALL.map(Channel::as_str)),
        )
        .sorts(&["-created"], "")
        .lists::<Delivery>(schemas)
        .leads("retryDelivery", "id", "/items/0/id"),
        op(
            "POST /api/v1/users/me/deliveries/{id}/retry",
            "retryDelivery",
            "notification",
            "Try a message again that was given up",
            InSession,
        )
        .answers::<Delivery>(200, schemas)
        .refuses(&[NotFound, Conflict]),
    ]
}

fn slack(schemas: &mut Schemas) -> Vec<Operation> {
    vec![
        op(
            "GET /api/v1/slack/connection",
            "showSlackConnection",
            "notification",
            "How it stands with Slack",
            InSession,
        )
        .answers::<SlackConnection>(200, schemas)
        .with(&["ETag"]),
        op(
            "POST /api/v1/slack/connection",
            "connectSlack",
            "notification",
            "Begin to connect a workspace",
            InSession,
        )
        .answers::<AuthorizeUrl>(200, schemas)
        .refuses(&[Conflict, RateLimited]),
        op(
            "PATCH /api/v1/slack/connection",
            "updateSlackConnection",
            "notification",
            "Choose where in the workspace messages go",
            InSession,
        )
        .takes::<UpdateSlackConnection>(schemas)
        .conditional()
        .answers::<SlackConnection>(200, schemas)
        .with(&["ETag"])
        .refuses(&[NotFound, Conflict, RateLimited]),
        op(
            "DELETE /api/v1/slack/connection",
            "disconnectSlack",
            "notification",
            "Disconnect, here and at Slack",
            InSession,
        )
        .conditional()
        .answers_nothing(204)
        .refuses(&[NotFound]),
        op(
            "GET /api/v1/slack/callback",
            "comeBackFromSlack",
            "notification",
            "Where Slack sends people back to",
            Anyone,
        )
        .parameter(
            "query",
            "state",
            "What was sent along.",
            &json!({"type": "string"}),
        )
        .parameter(
            "query",
            "code",
            "What the consent is exchanged for.",
            &json!({"type": "string"}),
        )
        .parameter(
            "query",
            "error",
            "Why there is none.",
            &json!({"type": "string"}),
        )
        .answers_nothing(303)
        .with(&["Location"]),
        op(
            "POST /api/v1/slack/test",
            "testSlack",
            "notification",
            "Send a test message by the same way as every other",
            InSession,
        )
        .answers::<Delivery>(202, schemas)
        .refuses(&[Conflict, RateLimited]),
    ]
}

/// What lists of tokens can be narrowed by.
fn lists_tokens(operation: Operation, schemas: &mut Schemas) -> Operation {
    let moment = moment();
    operation
        .query("state", "Live ones, which may have expired, or those that were revoked.", &json!({"type": "string", "enum": ["current", "revoked"], "default": "current"}))
        .query("kind", "What bounds them.", &one_of(&Kind::ALL.map(Kind::as_str)))
        .query("status", "Of the current ones.", &one_of(&["active", "disabled", "expired"]))
        .query("created_after", "Made after this time.", &moment)
        .query("created_before", "Made before this time.", &moment)
        .query("expires_after", "Ends after this time, or never.", &moment)
        .query("expires_before", "Ends before this time.", &moment)
        .query("last_used_after", "Used since this time.", &moment)
        .query("last_used_before", "Not used since this time, or never.", &moment)
        .sorts(&["-created", "name", "expires", "last_used"], "Of the current ones only. What has no end comes after every time; what was never used, before.")
        .query("search", "Part of a name.", &search())
        .lists::<Token>(schemas)
        .refuses(&[NotFound])
}

fn tokens(schemas: &mut Schemas) -> Vec<Operation> {
    let secrets = ["secret", "refresh_token"];
    let made = schemas.add_made::<CreatedToken>("CreatedToken", &secrets);
    vec![
        lists_tokens(op("GET /api/v1/users/{user}/tokens", "listTokens", "token", "A person's tokens, the newest first", InSession), schemas)
            .leads("showToken", "id", "/items/0/id"),
        op("POST /api/v1/users/{user}/tokens", "createToken", "token", "Make a token for oneself", InSession)
            .about("This answer is the only one that ever tells its secret. `custom` tokens need a scope; the other kinds have none of their own. `renewable_until` goes with `all`, `custom` and `hyperscale`, `expires_at` with the others.")
            .takes::<CreateToken>(schemas)
            .repeatable()
            .steps_up()
            .answers_as(201, &made)
            .leads("showToken", "id", "/token/id")
            .refuses(&[NotFound, Conflict]),
        op("GET /api/v1/tokens/{id}", "showToken", "token", "One token", InSession)
            .answers::<Token>(200, schemas)
            .with(&["ETag"])
            .refuses(&[NotFound]),
        op("PATCH /api/v1/tokens/{id}", "updateToken", "token", "Edit a token", InSession)
            .about("What lets it do more, longer or from more places needs a confirmation; so does every edit of another person's token.")
            .takes::<UpdateToken>(schemas)
            .conditional()
            .steps_up()
            .answers::<Token>(200, schemas)
            .with(&["ETag"])
            .refuses(&[NotFound, Conflict]),
        op("DELETE /api/v1/tokens/{id}", "revokeToken", "token", "End a token", InSession)
            .conditional()
            .answers_nothing(204)
            .refuses(&[NotFound]),
        op("POST /api/v1/tokens/revoke", "revokeTokens", "token", "End several tokens: all of them, or none", InSession)
            .takes::<RevokeTokens>(schemas)
            .answers::<Revoked>(200, schemas)
            .refuses(&[NotFound]),
        op("POST /api/v1/tokens/{id}/rotate", "rotateToken", "token", "Replace the secret of a token", InSession)
            .conditional()
            .about("The old one goes on working for the grace.")
            .takes::<RotateToken>(schemas)
            .repeatable()
            .steps_up()
            .answers_as(201, &made)
            .refuses(&[NotFound, Conflict]),
        op("DELETE /api/v1/tokens/{id}/grace", "endTokenGrace", "token", "Retire the old secret of a token at once", InSession)
            .conditional()
            .answers_nothing(204)
            .refuses(&[NotFound, Conflict]),
        op("DELETE /api/v1/tokens/{id}/rotation", "undoTokenRotation", "token", "Undo the last rotation of a token", InSession)
            .conditional()
            .about("The old secret is the token's again, and the new one nobody's. It can be done while the old one works and nobody has used the new one.")
            .steps_up()
            .answers_as(200, &reference("Token"))
            .refuses(&[NotFound, Conflict]),
        op("GET /api/v1/tokens/{id}/usage", "showTokenUsage", "token", "Calls with a token per day and route", InSession)
            .query("days", "How many days, today included.", &json!({"type": "integer", "minimum": 1, "maximum": 365, "default": 30}))
            .answers::<TokenUsage>(200, schemas)
            .refuses(&[NotFound]),
        op("GET /api/v1/tokens/{id}/activity", "showTokenActivity", "token", "Who uses a token, and who could not", InSession)
            .answers::<Activity>(200, schemas)
            .refuses(&[NotFound]),
        calls_with_token(schemas),
        op("POST /api/v1/credentials/revoke", "revokeCredentials", "token", "Report secrets that were found where they should not be", Anyone)
            .about("Ends every credential among those sent. The answer is the same whether there was any.")
            .takes::<RevokeCredentials>(schemas)
            .answers_nothing(202)
            .refuses(&[RateLimited]),
    ]
}

fn calls_with_token(schemas: &mut Schemas) -> Operation {
    let outcomes = Outcome::ALL.map(Outcome::as_str);
    op("GET /api/v1/tokens/{id}/calls", "listTokenCalls", "token", "Calls with a token, reads and refused ones included", InSession)
        .about("The newest first, as pages or as a file. Calls of one minute that are alike are one line: of one route, from one address, with one answer. Lines are kept for 7 days.")
        .query("outcome", "Whether they were let through.", &one_of(&outcomes))
        .query("route", "Of this method and route.", &json!({"type": "string", "minLength": 1, "maxLength": 128, "examples": ["GET /backups"]}))
        .query("ip", "From this address.", &json!({"type": "string", "maxLength": 45}))
        .query("format", FILE, &one_of(&["csv", "json"]))
        .lists::<TokenCalls>(schemas)
        .answers_content(200, page_or_csv("TokenCallsList"))
        .refuses(&[NotFound])
}

/// What the parameter `format` asks for.
const FILE: &str = "All of it as a file; `Accept: text/csv` asks for one too.";

/// A list that can be had as a file.
fn page_or_csv(list: &str) -> Value {
    let file = json!({"type": "string", "description": "A line for each row (RFC 4180), after one with the names of the columns."});
    json!({
        "application/json": {"schema": reference(list)},
        "text/csv": {"schema": file},
    })
}

fn own_token(schemas: &mut Schemas) -> Vec<Operation> {
    let made = reference("CreatedToken");
    let renewed =
        schemas.add_made::<RenewedToken>("RenewedToken", &["access_token", "refresh_token"]);
    vec![
        op("GET /api/v1/tokens/self", "showOwnToken", "token", "The token that makes the call", Caller::Token)
            .answers::<TokenSelf>(200, schemas),
        op("DELETE /api/v1/tokens/self", "revokeOwnToken", "token", "End the token that makes the call", Caller::Token)
            .answers_nothing(204),
        op("POST /api/v1/tokens/self/rotate", "rotateOwnToken", "token", "Replace the secret of the token that makes the call", Caller::Token)
            .takes::<RotateToken>(schemas)
            .repeatable()
            .answers_as(201, &made)
            .refuses(&[Conflict]),
        op("POST /api/v1/tokens/renew", "renewToken", "token", "Renew a pair", Anyone)
            .about("A pair that was renewed before may be stolen: then the token is revoked and its owner told. One whose token was given a new secret since ends nothing.")
            .takes::<RenewToken>(schemas)
            .repeatable()
            .answers_as(200, &renewed)
            .with(&["RateLimit", "RateLimit-Policy"])
            .refuses(&[Unauthenticated, TokenExpired, TokenDisabled, TokenRevoked, Code::TokenGraceEnded, Code::IpNotAllowed, Conflict, RateLimited]),
    ]
}

fn service_accounts(schemas: &mut Schemas) -> Vec<Operation> {
    let made = schemas.add_made::<Credentials>("Credentials", &["api_secret"]);
    let token = reference("CreatedToken");
    vec![
        op("GET /api/v1/service-accounts", "listServiceAccounts", "service_account", "The service accounts of the company", InSession)
            .query("search", "Part of a name.", &search())
            .query("enabled", "Whether they are let in.", &json!({"type": "boolean"}))
            .query("role", "Which role they hold.", &reference("RoleId"))
            .query("owner", "Who looks after them.", &reference("UserId"))
            .sorts(&["-created", "name", "last_used"], "What was never used comes before every time.")
            .lists::<ServiceAccount>(schemas)
            .leads("showServiceAccount", "id", "/items/0/id"),
        op("POST /api/v1/service-accounts", "createServiceAccount", "service_account", "Make a service account", InSession)
            .about("This answer is the only one that ever tells its secret.")
            .takes::<CreateServiceAccount>(schemas)
            .repeatable()
            .steps_up()
            .answers_as(201, &made)
            .leads("showServiceAccount", "id", "/service_account/id")
            .refuses(&[Conflict]),
        op("GET /api/v1/service-accounts/{id}", "showServiceAccount", "service_account", "One service account", InSession)
            .answers::<ServiceAccount>(200, schemas)
            .with(&["ETag"])
            .refuses(&[NotFound]),
        op("PATCH /api/v1/service-accounts/{id}", "updateServiceAccount", "service_account", "Edit a service account", InSession)
            .about("`name` can only be sent as it is. What lets it do more, or from more places, needs a confirmation.")
            .takes::<UpdateServiceAccount>(schemas)
            .conditional()
            .steps_up()
            .answers::<ServiceAccount>(200, schemas)
            .with(&["ETag"])
            .refuses(&[NotFound, Conflict]),
        op("DELETE /api/v1/service-accounts/{id}", "deleteServiceAccount", "service_account", "Delete a service account, its tokens included", InSession)
            .conditional()
            .answers_nothing(204)
            .refuses(&[NotFound, Conflict]),
        op("POST /api/v1/service-accounts/{id}/reset-credentials", "resetCredentials", "service_account", "Replace key and secret", InSession)
            .about("The old pair goes on working for the grace.")
            .takes::<ResetCredentials>(schemas)
            .repeatable()
            .steps_up()
            .answers_as(201, &made)
            .refuses(&[NotFound, Code::Invalid, Conflict]),
        op("DELETE /api/v1/service-accounts/{id}/grace", "endServiceAccountGrace", "service_account", "Retire the old pair at once", InSession)
            .answers_nothing(204)
            .refuses(&[NotFound, Conflict]),
        lists_tokens(op("GET /api/v1/service-accounts/{id}/tokens", "listServiceAccountTokens", "service_account", "A service account's tokens, the newest first", InSession), schemas),
        op("POST /api/v1/service-accounts/{id}/tokens", "createServiceAccountToken", "service_account", "Make a token for a service account", InSession)
            .takes::<CreateToken>(schemas)
            .repeatable()
            .steps_up()
            .answers_as(201, &token)
            .leads("showToken", "id", "/token/id")
            .refuses(&[NotFound, Conflict]),
    ]
}

fn policy(schemas: &mut Schemas) -> Vec<Operation> {
    vec![
        op("GET /api/v1/policy", "showPolicy", "policy", "What holds in the company", InSession)
            .answers::<Policy>(200, schemas)
            .with(&["ETag"]),
        op("PUT /api/v1/policy", "updatePolicy", "policy", "Replace the policy", InSession)
            .about("What is left out goes back to the product's default. What is answered can be sent back as it is.")
            .takes::<Policy>(schemas)
            .conditional()
            .steps_up()
            .answers::<Policy>(200, schemas)
            .with(&["ETag"]),
        op("POST /api/v1/policy/preview", "previewPolicy", "policy", "What another policy would touch", InSession)
            .takes::<Policy>(schemas)
            .answers::<Preview>(200, schemas),
    ]
}

fn moment() -> Value {
    json!({"type": "string", "format": "date-time", "examples": ["2026-11-22T20:01:35Z"]})
}

fn audit(schemas: &mut Schemas) -> Vec<Operation> {
    let actions: Vec<_> = Action::ALL.iter().map(|action| action.as_str()).collect();
    let moment = moment();
    let actor = json!({"type": "string", "pattern": "^(me|(usr|svc)_[0-9A-HJKMNP-TV-Z]{26})$", "examples": ["me"]});
    let list = op("GET /api/v1/audit-events", "listAuditEvents", "audit_event", "What happened", InSession)
        .about("Those who read the audit log see everything, as pages or as a file; everybody else what they did themselves and what was done to their account.")
        .query("actor", "Who did it: `me`, or the id of a person or a service account.", &actor)
        .query("action", "What was done.", &one_of(&actions))
        .query("target", "The id of what it was done to.", &json!({"type": "string", "minLength": 1, "maxLength": 64, "examples": ["tok_01KARH2Y5QJ8W3D6M9T4V7XZBC"]}))
        .query("from", "Not before.", &moment)
        .query("to", "Before.", &moment)
        .query("format", FILE, &one_of(&["csv", "json"]))
        .sorts(&["-created"], "")
        .lists::<AuditEvent<Value>>(schemas);
    vec![list.answers_content(200, page_or_csv("AuditEventList"))]
}

fn roles(schemas: &mut Schemas) -> Vec<Operation> {
    vec![
        op("GET /api/v1/roles", "listRoles", "role", "The roles of the company", Reader(Resource::Roles))
            .query("search", "Part of a name.", &search())
            .sorts(&["created", "name"], "Built-in ones were there first.")
            .lists::<Role>(schemas)
            .leads("showRole", "id", "/items/0/id"),
        op("POST /api/v1/roles", "createRole", "role", "Make a role", InSession)
            .about("Nobody puts more into it than they hold.")
            .takes::<CreateRole>(schemas)
            .repeatable()
            .answers::<Role>(201, schemas)
            .with(&["ETag"])
            .leads("showRole", "id", "/id")
            .refuses(&[Conflict]),
        op("GET /api/v1/roles/{id}", "showRole", "role", "One role", Reader(Resource::Roles))
            .answers::<Role>(200, schemas)
            .with(&["ETag"])
            .refuses(&[NotFound]),
        op("PATCH /api/v1/roles/{id}", "updateRole", "role", "Edit a role", InSession)
            .about("It counts at once for everybody who holds it. What lets them do more needs a confirmation.")
            .takes::<UpdateRole>(schemas)
            .conditional()
            .steps_up()
            .answers::<Role>(200, schemas)
            .with(&["ETag"])
            .refuses(&[NotFound, Conflict]),
        op("DELETE /api/v1/roles/{id}", "deleteRole", "role", "Delete a role that nobody holds", InSession)
            .conditional()
            .answers_nothing(204)
            .refuses(&[NotFound, Conflict]),
    ]
}

fn numbers(schemas: &mut Schemas) -> Vec<Operation> {
    vec![
        op(
            "GET /api/v1/usage",
            "showUsage",
            "usage",
            "Calls of the last 30 days",
            Reader(Resource::Usage),
        )
        .answers::<Usage>(200, schemas)
        .refuses(&[Code::Invalid]),
        op(
            "GET /api/v1/statistics",
            "showStatistics",
            "usage",
            "Counts by state",
            Reader(Resource::Statistics),
        )
        .answers::<Statistics>(200, schemas)
        .refuses(&[Code::Invalid]),
    ]
}

fn machines_by_oauth(schemas: &mut Schemas) -> Vec<Operation> {
    let oauth::Forms {
        ask,
        issued,
        question,
        told,
        server,
    } = oauth::forms(schemas);
    let form = ["application/x-www-form-urlencoded"];
    vec![
        op(
            "POST /oauth2/token",
            "issueOAuthToken",
            "oauth",
            "An access token for an hour, by client credentials",
            Pair,
        )
        .takes_plain(&form, &ask)
        .answers_as(200, &issued),
        op(
            "POST /oauth2/introspect",
            "introspectToken",
            "oauth",
            "Whether a token is good",
            Pair,
        )
        .about("For service accounts whose role has the permission to introspect.")
        .takes_plain(&form, &question)
        .answers_as(200, &told)
        .refuses(&[Forbidden]),
        op(
            "GET /.well-known/oauth-authorization-server",
            "showAuthorizationServer",
            "oauth",
            "Where things are, and what is known here",
            Anyone,
        )
        .answers_as(200, &server),
    ]
}

const IDENTITY: [&str; 5] = [
    "X-Latchkey-Tenant",
    "X-Latchkey-Owner",
    "X-Latchkey-Credential",
    "X-Latchkey-Scopes",
    "X-Latchkey-Request-Id",
];

fn gates() -> Vec<Operation> {
    let proxies = "Proxies know no refusal but 401 and 403, so every other kind comes as one of these; `X-Latchkey-Error` tells its code.";
    let every_code = |operation: Operation| {
        operation
            .refuses(&[CrossSite])
            .never(&[400, 429])
            .refuses_as(403, &[Code::Invalid, RateLimited])
    };
    let mut all = vec![every_code(
        op(
            "GET /forward-auth",
            "authorizeCall",
            "gate",
            "Whether a call may pass",
            Machine,
        )
        .about(proxies)
        .needs(
            "X-Forwarded-Method",
            "The method of the call.",
            &text("GET"),
        )
        .needs(
            "X-Forwarded-Uri",
            "The path of the call, which begins with a resource.",
            &text("/backups/daily"),
        )
        .parameter(
            "header",
            "X-Forwarded-For",
            "The address of the client; believed of proxies that the operator has named.",
            &text("203.0.113.7"),
        )
        .answers_nothing(204)
        .with(&IDENTITY),
    )];
    for (method, verb) in [
        ("GET", "get"),
        ("POST", "post"),
        ("PUT", "put"),
        ("PATCH", "patch"),
        ("DELETE", "delete"),
        ("OPTIONS", "options"),
    ] {
        let below = Operation::new(
            (method, "/forward-auth/{*path}"),
            &format!("authorize{}Call", title(verb)),
            "gate",
            "Whether a call may pass, as Envoy asks",
            Machine,
        )
        .of_any()
        .about(proxies)
        .needs(
            "X-Latchkey-Asks",
            "That it is a question.",
            &json!({"type": "string", "const": "envoy"}),
        )
        .answers_nothing(200)
        .with(&IDENTITY);
        all.push(every_code(below));
        all.push(
            Operation::new((method, "/gateway/{*path}"), &format!("{verb}ThroughGateway"), "gate", "Pass a call on to the company's API", Machine)
                .of_any()
                .about("The path begins with a resource, for which the caller needs the scope to read or, unless the method is safe, to write. Who calls is told by headers `X-Latchkey-…`; the credential stays here.")
                .answers_anything("What the API behind the gateway answers.")
                .refuses(&[NotFound, Code::Upstream])
                .refuses_as(504, &[Code::Upstream]),
        );
    }
    all
}

fn title(verb: &str) -> String {
    let (first, rest) = verb.split_at(1);
    first.to_ascii_uppercase() + rest
}
