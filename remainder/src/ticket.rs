//! Which tile to compute next, so that several remainders paint one picture and not each its own.
//!
//! Each publish is answered with a number that no other publisher is told. It is the ticket for the
//! publisher's next tile: whoever has it computes that tile, and nobody else does. A remainder that
//! is stopped takes its ticket along, and its tile stays empty.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// One that came late waits beside the one after it. More would only gather while the queue is
/// slow, for tiles of a picture that is over by the time they are used.
const MOST: usize = 2;

/// The place where tickets are put and taken. Clones share it; nobody waits for a ticket.
#[derive(Debug, Clone, Default)]
pub struct Tickets(Arc<Mutex<VecDeque<u64>>>);

impl Tickets {
    /// Puts a ticket there; of more than two the oldest one goes.
    pub fn put(&self, number: u64) {
        let mut tickets = self.lock();
        tickets.push_back(number);
        if tickets.len() > MOST {
            tickets.pop_front();
        }
    }

    /// Takes the oldest ticket, if there is one.
    pub fn take(&self) -> Option<u64> {
        self.lock().pop_front()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
