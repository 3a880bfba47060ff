//! Machines that came before: they come again and again, and as long as the row of one reads the same, it is not taken
//! apart anew.
//!
//! The row is asked for at every call, so what changes in it counts at the next. Only good ones are kept, and only
//! until something of theirs ends.

use super::machine::Machine;
use crate::{error::Result, secret::Digest};
use contract::time::Timestamp;
use std::{cell::RefCell, collections::HashMap, sync::Arc};

/// So many are kept.
const MOST: usize = 1_000;

struct Known {
    row: String,
    machine: Arc<Machine>,
}

thread_local! {
    /// By the digests of their secrets.
    static KNOWN: RefCell<HashMap<String, Known>> = RefCell::default();
}

/// The machine that `row` tells of, as `read` takes it apart.
pub fn machine(
    digest: &Digest,
    row: &str,
    now: Timestamp,
    read: impl FnOnce() -> Result<Machine>,
) -> Result<Arc<Machine>> {
    KNOWN.with_borrow_mut(|known| {
        if let Some(known) = known.get(digest.as_str())
            && known.row == row
            && known.machine.stays_good(now)
        {
            return Ok(Arc::clone(&known.machine));
        }
        let machine = Arc::new(read()?);
        if machine.stays_good(now) {
            if known.len() >= MOST && !known.contains_key(digest.as_str()) {
                known.clear();
            }
            let (row, machine) = (row.to_owned(), Arc::clone(&machine));
            known.insert(digest.as_str().to_owned(), Known { row, machine });
        }
        Ok(machine)
    })
}
