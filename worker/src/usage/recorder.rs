//! Notes each use of a credential without making its caller wait.
//!
//! Calls are counted in the memory of the isolate and written together, at most once a second and within a second of
//! the call: exact counts, one write for many. What is lost when an isolate dies is what it counted in that second.

use super::{
    notices,
    store::{self, AccountUse, AddressUse, RefusedUse, RouteUse, Taken, TokenUse},
};
use crate::{
    auth::{
        MachineCaller,
        machine::{self, By},
    },
    call::Call,
    db::Outcome,
    edge::pause,
    error::{Refusal, Result},
};
use axum::{extract::MatchedPath, http::request::Parts};
use contract::{scopes::ScopeSet, time::Timestamp, tokens::TokenOwner};
use std::{
    cell::RefCell,
    collections::{BTreeMap, HashSet, btree_map::Entry},
    net::IpAddr,
};

/// How often a writer looks for more, and how many times before it leaves the work to the next call:
/// the platform lets work go on for 30 seconds after the answer.
const PAUSE_MS: u32 = 1_000;
const ROUNDS: usize = 20;
/// A writer not heard of for this many seconds was ended by the platform.
const WRITER_LOST: i64 = 30;
/// The most addresses, and the most refusals, that are told apart within one second; whoever comes from more is not
/// told better by it.
const APART: usize = 200;
/// So many addresses of tokens are remembered; to forget them costs a question.
const KNOWN: usize = 10_000;
/// What could not be written so many times in a row is let go.
const FAILURES: u8 = 10;

thread_local! {
    static RECORDER: RefCell<Recorder> = RefCell::default();
}

/// Something that is counted under a key.
pub(super) trait Counted {
    /// What tells one from another.
    type Key: Ord;

    fn key(&self) -> Self::Key;

    /// Takes in another one with the same key, which came `later` or before.
    fn take_in(&mut self, other: Self, later: bool);
}

fn count<C: Counted>(counts: &mut BTreeMap<C::Key, C>, new: C, later: bool) {
    match counts.entry(new.key()) {
        Entry::Vacant(place) => drop(place.insert(new)),
        Entry::Occupied(mut kept) => kept.get_mut().take_in(new, later),
    }
}

/// What was counted and is not written yet.
#[derive(Default)]
pub(super) struct Counts {
    pub tokens: BTreeMap<<TokenUse as Counted>::Key, TokenUse>,
    pub accounts: BTreeMap<<AccountUse as Counted>::Key, AccountUse>,
    pub addresses: BTreeMap<<AddressUse as Counted>::Key, AddressUse>,
    pub refusals: BTreeMap<<RefusedUse as Counted>::Key, RefusedUse>,
}

impl Counts {
    fn is_empty(&self) -> bool {
        self.tokens.is_empty() && self.accounts.is_empty() && self.refusals.is_empty()
    }

    /// Takes in what was counted before.
    fn put_back(&mut self, earlier: Self) {
        for used in earlier.tokens.into_values() {
            count(&mut self.tokens, used, false);
        }
        for used in earlier.accounts.into_values() {
            count(&mut self.accounts, used, false);
        }
        for used in earlier.addresses.into_values() {
            count(&mut self.addresses, used, false);
        }
        for used in earlier.refusals.into_values() {
            count(&mut self.refusals, used, false);
        }
    }
}

#[derive(Default)]
struct Recorder {
    counts: Counts,
    writer_since: Option<Timestamp>,
    /// How many times in a row nothing could be written.
    failures: u8,
    /// Tokens and addresses that this isolate wrote before: they are no news.
    known: HashSet<<AddressUse as Counted>::Key>,
}

