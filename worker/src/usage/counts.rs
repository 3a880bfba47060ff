//! What was counted of calls and is not written yet: what is told apart, and what comes together.

use super::uses::{AccountUse, AddressUse, Counted, Line, RefusedUse, TokenKey, TokenUse};
use std::collections::{BTreeMap, btree_map::Entry};

/// For each so many tokens that were written, the next ones wait another second, but never longer than that.
const TOKENS_PER_SECOND: usize = 100;
const LONGEST: usize = 10;
/// No more tokens, no more of their addresses, no more refusals and no more of their calls wait.
const WAITING: usize = 2_000;
/// Of one token, no more new addresses and no more refusals by address wait, so that it leaves room for others: that it is
/// used from more within a second is not told better by naming them.
const APART: usize = 20;
/// The calls with one token within a minute tell their addresses up to so many that are not alike.
const LINES_PER_MINUTE: usize = 100;

/// Counts one that came just now, unless it would be one more than may wait.
fn count_new<C: Counted>(counts: &mut BTreeMap<C::Key, C>, new: C) {
    if counts.len() < WAITING || counts.contains_key(&new.key()) {
        count(counts, new, true);
    }
}

/// Counts one that came `later` than those that are counted, or before.
pub(super) fn count<C: Counted>(counts: &mut BTreeMap<C::Key, C>, new: C, later: bool) {
    match counts.entry(new.key()) {
        Entry::Vacant(place) => drop(place.insert(new)),
        Entry::Occupied(mut kept) => kept.get_mut().take_in(new, later),
    }
}

/// Whether one more address of a token may wait.
pub(super) fn has_room(
    addresses: &BTreeMap<<AddressUse as Counted>::Key, AddressUse>,
    token: TokenKey,
) -> bool {
    let of_token = addresses.range((token, None)..);
    let of_token = of_token.take_while(|((other, _), _)| *other == token);
    addresses.len() < WAITING && of_token.take(APART).count() < APART
}

/// What was counted and is not written yet.
#[derive(Default)]
pub(super) struct Counts {
    pub tokens: BTreeMap<<TokenUse as Counted>::Key, TokenUse>,
    pub accounts: BTreeMap<<AccountUse as Counted>::Key, AccountUse>,
    /// Those that this isolate wrote before.
    pub addresses: BTreeMap<<AddressUse as Counted>::Key, AddressUse>,
    pub new_addresses: BTreeMap<<AddressUse as Counted>::Key, AddressUse>,
    pub refusals: BTreeMap<<RefusedUse as Counted>::Key, RefusedUse>,
    /// Of calls that were let through.
    pub lines: Lines,
    pub refused_lines: Lines,
}

type Lines = BTreeMap<<Line as Counted>::Key, Line>;

impl Counts {
    /// Whether nothing is to be written.
    pub fn is_empty(&self) -> bool {
        self.tokens.is_empty()
            && self.accounts.is_empty()
            && self.addresses.is_empty()
            && self.new_addresses.is_empty()
            && self.refusals.is_empty()
            && self.lines.is_empty()
            && self.refused_lines.is_empty()
    }

    /// The line that a call with this key is counted in, if there is one.
    pub fn line(&mut self, key: &<Line as Counted>::Key) -> Option<&mut Line> {
        self.lines
            .get_mut(key)
            .or_else(|| self.refused_lines.get_mut(key))
    }

    /// Counts a call. One whose token already has as many lines in that minute as tell their address does not tell it.
    pub fn count_call(&mut self, mut line: Line) {
        if let Some(alike) = self.line(&line.key()) {
            return alike.take_in(line, true);
        }
        let lines = if line.code.is_empty() {
            &mut self.lines
        } else {
            &mut self.refused_lines
        };
        let first = (
            TokenKey::of(&line.token),
            line.minute,
            String::new(),
            0,
            "",
            None,
        );
        let of_minute = lines
            .range(first..)
            .take_while(|(_, other)| other.token == line.token && other.minute == line.minute);
        if of_minute.take(LINES_PER_MINUTE).count() == LINES_PER_MINUTE {
            line.ip = None;
        }
        count_new(lines, line);
    }

