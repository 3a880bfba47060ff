//! Statements about usage.

use super::{counts::Counts, notices};
use crate::{
    auth::Tenant,
    db::{Db, Statement},
    error,
};
use contract::{
    ids::TokenId,
    time::{DAY, Timestamp},
    tokens::CALLS_KEPT_DAYS,
    usage::{DayUsage, Usage},
};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// Of the two million bytes that D1 takes as one value, as many as leave room for whatever is left over.
const LARGEST: usize = 1_000_000;

/// A token that was used from a network in which none of the addresses is that it was used from before.
#[derive(Deserialize)]
pub(super) struct NewNetwork {
    pub token: TokenId,
    pub tenant_id: String,
    pub name: String,
    pub ip: Option<IpAddr>,
}

/// Which of the uses, from addresses that this isolate did not write before, are the first from their network, of tokens
/// that were used from elsewhere before.
pub(super) fn new_networks(counts: &Counts) -> Option<Statement> {
    texts(counts.new_addresses.values()).first().map(|uses| Statement::new(
        "SELECT t.id AS token, t.tenant_id, t.name, used.value ->> 'ip' AS ip
         FROM json_each(?1) AS used
         JOIN tokens t ON t.id = used.value ->> 'token' AND t.tenant_id = used.value ->> 'tenant'
         WHERE EXISTS (SELECT 1 FROM token_addresses a WHERE a.token_id = t.id)
           AND NOT EXISTS (SELECT 1 FROM token_addresses a WHERE a.token_id = t.id AND a.network IN ('', used.value ->> 'network'))",
        [uses],
    ))
}

/// A token with which somebody called in vain, in a way that its owner should know.
#[derive(Deserialize)]
pub(super) struct RefusedToken {
    pub token: String,
    pub tenant_id: String,
    pub name: String,
    pub reason: String,
    pub ip: String,
    pub call: String,
}

/// Of the refusals, those that their owners should know.
pub(super) fn refused_tokens(counts: &Counts) -> Option<Statement> {
    let refusals = counts.refusals.values();
    let telling = refusals.filter(|refused| notices::is_telling(refused.reason));
    texts(telling).first().map(|refusals| Statement::new(
        "SELECT t.id AS token, t.tenant_id, t.name, refused.value ->> 'reason' AS reason,
                coalesce(refused.value ->> 'ip', '') AS ip,
                refused.value ->> 'call' AS call
         FROM json_each(?1) AS refused
         JOIN tokens t ON t.id = refused.value ->> 'token' AND t.tenant_id = refused.value ->> 'tenant'",
        [refusals],
    ))
}

/// Writes down what was counted. Each row names its own tenant, so no other tenant's row is reached; what was counted of
/// a token that is gone meanwhile goes with it. Addresses that are new may be one too many of their token.
pub(super) fn write(counts: &Counts) -> Vec<Statement> {
    let mut statements = vec![];
    for uses in texts(counts.tokens.values()) {
        statements.extend(token_uses(counts, &uses));
    }
    let new = texts(counts.new_addresses.values());
    let addresses = texts(counts.addresses.values());
    let all = addresses.iter().chain(&new);
    statements.extend(all.map(|uses| token_addresses(uses)));
    statements.extend(new.iter().map(|uses| surplus_addresses(uses)));
    for uses in texts(counts.accounts.values()) {
        statements.extend(account_uses(&uses));
    }
    for refused in texts(counts.refusals.values()) {
        statements.extend([refusals(&refused), surplus_refusals(&refused)]);
    }
    let lines = counts.lines.values().chain(counts.refused_lines.values());
    statements.extend(texts(lines).iter().map(|lines| calls(lines)));
    statements
}

/// Lists as JSON, of which none is larger than D1 takes: a list of as many as are told apart within a second is one.
fn texts<T: Serialize>(counted: impl Iterator<Item = T>) -> Vec<String> {
    let mut texts: Vec<String> = vec![];
    for one in counted.filter_map(|one| serde_json::to_string(&one).ok()) {
        match texts.last_mut() {
            Some(text) if text.len() + one.len() < LARGEST => text.extend([",", &one]),
            _ => texts.push(format!("[{one}")),
        }
    }
    for text in &mut texts {
        text.push(']');
    }
    texts
}

fn token_addresses(addresses: &str) -> Statement {
    Statement::new(
        "INSERT INTO token_addresses (token_id, ip, tenant_id, calls, at, place, agent, call, network)
         SELECT t.id, coalesce(value ->> 'ip', ''), t.tenant_id, value ->> 'calls', value ->> 'at',
                value ->> 'place', value ->> 'agent', value ->> 'call', value ->> 'network'
         FROM json_each(?1) JOIN tokens t ON t.id = value ->> 'token' AND t.tenant_id = value ->> 'tenant' WHERE true
         ON CONFLICT (token_id, ip) DO UPDATE SET calls = calls + excluded.calls, at = max(at, excluded.at),
             place = coalesce(excluded.place, place), agent = excluded.agent, call = excluded.call, network = excluded.network",
        [&addresses],
    )
}