impl Recorder {
    fn unknown<'a>(&self, counts: &'a Counts) -> Vec<&'a AddressUse> {
        let of_addresses = counts.addresses.iter();
        of_addresses
            .filter(|(key, _)| !self.known.contains(*key))
            .map(|(_, used)| used)
            .collect()
    }

    /// Learns that this was written.
    fn wrote(&mut self, counts: &Counts) {
        self.failures = 0;
        if self.known.len() > KNOWN {
            self.known.clear();
        }
        for key in counts.addresses.keys() {
            if !self.known.contains(key) {
                self.known.insert(key.clone());
            }
        }
    }

    /// Takes back what could not be written.
    fn put_back(&mut self, counts: Counts) {
        self.writer_since = None;
        self.failures += 1;
        if self.failures < FAILURES {
            self.counts.put_back(counts);
        } else {
            self.failures = 0;
        }
    }

    /// Whether somebody must begin to write, now that something was counted.
    fn must_write(&mut self, now: Timestamp) -> bool {
        let idle = self
            .writer_since
            .is_none_or(|since| now >= since.plus(WRITER_LOST));
        if idle {
            self.writer_since = Some(now);
        }
        idle
    }
}

/// A call as its use is noted.
pub struct Visit {
    /// From where.
    pub ip: Option<String>,
    /// Method and route, without what is particular in its path.
    pub route: String,
    /// Which scopes it takes; `None` where nobody says.
    pub scopes: Option<ScopeSet>,
}

impl Visit {
    /// A call of this API that takes these scopes.
    pub fn of(call: &Call, parts: &Parts, scopes: ScopeSet) -> Self {
        let path = parts
            .extensions
            .get::<MatchedPath>()
            .map_or_else(|| parts.uri.path(), MatchedPath::as_str);
        Self {
            ip: call.ip.clone(),
            route: format!("{} {path}", parts.method),
            scopes: Some(scopes),
        }
    }

    /// The address, if it is one.
    pub fn address(&self) -> Option<IpAddr> {
        self.ip.as_deref().and_then(|ip| ip.parse().ok())
    }
}

/// Notes that a good credential made this call.
pub fn record(call: &Call, machine: &MachineCaller, visit: &Visit) {
    note(call, |recorder| {
        let counts = &mut recorder.counts;
        if let TokenOwner::ServiceAccount { id, .. } = &machine.owner {
            let used = AccountUse {
                tenant: machine.tenant.as_str().into(),
                account: id.as_str().into(),
                old: matches!(machine.by, By::Pair(Some(_))),
                at: call.now,
                ip: visit.ip.clone(),
                agent: call.user_agent.clone(),
            };
            count(&mut counts.accounts, used, true);
        }
        if let By::Token(token, old) = &machine.by {
            let used = TokenUse {
                tenant: machine.tenant.as_str().into(),
                token: token.id.as_str().into(),
                old: old.is_some(),
                routes: vec![RouteUse {
                    day: call.now.day(),
                    route: visit.route.clone(),
                    scopes: Taken(visit.scopes),
                    calls: 1,
                }],
                at: call.now,
                ip: visit.ip.clone(),
                agent: call.user_agent.clone(),
            };
            let key = (used.token.clone(), visit.ip.clone().unwrap_or_default());
            if let Some(address) = counts.addresses.get_mut(&key) {
                address.calls += 1;
                address.at = call.now;
            } else if counts.addresses.len() < APART {
                // To ask has its cost, and of what was written before it is known.
                let is_known = recorder.known.contains(&key);
                let place = if is_known { None } else { call.place() };
                let address = AddressUse {
                    tenant: used.tenant.clone(),
                    token: key.0,
                    ip: key.1,
                    calls: 1,
                    at: call.now,
                    agent: call.user_agent.clone(),
                    place,
                    call: visit.route.clone(),
                    network: notices::network(visit.ip.as_deref().unwrap_or_default()),
                };
                count(&mut counts.addresses, address, true);
            }
            count(&mut counts.tokens, used, true);
        }
    });
}

/// Notes that a call with a known token was refused.
pub fn refused(call: &Call, machine: &MachineCaller, visit: &Visit, refusal: &Refusal) {
    let Some(token) = machine::token_id(machine) else {
        return;
    };
    note(call, |recorder| {
        let counts = &mut recorder.counts;
        let refused = RefusedUse {
            tenant: machine.tenant.as_str().into(),
            token: token.as_str().into(),
            reason: refusal.code.as_str().into(),
            ip: visit.ip.clone().unwrap_or_default(),
            calls: 1,
            at: call.now,
            agent: call.user_agent.clone(),
            call: visit.route.clone(),
            missing: refusal.required_scope.map(|scope| scope.to_string()),
        };
        if counts.refusals.len() < APART || counts.refusals.contains_key(&refused.key()) {
            count(&mut counts.refusals, refused, true);
        }
    });
}

