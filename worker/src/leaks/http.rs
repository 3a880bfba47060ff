//! `POST /credentials/revoke`.

use crate::{
    audit,
    auth::{Actor, Holder, Leaked, leaked},
    call::Call,
    db::Statement,
    error::Result,
    extract::Checked,
    limits::{Counter, Limit},
    oauth,
    outbox::{Message, letters},
    service_accounts, session, tokens,
};
use axum::http::StatusCode;
use contract::{
    audit::Action, credentials::RevokeCredentials, ids::ServiceAccountId, notifications::Event,
};

/// Reports from one address.
const REPORTS: Limit = Limit {
    name: "leak reported",
    count: 60,
    seconds: 60 * 60,
};

const REASON: &str = "Reported as leaked";

/// Ends every credential among those sent. The answer is the same whether there was any.
#[worker::send]
pub async fn revoke(
    call: Call,
    Checked(credentials): Checked<RevokeCredentials>,
) -> Result<StatusCode> {
    let reports = Counter::of_address(&call, &REPORTS)?;
    let [taken] = call.db.commit([reports.take(call.now)]).await?;
    reports.check(&taken, call.now)?;
    let actor = Actor::reporter();
    for leak in leaked(&call, &credentials).await? {
        let (mut statements, name) = ending(&call, &actor, &leak)?;
        let letter = letters::leaked(&call, &name)?;
        let message = Message::about(&call, Event::CredentialLeaked, &letter)?;
        statements.push(match &leak {
            Leaked::Session(owner, _) => message.to_person(&call, owner),
            Leaked::Token(holder, _) | Leaked::Account(holder, _) | Leaked::OAuth(holder, ..) => {
                message.to_holder(&call, holder)
            }
        });
        call.db.commit_all(statements).await?;
        message.send_soon(&call);
    }
    Ok(StatusCode::ACCEPTED)
}

/// The statements that end it, the last of which changes something if there was anything to end; and what it was.
fn ending(call: &Call, actor: &Actor, leak: &Leaked) -> Result<(Vec<Statement>, String)> {
    Ok(match leak {
        Leaked::Token(holder, token) => {
            let statements = tokens::ending(call, holder, actor, &[&token.id], Some(REASON))?;
            (
                statements.into(),
                format!("the access token {}", token.name),
            )
        }
        Leaked::Account(holder, account) => {
            let [oauth, ended] =
                service_accounts::revoke_secret(holder.tenant(), account, call.now);
            let entry = entry(call, actor, holder, account, Action::CredentialsRevoked)?;
            let name = holder.owner().name();
            (
                vec![oauth, ended, entry],
                format!("the credentials of the service account {name}"),
            )
        }
        Leaked::OAuth(holder, account, digests) => {
            let ended = oauth::revoke(holder.tenant(), account, digests);
            let entry = entry(call, actor, holder, account, Action::OAuthTokenRevoked)?;
            let name = holder.owner().name();
            (
                vec![ended, entry],
                format!("an OAuth token of the service account {name}"),
            )
        }
        Leaked::Session(owner, id) => {
            let statements = session::end(call, owner, actor, session::Which::One(id))?;
            (statements.into(), "a session of yours".into())
        }
    })
}

fn entry(
    call: &Call,
    actor: &Actor,
    holder: &Holder,
    account: &ServiceAccountId,
    action: Action,
) -> Result<Statement> {
    let event = audit::Event {
        action,
        target_type: "service_account",
        target_id: account.as_str(),
        target_name: holder.owner().name(),
        changes: None,
    };
    audit::entry(call, holder, actor, &event)
}