    /// Counts a refusal. One whose token already has as many as are told apart does not tell its address.
    pub fn count_refusal(&mut self, mut refused: RefusedUse) {
        let key = refused.key();
        let first = (key.0, "", String::new(), None);
        let of_token = self.refusals.range(first..);
        let of_token = of_token.take_while(|((token, ..), _)| *token == key.0);
        if !self.refusals.contains_key(&key) && of_token.take(APART).count() == APART {
            refused.ip = None;
        }
        count_new(&mut self.refusals, refused);
    }

    /// After how many seconds the uses of tokens that come after these are written.
    pub fn patience(&self) -> usize {
        (self.tokens.len() / TOKENS_PER_SECOND).clamp(1, LONGEST)
    }

    /// Takes what cannot wait, which is all but the uses of tokens from addresses that are known and the calls that were let
    /// through; of a token with two secrets its uses too, since somebody may be about to decide by them which secret goes.
    pub fn take_urgent(&mut self) -> Self {
        if self.tokens.len().max(self.lines.len()) >= WAITING {
            return std::mem::take(self);
        }
        let has_two = |_: &_, used: &mut TokenUse| !used.secrets.is_empty();
        let tokens = self.tokens.extract_if(.., has_two).collect();
        let waiting = Self {
            tokens: std::mem::take(&mut self.tokens),
            addresses: std::mem::take(&mut self.addresses),
            lines: std::mem::take(&mut self.lines),
            ..Self::default()
        };
        Self {
            tokens,
            ..std::mem::replace(self, waiting)
        }
    }

