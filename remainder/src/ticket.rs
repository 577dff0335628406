//! Which tile to compute next, so that several remainders paint one picture and not each its own.
//!
//! Each publish is answered with a number that no other publisher is told. It is the ticket for the
//! publisher's next tile: whoever has it computes that tile, and nobody else does. A remainder that is
//! stopped takes its ticket along, and its tile stays empty.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Stands for no ticket; so many tiles are never made.
const NONE: u64 = u64::MAX;

/// The place where a ticket is put and taken. Clones share it; nobody waits for it.
#[derive(Debug, Clone)]
pub struct Ticket(Arc<AtomicU64>);

impl Default for Ticket {
    fn default() -> Ticket {
        Ticket(Arc::new(AtomicU64::new(NONE)))
    }
}

impl Ticket {
    /// Puts a ticket there, in the place of one that was not taken.
    pub fn put(&self, number: u64) {
        self.0.store(number, Ordering::Relaxed);
    }

    /// Takes the ticket, if there is one.
    pub fn take(&self) -> Option<u64> {
        Some(self.0.swap(NONE, Ordering::Relaxed)).filter(|number| *number != NONE)
    }
}
