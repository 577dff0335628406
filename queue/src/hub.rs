//! The broker behind one lock, its clock, and those who wait.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use broker::{
    Broker, Delivery, Event, MessageId, NewMessage, QueueName, Receipt, Request, Time, WaiterId,
};
use tokio::sync::{Notify, Semaphore, oneshot};
use tokio::time::Instant;

use crate::durable::Recorder;
use crate::problem::Problem;
use crate::wire::{WallClock, wall_clock};
use clock::{Clock, HEARTBEAT};
use handover::Handover;
use waiter::Waiter;

mod clock;
pub mod handover;
mod publish;
mod waiter;
mod writing;

/// So many bytes of messages may wait to be written, each of them there three times until it is;
/// who comes with more waits until there is room.
const ROOM: usize = 16 << 20;

/// So many events have room without a new allocation.
const EVENTS: usize = 256;

/// The broker as the server shares it: every call goes through one short lock.
#[derive(Debug)]
pub struct Hub {
    state: Mutex<State>,
    /// Whether there is a recorder, so that nobody has to lock to know.
    is_durable: bool,
    /// Rings when there is something to write, or nothing more will come.
    gathers: Condvar,
    /// For what is shown; nothing here is decided by it.
    wall: WallClock,
    /// Room for bytes that wait to be written.
    room: Arc<Semaphore>,
    /// Rings when a deadline appears before the one the timer sleeps for.
    sooner: Notify,
}

/// A batch that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenIn {
    /// Its messages' numbers.
    pub ids: Vec<MessageId>,
    /// How many messages its queue has taken in so far, these included.
    pub total: u64,
}

/// What the lock protects.
#[derive(Debug)]
struct State {
    broker: Broker,
    clock: Clock,
    /// Whether the timer looks at the clock, as it does while workers are there.
    beats: bool,
    /// The other ends are held by [`Waiter`]s.
    waiters: HashMap<WaiterId, oneshot::Sender<Vec<Delivery>>>,
    /// Where what happens is kept; `None` for memory only.
    recorder: Option<Recorder>,
    /// Whether the writer sleeps, so that nobody rings in vain.
    writer_sleeps: bool,
    /// Publishes with keys that are not on the disk yet, by the first of their messages.
    under_way: HashMap<MessageId, publish::Answered>,
    /// Whether nothing more will come.
    closed: bool,
    /// Room for what happens, kept from call to call; empty between them.
    events: Vec<(QueueName, Event)>,
}

impl Hub {
    /// An empty broker whose time begins now. `run` should differ from that of any earlier
    /// process, so that receipts of then are stale.
    pub fn new(run: u32) -> Hub {
        Hub::with(Broker::new(run), None, Time::ZERO)
    }

    /// A broker with a log beside it, at `now` by its own time. A writer has to take what gathers.
    pub fn durable(broker: Broker, recorder: Recorder, now: Time) -> Hub {
        Hub::with(broker, Some(recorder), now)
    }

    fn with(broker: Broker, recorder: Option<Recorder>, at_first: Time) -> Hub {
        let (waiters, under_way, events) = (HashMap::new(), HashMap::new(), Vec::new());
        let (writer_sleeps, closed, is_durable) = (false, false, recorder.is_some());
        let (clock, beats) = (Clock::new(at_first), false);
        let state = State {
            broker,
            clock,
            beats,
            waiters,
            recorder,
            writer_sleeps,
            under_way,
            closed,
            events,
        };
        Hub {
            state: Mutex::new(state),
            is_durable,
            gathers: Condvar::new(),
            wall: wall_clock,
            room: Arc::new(Semaphore::new(ROOM)),
            sooner: Notify::new(),
        }
    }

    /// The same hub with another wall clock than the machine's.
    #[must_use]
    pub fn with_wall_clock(self, wall: WallClock) -> Hub {
        Hub { wall, ..self }
    }

    /// The wall clock, in milliseconds since 1970.
    pub fn wall_clock(&self) -> u64 {
        (self.wall)()
    }

    /// Makes a call on the broker, which has ended by now what is over, and tells everyone whom
    /// it concerns. `call` must not use the hub again.
    pub fn call<T>(&self, call: impl FnOnce(&mut Broker, Time) -> T) -> T {
        self.enter(|state, now| call(&mut state.broker, now))
    }

    /// Whether a call may use a queue of this name, which makes it where it is not there.
    ///
    /// # Errors
    /// When there are too many.
    pub fn admit(&self, name: &QueueName) -> Result<(), Problem> {
        self.lock().admit(name)
    }

