//! Statements about what is kept of one person and told nowhere else as a whole.

use super::parts::{Place, ROWS};
use crate::{
    auth::Owner,
    db::{Db, Joined, Statement},
    error::Result,
    tokens::TokenRow,
};
use contract::{
    ids::{ServiceAccountId, TokenId},
    time::Timestamp,
    tokens::{Token, TokenCalls},
};
use serde::{Deserialize, Serialize};

/// A row with its place among those of its kind.
pub(super) type Placed<T> = Joined<Place, T>;

/// A browser in which the person has signed in.
#[derive(Deserialize, Serialize)]
pub(super) struct Browser {
    last_seen_at: Timestamp,
}

pub(super) async fn devices(db: &Db, owner: &Owner, after: &Place) -> Result<Vec<Placed<Browser>>> {
    db.all(Statement::new(
        "SELECT digest AS place, last_seen_at FROM devices
         WHERE user_id = ?1 AND tenant_id = ?2 AND digest > ?3 ORDER BY digest LIMIT ?4",
        [owner.user(), owner.tenant(), &after.place, &ROWS],
    ))
    .await
}

/// A change of address that was asked for.
#[derive(Deserialize, Serialize)]
pub(super) struct EmailChange {
    old_email: String,
    new_email: String,
    /// When the new address was to be confirmed at the latest.
    confirm_until: Timestamp,
    /// Until when the change can be taken back.
    undo_until: Timestamp,
    /// `waiting` for its confirmation, `confirmed`, or `lapsed`.
    state: String,
}

pub(super) async fn email_changes(
    db: &Db,
    owner: &Owner,
    after: &Place,
    now: Timestamp,
) -> Result<Vec<Placed<EmailChange>>> {
    db.all(Statement::new(
        "SELECT undo_digest AS place, old_email, new_email, confirm_until, undo_until,
                iif(confirm_digest IS NULL, 'confirmed', iif(confirm_until > ?5, 'waiting', 'lapsed')) AS state
         FROM email_changes
         WHERE user_id = ?1 AND tenant_id = ?2 AND undo_digest > ?3 ORDER BY undo_digest LIMIT ?4",
        [owner.user(), owner.tenant(), &after.place, &ROWS, &now],
    ))
    .await
}

/// Tokens in whatever state, the first made first.
pub(super) async fn tokens(
    db: &Db,
    owner: &Owner,
    after: &Place,
    now: Timestamp,
) -> Result<Vec<Token>> {
    let rows: Vec<TokenRow> = db
        .all(Statement::new(
            "SELECT * FROM shown_tokens WHERE user_id = ?1 AND tenant_id = ?2 AND id > ?3 ORDER BY id LIMIT ?4",
            [owner.user(), owner.tenant(), &after.place, &ROWS],
        ))
        .await?;
    rows.into_iter().map(|row| row.read(now)).collect()
}

/// Calls of one route with a token on one day.
#[derive(Deserialize, Serialize)]
pub(super) struct DayOfToken {
    token_id: TokenId,
    day: String,
    /// Empty for calls that were not told apart.
    route: String,
    calls: u32,
}

pub(super) async fn token_usage(
    db: &Db,
    owner: &Owner,
    after: &Place,
) -> Result<Vec<Placed<DayOfToken>>> {
    db.all(Statement::new(
        "SELECT u.token_id AS place, u.day || ' ' || u.route || ' ' || u.scopes AS within, u.token_id, u.day, u.route, u.calls
         FROM tokens t CROSS JOIN token_usage u ON u.token_id = t.id
         WHERE t.user_id = ?1 AND t.tenant_id = ?2 AND t.id >= ?3
           AND (t.id > ?3 OR u.day || ' ' || u.route || ' ' || u.scopes > ?4)
         ORDER BY t.id, u.day, u.route, u.scopes LIMIT ?5",
        [
            owner.user(),
            owner.tenant(),
            &after.place,
            &after.within,
            &ROWS,
        ],
    ))
    .await
}

