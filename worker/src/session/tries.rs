//! How often a sign-in may be tried: counted for the address, and for the account or, in a browser that the account
//! knows, for that browser. So strangers who guess cannot lock the owner out.
//!
//! Every try counts before it is made, and is taken back if it was right: tries side by side cannot outrun a limit, and
//! many people may share an address.

use crate::{
    call::Call,
    db::Statement,
    devices::Device,
    error::{Error, Result},
    limits::{Counter, Limit, Taken},
};

const PER_ACCOUNT: Limit = Limit {
    name: "sign-in of account",
    count: 10,
    seconds: WINDOW,
};
const PER_BROWSER: Limit = Limit {
    name: "sign-in in known browser",
    count: 10,
    seconds: WINDOW,
};
const PER_ADDRESS: Limit = Limit {
    name: "sign-in from address",
    count: 30,
    seconds: WINDOW,
};
const WINDOW: i64 = 15 * 60;

/// The counters of one try.
pub(super) struct Tries<'a> {
    call: &'a Call,
    email: &'a str,
    device: &'a Device,
    account: Counter,
    browser: Counter,
    address: Counter,
}

impl<'a> Tries<'a> {
    pub fn new(call: &'a Call, email: &'a str, device: &'a Device) -> Result<Self> {
        let browser = [email, " ", device.digest().as_str()].concat();
        Ok(Self {
            account: Counter::new(call, &PER_ACCOUNT, email)?,
            browser: Counter::new(call, &PER_BROWSER, &browser)?,
            address: Counter::of_address(call, &PER_ADDRESS)?,
            call,
            email,
            device,
        })
    }

    /// Counts it. The statement is the same for addresses that nobody has.
    pub fn take(&self) -> Statement {
        Statement::new(
            "INSERT INTO limits (key, count, ends_at)
             SELECT CASE WHEN EXISTS (SELECT 1 FROM users u JOIN devices d ON d.user_id = u.id AND d.tenant_id = u.tenant_id
                                      WHERE u.email = ?6 AND d.digest = ?7) THEN ?2 ELSE ?1 END, 1, ?5
             UNION ALL SELECT ?3, 1, ?5 WHERE true
             ON CONFLICT (key) DO UPDATE SET
                 count = excluded.count + CASE WHEN ends_at <= ?4 THEN 0 ELSE count END,
                 ends_at = CASE WHEN ends_at <= ?4 THEN ?5 ELSE ends_at END
             RETURNING key, count, ends_at",
            [
                &self.account.key(),
                &self.browser.key(),
                &self.address.key(),
                &self.call.now,
                &self.call.now.plus(WINDOW),
                &self.email,
                self.device.digest(),
            ],
        )
    }

    /// Refuses when there were too many; else gives what takes the try back once it turned out to be a good one.
    pub fn check(&self, taken: &[Taken]) -> Result<Statement> {
        let mut own = None;
        for taken in taken {
            if taken.key == self.address.key() {
                taken.check(&PER_ADDRESS, self.call.now)?;
            } else {
                taken.check(&PER_ACCOUNT, self.call.now)?;
                own = Some(&taken.key);
            }
        }
        let own = own.ok_or_else(|| Error::Internal("a counter without a row".into()))?;
        Ok(Statement::new(
            "UPDATE limits SET count = CASE key WHEN ?1 THEN 0 ELSE max(count - 1, 0) END WHERE key IN (?1, ?2)",
            [own, &self.address.key()],
        ))
    }

    /// Whether it is the first for this account that is refused; those that follow are no news.
    pub fn just_ran_out(&self, taken: &[Taken]) -> bool {
        taken
            .iter()
            .any(|taken| taken.key != self.address.key() && taken.just_ran_out(&PER_ACCOUNT))
    }
}
