//! In which order and words a message tells of the ends of tokens.

use super::store::EndingRow;
use contract::time::{DAY, Timestamp};
use std::cmp::Reverse;

/// The hour of the person's day from which they are told.
pub(super) const HOUR: u32 = 9;
/// By what the messages of a person are known to each other.
pub(super) const FOLD: &str = "reminder";
/// The most tokens that one message names.
const NAMED: usize = 20;

/// Those in use first, the latest used before the others; then by their end.
pub(super) fn rank(tokens: &mut [EndingRow]) {
    tokens.sort_by_key(|row| (Reverse(row.last_used_at), row.ends_at));
}

/// Each token with when it ends and how lately it was used.
pub(super) fn facts(tokens: &[EndingRow], now: Timestamp) -> Vec<(String, String)> {
    let mut facts: Vec<_> = tokens
        .iter()
        .take(NAMED)
        .map(|row| {
            let owner = match &row.account {
                Some(account) => format!("{} ({account})", row.name),
                None => row.name.clone(),
            };
            let used = match row.last_used_at {
                None => "never used".to_owned(),
                Some(at) => format!("last used {}", ago((now.seconds() - at.seconds()) / DAY)),
            };
            (owner, format!("{}, {used}", end(row.ends_at, now)))
        })
        .collect();
    if let Some(more) = tokens.len().checked_sub(NAMED).filter(|more| *more > 0) {
        facts.push(("And more".into(), format!("{more} on the page")));
    }
    facts
}

fn end(ends_at: Timestamp, now: Timestamp) -> String {
    let left = ends_at.seconds() - now.seconds();
    if left <= 0 {
        return "expired".into();
    }
    match (left + DAY / 2) / DAY {
        0 => "expires today".into(),
        1 => "expires in 1 day".into(),
        days => format!("expires in {days} days"),
    }
}

fn ago(days: i64) -> String {
    match days {
        ..=0 => "today".into(),
        1 => "yesterday".into(),
        days => format!("{days} days ago"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::ids::{TenantId, TokenId, UserId};

    const NOW: Timestamp = Timestamp::from_seconds(1_795_377_695);

    fn row(ends_in: i64) -> EndingRow {
        let ulid = "01JD7ZQ4T3V5W6X7Y8Z9ABCDEF";
        EndingRow {
            id: TokenId::from_ulid(ulid),
            tenant_id: TenantId::from_ulid(ulid),
            user_id: UserId::from_ulid(ulid),
            name: "ci".into(),
            account: None,
            ends_at: NOW.plus(ends_in),
            last_used_at: None,
            days: 1,
            apart: 0,
        }
    }

    #[test]
    fn tokens_in_use_come_first() {
        let used = |days: i64| EndingRow {
            last_used_at: Some(NOW.plus(-days * DAY)),
            name: format!("used {days}"),
            ..row(DAY)
        };
        let mut tokens = vec![row(DAY), used(9), used(0)];
        rank(&mut tokens);
        assert_eq!(
            facts(&tokens, NOW),
            [
                ("used 0".into(), "expires in 1 day, last used today".into()),
                (
                    "used 9".into(),
                    "expires in 1 day, last used 9 days ago".into()
                ),
                ("ci".into(), "expires in 1 day, never used".into()),
            ] as [(String, String); 3]
        );
    }
}