/// The last ten are kept.
fn surplus_addresses(new: &str) -> Statement {
    Statement::new(
        "DELETE FROM token_addresses
         WHERE token_id IN (SELECT value ->> 'token' FROM json_each(?1))
           AND tenant_id IN (SELECT value ->> 'tenant' FROM json_each(?1))
           AND at < (SELECT a.at FROM token_addresses a WHERE a.token_id = token_addresses.token_id
                     ORDER BY a.at DESC LIMIT 1 OFFSET 9)",
        [&new],
    )
}

fn token_uses(counts: &Counts, uses: &str) -> Vec<Statement> {
    let mut statements = vec![
        Statement::new(
            "INSERT INTO token_usage (tenant_id, day, token_id, route, scopes, calls)
             SELECT t.tenant_id, route.value ->> 'day', t.id, route.value ->> 'route', route.value ->> 'scopes',
                    route.value ->> 'calls'
             FROM json_each(?1) AS used JOIN tokens t ON t.id = used.value ->> 'token' AND t.tenant_id = used.value ->> 'tenant',
                  json_each(used.value, '$.routes') AS route
             WHERE true
             ON CONFLICT (tenant_id, day, token_id, route, scopes) DO UPDATE SET calls = calls + excluded.calls",
            [&uses],
        ),
        Statement::new(
            "UPDATE tokens SET last_used_at = used.value ->> '$.last.at', last_used_ip = used.value ->> '$.last.ip',
                               last_used_agent = used.value ->> '$.last.agent'
             FROM json_each(?1) AS used
             WHERE tokens.id = used.value ->> 'token' AND tokens.tenant_id = used.value ->> 'tenant'
               AND coalesce(tokens.last_used_at, '') <= used.value ->> '$.last.at'",
            [&uses],
        ),
    ];
    if counts.tokens.values().any(|used| !used.secrets.is_empty()) {
        statements.extend(secret_uses(uses));
    }
    statements
}

/// Of tokens with two secrets, which of them was used: it may have been replaced meanwhile, or not.
fn secret_uses(uses: &str) -> [Statement; 2] {
    [
        Statement::new(
            "UPDATE tokens SET secret_used_at = secret.value ->> '$.last.at', secret_used_ip = secret.value ->> '$.last.ip',
                               secret_used_agent = secret.value ->> '$.last.agent'
             FROM json_each(?1) AS used, json_each(used.value, '$.secrets') AS secret
             WHERE tokens.id = used.value ->> 'token' AND tokens.tenant_id = used.value ->> 'tenant'
               AND tokens.last_four = secret.value ->> 'last_four' AND tokens.in_grace_until > secret.value ->> '$.last.at'
               AND coalesce(tokens.secret_used_at, '') <= secret.value ->> '$.last.at'",
            [&uses],
        ),
        Statement::new(
            "UPDATE retired_secrets SET last_used_at = secret.value ->> '$.last.at', last_used_ip = secret.value ->> '$.last.ip',
                                        last_used_agent = secret.value ->> '$.last.agent'
             FROM json_each(?1) AS used, json_each(used.value, '$.secrets') AS secret
             WHERE retired_secrets.token_id = used.value ->> 'token' AND retired_secrets.tenant_id = used.value ->> 'tenant'
               AND retired_secrets.role = 'access' AND retired_secrets.last_four = secret.value ->> 'last_four'
               AND coalesce(retired_secrets.last_used_at, '') <= secret.value ->> '$.last.at'",
            [&uses],
        ),
    ]
}

fn account_uses(uses: &str) -> [Statement; 2] {
    [
        Statement::new(
            "UPDATE service_accounts SET last_used_at = used.value ->> '$.last.at', last_used_ip = used.value ->> '$.last.ip'
             FROM json_each(?1) AS used
             WHERE service_accounts.id = used.value ->> 'account' AND service_accounts.tenant_id = used.value ->> 'tenant'
               AND coalesce(service_accounts.last_used_at, '') <= used.value ->> '$.last.at'",
            [&uses],
        ),
        // What was used before the present pair was made, was of one before that is old now.
        Statement::new(
            "UPDATE service_accounts SET old_last_used_at = used.value ->> '$.old.at', old_last_used_ip = used.value ->> '$.old.ip',
                                         old_last_agent = used.value ->> '$.old.agent'
             FROM json_each(?1) AS used
             WHERE service_accounts.id = used.value ->> 'account' AND service_accounts.tenant_id = used.value ->> 'tenant'
               AND service_accounts.key_created_at <= used.value ->> '$.old.at'
               AND coalesce(service_accounts.old_last_used_at, '') <= used.value ->> '$.old.at'",
            [&uses],
        ),
    ]
}

