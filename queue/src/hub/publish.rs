//! Publishing once: who comes again while the first one waits for the disk waits with it.

use broker::{Accepted, NewMessage, Once, Published, QueueName, Time, Tried};
use futures::FutureExt;
use futures::future::Shared;
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::{Hub, ROOM, State};
use crate::durable::Refusal;
use crate::problem::Problem;

/// What the first one hears, for all who wait for it. The writer holds the other end, so they hear
/// of its end, too.
pub(super) type Answered = Shared<oneshot::Receiver<Result<(), Refusal>>>;

impl Hub {
    /// Takes a batch in as [`Hub::publish`] does, once for all calls with its key: later ones get
    /// the first one's numbers, once its messages are on the disk.
    ///
    /// # Errors
    /// When the queue refuses it, its key was used for something else, or it cannot be written; who
    /// waits for the first one hears why that could not be written. The key is free again then.
    pub async fn publish_once(
        &self,
        name: &QueueName,
        batch: Vec<NewMessage>,
        enqueued_at: u64,
        once: Once,
    ) -> Result<Published, Problem> {
        if !self.is_durable {
            return self.enter(|state, now| {
                state.admit(name)?;
                Ok(state.broker.publish_once(now, name, batch, enqueued_at, once)?)
            });
        }
        let bytes: usize = batch.iter().map(|new| new.body.len() + 64).sum();
        let room = self.room.clone().acquire_many_owned(bytes.min(ROOM) as u32).await;
        let room = room.map_err(|_| Problem::LogFailed)?;
        let publish =
            |state: &mut State, now| state.publish_once(now, name, batch, enqueued_at, once, room);
        let (published, answered) = self.enter(publish)?;
        match answered {
            None => Ok(published),
            Some(answered) => match answered.await {
                Ok(Ok(())) => Ok(published),
                Ok(Err(refusal)) => Err(refusal.into()),
                // The writer is gone, and the process will be.
                Err(_) => Err(Problem::LogFailed),
            },
        }
    }
}

impl State {
    /// The messages, and what to wait for where they are not on the disk yet.
    fn publish_once(
        &mut self,
        now: Time,
        name: &QueueName,
        batch: Vec<NewMessage>,
        enqueued_at: u64,
        once: Once,
        room: OwnedSemaphorePermit,
    ) -> Result<(Published, Option<Answered>), Problem> {
        self.admit(name)?;
        match self.broker.accept_once(now, name, batch, enqueued_at, once)? {
            Tried::First(accepted) => {
                let recorder = self.recorder.as_mut().ok_or(Problem::LogFailed)?;
                let ids: Vec<_> = accepted.ids().collect();
                let answered = recorder.accept_once(now, accepted, enqueued_at, once, room);
                let answered = answered.shared();
                self.under_way.extend(ids.first().map(|first| (*first, answered.clone())));
                Ok((Published { ids, replayed: false }, Some(answered)))
            }
            Tried::Again { ids, settled } => {
                let first = ids.first().filter(|_| !settled);
                let answered = first.and_then(|first| self.under_way.get(first)).cloned();
                Ok((Published { ids, replayed: true }, answered))
            }
        }
    }

    /// A batch is on the disk, or never will be: nobody has to wait for it any more.
    pub(super) fn has_ended(&mut self, accepted: &Accepted) {
        if !self.under_way.is_empty() {
            accepted.ids().next().and_then(|first| self.under_way.remove(&first));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use broker::{Fingerprint, Key};
    use futures::poll;

    use super::*;
    use crate::start::{Store, start};

    #[tokio::test]
    async fn nothing_is_left_of_a_publish_once_it_was_answered_or_refused() {
        let folder = tempfile::tempdir().unwrap();
        let Store { hub, .. } = start(Some(folder.path()), crate::wall_clock).unwrap();
        let jobs = "jobs".parse().unwrap();
        let batch = vec![NewMessage { body: b"x".as_slice().into(), delay: Duration::ZERO }];
        let once = Once { key: Key([1; 16]), fingerprint: Fingerprint([1; 16]) };
        for refused in [true, false] {
            let mut publish = Box::pin(hub.publish_once(&jobs, batch.clone(), 0, once));
            assert!(poll!(&mut publish).is_pending());
            let gathered = hub.gathered(None, |recorder, _, _| recorder.take()).unwrap();
            if refused {
                hub.refuse(gathered.accepted, &Refusal::Full);
            } else {
                hub.settle(gathered.accepted);
            }
            assert_eq!(publish.await.is_err(), refused);
            assert_eq!(hub.lock().under_way.len(), 0);
        }
    }
}
