//! Routes about a person's connection to Slack.

use super::{
    api::{Granted, Slack},
    give_back_soon, seal,
    store::{self, ConnectionRow},
};
use crate::{
    audit,
    auth::{Actor, Authorized, Owner, SessionCaller, rights::ManageOwnNotifications},
    call::{self, Call},
    db::Statement,
    entity_tag::IfMatch,
    error::{Error, Result},
    extract::{Checked, Query},
    limits::{Counter, Limit},
    outbox::{self, DeliveryRow, Message, REDIRECTED, letters},
    rekey,
    secret::{Prefix, is_well_formed},
};
use axum::{
    Json,
    http::{Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use contract::{
    audit::Action,
    notifications::Delivery,
    problem::Code,
    slack::{AuthorizeUrl, CALLBACK, ConnectionState, SlackConnection, UpdateSlackConnection, Via},
};
use serde_json::{Value, json};

/// What there may be none of.
const CONNECTION: &str = "connection to Slack";
/// How many seconds a consent may take.
const STATE_SECONDS: i64 = 10 * 60;
/// Consents that were asked for; nobody needs more in a while.
const CONSENTS: Limit = Limit {
    name: "slack consent of account",
    count: 20,
    seconds: 10 * 60,
};
/// Changes of where messages go, of which each is told by mail.
const CHOICES: Limit = Limit {
    name: "slack choice of account",
    count: 10,
    seconds: 10 * 60,
};
/// Test messages.
const TESTS: Limit = Limit {
    name: "slack test of account",
    count: 10,
    seconds: 10 * 60,
};

/// How it stands.
#[worker::send]
pub async fn show(
    Authorized { owner, .. }: Authorized<ManageOwnNotifications>,
    call: Call,
) -> Result<Response> {
    answer(&call, &owner).await
}

/// How it stands, with its entity tag.
async fn answer(call: &Call, owner: &Owner) -> Result<Response> {
    let row: Option<ConnectionRow> = call.db.first(store::find_own(owner)).await?;
    let tag = row.as_ref().map(|row| [(header::ETAG, row.tag())]);
    Ok((tag, Json(read(call, row))).into_response())
}

/// How it stands between a person and Slack.
pub async fn standing(call: &Call, owner: &Owner) -> Result<SlackConnection> {
    Ok(read(call, call.db.first(store::find_own(owner)).await?))
}

fn read(call: &Call, row: Option<ConnectionRow>) -> SlackConnection {
    let state = match Slack::of(call.env()) {
        Some(_) => ConnectionState::Disconnected,
        None => ConnectionState::Unavailable,
    };
    row.map_or(
        SlackConnection {
            state,
            workspace: None,
        },
        SlackConnection::from,
    )
}

/// Begin to connect. Nothing is connected before the person comes back from Slack.
#[worker::send]
pub async fn create(
    Authorized {
        owner,
        actor,
        session,
        ..
    }: Authorized<ManageOwnNotifications>,
    call: Call,
) -> Result<Json<AuthorizeUrl>> {
    let slack = Slack::of(call.env()).ok_or_else(unavailable)?;
    let state = call::secret(Prefix::Consent)?;
    let digest = call.digest(state.as_str())?;
    let consents = Counter::new(&call, &CONSENTS, owner.user().as_str())?;
    let [taken] = call.db.commit([consents.take(call.now)]).await?;
    consents.check(&taken, call.now)?;
    let until = call.now.plus(STATE_SECONDS);
    call.db
        .commit([
            store::insert_state(&owner, &session.id, &digest, until),
            event(&call, &owner, &actor, Action::SlackRequested, None)?,
        ])
        .await?;
    let authorize_url = slack.authorize_url(&state.expose(), &call.url(CALLBACK)?);
    Ok(Json(AuthorizeUrl { authorize_url }))
}

/// Where Slack sends people back to: they land on the page, whatever came of it.
#[worker::send]
pub async fn callback(
    call: Call,
    method: Method,
    authorized: Result<Authorized<ManageOwnNotifications>>,
    query: Query,
) -> Response {
    let outcome = match authorized {
        // Whoever only asks for the head has not come back yet.
        _ if method == Method::HEAD => Ok("expired".to_owned()),
        Ok(authorized) => come_back(&call, &authorized.session, query).await,
        Err(error) => Err(error),
    };
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(Error::Refused(_)) => "expired".to_owned(),
        Err(error) => {
            crate::log::failure(&error, &call.request_id);
            "failed".to_owned()
        }
    };
    let page = ["/settings/notifications?slack=", &outcome].concat();
    (StatusCode::SEE_OTHER, [(header::LOCATION, page)]).into_response()
}

/// What came of a consent, as the page is told.
async fn come_back(call: &Call, session: &SessionCaller, mut query: Query) -> Result<String> {
    let (owner, actor) = (&session.owner, session.actor());
    let state = query.take("state").unwrap_or_default();
    let expired = || Error::gone("This consent is too old, or was used already.");
    if !is_well_formed(Prefix::Consent, &state) {
        return Err(expired());
    }
    let digest = call.digest(&state)?;
    rekey::carry_over(call, Prefix::Consent, &state).await?;
    let take = store::take_state(owner, &session.id, &digest, call.now);
    let [taken] = call.db.commit([take]).await?;
    if taken.changed() == 0 {
        return Err(expired());
    }
    let slack = Slack::of(call.env()).ok_or_else(unavailable)?;
    let Some(code) = query.take("code") else {
        let error = query.take("error");
        let denied = error
            .as_deref()
            .is_none_or(|error| error == "access_denied");
        return Ok(if denied { "denied" } else { "failed" }.into());
    };
    match slack.exchange(&code, &call.url(CALLBACK)?).await {
        Ok(granted) => {
            connect(call, session, &actor, &granted).await?;
            Ok("connected".into())
        }
        Err(why) => {
            crate::log::trouble("slack", &why, &call.request_id);
            Ok("failed".into())
        }
    }
}

async fn connect(
    call: &Call,
    session: &SessionCaller,
    actor: &Actor,
    granted: &Granted,
) -> Result<()> {
    let owner = &session.owner;
    let before: Option<ConnectionRow> = call.db.first(store::find_own(owner)).await?;
    let sealed = |secret: &str| seal(call.env(), owner.user(), secret);
    let bot_token = sealed(&granted.bot_token)?;
    let webhook = granted.webhook.as_ref();
    let webhook = webhook.map(|hook| sealed(&hook.url)).transpose()?;
    let same_team = before
        .as_ref()
        .filter(|before| before.team_id == granted.team_id);
    let via = granted.via(same_team.map(|before| before.via));
    let changes = json!({"team": granted.team_name, "via": via});
    let what = format!(
        "Your account was connected to the workspace {} in Slack, which gets your notices from now on.",
        granted.team_name
    );
    let message = Message::new(call, REDIRECTED, &letters::redirected(call, &what)?)?;
    call.db
        .commit([
            store::replace(
                owner,
                granted,
                &bot_token,
                webhook.as_deref(),
                via,
                call.now,
            ),
            event(call, owner, actor, Action::SlackConnected, Some(changes))?,
            message.to_address(call, owner, &session.user.email),
            outbox::readdress(owner),
        ])
        .await?;
    message.send_soon(call);
    give_back_soon(call);
    Ok(())
}

/// Choose where in the workspace messages go, out of what Slack gave leave for. With `If-Match`, only if it is still as it
/// was read.
#[worker::send]
pub async fn update(
    Authorized {
        owner,
        actor,
        session,
        ..
    }: Authorized<ManageOwnNotifications>,
    call: Call,
    if_match: IfMatch,
    Checked(via): Checked<UpdateSlackConnection>,
) -> Result<Response> {
    let row: Option<ConnectionRow> = call.db.first(store::find_own(&owner)).await?;
    let row = row.ok_or_else(|| Error::not_found(CONNECTION))?;
    let must_be = unchanged(&row, &if_match)?;
    if !row.is_whole() || !row.can_go(via) {
        let detail = "Slack gave no leave for this, or takes no messages any more. Connect again.";
        return Err(Error::refused(Code::Conflict, detail));
    }
    if row.via != via {
        let choices = Counter::new(&call, &CHOICES, owner.user().as_str())?;
        let [taken] = call.db.commit([choices.take(call.now)]).await?;
        choices.check(&taken, call.now)?;
        let place = match (via, &row.hook_name) {
            (Via::Channel, Some(name)) => ["the channel ", name].concat(),
            _ => "your direct messages".into(),
        };
        let what = format!(
            "Your notices go to {place} in the workspace {} from now on.",
            row.team_name
        );
        let message = Message::new(&call, REDIRECTED, &letters::redirected(&call, &what)?)?;
        let changes = json!({"via": {"from": row.via, "to": via}});
        let [chosen, ..] = call
            .db
            .commit([
                store::choose(&owner, via, must_be),
                event(&call, &owner, &actor, Action::SlackUpdated, Some(changes))?,
                message.to_address(&call, &owner, &session.user.email),
                outbox::readdress(&owner),
            ])
            .await?;
        if chosen.changed() == 0 && must_be.is_some() {
            return Err(changed_meanwhile());
        }
        message.send_soon(&call);
    }
    answer(&call, &owner).await
}

/// The connection as it was read, if a call is meant for some states alone and this is one of them.
fn unchanged<'a>(row: &'a ConnectionRow, if_match: &IfMatch) -> Result<Option<&'a ConnectionRow>> {
    if !if_match.allows(&row.tag()) {
        return Err(changed_meanwhile());
    }
    Ok(Some(row).filter(|_| *if_match != IfMatch::Any))
}

