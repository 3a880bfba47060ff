//! Machines that came before: they come again and again, and as long as the row of one reads the same, it is not taken
//! apart anew.
//!
//! The row is asked for at every call, so what changes in it counts at the next. Only good ones are kept, and only
//! until something of theirs ends.

use super::machine::Machine;
use crate::{db, error::Result, secret::Digest};
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

/// The machine that the row tells of by which `text` begins, as `read` takes it apart; and what follows the row.
pub fn machine<'a>(
    digest: &Digest,
    text: &'a str,
    now: Timestamp,
    read: impl FnOnce(&str) -> Result<Machine>,
) -> Result<(Arc<Machine>, &'a str)> {
    KNOWN.with_borrow_mut(|known| {
        // Rows are arrays in JSON, whose ends are their own: what begins by one has no other in front.
        if let Some(known) = known.get(digest.as_str())
            && let Some(rest) = text.strip_prefix(&known.row)
            && known.machine.stays_good(now)
        {
            return Ok((Arc::clone(&known.machine), rest));
        }
        let (row, rest) = db::split_json(text)?;
        let machine = Arc::new(read(row)?);
        if machine.stays_good(now) {
            if known.len() >= MOST && !known.contains_key(digest.as_str()) {
                known.clear();
            }
            let (row, machine) = (row.to_owned(), Arc::clone(&machine));
            known.insert(digest.as_str().to_owned(), Known { row, machine });
        }
        Ok((machine, rest))
    })
}
