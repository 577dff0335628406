//! Decides which tile to compute next, so that several processes compute one film together.
//!
//! The queue answers each publish with a number that no other publisher gets. The number is the
//! ticket for the publisher's next tile: only this publisher computes the tile with that number. If
//! the publisher is stopped, its ticket is lost, and the tile stays empty.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The maximum number of waiting tickets: the current one and one that came late. While the queue
/// is slow, more would pile up, for a frame that is left out before the tickets are used.
const MOST: usize = 2;

/// Tickets that wait to be used. Clones share them; taking a ticket never waits.
#[derive(Debug, Clone, Default)]
pub struct Tickets(Arc<Mutex<VecDeque<u64>>>);

impl Tickets {
    /// Adds a ticket. If more than two are waiting then, drops the oldest.
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
