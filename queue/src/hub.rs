//! The [`Hub`]: the broker behind one lock, with its clock and its waiting receives.
//!
//! # Layout
//! - `state`: the data behind the lock
//! - [`clock`]: the broker's time, which stops while the process is stopped
//! - `publish`: publishing messages, which become visible once they are on the disk
//! - `waiter`: a waiting receive, and what happens when its client goes away
//! - [`handover`]: messages on their way to a client, put back if they never reach it
//! - `writing`: the functions that the log's writer calls

use std::convert::Infallible;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use broker::{Broker, Delivery, QueueName, Time, WaiterId};
use tokio::sync::{Notify, Semaphore};

use crate::api_error::ApiError;
use crate::durable::Recorder;
use crate::wire::{WallClock, wall_clock};
use state::{State, receipts};

pub mod clock;
pub mod handover;
mod publish;
mod state;
mod waiter;
mod writing;

pub use publish::TakenIn;

/// The maximum number of bytes of messages that wait to be written. Each byte is in memory three
/// times. A publisher that would exceed the limit waits until there is room.
const ROOM: usize = 16 << 20;

/// The broker, which all calls of the server share. Each call takes the hub's one lock briefly.
#[derive(Debug)]
pub struct Hub {
    state: Mutex<State>,
    /// Whether there is a log. `state` knows this too, but can be read only with the lock.
    is_durable: bool,
    /// Notified when there is something to write, or when the hub is closed.
    gathers: Condvar,
    /// The wall clock, for display only: no decision of the hub depends on it.
    wall: WallClock,
    /// One permit for each of the [`ROOM`] bytes that may wait to be written.
    room: Arc<Semaphore>,
    /// Notified when there is an earlier deadline than the one for which [`Hub::keep_time`] sleeps.
    sooner: Notify,
}

impl Hub {
    /// Creates a hub without a log, whose broker is empty. `run` should differ from the number of
    /// any earlier run, so that the receipts of earlier runs are stale.
    pub fn new(run: u32) -> Hub {
        Hub::with(Broker::new(run), None, Time::ZERO)
    }

    /// Creates a hub with a log; the broker's time is `now`. A writer must take the records.
    pub fn durable(broker: Broker, recorder: Recorder, now: Time) -> Hub {
        Hub::with(broker, Some(recorder), now)
    }

    fn with(broker: Broker, recorder: Option<Recorder>, at_first: Time) -> Hub {
        Hub {
            is_durable: recorder.is_some(),
            state: Mutex::new(State::new(broker, recorder, at_first)),
            gathers: Condvar::new(),
            wall: wall_clock,
            room: Arc::new(Semaphore::new(ROOM)),
            sooner: Notify::new(),
        }
    }

    /// Returns the same hub, but with another wall clock than the machine's.
    #[must_use]
    pub fn with_wall_clock(self, wall: WallClock) -> Hub {
        Hub { wall, ..self }
    }

    /// The time by the wall clock, in milliseconds since 1970.
    pub fn wall_clock(&self) -> u64 {
        (self.wall)()
    }

    /// Ends the leases and delays that are over, and calls `call` with the broker and its time.
    /// Then records the events and answers waiting receives. `call` must not use the hub again.
    pub fn call<T>(&self, call: impl FnOnce(&mut Broker, Time) -> T) -> T {
        self.enter(|state, now| call(&mut state.broker, now))
    }

    /// Checks whether a call may use the queue `name`, and so create it if it does not exist.
    ///
    /// # Errors
    /// When the queue does not exist, and cannot be created because there are too many queues.
    pub fn admit(&self, name: &QueueName) -> Result<(), ApiError> {
        self.lock().admit(name)
    }

    /// Ends the wait of a receive. Messages that were delivered before are in the waiter's channel.
    fn cancel(&self, name: &QueueName, waiter: WaiterId) {
        self.enter(|state, _| {
            state.waiters.remove(&waiter);
            state.broker.cancel(name, waiter);
        });
    }

    /// Puts back messages that never reached their worker.
    fn undeliver(&self, name: &QueueName, deliveries: &[Delivery]) {
        self.call(|broker, now| broker.undeliver(now, name, &receipts(deliveries)));
    }

    /// Runs for ever and ends leases and delays on time. Sleeps until the next deadline, or until
    /// an earlier one appears. While workers have leases or wait, it reads the clock several times
    /// a second, to notice if the process was stopped.
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
        // A panic under the lock may lose one message. The hub goes on and keeps the others.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter<T>(&self, call: impl FnOnce(&mut State, Time) -> T) -> T {
        let mut state = self.lock();
        // The clock is read under the lock, because the broker's time must not go back.
        let now = state.look();
        let before = state.broker.next_deadline();
        state.broker.advance(now);
        let answer = call(&mut state, now);
        state.tell(now);
        let gathers = state.recorder.as_ref().is_some_and(|it| !it.is_empty());
        // Clear the flag under the lock, and notify after its release: the writer needs the lock.
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

fn is_sooner(after: Option<Time>, before: Option<Time>) -> bool {
    after.is_some_and(|after| before.is_none_or(|before| after < before))
}
