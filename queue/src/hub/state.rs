//! What the hub's lock protects.

use std::collections::HashMap;

use broker::{Broker, Delivery, Event, MessageId, QueueName, Receipt, Time, WaiterId};
use futures::future::Shared;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::clock::{Clock, HEARTBEAT};
use crate::api_error::ApiError;
use crate::durable::{Recorder, Refusal};

/// So many events have room without a new allocation.
const EVENTS: usize = 256;

/// What a publisher hears once its batch is on the disk, or never will be. The writer holds the
/// other end, so that its end is heard of, too.
pub(super) type Answered = oneshot::Receiver<Result<(), Refusal>>;

/// What the lock protects.
#[derive(Debug)]
pub(super) struct State {
    pub(super) broker: Broker,
    pub(super) clock: Clock,
    /// Whether the timer looks at the clock, as it does while workers are there.
    pub(super) beats: bool,
    /// The other ends are held by those who wait.
    pub(super) waiters: HashMap<WaiterId, oneshot::Sender<Vec<Delivery>>>,
    /// Where what happens is kept; `None` for memory only.
    pub(super) recorder: Option<Recorder>,
    /// Whether the writer sleeps, so that nobody rings in vain.
    pub(super) writer_sleeps: bool,
    /// Publishes with keys that are not on the disk yet, by the first of their messages.
    pub(super) under_way: HashMap<MessageId, Shared<Answered>>,
    /// Whether nothing more will come.
    pub(super) closed: bool,
    /// Room for what happens, kept from call to call; empty between them.
    events: Vec<(QueueName, Event)>,
}

impl State {
    /// What is there at first, at this time of the broker.
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

    /// The broker's time, with a look at whether the process stood still.
    pub(super) fn look(&mut self) -> Time {
        let State { clock, broker, .. } = self;
        clock.now(|| broker.has_workers())
    }

    /// When the timer has to look; `None` where nothing is due.
    pub(super) fn next_look(&mut self) -> Option<Instant> {
        self.beats = self.broker.has_workers();
        let beat = self.beats.then(|| Instant::now() + HEARTBEAT);
        let due = self.broker.next_deadline().map(|at| self.clock.instant(at));
        beat.into_iter().chain(due).min()
    }

    /// Hands deliveries to those who waited for them. One that comes back may go to the next,
    /// hence the loop.
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
                    // Its receive ends with that.
                    Event::Dismissed { waiter } => drop(self.waiters.remove(&waiter)),
                    _ => {}
                }
            }
            // A large batch would keep its room for ever.
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
