//! The statement about calls with a token.

use crate::{
    auth::Holder,
    db::{Db, Statement},
    error::Result,
    order::Way,
};
use contract::{
    ids::{CallsId, TokenId},
    tokens::{Outcome, TokenCalls},
};

/// Which calls are wanted.
pub struct Wanted {
    pub outcome: Option<Outcome>,
    pub route: Option<String>,
    pub ip: Option<String>,
    /// The last ones of the page before.
    pub after: Option<CallsId>,
}

/// Up to so many lines of a token's calls, the newest first.
pub async fn page(
    db: &Db,
    holder: &Holder,
    id: &TokenId,
    wanted: &Wanted,
    rows: u32,
) -> Result<Vec<TokenCalls>> {
    let refused = wanted.outcome.map(|outcome| outcome == Outcome::Refused);
    let start = Way::Down.start(wanted.after.as_ref().map(CallsId::as_str));
    db.all(Statement::new(
        "SELECT c.id, c.at, c.calls, c.route, c.status, nullif(c.code, '') AS code, c.ip, c.agent, c.request_id
         FROM token_calls c JOIN tokens t ON t.id = c.token_id
         WHERE c.token_id = ?1 AND t.owner_id = ?2 AND t.tenant_id = ?3 AND c.id < ?4
           AND (?5 IS NULL OR (c.code <> '') = ?5) AND (?6 IS NULL OR c.route = ?6) AND (?7 IS NULL OR c.ip = ?7)
         ORDER BY c.id DESC LIMIT ?8",
        [
            id,
            &holder.id(),
            holder.tenant(),
            &start,
            &refused,
            &wanted.route,
            &wanted.ip,
            &rows,
        ],
    ))
    .await
}
