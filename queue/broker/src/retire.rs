//! Retired workers, which are about to stop and receive no more messages.
//!
//! Retirements are not logged. The client that retires a worker repeats the call until the worker
//! is gone. If the client stops calling, the worker soon receives messages again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use crate::Time;

/// How long a worker stays retired after one call.
pub const RETIRED_FOR: Time = Duration::from_secs(10);
/// The maximum number of retired workers of a queue, needed because clients choose the names. If it
/// is exceeded, the queue forgets the retirement that ends first.
const MOST: usize = 10_000;

#[derive(Debug)]
struct Retirement {
    until: Time,
    /// Whether a receive of the retired worker was answered. If not, its next receive is answered
    /// at once; later ones wait, because the worker would otherwise repeat them without a pause.
    notified: bool,
}

/// The retired workers of a queue.
#[derive(Debug, Default)]
pub struct Retired {
    by_name: BTreeMap<Arc<str>, Retirement>,
    /// When each retirement ends, soonest first.
    ends: BTreeSet<(Time, Arc<str>)>,
}

impl Retired {
    /// Whether no worker is retired.
    pub fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    /// Whether the worker with this name is retired.
    pub fn contains(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    /// Whether a worker is retired; a worker without a name never is.
    pub fn has(&self, worker: Option<&Arc<str>>) -> bool {
        worker.is_some_and(|name| self.contains(name))
    }

    /// When the next retirement ends; `None` if no worker is retired.
    pub fn next_deadline(&self) -> Option<Time> {
        self.ends.first().map(|(until, _)| *until)
    }

    /// Forgets retirements that are over at `now`.
    pub fn advance(&mut self, now: Time) {
        while self.next_deadline().is_some_and(|until| until <= now) {
            self.end_first();
        }
    }

    fn end_first(&mut self) {
        if let Some((_, name)) = self.ends.pop_first() {
            self.by_name.remove(&name);
        }
    }

    /// Retires a worker until `until`. `notified`: whether one of its receives was answered, so that
    /// the worker knows.
    pub fn begin(&mut self, until: Time, name: &Arc<str>, notified: bool) {
        let notified_before = self.by_name.remove(name).is_some_and(|before| {
            self.ends.remove(&(before.until, name.clone()));
            before.notified
        });
        let notified = notified || notified_before;
        self.by_name.insert(name.clone(), Retirement { until, notified });
        self.ends.insert((until, name.clone()));
        if self.ends.len() > MOST {
            self.end_first();
        }
    }

    /// Notifies a worker that its receive gets nothing. Returns `None` if the worker is not
    /// retired, else whether this is the first notification.
    pub fn tell(&mut self, worker: Option<&Arc<str>>) -> Option<bool> {
        let retirement = self.by_name.get_mut(worker?)?;
        Some(!std::mem::replace(&mut retirement.notified, true))
    }
}
