//! Decides which tile to compute next, so that several remainders paint one picture together.
//!
//! The queue answers each publish with a number that no other publisher gets. The number is the
//! ticket for the publisher's next tile: this remainder computes the tile with that number, and no
//! other remainder does. If a remainder is stopped, its ticket is lost, and the tile stays empty.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The most tickets that wait: one, and a late one beside it. More would pile up while the queue is
/// slow, and belong to a picture that is finished before they are used.
const MOST: usize = 2;

/// Tickets that wait to be used. Clones share them; taking a ticket never waits.
#[derive(Debug, Clone, Default)]
pub struct Tickets(Arc<Mutex<VecDeque<u64>>>);

impl Tickets {
    /// Adds a ticket. If more than two wait, drops the oldest.
    pub fn put(&self, number: u64) {
        let mut tickets = self.lock();
        tickets.push_back(number);
        if tickets.len() > MOST {
            tickets.pop_front();
        }
    }

    /// Takes the oldest ticket; `None` if none waits.
    pub fn take(&self) -> Option<u64> {
        self.lock().pop_front()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