fn refusals(refusals: &str) -> Statement {
    Statement::new(
        "INSERT INTO token_refusals (token_id, reason, missing, ip, tenant_id, calls, at, agent, call)
         SELECT t.id, value ->> 'reason', value ->> 'missing', coalesce(value ->> 'ip', ''), t.tenant_id, value ->> 'calls',
                value ->> 'at', value ->> 'agent', value ->> 'call'
         FROM json_each(?1) JOIN tokens t ON t.id = value ->> 'token' AND t.tenant_id = value ->> 'tenant' WHERE true
         ON CONFLICT (token_id, reason, missing, ip) DO UPDATE SET calls = calls + excluded.calls, at = excluded.at,
             agent = excluded.agent, call = excluded.call",
        [&refusals],
    )
}

/// Of each reason, the last fifty are kept: more than are shown, and no more than one who is refused again and again from
/// everywhere may fill.
fn surplus_refusals(refused: &str) -> Statement {
    Statement::new(
        "DELETE FROM token_refusals
         WHERE token_id IN (SELECT value ->> 'token' FROM json_each(?1))
           AND tenant_id IN (SELECT value ->> 'tenant' FROM json_each(?1))
           AND at < (SELECT r.at FROM token_refusals r
                     WHERE r.token_id = token_refusals.token_id AND r.reason = token_refusals.reason
                     ORDER BY r.at DESC LIMIT 1 OFFSET 49)",
        [&refused],
    )
}

/// Addresses that a token may make up as it likes fill no more than a hundred lines of a minute, apart from those of the
/// write that reaches it, a hundred let through and a hundred refused: a statement counts before it adds.
fn calls(lines: &str) -> Statement {
    Statement::new(
        "INSERT INTO token_calls (token_id, minute, route, status, code, ip, tenant_id, id, calls, at, agent, request_id)
         SELECT t.id, value ->> 'minute', value ->> 'route', value ->> 'status', value ->> 'code',
                CASE WHEN (SELECT count(*) FROM token_calls c WHERE c.token_id = t.id AND c.minute = value ->> 'minute') < 100
                     THEN coalesce(value ->> 'ip', '') ELSE '' END,
                t.tenant_id, value ->> 'id', value ->> 'calls', value ->> 'at', value ->> 'agent', value ->> 'request_id'
         FROM json_each(?1) JOIN tokens t ON t.id = value ->> 'token' AND t.tenant_id = value ->> 'tenant' WHERE true
         ON CONFLICT (token_id, minute, route, status, code, ip) DO UPDATE SET calls = calls + excluded.calls,
             at = excluded.at, agent = excluded.agent, request_id = excluded.request_id",
        [&lines],
    )
}

/// Forgets from where tokens were used, and refused, so many days ago, their calls after a week at the latest, and how often
/// they were used a year ago.
pub fn purge(now: Timestamp, days: u16) -> [Statement; 4] {
    let ago = |days: u16| now.plus(-i64::from(days) * DAY);
    let before = ago(days);
    [
        Statement::new(
            "DELETE FROM token_calls WHERE minute <= ?1",
            [&ago(days.min(CALLS_KEPT_DAYS))],
        ),
        Statement::new("DELETE FROM token_addresses WHERE at <= ?1", [&before]),
        Statement::new("DELETE FROM token_refusals WHERE at <= ?1", [&before]),
        Statement::new(
            "DELETE FROM token_usage WHERE day <= ?1",
            [&Usage::first_day(Usage::MAX_DAYS + 1, now)],
        ),
    ]
}

/// Calls per day since `from`; days without any are left out.
pub(super) async fn days(db: &Db, tenant: &Tenant, from: &str) -> error::Result<Vec<DayUsage>> {
    db.all(Statement::new(
        "SELECT day, sum(calls) AS calls FROM token_usage WHERE tenant_id = ?1 AND day >= ?2 GROUP BY day ORDER BY day",
        [tenant, &from],
    ))
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_list_is_larger_than_the_database_takes_and_nothing_is_left_out() {
        let agents = vec!["\u{1}".repeat(LARGEST / 50); 20];
        let lists = texts(agents.iter());
        assert!(lists.len() > 1);
        assert!(lists.iter().all(|list| list.len() < 2_000_000));
        let read = lists
            .iter()
            .flat_map(|list| serde_json::from_str::<Vec<String>>(list).unwrap());
        assert!(read.eq(agents));
        assert!(texts([0; 0].iter()).is_empty());
    }
}