    /// Takes a batch in, all or nothing. Where there is a log, it is on the disk when this returns,
    /// and was seen by nobody before.
    ///
    /// # Errors
    /// When the queue refuses it, or it cannot be written.
    pub async fn publish(
        &self,
        name: &QueueName,
        batch: Vec<NewMessage>,
        enqueued_at: u64,
    ) -> Result<TakenIn, Problem> {
        if !self.is_durable {
            return self.enter(|state, now| {
                state.admit(name)?;
                let ids = state.broker.publish(now, name, batch, enqueued_at)?;
                Ok(TakenIn { ids, total: state.broker.taken_in(name) })
            });
        }
        let bytes: usize = batch.iter().map(|new| new.body.len() + 64).sum();
        let room = self.room.clone().acquire_many_owned(bytes.min(ROOM) as u32).await;
        let room = room.map_err(|_| Problem::LogFailed)?;
        let accepted = self.enter(|state, now| {
            state.admit(name)?;
            let accepted = state.broker.accept(now, name, batch, enqueued_at)?;
            let ids = accepted.ids().collect();
            let taken_in = TakenIn { ids, total: state.broker.taken_in(name) };
            let recorder = state.recorder.as_mut().ok_or(Problem::LogFailed)?;
            Ok::<_, Problem>((taken_in, recorder.accept(now, accepted, enqueued_at, room)))
        });
        let (taken_in, answered) = accepted?;
        match answered.await {
            Ok(Ok(())) => Ok(taken_in),
            Ok(Err(refusal)) => Err(refusal.into()),
            // The writer is gone, and the process will be.
            Err(_) => Err(Problem::LogFailed),
        }
    }

    /// Takes at most `request.max` messages, after waiting up to `wait` for the first one or
    /// until `enough` is there. Dropping the future takes nothing.
    pub async fn receive(
        self: &Arc<Self>,
        name: &QueueName,
        request: Request,
        wait: Time,
        enough: impl Future<Output = ()>,
    ) -> Handover {
        let worker = request.worker.clone();
        let mut handover = if wait.is_zero() {
            let deliveries = self.call(|broker, now| broker.receive(now, name, &request));
            Handover::new(self.clone(), name.clone(), deliveries)
        } else {
            self.wait(name, request).served(wait, enough).await
        };
        if handover.is_empty() {
            let retired = self.call(|broker, now| {
                broker.count_empty(name);
                worker.is_some_and(|worker| broker.is_retired(now, name, &worker))
            });
            handover.retired(retired);
        }
        handover
    }

    fn wait(self: &Arc<Self>, name: &QueueName, request: Request) -> Waiter {
        let (sender, receiver) = oneshot::channel();
        let id = self.enter(|state, now| {
            let id = state.broker.wait(now, name, request);
            state.waiters.insert(id, sender);
            id
        });
        Waiter::new(self.clone(), name.clone(), id, receiver)
    }

    /// Waits no longer. What was delivered up to now is in the waiter's channel.
    pub(crate) fn cancel(&self, name: &QueueName, waiter: WaiterId) {
        self.enter(|state, _| {
            state.waiters.remove(&waiter);
            state.broker.cancel(name, waiter);
        });
    }

    /// Puts messages back that never reached their receiver.
    pub(crate) fn undeliver(&self, name: &QueueName, deliveries: &[Delivery]) {
        self.call(|broker, now| broker.undeliver(now, name, &receipts(deliveries)));
    }

    /// Ends leases and delays when their time comes. It sleeps until the next one is due, or a
    /// sooner one appears. While workers have leases or wait it looks at the clock several times a
    /// second, so that a process that stood still knows it; without any it never looks in vain.
    pub async fn keep_time(&self) -> Infallible {
        loop {
            match self.enter(|state, _| state.next_look()) {
                None => self.sooner.notified().await,
                Some(at) => tokio::select! {
                    () = tokio::time::sleep_until(at) => {}
                    () = self.sooner.notified() => {}
                },
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // After a panic in here one message may be astray; the others should not go with it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter<T>(&self, call: impl FnOnce(&mut State, Time) -> T) -> T {
        let mut state = self.lock();
        // Read under the lock: the broker's time must not go back.
        let now = state.look();
        let before = state.broker.next_deadline();
        state.broker.advance(now);
        let answer = call(&mut state, now);
        state.tell(now);
        let gathers = state.recorder.as_ref().is_some_and(|it| !it.is_empty());
        // Whoever rings takes the bell away, and rings when the lock is free: the writer takes it.
        let rings = gathers && std::mem::take(&mut state.writer_sleeps);
        let begins = !state.beats && state.broker.has_workers();
        state.beats |= begins;
        let is_sooner = begins || is_sooner(state.broker.next_deadline(), before);
        drop(state);
        if rings {
            self.gathers.notify_one();
        }
        if is_sooner {
            self.sooner.notify_one();
        }
        answer
    }
}

impl State {
    fn admit(&self, name: &QueueName) -> Result<(), Problem> {
        if self.broker.admits(name) { Ok(()) } else { Err(Problem::TooManyQueues) }
    }

    /// The broker's time, with a look at whether the process stood still.
    fn look(&mut self) -> Time {
        let State { clock, broker, .. } = self;
        clock.now(|| broker.has_workers())
    }

    /// When the timer has to look; `None` where nothing is due.
    fn next_look(&mut self) -> Option<Instant> {
        self.beats = self.broker.has_workers();
        let beat = self.beats.then(|| Instant::now() + HEARTBEAT);
        let due = self.broker.next_deadline().map(|at| self.clock.instant(at));
        beat.into_iter().chain(due).min()
    }

    /// Hands deliveries to those who waited for them. One that comes back may go to the next,
    /// hence the loop.
    fn tell(&mut self, now: Time) {
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

fn is_sooner(after: Option<Time>, before: Option<Time>) -> bool {
    after.is_some_and(|after| before.is_none_or(|before| after < before))
}

fn receipts(deliveries: &[Delivery]) -> Vec<Receipt> {
    deliveries.iter().map(|delivery| delivery.receipt).collect()
}
