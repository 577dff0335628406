//! The functions with which the log's writer takes records from the hub, and reports the result.

use std::sync::{MutexGuard, PoisonError};
use std::time::Duration;

use broker::{Broker, Time};
use tokio::runtime::Handle;

use super::Hub;
use super::state::State;
use crate::durable::recorder::Publish;
use crate::durable::{Recorder, Refusal};

impl Hub {
    /// Waits until there is something to write or `patience` has passed, and then calls `take`.
    /// Returns `None` once the hub is closed and nothing is left to write.
    pub(crate) fn gathered<T>(
        &self,
        patience: Option<Duration>,
        take: impl FnOnce(&mut Recorder, &mut Broker, Time) -> T,
    ) -> Option<T> {
        let (mut state, mut is_enough) = (self.lock(), false);
        loop {
            let now = state.look();
            // Leases and delays that are over must be recorded before the totals that `take` reads.
            state.broker.advance(now);
            state.tell(now);
            let State { broker, recorder, closed, .. } = &mut *state;
            let recorder = recorder.as_mut()?;
            if !recorder.is_empty() || is_enough {
                return Some(take(recorder, broker, now));
            }
            if *closed {
                return None;
            }
            state.writer_sleeps = true;
            (state, is_enough) = self.sleep(state, patience);
            state.writer_sleeps = false;
        }
    }

    /// Sleeps until there may be something to write; returns true if `patience` has passed instead.
    fn sleep<'a>(
        &'a self,
        state: MutexGuard<'a, State>,
        patience: Option<Duration>,
    ) -> (MutexGuard<'a, State>, bool) {
        let Some(patience) = patience else {
            return (self.gathers.wait(state).unwrap_or_else(PoisonError::into_inner), false);
        };
        let woken = self.gathers.wait_timeout(state, patience);
        let (state, end) = woken.unwrap_or_else(PoisonError::into_inner);
        (state, end.timed_out())
    }

    /// Commits batches that are on the disk, and answers their publishers.
    pub(crate) fn settle(&self, written: Vec<Publish>) {
        let mut answers = Vec::with_capacity(written.len());
        self.enter(|state, now| {
            for Publish { accepted, answer, .. } in written {
                state.has_ended(&accepted);
                state.broker.commit(now, accepted);
                answers.push(answer);
            }
        });
        // A publisher that has hung up gets no answer, but its messages are published, too.
        let tell = move || answers.into_iter().for_each(|answer| drop(answer.send(Ok(()))));
        match Handle::try_current() {
            // The runtime wakes publishers in half of the time that this thread would need.
            Ok(runtime) => drop(runtime.spawn(async { tell() })),
            Err(_) => tell(),
        }
    }

    /// Drops batches that could not be written, and answers their publishers.
    pub(crate) fn refuse(&self, accepted: Vec<Publish>, refusal: &Refusal) {
        for Publish { accepted, answer, .. } in accepted {
            self.enter(|state, _| {
                state.has_ended(&accepted);
                state.broker.refuse(&accepted);
            });
            drop(answer.send(Err(refusal.clone())));
        }
    }

    /// Closes the hub, so that the writer ends after it has written the remaining records.
    pub fn close(&self) {
        self.lock().closed = true;
        self.gathers.notify_all();
    }
}
