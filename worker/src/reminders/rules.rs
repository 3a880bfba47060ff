//! Which tokens it is time to speak of, in which order and words.

use super::store::EndingRow;
use contract::time::{DAY, Timestamp};
use std::cmp::Reverse;

/// The hour of the person's day from which they are told.
pub(super) const HOUR: u32 = 9;
/// By what the messages of a person are known to each other.
pub(super) const FOLD: &str = "reminder";
/// How many days ahead the end of a token is told, and once more when it has come.
const DAYS: [u32; 4] = [0, 1, 7, 30];
/// The most tokens that one message names.
const NAMED: usize = 20;

/// So many days ahead it is time to tell the end of this token.
pub(super) fn due(row: &EndingRow, now: Timestamp) -> Option<u32> {
    let days = DAYS
        .into_iter()
        .find(|days| row.ends_at <= now.plus(i64::from(*days) * DAY))?;
    // Who made a token to live for a week knows that it ends within a week.
    let known = days > 0 && row.created_at > row.ends_at.plus(-i64::from(days) * DAY);
    (!known).then_some(days)
}

/// Those in use first, the latest used before the others; then by their end.
pub(super) fn rank(tokens: &mut [(EndingRow, u32)]) {
    tokens.sort_by(|(a, _), (b, _)| {
        let key = |row: &EndingRow| (Reverse(row.last_used_at), row.ends_at);
        key(a).cmp(&key(b))
    });
}

/// Each token with when it ends and how lately it was used.
pub(super) fn facts(tokens: &[(EndingRow, u32)], now: Timestamp) -> Vec<(String, String)> {
    let mut facts: Vec<_> = tokens
        .iter()
        .take(NAMED)
        .map(|(row, _)| {
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
            time_zone: None,
            created_at: NOW.plus(-100 * DAY),
            ends_at: NOW.plus(ends_in),
            last_used_at: None,
            apart: 0,
        }
    }

    #[test]
    fn an_end_is_told_30_7_and_1_days_ahead_and_when_it_has_come() {
        let due = |ends_in| due(&row(ends_in), NOW);
        assert_eq!(due(30 * DAY + 1), None);
        assert_eq!(due(30 * DAY), Some(30));
        assert_eq!(due(7 * DAY + 1), Some(30));
        assert_eq!(due(7 * DAY), Some(7));
        assert_eq!(due(DAY), Some(1));
        assert_eq!(due(1), Some(1));
        assert_eq!(due(0), Some(0));
        assert_eq!(due(-DAY), Some(0));
    }

    #[test]
    fn who_made_a_token_for_a_week_is_not_told_so_at_once() {
        let made = |days| EndingRow {
            created_at: NOW,
            ..row(days * DAY)
        };
        assert_eq!(due(&made(6), NOW), None);
        assert_eq!(due(&made(30), NOW), Some(30));
    }

    #[test]
    fn tokens_in_use_come_first() {
        let used = |days: i64| EndingRow {
            last_used_at: Some(NOW.plus(-days * DAY)),
            name: format!("used {days}"),
            ..row(DAY)
        };
        let mut tokens = vec![(row(DAY), 1), (used(9), 1), (used(0), 1)];
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
