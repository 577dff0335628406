//! What the log's writer asks of the hub.

use std::sync::{MutexGuard, PoisonError};
use std::time::Duration;

use broker::{Broker, Time};
use tokio::runtime::Handle;

use super::Hub;
use super::state::State;
use crate::durable::recorder::Publish;
use crate::durable::{Recorder, Refusal};

impl Hub {
    /// What `take` takes of what gathers, once there is something or `patience` ends; `None` once
    /// the hub is closed and everything was taken.
    pub(crate) fn gathered<T>(
        &self,
        patience: Option<Duration>,
        take: impl FnOnce(&mut Recorder, &mut Broker, Time) -> T,
    ) -> Option<T> {
        let (mut state, mut is_enough) = (self.lock(), false);
        loop {
            let now = state.look();
            // What ends by now is told before the counts that are taken here.
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

    /// Until somebody rings, or patience is at its end: then true.
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

    /// Batches that are on the disk: they are there from now on, and their publishers hear of it.
    pub(crate) fn settle(&self, written: Vec<Publish>) {
        let mut answers = Vec::with_capacity(written.len());
        self.enter(|state, now| {
            for Publish { accepted, answer, .. } in written {
                state.has_ended(&accepted);
                state.broker.commit(now, accepted);
                answers.push(answer);
            }
        });
        // Who hung up meanwhile does not hear it; the messages are there all the same.
        let tell = move || answers.into_iter().for_each(|answer| drop(answer.send(Ok(()))));
        match Handle::try_current() {
            // Waking them from there costs half of what it costs from the writer's thread.
            Ok(runtime) => drop(runtime.spawn(async { tell() })),
            Err(_) => tell(),
        }
    }

    /// Batches that could not be written never came.
    pub(crate) fn refuse(&self, accepted: Vec<Publish>, refusal: &Refusal) {
        for Publish { accepted, answer, .. } in accepted {
            self.enter(|state, _| {
                state.has_ended(&accepted);
                state.broker.refuse(&accepted);
            });
            drop(answer.send(Err(refusal.clone())));
        }
    }

    /// Nothing more will come: whoever writes may end after what is left.
    pub fn close(&self) {
        self.lock().closed = true;
        self.gathers.notify_all();
    }
}
