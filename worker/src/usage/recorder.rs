//! Notes each use of a credential without making its caller wait.
//!
//! Calls are counted in the memory of the isolate and written together, at most once a second and within a second of
//! the call: exact counts, one write for many. Where many tokens call at once, what may wait does so for up to ten seconds,
//! so that the database is not kept busy with being told. What is lost when an isolate dies is what it had gathered.

use super::{
    notices,
    store::{
        self, AccountUse, AddressUse, Again, LastUse, Line, RefusedUse, RouteUse, SecretUse, Taken,
        TokenKey, TokenUse, first_of,
    },
};
use crate::{
    auth::{
        MachineCaller, Tenant,
        machine::{self, By},
    },
    call::Call,
    db::Outcome,
    edge::pause,
    error::{Refusal, Result},
};
use axum::{
    extract::MatchedPath,
    http::{StatusCode, request::Parts},
};
use contract::{
    ids::{CallsId, TokenId},
    problem::Code,
    scopes::ScopeSet,
    time::Timestamp,
    tokens::{OBSERVED, Token, TokenOwner},
};
use std::{
    cell::RefCell,
    collections::{BTreeMap, HashMap, btree_map::Entry},
    net::IpAddr,
};

/// How often a writer looks for more, and how many times before it leaves the work to the next call:
/// the platform lets work go on for 30 seconds after the answer.
const PAUSE_MS: u32 = 1_000;
/// A writer begins so late that how a call was answered is written along with its use.
const ANSWER_MS: u32 = 50;
const ROUNDS: usize = 20;
/// By then a use of a token in its grace is written, with something to spare for the writing.
pub const WRITTEN_WITHIN_MS: u32 = PAUSE_MS + ANSWER_MS + 450;
/// A writer not heard of for this many seconds was ended by the platform.
const WRITER_LOST: i64 = 30;
/// For each so many tokens that were written, the next ones wait another second, but never longer than that.
const TOKENS_PER_SECOND: usize = 100;
const LONGEST: usize = 10;
/// No more tokens, no more of their addresses, no more refusals and no more of their calls wait.
const WAITING: usize = 2_000;
/// Of one token, no more new addresses and no more refusals by address wait, so that it leaves room for others: that it is
/// used from more within a second is not told better by naming them.
const APART: usize = 20;
/// Seconds. Calls that are alike within one are one line.
const MINUTE: i64 = 60;
/// The calls with one token within a minute tell their addresses up to so many that are not alike.
const LINES_PER_MINUTE: usize = 100;
/// So many tokens are remembered with their addresses; to forget them costs a question.
const KNOWN: usize = 2_000;
/// So many addresses of a token are kept.
const ADDRESSES_KEPT: usize = 10;
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

