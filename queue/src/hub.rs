//! The [`Hub`]: the broker behind one lock, its clock, and its waiting receives.
//!
//! # Layout
//! - `state`: the data behind the lock
//! - `clock`: time that stops while the process is stopped
//! - `publish`: publishing; messages become visible once they are on the disk
//! - `waiter`: a waiting receive, and what happens when its client goes away
//! - [`handover`]: messages on their way to a client, put back if they never reach it
//! - `writing`: the interface for the log's writer

use std::convert::Infallible;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use broker::{Broker, Delivery, QueueName, Time, WaiterId};
use tokio::sync::{Notify, Semaphore};

use crate::api_error::ApiError;
use crate::durable::Recorder;
use crate::wire::{WallClock, wall_clock};
use state::{State, receipts};

mod clock;
pub mod handover;
mod publish;
mod state;
mod waiter;
mod writing;

pub use publish::TakenIn;

/// The bytes of messages that may wait to be written, each of which is in memory three times until
/// then. A publisher that exceeds this waits until there is room.
const ROOM: usize = 16 << 20;

/// The broker as the server shares it: every call takes one lock for a short time.
#[derive(Debug)]
pub struct Hub {
    state: Mutex<State>,
    /// Whether there is a recorder, readable without the lock.
    is_durable: bool,
    /// Notified when there is something to write, or when the hub is closed.
    gathers: Condvar,
    /// For display only; nothing here is decided by it.
    wall: WallClock,
    /// Room for bytes that wait to be written.
    room: Arc<Semaphore>,
    /// Notified when a deadline appears before the one that the timer sleeps for.
    sooner: Notify,
}

impl Hub {
    /// An empty broker whose time begins now. `run` should differ from that of any earlier process,
    /// so that its receipts are stale.
    pub fn new(run: u32) -> Hub {
        Hub::with(Broker::new(run), None, Time::ZERO)
    }

    /// A broker with a log, at `now` by its own time. A writer must take the records.
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

    /// The same hub with another wall clock than the machine's.
    #[must_use]
    pub fn with_wall_clock(self, wall: WallClock) -> Hub {
        Hub { wall, ..self }
    }

    /// The wall clock, in milliseconds since 1970.
    pub fn wall_clock(&self) -> u64 {
        (self.wall)()
    }

    /// Makes a call on the broker after ending what is over by now, then delivers the events.
    /// `call` must not use the hub again.
    pub fn call<T>(&self, call: impl FnOnce(&mut Broker, Time) -> T) -> T {
        self.enter(|state, now| call(&mut state.broker, now))
    }

    /// Whether a call may use a queue of this name, which creates it if it does not exist.
    ///
    /// # Errors
    /// When there are too many queues.
    pub fn admit(&self, name: &QueueName) -> Result<(), ApiError> {
        self.lock().admit(name)
    }

    /// Ends a wait. Messages that were delivered up to now are in the waiter's channel.
    fn cancel(&self, name: &QueueName, waiter: WaiterId) {
        self.enter(|state, _| {
            state.waiters.remove(&waiter);
            state.broker.cancel(name, waiter);
        });
    }

    /// Puts messages back that never reached their worker.
    fn undeliver(&self, name: &QueueName, deliveries: &[Delivery]) {
        self.call(|broker, now| broker.undeliver(now, name, &receipts(deliveries)));
    }

    /// Ends leases and delays on time. It sleeps until the next deadline, or until a sooner one
    /// appears. While workers have leases or wait, it reads the clock several times a second, to
    /// notice if the process was stopped. Without workers it never wakes up in vain.
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
        // After a panic in here one message may be lost; the others should not be lost with it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter<T>(&self, call: impl FnOnce(&mut State, Time) -> T) -> T {
        let mut state = self.lock();
        // Read under the lock, because the broker's time must not go back.
        let now = state.look();
        let before = state.broker.next_deadline();
        state.broker.advance(now);
        let answer = call(&mut state, now);
        state.tell(now);
        let gathers = state.recorder.as_ref().is_some_and(|it| !it.is_empty());
        // Clear the flag under the lock, notify after it: the writer needs the lock.
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
