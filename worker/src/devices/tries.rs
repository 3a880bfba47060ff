//! How often a person who is known may try something: counted for the person or, in a browser that they know, for that
//! browser. So whoever stole a password or a session cannot lock them out.

use super::{Device, store};
use crate::{
    auth::Owner,
    call::Call,
    db::{Outcome, Statement},
    error::{Error, Result},
    limits::{Counter, Limit, Taken},
};

/// The counters of one try.
pub struct PersonalTries<'a> {
    call: &'a Call,
    owner: &'a Owner,
    device: &'a Device,
    limit: &'static Limit,
    person: Counter,
    browser: Counter,
}

impl<'a> PersonalTries<'a> {
    /// Those of `owner` in the browser `device`.
    pub fn new(
        call: &'a Call,
        limit: &'static Limit,
        owner: &'a Owner,
        device: &'a Device,
    ) -> Result<Self> {
        let person = owner.user().as_str();
        let browser = [person, " ", device.digest().as_str()].concat();
        Ok(Self {
            person: Counter::new(call, limit, person)?,
            browser: Counter::new(call, limit, &browser)?,
            call,
            owner,
            device,
            limit,
        })
    }

    /// Counts it.
    pub fn take(&self) -> Statement {
        store::take(
            self.owner,
            self.device,
            [self.person.key(), self.browser.key()],
            self.limit,
            self.call.now,
        )
    }

    /// Whether this is the first try that is refused; those that follow are no news.
    pub fn just_ran_out(&self, taken: &Outcome) -> Result<bool> {
        Ok(read(taken)?.just_ran_out(self.limit))
    }

    /// Refuses when there were too many; else gives the counter that it was counted by.
    pub fn check(self, taken: &Outcome) -> Result<Counter> {
        let taken = read(taken)?;
        taken.check(self.limit, self.call.now)?;
        let of_browser = taken.key == self.browser.key();
        Ok(if of_browser {
            self.browser
        } else {
            self.person
        })
    }
}

fn read(taken: &Outcome) -> Result<Taken> {
    taken
        .row()?
        .ok_or_else(|| Error::Internal("a counter without a row".into()))
}
