//! Publishing messages, which become visible once they are on the disk. Repeated publishes with a
//! key wait until the first one is on the disk.

use broker::{Accepted, MessageId, NewMessage, Once, QueueName, Time, Tried};
use futures::FutureExt;
use futures::future::{Either, Shared};
use tokio::sync::OwnedSemaphorePermit;

use super::state::{Answered, State};
use super::{Hub, ROOM};
use crate::api_error::ApiError;

/// The result of a publish.
#[allow(missing_docs)] // the names say it
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenIn {
    pub ids: Vec<MessageId>,
    /// How many messages the queue has accepted so far, including these; `None` for a publish with
    /// a key.
    pub total: Option<u64>,
    /// Whether an earlier publish with the same key has published these messages.
    pub replayed: bool,
}

/// The writer's pending answer, either to one publish or shared by all publishes with one key.
type Awaited = Either<Answered, Shared<Answered>>;

impl Hub {
    /// Publishes all messages of a batch or none. A repeated call with the same key in `once`
    /// publishes nothing, and gets the ids of the first call. With a log, the messages stay
    /// invisible until they are on the disk, and `publish` returns only then.
    ///
    /// # Errors
    /// When the batch is refused, its key was used for another batch, or the log cannot be written.
    /// In the last case all waiting publishes with the key fail, and the key can be used again.
    pub async fn publish(
        &self,
        name: &QueueName,
        batch: Vec<NewMessage>,
        enqueued_at: u64,
        once: Option<Once>,
    ) -> Result<TakenIn, ApiError> {
        let room = if self.is_durable { Some(self.room_for(&batch).await?) } else { None };
        let publish =
            |state: &mut State, now| state.publish(now, name, batch, enqueued_at, once, room);
        let (taken_in, awaited) = self.enter(publish)?;
        let Some(awaited) = awaited else { return Ok(taken_in) };
        match awaited.await {
            Ok(Ok(())) => Ok(taken_in),
            Ok(Err(refusal)) => Err(refusal.into()),
            // The writer has ended, and the process is about to end.
            Err(_) => Err(ApiError::LogFailed),
        }
    }

    async fn room_for(&self, batch: &[NewMessage]) -> Result<OwnedSemaphorePermit, ApiError> {
        let bytes: usize = batch.iter().map(|new| new.body.len() + 64).sum();
        let room = self.room.clone().acquire_many_owned(bytes.min(ROOM) as u32).await;
        room.map_err(|_| ApiError::LogFailed)
    }
}

impl State {
    /// Accepts the messages; returns the answer to wait for, if they are not on the disk yet.
    fn publish(
        &mut self,
        now: Time,
        name: &QueueName,
        batch: Vec<NewMessage>,
        enqueued_at: u64,
        once: Option<Once>,
        room: Option<OwnedSemaphorePermit>,
    ) -> Result<(TakenIn, Option<Awaited>), ApiError> {
        self.admit(name)?;
        let tried = match once {
            Some(once) => self.broker.accept_once(now, name, batch, enqueued_at, once)?,
            None => Tried::First(self.broker.accept(now, name, batch, enqueued_at)?),
        };
        let accepted = match tried {
            Tried::First(accepted) => accepted,
            Tried::Again { ids, settled } => {
                let first = ids.first().filter(|_| !settled);
                let awaited = first.and_then(|first| self.under_way.get(first)).cloned();
                let taken_in = TakenIn { ids, total: None, replayed: true };
                return Ok((taken_in, awaited.map(Either::Right)));
            }
        };
        let ids: Vec<_> = accepted.ids().collect();
        let (first, total) = (ids.first().copied(), self.broker.taken_in(name));
        let taken_in = TakenIn { ids, total: once.is_none().then_some(total), replayed: false };
        let Some(recorder) = &mut self.recorder else {
            self.broker.commit(now, accepted);
            return Ok((taken_in, None));
        };
        let answered = recorder.accept(now, accepted, enqueued_at, once, room);
        if once.is_none() {
            return Ok((taken_in, Some(Either::Left(answered))));
        }
        let answered = answered.shared();
        self.under_way.extend(first.map(|first| (first, answered.clone())));
        Ok((taken_in, Some(Either::Right(answered))))
    }

    /// Forgets the shared answer to the publishes of a batch, which was written or refused.
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
    use crate::durable::Refusal;
    use crate::start::{Store, start};

    #[tokio::test]
    async fn no_state_is_left_of_a_publish_that_was_answered_or_refused() {
        let folder = tempfile::tempdir().unwrap();
        let Store { hub, .. } = start(Some(folder.path()), crate::wall_clock).unwrap();
        let jobs = "jobs".parse().unwrap();
        let batch = vec![NewMessage { body: b"x".as_slice().into(), delay: Duration::ZERO }];
        let once = Once { key: Key([1; 16]), fingerprint: Fingerprint([1; 16]) };
        for refused in [true, false] {
            let mut publish = Box::pin(hub.publish(&jobs, batch.clone(), 0, Some(once)));
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
