//! Notes each use of a credential without making its caller wait.
//!
//! Calls are counted in the memory of the isolate and written together, at most once a second and within a second of
//! the call: exact counts, one write for many. Where many tokens call at once, what may wait does so for up to ten seconds,
//! so that the database is not kept busy with being told. What is lost when an isolate dies is what it had gathered.

use super::{
    counts::{Counts, count, has_room},
    notices, store,
    uses::{
        AccountUse, AddressUse, Again, LastUse, Line, RefusedUse, RouteUse, SecretUse, Taken,
        TokenKey, TokenUse, minute,
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
    collections::{HashMap, btree_map::Entry},
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
/// So many tokens are remembered with their addresses; to forget them costs a question.
const KNOWN: usize = 2_000;
/// So many addresses of a token are kept.
const ADDRESSES_KEPT: usize = 10;
/// What could not be written so many times in a row is let go.
const FAILURES: u8 = 10;

thread_local! {
    static RECORDER: RefCell<Recorder> = RefCell::default();
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
        if !has_room(addresses, key.0) {
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
            // Calls that came while it was being written have it among what is new once more.
            if !addresses.contains(ip) {
                addresses.push(*ip);
            }
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
    let minute = minute(call.now);
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

    #[test]
    fn what_can_never_be_written_is_let_go_in_the_end() {
        let mut recorder = Recorder::default();
        for failure in 1..=FAILURES {
            let mut counts = std::mem::take(&mut recorder.counts);
            let used = AccountUse {
                tenant: "ten_1".into(),
                account: "svc_1".into(),
                last: LastUse {
                    at: NOW,
                    ip: None,
                    agent: None,
                },
                old: None,
            };
            count(&mut counts.accounts, used, true);
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