    /// Takes in what was counted before.
    pub fn put_back(&mut self, earlier: Self) {
        for used in earlier.tokens.into_values() {
            count(&mut self.tokens, used, false);
        }
        for used in earlier.accounts.into_values() {
            count(&mut self.accounts, used, false);
        }
        for used in earlier.addresses.into_values() {
            count(&mut self.addresses, used, false);
        }
        for used in earlier.new_addresses.into_values() {
            count(&mut self.new_addresses, used, false);
        }
        for used in earlier.refusals.into_values() {
            count(&mut self.refusals, used, false);
        }
        for line in earlier.lines.into_values() {
            count(&mut self.lines, line, false);
        }
        for line in earlier.refused_lines.into_values() {
            count(&mut self.refused_lines, line, false);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::uses::{LastUse, RouteUse, SecretUse, Taken, minute},
        *,
    };
    use contract::{
        ids::{CallsId, TokenId},
        problem::Code,
        time::Timestamp,
    };

    const NOW: Timestamp = Timestamp::from_seconds(1_795_377_695);

    fn token(n: usize) -> TokenId {
        TokenId::from_ulid(&format!("{n:026}"))
    }

    fn used(at: Timestamp, ip: &str) -> TokenUse {
        TokenUse {
            tenant: "ten_1".into(),
            token: token(1),
            routes: vec![RouteUse::once(at, "GET /backups", Taken(None))],
            last: last(at, ip),
            secrets: vec![],
        }
    }

    fn last(at: Timestamp, ip: &str) -> LastUse {
        LastUse {
            at,
            ip: ip.parse().ok(),
            agent: None,
        }
    }

    #[test]
    fn uses_add_up_and_the_last_one_tells_from_where() {
        let mut counts = Counts::default();
        count(&mut counts.tokens, used(NOW, "192.0.2.1"), true);
        count(&mut counts.tokens, used(NOW.plus(1), "192.0.2.2"), true);
        let told: Vec<_> = counts
            .tokens
            .values()
            .map(|used| (used.routes[0].calls, used.last.at, used.last.ip))
            .collect();
        assert_eq!(told, [(2, NOW.plus(1), "192.0.2.2".parse().ok())]);
    }

    #[test]
    fn what_could_not_be_written_is_counted_again_without_seeming_newer() {
        let (mut counts, mut earlier) = (Counts::default(), Counts::default());
        count(&mut earlier.tokens, used(NOW, "192.0.2.1"), true);
        count(&mut counts.tokens, used(NOW.plus(1), "192.0.2.2"), true);
        counts.put_back(earlier);
        let told: Vec<_> = counts
            .tokens
            .values()
            .map(|used| (used.routes[0].calls, used.last.at))
            .collect();
        assert_eq!(told, [(2, NOW.plus(1))]);
    }

    #[test]
    fn the_more_tokens_were_written_the_longer_the_next_ones_wait() {
        let mut counts = Counts::default();
        let mut patience = |tokens: usize| {
            for n in counts.tokens.len()..tokens {
                let used = TokenUse {
                    token: token(n),
                    ..used(NOW, "192.0.2.1")
                };
                count(&mut counts.tokens, used, true);
            }
            counts.patience()
        };
        assert_eq!(
            [1, 199, 500, WAITING].map(&mut patience),
            [1, 1, 5, LONGEST]
        );
        // More do not wait.
        assert_eq!(counts.take_urgent().tokens.len(), WAITING);
        assert!(counts.is_empty());
    }

    #[test]
    fn only_uses_of_tokens_with_one_secret_from_known_addresses_and_calls_let_through_wait() {
        let address = |ip: &str| AddressUse {
            tenant: "ten_1".into(),
            token: token(1),
            ip: ip.parse().ok(),
            calls: 1,
            at: NOW,
            agent: None,
            place: None,
            call: "GET /backups".into(),
            network: String::new(),
        };
        let mut counts = Counts::default();
        let mut of_two = TokenUse {
            token: token(2),
            ..used(NOW, "192.0.2.1")
        };
        let secret = SecretUse {
            last_four: "zzzz".into(),
            last: last(NOW, "192.0.2.1"),
        };
        of_two.by(secret, true);
        for used in [used(NOW, "192.0.2.1"), of_two] {
            count(&mut counts.tokens, used, true);
        }
        count(&mut counts.addresses, address("192.0.2.1"), true);
        count(&mut counts.new_addresses, address("192.0.2.2"), true);
        counts.count_call(line(0, 200, "192.0.2.1"));
        counts.count_call(refused_line(403));
        let urgent = counts.take_urgent();
        let keys = |counts: &Counts| counts.tokens.keys().copied().collect::<Vec<_>>();
        assert_eq!(keys(&urgent), [TokenKey::of(&token(2))]);
        let sizes = |counts: &Counts| {
            let Counts {
                addresses,
                new_addresses,
                lines,
                refused_lines,
                ..
            } = counts;
            [
                addresses.len(),
                new_addresses.len(),
                lines.len(),
                refused_lines.len(),
            ]
        };
        assert_eq!(sizes(&urgent), [0, 1, 0, 1]);
        assert_eq!(keys(&counts), [TokenKey::of(&token(1))]);
        assert_eq!(sizes(&counts), [1, 0, 1, 0]);
        // The address of a token whose use did not wait is something to write all the same.
        counts.tokens.clear();
        counts.lines.clear();
        assert!(!counts.is_empty());
    }

    fn refused_line(status: u16) -> Line {
        Line {
            code: Code::Forbidden.as_str(),
            ..line(0, status, "192.0.2.1")
        }
    }

    fn line(seconds: i64, status: u16, ip: &str) -> Line {
        let at = NOW.plus(seconds);
        Line {
            tenant: "ten_1".into(),
            token: token(1),
            minute: minute(at),
            route: "GET /backups".into(),
            status,
            code: "",
            ip: ip.parse().ok(),
            id: CallsId::from_ulid(&at.to_string()),
            calls: 1,
            at,
            agent: None,
            request_id: format!("req_{seconds}"),
        }
    }

    #[test]
    fn c_2_alike_calls_of_a_minute_are_one_line_by_the_first_of_them_which_tells_of_the_last() {
        // NOW is 35 seconds past the minute.
        let mut counts = Counts::default();
        for (seconds, status, ip) in [
            (0, 200, "192.0.2.1"),
            (24, 200, "::ffff:192.0.2.1"),
            (24, 200, "192.0.2.1"),
            (24, 403, "192.0.2.1"),
            (25, 200, "192.0.2.1"),
        ] {
            counts.count_call(line(seconds, status, ip));
        }
        assert_eq!(counts.lines.len(), 4);
        let mut earlier = Counts::default();
        earlier.count_call(line(-1, 200, "192.0.2.1"));
        counts.put_back(earlier);
        let alike = counts.lines.values().find(|line| line.calls == 3).unwrap();
        assert_eq!(
            (alike.id.as_str(), alike.request_id.as_str(), alike.minute),
            ("cal_2026-11-22T20:01:34Z", "req_24", NOW.plus(-35))
        );
        assert_eq!(counts.lines.len(), 4);
    }

    #[test]
    fn c_2_no_more_calls_are_told_apart_than_are_worth_it_and_alike_ones_still_count() {
        let mut counts = Counts::default();
        for _ in 0..2 {
            for n in 0..=WAITING {
                counts.count_call(Line {
                    token: token(n),
                    ..refused_line(403)
                });
            }
        }
        assert_eq!(counts.refused_lines.len(), WAITING);
        assert!(counts.refused_lines.values().all(|line| line.calls == 2));
    }

    #[test]
    fn refusals_of_one_token_leave_room_for_those_of_others_and_all_are_counted() {
        let mut counts = Counts::default();
        let refused = |n: usize, ip: usize| RefusedUse {
            tenant: "ten_1".into(),
            token: token(n),
            reason: Code::IpNotAllowed.as_str(),
            ip: format!("192.0.2.{ip}").parse().ok(),
            calls: 1,
            at: NOW,
            agent: None,
            call: "GET /backups".into(),
            missing: String::new(),
        };
        for ip in 0..100 {
            counts.count_refusal(refused(1, ip));
            counts.count_refusal(refused(ip + 2, 1));
        }
        let of_one = counts
            .refusals
            .values()
            .filter(|refused| refused.token == token(1));
        let of_one: Vec<_> = of_one
            .map(|refused| (refused.ip.is_some(), refused.calls))
            .collect();
        assert_eq!(of_one.iter().filter(|(told, _)| *told).count(), APART);
        assert_eq!(of_one.iter().map(|(_, calls)| *calls).sum::<u32>(), 100);
        assert_eq!(counts.refusals.len(), of_one.len() + 100);
    }

    #[test]
    fn c_2_of_the_calls_with_one_token_within_a_minute_so_many_tell_their_address_and_all_are_counted()
     {
        let mut counts = Counts::default();
        for n in 0..150 {
            counts.count_call(line(0, 200, &format!("192.0.2.{n}")));
            counts.count_call(Line {
                token: token(n + 2),
                ..line(0, 200, "192.0.2.1")
            });
        }
        // One that has its line keeps it.
        counts.count_call(line(0, 200, "192.0.2.1"));
        let of_one: Vec<_> = counts
            .lines
            .values()
            .filter(|line| line.token == token(1))
            .map(|line| (line.ip.is_some(), line.calls))
            .collect();
        assert_eq!(
            of_one.iter().filter(|(told, _)| *told).count(),
            LINES_PER_MINUTE
        );
        assert_eq!(of_one.iter().map(|(_, calls)| calls).sum::<u32>(), 151);
        assert!(of_one.contains(&(false, 50)));
    }
}
