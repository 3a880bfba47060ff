//! Notes each use of a token without making its caller wait.
//!
//! Calls are counted in the memory of the isolate and written together, at most once a second and within a second of
//! the call: exact counts, one write for many. What is lost when an isolate dies is what it counted in that second.

use super::store::{self, Used};
use crate::{
    call::{Call, pause},
    error::Result,
};
use contract::{
    ids::{TenantId, TokenId},
    time::Timestamp,
};
use std::{
    cell::RefCell,
    collections::{BTreeMap, btree_map::Entry},
};

/// How often a writer looks for more, and how many times before it leaves the work to the next call:
/// the platform lets work go on for 30 seconds after the answer.
const PAUSE_MS: u32 = 1_000;
const ROUNDS: usize = 20;
/// A writer not heard of for this many seconds was ended by the platform.
const WRITER_LOST: i64 = 30;

thread_local! {
    static RECORDER: RefCell<Recorder> = RefCell::default();
}

#[derive(Default)]
struct Recorder {
    uses: BTreeMap<(TokenId, String), Used>,
    writer_since: Option<Timestamp>,
}

impl Recorder {
    /// Counts a use; true if somebody must begin to write.
    fn add(
        &mut self,
        tenant: &TenantId,
        token: &TokenId,
        ip: Option<&str>,
        now: Timestamp,
    ) -> bool {
        let day = now.day();
        let new = || Used {
            tenant: tenant.clone(),
            token: token.clone(),
            day: day.clone(),
            calls: 0,
            at: now,
            ip: None,
        };
        let used = self
            .uses
            .entry((token.clone(), day.clone()))
            .or_insert_with(new);
        used.calls += 1;
        used.at = now;
        used.ip = ip.map(str::to_owned);
        let idle = self
            .writer_since
            .is_none_or(|since| now >= since.plus(WRITER_LOST));
        if idle {
            self.writer_since = Some(now);
        }
        idle
    }

    /// Counts uses again that were taken.
    fn put_back(&mut self, uses: Vec<Used>) {
        for used in uses {
            match self.uses.entry((used.token.clone(), used.day.clone())) {
                Entry::Vacant(place) => drop(place.insert(used)),
                Entry::Occupied(mut newer) => newer.get_mut().calls += used.calls,
            }
        }
    }

    fn take(&mut self) -> Vec<Used> {
        std::mem::take(&mut self.uses).into_values().collect()
    }
}

/// Notes that `token` was used by this call.
pub fn record(call: &Call, tenant: &TenantId, token: &TokenId) {
    let must_write = RECORDER
        .with_borrow_mut(|recorder| recorder.add(tenant, token, call.ip.as_deref(), call.now));
    if must_write {
        let writer = call.clone();
        call.later(async move {
            for _ in 0..ROUNDS {
                let uses = RECORDER.with_borrow_mut(Recorder::take);
                if uses.is_empty() {
                    break;
                }
                write(&writer, uses).await?;
                pause(PAUSE_MS).await?;
            }
            let rest = RECORDER.with_borrow_mut(|recorder| {
                recorder.writer_since = None;
                recorder.take()
            });
            if rest.is_empty() {
                return Ok(());
            }
            write(&writer, rest).await
        });
    }
}

/// Writes uses down. Those that could not be written are counted again with the next ones.
async fn write(writer: &Call, uses: Vec<Used>) -> Result<()> {
    let written = writer.db.commit(store::write(&uses)).await;
    if written.is_err() {
        RECORDER.with_borrow_mut(|recorder| {
            recorder.writer_since = None;
            recorder.put_back(uses);
        });
    }
    written.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_377_695);

    #[test]
    fn uses_add_up_by_token_and_day_and_one_writer_serves_them() {
        let (tenant, token) = (
            TenantId::from_ulid("01JD7ZQ4T3V5W6X7Y8Z9ABCDEF"),
            TokenId::from_ulid("01JD7ZQ4T3V5W6X7Y8Z9ABCDEF"),
        );
        let mut recorder = Recorder::default();
        assert!(recorder.add(&tenant, &token, Some("192.0.2.1"), NOW));
        assert!(!recorder.add(&tenant, &token, Some("192.0.2.2"), NOW.plus(1)));
        assert!(!recorder.add(&tenant, &token, None, NOW.plus(20)));
        let uses = recorder.take();
        assert_eq!(uses.iter().map(|used| used.calls).collect::<Vec<_>>(), [3]);
        assert_eq!(uses.first().map(|used| used.at), Some(NOW.plus(20)));
        assert!(recorder.take().is_empty());

        assert!(!recorder.add(&tenant, &token, None, NOW.plus(21)));
        recorder.put_back(uses);
        let calls: Vec<_> = recorder.take().iter().map(|used| used.calls).collect();
        assert_eq!(calls, [4], "what could not be written is counted again");
    }

    #[test]
    fn a_lost_writer_is_replaced() {
        let (tenant, token) = (
            TenantId::from_ulid("01JD7ZQ4T3V5W6X7Y8Z9ABCDEF"),
            TokenId::from_ulid("01JD7ZQ4T3V5W6X7Y8Z9ABCDEF"),
        );
        let mut recorder = Recorder::default();
        assert!(recorder.add(&tenant, &token, None, NOW));
        assert!(!recorder.add(&tenant, &token, None, NOW.plus(WRITER_LOST - 1)));
        assert!(recorder.add(&tenant, &token, None, NOW.plus(WRITER_LOST)));
    }
}
