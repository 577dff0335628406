//! Decides which tile to compute next, so that several remainders paint one picture together.
//!
//! Each publish is answered with a number that no other publisher gets. It is the ticket for the
//! publisher's next tile: this remainder computes the tile with that number, and no other one
//! does. If a remainder is stopped, its ticket is lost, and the tile stays empty.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Two, so that a late ticket can wait beside the next one. More would only pile up while the
/// queue is slow, for tiles of a picture that is finished by the time they are used.
const MOST: usize = 2;

/// A store of tickets. Clones share it; taking a ticket never waits.
#[derive(Debug, Clone, Default)]
pub struct Tickets(Arc<Mutex<VecDeque<u64>>>);

impl Tickets {
    /// Adds a ticket; of more than two, the oldest is dropped.
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