fn changed_meanwhile() -> Error {
    Error::refused(
        Code::PreconditionFailed,
        "Your connection to Slack was changed elsewhere since you opened it.",
    )
}

/// Disconnect, here and, unless others use the same workspace, at Slack. With `If-Match`, only if it is still as it was
/// read.
#[worker::send]
pub async fn delete(
    Authorized { owner, actor, .. }: Authorized<ManageOwnNotifications>,
    call: Call,
    if_match: IfMatch,
) -> Result<StatusCode> {
    let row: Option<ConnectionRow> = call.db.first(store::find_own(&owner)).await?;
    let row = row.ok_or_else(|| Error::not_found(CONNECTION))?;
    let must_be = unchanged(&row, &if_match)?;
    let [instead, given_up] = outbox::instead_of_waiting(&owner, call.now);
    let [deleted, _, instead, _] = call
        .db
        .commit([
            store::delete(&owner, must_be),
            event(&call, &owner, &actor, Action::SlackDisconnected, None)?,
            instead,
            given_up,
        ])
        .await?;
    if deleted.changed() == 0 {
        return Err(match must_be {
            Some(_) => changed_meanwhile(),
            None => Error::not_found(CONNECTION),
        });
    }
    let env = call.env().clone();
    call.later(async move { outbox::enqueue_written(&env, &instead).await });
    give_back_soon(&call);
    Ok(StatusCode::NO_CONTENT)
}

