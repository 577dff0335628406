//! [`Publishers`]: connections for publishing that rest.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::wire::Wire;

/// How many connections are kept for the next publishes.
const KEPT: usize = 16;

/// Connections that rest. A publish has one for itself.
#[derive(Debug, Default)]
pub(super) struct Publishers(Mutex<Vec<Wire>>);

impl Publishers {
    /// One that nsqd has not closed.
    pub(super) fn take(&self) -> Option<Wire> {
        let mut all = self.lock();
        while let Some(wire) = all.pop() {
            if wire.rests() {
                return Some(wire);
            }
        }
        None
    }

    pub(super) fn put(&self, wire: Wire) {
        let mut all = self.lock();
        if all.len() < KEPT {
            all.push(wire);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Wire>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
