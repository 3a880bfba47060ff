//! Limits on what can be tried: exact counters in fixed windows, in D1, so that they hold across the whole edge.

use crate::{
    call::Call,
    db::{Outcome, Statement},
    error::{Error, Refusal, Result},
    rates,
};
use contract::{problem::Code, time::Timestamp};
use serde::Deserialize;
use std::net::IpAddr;

/// How often something may be tried.
pub struct Limit {
    /// What is limited; part of the counter's name.
    pub name: &'static str,
    /// How many tries a window allows.
    pub count: u32,
    /// How long a window is, in seconds.
    pub seconds: i64,
}

/// A counter of one limit for one account or address.
pub struct Counter {
    limit: &'static Limit,
    key: String,
}

/// A counter as it stands after a try was counted.
#[derive(Deserialize)]
pub struct Taken {
    /// Which counter it is.
    pub key: String,
    count: u32,
    ends_at: Timestamp,
}

impl Taken {
    /// Refuses when more was tried than `limit` allows, this try included.
    pub fn check(&self, limit: &Limit, now: Timestamp) -> Result<()> {
        if self.count <= limit.count {
            return Ok(());
        }
        Err(self.refusal(limit, now))
    }

    /// Refuses when one more try would be more than `limit` allows.
    pub fn check_before(&self, limit: &Limit, now: Timestamp) -> Result<()> {
        if self.count < limit.count {
            return Ok(());
        }
        Err(self.refusal(limit, now))
    }

    /// Whether it is the first try of its window that `limit` refuses.
    pub fn just_ran_out(&self, limit: &Limit) -> bool {
        self.count == limit.count + 1
    }

    fn refusal(&self, limit: &Limit, now: Timestamp) -> Error {
        let wait = (self.ends_at.seconds() - now.seconds()).max(1);
        let minutes = wait / 60 + i64::from(wait % 60 > 0);
        let unit = if minutes == 1 { "minute" } else { "minutes" };
        let detail = format!("Too many attempts. Try again in {minutes} {unit}.");
        Refusal {
            retry_after: Some(wait),
            limit: Some(Box::new(rates::headers(
                limit.name,
                limit.count,
                limit.seconds,
                0,
                wait,
            ))),
            ..Refusal::new(Code::RateLimited, detail)
        }
        .into()
    }
}

impl Counter {
    /// The counter for `subject`, whose text itself is not kept.
    pub fn new(call: &Call, limit: &'static Limit, subject: &str) -> Result<Self> {
        let key = call
            .digest(&format!("{} {subject}", limit.name))?
            .as_str()
            .to_owned();
        Ok(Self { limit, key })
    }

    /// Under which name it is kept.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The counter for the address of the call.
    pub fn of_address(call: &Call, limit: &'static Limit) -> Result<Self> {
        Self::new(
            call,
            limit,
            &network(call.ip.as_deref().unwrap_or_default()),
        )
    }

    /// Counts one try. Counting comes before trying, so that tries side by side cannot outrun it.
    pub fn take(&self, now: Timestamp) -> Statement {
        Statement::new(
            "INSERT INTO limits (key, count, ends_at) VALUES (?1, 1, ?3)
             ON CONFLICT (key) DO UPDATE SET
                 count = CASE WHEN ends_at <= ?2 THEN 1 ELSE count + 1 END,
                 ends_at = CASE WHEN ends_at <= ?2 THEN ?3 ELSE ends_at END
             RETURNING key, count, ends_at",
            [&self.key, &now, &now.plus(self.limit.seconds)],
        )
    }

    /// How it stands; no row if nothing was counted in this window.
    pub fn peek(&self, now: Timestamp) -> Statement {
        Statement::new(
            "SELECT key, count, ends_at FROM limits WHERE key = ?1 AND ends_at > ?2",
            [&self.key, &now],
        )
    }

    /// Refuses when [`Counter::peek`] tells that one more try would be above the limit.
    pub fn check_before(&self, peeked: &Outcome, now: Timestamp) -> Result<()> {
        match peeked.row::<Taken>()? {
            Some(taken) => taken.check_before(self.limit, now),
            None => Ok(()),
        }
    }

    /// Takes one try back, once it turned out to be a good one.
    pub fn give_back(&self) -> Statement {
        Statement::new(
            "UPDATE limits SET count = max(count - 1, 0) WHERE key = ?1",
            [&self.key],
        )
    }

    /// Forgets every try.
    pub fn reset(&self) -> Statement {
        Statement::new("DELETE FROM limits WHERE key = ?1", [&self.key])
    }

    /// Refuses when [`Counter::take`] came out above the limit.
    pub fn check(&self, taken: &Outcome, now: Timestamp) -> Result<()> {
        let taken: Taken = taken
            .row()?
            .ok_or_else(|| Error::Internal("a counter without a row".into()))?;
        taken.check(self.limit, now)
    }
}

/// Deletes counters whose window is over.
pub fn purge(now: Timestamp) -> Statement {
    Statement::new("DELETE FROM limits WHERE ends_at <= ?1", [&now])
}

/// What one party can be taken to hold: an IPv4 address, or the /64 around an IPv6 address.
pub fn network(ip: &str) -> String {
    match ip.parse::<IpAddr>().map(|ip| ip.to_canonical()) {
        Ok(IpAddr::V6(v6)) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        Ok(v4) => v4.to_string(),
        Err(_) => "unknown".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_in_one_ipv6_network_share_a_counter() {
        assert_eq!(network("2001:db8:0:1::1"), network("2001:db8:0:1:ffff::2"));
        assert_ne!(network("2001:db8:0:1::1"), network("2001:db8:0:2::1"));
    }

    #[test]
    fn an_ipv4_address_counts_for_itself_however_it_is_written() {
        assert_eq!(network("192.0.2.7"), "192.0.2.7");
        assert_eq!(network("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(network("nonsense"), "unknown");
    }
}