/// Send a test message, by the same way as every other.
#[worker::send]
pub async fn test(
    Authorized { owner, actor, .. }: Authorized<ManageOwnNotifications>,
    call: Call,
) -> Result<(StatusCode, Json<Delivery>)> {
    let tests = Counter::new(&call, &TESTS, owner.user().as_str())?;
    let [taken] = call.db.commit([tests.take(call.now)]).await?;
    tests.check(&taken, call.now)?;
    let message = Message::new(&call, "slack.test", &letters::slack_test(&call)?)?;
    let [written, _] = call
        .db
        .commit([
            outbox::insert_to_slack(&message, &owner, call.now),
            event(&call, &owner, &actor, Action::SlackTested, None)?,
        ])
        .await?;
    let row: DeliveryRow = written.row()?.ok_or_else(|| {
        Error::refused(
            Code::Conflict,
            "No Slack workspace takes your messages. Connect one first.",
        )
    })?;
    outbox::send_one(&call, &row);
    Ok((StatusCode::ACCEPTED, Json(row.into())))
}

fn unavailable() -> Error {
    Error::refused(
        Code::Conflict,
        "This deployment has no Slack app. Ask who operates it to set SLACK_CLIENT_ID and SLACK_CLIENT_SECRET.",
    )
}

fn event(
    call: &Call,
    owner: &Owner,
    actor: &Actor,
    action: Action,
    changes: Option<Value>,
) -> Result<Statement> {
    let event = audit::Event {
        action,
        target_type: "user",
        target_id: owner.user().as_str(),
        target_name: &actor.name,
        changes,
    };
    audit::entry(call, owner, actor, &event)
}