/// Calls with a token from one address.
#[derive(Deserialize, Serialize)]
pub(super) struct AddressOfToken {
    token_id: TokenId,
    ip: String,
    #[serde(rename(serialize = "place"))]
    whereabouts: Option<String>,
    agent: Option<String>,
    calls: u32,
    at: Timestamp,
    call: String,
}

pub(super) async fn token_addresses(
    db: &Db,
    owner: &Owner,
    after: &Place,
) -> Result<Vec<Placed<AddressOfToken>>> {
    db.all(Statement::new(
        "SELECT a.token_id AS place, a.ip AS within, a.token_id, a.ip, a.place AS whereabouts, a.agent, a.calls, a.at, a.call
         FROM tokens t CROSS JOIN token_addresses a ON a.token_id = t.id
         WHERE t.user_id = ?1 AND t.tenant_id = ?2 AND t.id >= ?3 AND (t.id > ?3 OR a.ip > ?4)
         ORDER BY t.id, a.ip LIMIT ?5",
        [
            owner.user(),
            owner.tenant(),
            &after.place,
            &after.within,
            &ROWS,
        ],
    ))
    .await
}

/// Calls with a token that were refused for one reason.
#[derive(Deserialize, Serialize)]
pub(super) struct RefusalOfToken {
    token_id: TokenId,
    reason: String,
    missing: Option<String>,
    ip: String,
    agent: Option<String>,
    calls: u32,
    at: Timestamp,
    call: String,
}

pub(super) async fn token_refusals(
    db: &Db,
    owner: &Owner,
    after: &Place,
) -> Result<Vec<Placed<RefusalOfToken>>> {
    // A blank comes before whatever a reason or a scope may go on with.
    db.all(Statement::new(
        "SELECT r.token_id AS place, r.reason || ' ' || r.missing || ' ' || r.ip AS within, r.token_id, r.reason,
                nullif(r.missing, '') AS missing, r.ip, r.agent, r.calls, r.at, r.call
         FROM tokens t CROSS JOIN token_refusals r ON r.token_id = t.id
         WHERE t.user_id = ?1 AND t.tenant_id = ?2 AND t.id >= ?3 AND (t.id > ?3 OR r.reason || ' ' || r.missing || ' ' || r.ip > ?4)
         ORDER BY t.id, r.reason, r.missing, r.ip LIMIT ?5",
        [
            owner.user(),
            owner.tenant(),
            &after.place,
            &after.within,
            &ROWS,
        ],
    ))
    .await
}

/// Calls with a token that were alike.
#[derive(Deserialize, Serialize)]
pub(super) struct CallsOfToken {
    token_id: TokenId,
    #[serde(flatten)]
    calls: TokenCalls,
}

pub(super) async fn token_calls(
    db: &Db,
    owner: &Owner,
    after: &Place,
) -> Result<Vec<Placed<CallsOfToken>>> {
    db.all(Statement::new(
        "SELECT c.token_id AS place, c.id AS within, c.token_id, c.id, c.at, c.calls, c.route, c.status,
                nullif(c.code, '') AS code, c.ip, c.agent, c.request_id
         FROM tokens t CROSS JOIN token_calls c ON c.token_id = t.id
         WHERE t.user_id = ?1 AND t.tenant_id = ?2 AND t.id >= ?3 AND (t.id > ?3 OR c.id > ?4)
         ORDER BY t.id, c.id LIMIT ?5",
        [
            owner.user(),
            owner.tenant(),
            &after.place,
            &after.within,
            &ROWS,
        ],
    ))
    .await
}

/// A service account that the person looks after.
#[derive(Deserialize, Serialize)]
pub(super) struct Account {
    id: ServiceAccountId,
    name: String,
    description: Option<String>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

pub(super) async fn service_accounts(
    db: &Db,
    owner: &Owner,
    after: &Place,
) -> Result<Vec<Placed<Account>>> {
    db.all(Statement::new(
        "SELECT id AS place, id, name, description, created_at, updated_at FROM service_accounts
         WHERE owner_id = ?1 AND tenant_id = ?2 AND deleted_at IS NULL AND id > ?3 ORDER BY id LIMIT ?4",
        [owner.user(), owner.tenant(), &after.place, &ROWS],
    ))
    .await
}