/// Counts one that came just now, unless it would be one more than may wait.
fn count_new<C: Counted>(counts: &mut BTreeMap<C::Key, C>, new: C) {
    if counts.len() < WAITING || counts.contains_key(&new.key()) {
        count(counts, new, true);
    }
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
    fn is_empty(&self) -> bool {
        self.tokens.is_empty()
            && self.accounts.is_empty()
            && self.addresses.is_empty()
            && self.new_addresses.is_empty()
            && self.refusals.is_empty()
            && self.lines.is_empty()
            && self.refused_lines.is_empty()
    }

    /// The line that a call with this key is counted in, if there is one.
    fn line(&mut self, key: &<Line as Counted>::Key) -> Option<&mut Line> {
        self.lines
            .get_mut(key)
            .or_else(|| self.refused_lines.get_mut(key))
    }

    /// Counts a call. One whose token already has as many lines in that minute as tell their address does not tell it.
    fn count_call(&mut self, mut line: Line) {
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
    fn count_refusal(&mut self, mut refused: RefusedUse) {
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
    fn patience(&self) -> usize {
        (self.tokens.len() / TOKENS_PER_SECOND).clamp(1, LONGEST)
    }

    /// Takes what cannot wait, which is all but the uses of tokens from addresses that are known and the calls that were let
    /// through; of a token with two secrets its uses too, since somebody may be about to decide by them which secret goes.
    fn take_urgent(&mut self) -> Self {
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

#[derive(Default)]
struct Recorder {
    counts: Counts,
    writer_since: Option<Timestamp>,
    /// How many times in a row nothing could be written.
    failures: u8,
    /// The addresses of tokens that this isolate wrote last, as many as are kept of each: they are no news.
    known: HashMap<TokenKey, Vec<Option<IpAddr>>>,
}

impl Recorder {
    /// Counts from where a token was used.
    fn count_address(
        &mut self,
        call: &Call,
        machine: &MachineCaller,
        token: &Token,
        visit: &Visit,
        again: &Again,
    ) {
        let key = (TokenKey::of(&token.id), visit.ip);
        let known = self.known.get(&key.0);
        let is_known = known.is_some_and(|addresses| addresses.contains(&key.1));
        let addresses = if is_known {
            &mut self.counts.addresses
        } else {
            &mut self.counts.new_addresses
        };
        if let Some(address) = addresses.get_mut(&key) {
            return address.again(again);
        }
        let of_token = addresses.range((key.0, None)..);
        let of_token = of_token.take_while(|((token, _), _)| *token == key.0);
        if addresses.len() == WAITING || of_token.take(APART).count() == APART {
            return;
        }
        // To ask has its cost, and of what was written before it is known.
        let place = if is_known { None } else { visit.place(call) };
        let address = AddressUse {
            tenant: machine.tenant.as_str().into(),
            token: token.id.clone(),
            ip: visit.ip,
            calls: 1,
            at: call.now,
            agent: again.agent.map(str::to_owned),
            place,
            call: visit.route.clone(),
            network: notices::network(visit.ip),
        };
        addresses.insert(key, address);
    }

    /// Learns that this was written.
    fn wrote(&mut self, counts: &Counts) {
        self.failures = 0;
        if self.known.len() > KNOWN {
            self.known.clear();
        }
        for (token, ip) in counts.new_addresses.keys() {
            let addresses = self.known.entry(*token).or_default();
            addresses.push(*ip);
            if addresses.len() > ADDRESSES_KEPT {
                addresses.remove(0);
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
    /// From where, if that is known.
    pub ip: Option<IpAddr>,
    /// Method and route, without what is particular in its path.
    pub route: String,
    /// Which scopes it takes; `None` where nobody says.
    pub scopes: Option<ScopeSet>,
    /// Whether somebody else tells of it, whose agent is not the caller's.
    pub is_told: bool,
}

impl Visit {
    /// A call of this API that takes these scopes.
    pub fn of(call: &Call, parts: &Parts, scopes: ScopeSet) -> Self {
        let path = parts
            .extensions
            .get::<MatchedPath>()
            .map_or_else(|| parts.uri.path(), MatchedPath::as_str);
        Self {
            ip: call.address(),
            route: format!("{} {path}", parts.method),
            scopes: Some(scopes),
            is_told: false,
        }
    }

    /// A call of a route that takes no scope.
    pub fn at(call: &Call, route: &str) -> Self {
        Self {
            ip: call.address(),
            route: route.into(),
            scopes: Some(ScopeSet::default()),
            is_told: false,
        }
    }

    /// The agent of the caller, if that is known.
    fn agent<'a>(&self, call: &'a Call) -> Option<&'a str> {
        agent(call, self.is_told)
    }

    /// The place of the caller, if that is known: the runtime knows the one that the call comes from.
    fn place(&self, call: &Call) -> Option<String> {
        (self.ip == call.address()).then(|| call.place()).flatten()
    }
}

fn agent(call: &Call, is_told: bool) -> Option<&str> {
    call.user_agent.as_deref().filter(|_| !is_told)
}

/// What a token was shown for, until that is answered.
pub struct Visited {
    tenant: String,
    token: TokenId,
    route: String,
    ip: Option<IpAddr>,
    is_told: bool,
    refused: Option<Code>,
}

/// Notes that a token was shown, good or not, so that the answer becomes a line among its calls. `refused` is for answers
/// that do not say so themselves.
pub fn visited(
    call: &Call,
    tenant: &Tenant,
    token: &TokenId,
    visit: &Visit,
    refused: Option<Code>,
) {
    call.visits(|| Visited {
        tenant: tenant.as_str().into(),
        token: token.clone(),
        route: visit.route.clone(),
        ip: visit.ip,
        is_told: visit.is_told,
        refused,
    });
}

/// Notes how a call was answered for which a token was shown, if one was.
pub fn answered(call: &Call, status: StatusCode, refused: Option<Code>) {
    let Some(visited) = call.visited() else {
        return;
    };
    let minute = first_of(MINUTE, call.now);
    let status = status.as_u16();
    let code = refused.or(visited.refused).map_or("", Code::as_str);
    let agent = agent(call, visited.is_told);
    let (token, route, ip) = (&visited.token, visited.route.clone(), visited.ip);
    let key = (TokenKey::of(token), minute, route, status, code, ip);
    note(call, |recorder| {
        if let Some(line) = recorder.counts.line(&key) {
            return line.again(call.now, agent, &call.request_id);
        }
        let (_, minute, route, status, code, ip) = key;
        recorder.counts.count_call(Line {
            tenant: visited.tenant.clone(),
            token: token.clone(),
            minute,
            route,
            status,
            code,
            ip,
            // Of the lines of one token none has the same: a call becomes one at most.
            id: CallsId::from_ulid(call.request_id.trim_start_matches("req_")),
            calls: 1,
            at: call.now,
            agent: agent.map(str::to_owned),
            request_id: call.request_id.clone(),
        });
    });
}

/// Notes that a good credential made this call, and if so that a list which is only observed would have refused it.
pub fn record(call: &Call, machine: &MachineCaller, visit: &Visit) {
    if let Some(token) = machine::token_id(machine) {
        visited(call, &machine.tenant, token, visit, None);
        if machine.credential.would_refuse(visit.ip) {
            note_refusal(call, &machine.tenant, token, visit, OBSERVED, String::new());
        }
    }
    let again = Again {
        at: call.now,
        ip: visit.ip,
        agent: visit.agent(call),
        route: &visit.route,
    };
    note(call, |recorder| {
        if let TokenOwner::ServiceAccount { id, .. } = &machine.owner {
            let last = LastUse::of(&again);
            let used = AccountUse {
                tenant: machine.tenant.as_str().into(),
                account: id.as_str().into(),
                old: matches!(machine.by, By::Pair(Some(_))).then(|| last.clone()),
                last,
            };
            count(&mut recorder.counts.accounts, used, true);
        }
        if let By::Token(token, old) = &machine.by {
            recorder.count_address(call, machine, token, visit, &again);
            let scopes = Taken(visit.scopes);
            let tokens = &mut recorder.counts.tokens;
            let used = match tokens.entry(TokenKey::of(&token.id)) {
                Entry::Occupied(used) => {
                    let used = used.into_mut();
                    used.again(&again, scopes);
                    used
                }
                Entry::Vacant(place) => place.insert(TokenUse {
                    tenant: machine.tenant.as_str().into(),
                    token: token.id.clone(),
                    routes: vec![RouteUse::once(call.now, again.route, scopes)],
                    last: LastUse::of(&again),
                    secrets: vec![],
                }),
            };
            let in_grace = token.in_grace_until.is_some_and(|until| call.now < until);
            let last_four = match old {
                Some(old) => Some(&old.last_four),
                None => in_grace.then_some(&token.last_four),
            };
            if let Some(last_four) = last_four {
                let (last_four, last) = (last_four.clone(), LastUse::of(&again));
                used.by(SecretUse { last_four, last }, true);
            }
        }
    });
}

/// Notes that a call with a known token was refused.
pub fn refused(call: &Call, tenant: &Tenant, token: &TokenId, visit: &Visit, refusal: &Refusal) {
    let missing = refusal.required_scope.map(|scope| scope.to_string());
    let missing = missing.unwrap_or_default();
    visited(call, tenant, token, visit, Some(refusal.code));
    note_refusal(call, tenant, token, visit, refusal.code.as_str(), missing);
}

fn note_refusal(
    call: &Call,
    tenant: &Tenant,
    token: &TokenId,
    visit: &Visit,
    reason: &'static str,
    missing: String,
) {
    note(call, |recorder| {
        let refused = RefusedUse {
            tenant: tenant.as_str().into(),
            token: token.clone(),
            reason,
            ip: visit.ip,
            calls: 1,
            at: call.now,
            agent: visit.agent(call).map(str::to_owned),
            call: visit.route.clone(),
            missing,
        };
        recorder.counts.count_refusal(refused);
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
    pause(ANSWER_MS).await?;
    let mut seconds = 0;
    for _ in 0..ROUNDS {
        let counts = if seconds > 0 {
            RECORDER.with_borrow_mut(|recorder| recorder.counts.take_urgent())
        } else {
            let counts = RECORDER.with_borrow_mut(take);
            if counts.is_empty() {
                break;
            }
            seconds = counts.patience();
            counts
        };
        if !counts.is_empty() {
            write(writer, counts).await?;
        }
        seconds -= 1;
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
    // What is new has to be asked before it is written.
    let questions = [store::new_networks(&counts), store::refused_tokens(&counts)];
    let [asks_networks, asks_refused] = questions.each_ref().map(Option::is_some);
    let mut statements: Vec<_> = questions.into_iter().flatten().collect();
    statements.extend(store::write(&counts));
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
            minute: first_of(MINUTE, at),
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
