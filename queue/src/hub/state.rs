//! The data behind the hub's lock.

use std::collections::HashMap;

use broker::{Broker, Delivery, Event, MessageId, QueueName, Receipt, Time, WaiterId};
use futures::future::Shared;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::clock::{Clock, HEARTBEAT};
use crate::api_error::ApiError;
use crate::durable::{Recorder, Refusal};

/// The number of events for which memory is kept, so that most calls allocate nothing.
const EVENTS: usize = 256;

/// The writer's pending answer to a publisher: the publisher's batch is on the disk, or was
/// refused. If the writer ends without an answer, the channel is closed.
pub(super) type Answered = oneshot::Receiver<Result<(), Refusal>>;

#[derive(Debug)]
pub(super) struct State {
    pub(super) broker: Broker,
    pub(super) clock: Clock,
    /// Whether the timer, `Hub::keep_time`, reads the clock regularly because there are workers.
    pub(super) beats: bool,
    /// For each waiting receive, the channel on which it gets its messages.
    pub(super) waiters: HashMap<WaiterId, oneshot::Sender<Vec<Delivery>>>,
    /// Turns events into records; `None` if there is no log.
    pub(super) recorder: Option<Recorder>,
    /// Whether the writer sleeps, and must be notified when there is something to write.
    pub(super) writer_sleeps: bool,
    /// The pending answers to publishes with a key whose messages are not on the disk yet, by the
    /// id of the first message. Repeated publishes wait for the same answer.
    pub(super) under_way: HashMap<MessageId, Shared<Answered>>,
    /// Whether the hub is closed: no more calls come, and the writer ends after the last record.
    pub(super) closed: bool,
    /// A buffer for events, which is empty between calls; only its memory is reused.
    events: Vec<(QueueName, Event)>,
}

impl State {
    /// Creates the initial state, in which the broker's time is `at_first`.
    pub(super) fn new(broker: Broker, recorder: Option<Recorder>, at_first: Time) -> State {
        State {
            broker,
            clock: Clock::new(at_first),
            beats: false,
            waiters: HashMap::new(),
            recorder,
            writer_sleeps: false,
            under_way: HashMap::new(),
            closed: false,
            events: Vec::new(),
        }
    }

    pub(super) fn admit(&self, name: &QueueName) -> Result<(), ApiError> {
        if self.broker.admits(name) { Ok(()) } else { Err(ApiError::TooManyQueues) }
    }

    /// Reads the broker's time; see [`Clock::now`].
    pub(super) fn look(&mut self) -> Time {
        let State { clock, broker, .. } = self;
        clock.now(|| broker.has_workers())
    }

    /// Returns when `Hub::keep_time` must wake up; `None` if there are no deadlines and no workers.
    pub(super) fn next_look(&mut self) -> Option<Instant> {
        self.beats = self.broker.has_workers();
        let beat = self.beats.then(|| Instant::now() + HEARTBEAT);
        let due = self.broker.next_deadline().map(|at| self.clock.instant(at));
        beat.into_iter().chain(due).min()
    }

    /// Records events, and sends deliveries to waiting receives. A delivery that cannot be sent
    /// goes back to the queue; it may go to the next waiter, which is a new event, hence the loop.
    pub(super) fn tell(&mut self, now: Time) {
        loop {
            let mut events = std::mem::take(&mut self.events);
            self.broker.drain_events(&mut events);
            if events.is_empty() {
                self.events = events;
                return;
            }
            for (queue, event) in events.drain(..) {
                tracing::trace!(%queue, ?event);
                if let Some(recorder) = &mut self.recorder {
                    recorder.happened(now, &queue, &event);
                }
                match event {
                    Event::Delivered { waiter: Some(waiter), deliveries, .. } => {
                        self.hand(now, &queue, waiter, deliveries);
                    }
                    // Dropping the channel ends the waiting receive.
                    Event::Dismissed { waiter } => drop(self.waiters.remove(&waiter)),
                    _ => {}
                }
            }
            // Otherwise the memory for the events of one large batch would never be freed.
            events.shrink_to(EVENTS);
            self.events = events;
        }
    }

    fn hand(&mut self, now: Time, queue: &QueueName, to: WaiterId, deliveries: Vec<Delivery>) {
        let refused = match self.waiters.remove(&to) {
            Some(waiter) => waiter.send(deliveries).err(),
            None => Some(deliveries),
        };
        if let Some(deliveries) = refused {
            self.broker.undeliver(now, queue, &receipts(&deliveries));
        }
    }
}

pub(super) fn receipts(deliveries: &[Delivery]) -> Vec<Receipt> {
    deliveries.iter().map(|delivery| delivery.receipt).collect()
}