fn note(call: &Call, add: impl FnOnce(&mut Recorder)) {
    let must_write = RECORDER.with_borrow_mut(|recorder| {
        add(recorder);
        recorder.must_write(call.now)
    });
    if must_write {
        let writer = call.clone();
        call.later(async move { keep_writing(&writer).await });
    }
}

async fn keep_writing(writer: &Call) -> Result<()> {
    let take = |recorder: &mut Recorder| std::mem::take(&mut recorder.counts);
    for _ in 0..ROUNDS {
        let counts = RECORDER.with_borrow_mut(take);
        if counts.is_empty() {
            break;
        }
        write(writer, counts).await?;
        pause(PAUSE_MS).await?;
    }
    let rest = RECORDER.with_borrow_mut(|recorder| {
        recorder.writer_since = None;
        take(recorder)
    });
    if rest.is_empty() {
        return Ok(());
    }
    write(writer, rest).await
}

/// Writes down what was counted. What could not be written is counted again with what comes next, but not for ever:
/// should the database refuse it for what it is, it must not stand in the way of all that follows.
async fn write(writer: &Call, counts: Counts) -> Result<()> {
    let unknown = RECORDER.with_borrow(|recorder| recorder.unknown(&counts));
    // What is new has to be asked before it is written.
    let questions = [
        store::new_networks(&unknown),
        store::refused_tokens(&counts),
    ];
    let [asks_networks, asks_refused] = questions.each_ref().map(Option::is_some);
    let mut statements: Vec<_> = questions.into_iter().flatten().collect();
    statements.extend(store::write(&counts, &unknown));
    let written = match writer.db.commit_all(statements).await {
        Ok(written) => written,
        Err(error) => {
            RECORDER.with_borrow_mut(|recorder| recorder.put_back(counts));
            return Err(error);
        }
    };
    RECORDER.with_borrow_mut(|recorder| recorder.wrote(&counts));
    let mut answers = written.iter();
    let mut answer = |asked: bool| asked.then(|| answers.next()).flatten();
    let new_networks = answer(asks_networks).map(Outcome::rows).transpose()?;
    let refused = answer(asks_refused).map(Outcome::rows).transpose()?;
    notices::tell(
        writer,
        &counts,
        &new_networks.unwrap_or_default(),
        &refused.unwrap_or_default(),
    )
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_377_695);

    fn used(at: Timestamp, ip: &str) -> TokenUse {
        TokenUse {
            tenant: "ten_1".into(),
            token: "tok_1".into(),
            old: false,
            routes: vec![RouteUse {
                day: at.day(),
                route: "GET /backups".into(),
                scopes: Taken(None),
                calls: 1,
            }],
            at,
            ip: Some(ip.into()),
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
            .map(|used| (used.routes[0].calls, used.at, used.ip.as_deref()))
            .collect();
        assert_eq!(told, [(2, NOW.plus(1), Some("192.0.2.2"))]);
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
            .map(|used| (used.routes[0].calls, used.at))
            .collect();
        assert_eq!(told, [(2, NOW.plus(1))]);
    }

    #[test]
    fn what_can_never_be_written_is_let_go_in_the_end() {
        let mut recorder = Recorder::default();
        for failure in 1..=FAILURES {
            let mut counts = std::mem::take(&mut recorder.counts);
            count(&mut counts.tokens, used(NOW, "192.0.2.1"), true);
            recorder.put_back(counts);
            assert_eq!(recorder.counts.is_empty(), failure == FAILURES);
        }
        assert_eq!(recorder.failures, 0);
    }

    #[test]
    fn one_writer_serves_all_and_a_lost_one_is_replaced() {
        let mut recorder = Recorder::default();
        assert!(recorder.must_write(NOW));
        assert!(!recorder.must_write(NOW.plus(WRITER_LOST - 1)));
        assert!(recorder.must_write(NOW.plus(WRITER_LOST)));
    }
}
