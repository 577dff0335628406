//! [`Front`]: one upstream queue with its table of leases, as the handlers of calls use it.
//!
//! # Layout
//! - `receive`: one receive of the upstream for each receive, unless the worker may get nothing
//! - [`handover`]: messages on their way to a worker, handed back if they never reach it
//! - [`settle`]: ack, nack, release and extend, confirmed by the upstream
//! - `publish`: publishing, also of dead and redriven messages
//! - `tasks`: what the table asks to be done at the upstream
//! - [`numbers`]: the upstream's numbers, and those that are counted here
//! - [`others`]: the queues to which dead messages go
//! - `condition`: one log line when the upstream fails, and one when it answers again

use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use broker::{QueueName, Settings, Time};
use queue::Capabilities;
use queue::hub::clock::{Clock, HEARTBEAT};
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::table::{Rules, Table, Task, Totals};
use crate::upstream::{Any, Nature, Upstream};

mod condition;
pub mod handover;
pub mod numbers;
pub mod others;
mod publish;
mod receive;
pub mod settle;
mod tasks;

pub use handover::Handover;
pub use numbers::Seen;
pub use others::Others;

use condition::Condition;

/// An upstream queue.
#[derive(Debug)]
pub struct Front {
    /// The queue's name, here and at the upstream.
    pub name: QueueName,
    upstream: Any,
    nature: Nature,
    state: Mutex<State>,
    /// Notified when there is an earlier deadline than the one for which [`Front::keep_time`]
    /// sleeps.
    sooner: Notify,
    /// Notified when receives must ask again whether they may get messages.
    changed: Notify,
    condition: Condition,
    /// Where dead messages go.
    others: Weak<dyn Others>,
}

#[derive(Debug)]
struct State {
    table: Table,
    clock: Clock,
    /// All settings; the table has those that it applies.
    settings: Settings,
    /// Receives that wait, also those that the upstream is not asked for.
    waiting: usize,
    /// The highest number of messages that is known to have been published.
    published: u64,
    /// Whether the timer reads the clock regularly, because there are leases.
    beats: bool,
}

impl Front {
    /// Stands in front of this upstream. `run` should differ from that of every earlier run.
    pub fn new(
        name: QueueName,
        upstream: Any,
        settings: Settings,
        run: u32,
        others: Weak<dyn Others>,
    ) -> Front {
        let nature = upstream.nature();
        let state = State {
            table: Table::new(run, rules(&settings), nature.habits),
            clock: Clock::new(Time::ZERO),
            settings,
            waiting: 0,
            published: 0,
            beats: false,
        };
        let (sooner, changed) = (Notify::new(), Notify::new());
        let condition = Condition::new(&name);
        let state = Mutex::new(state);
        Front { name, upstream, nature, state, sooner, changed, condition, others }
    }

    /// What can be offered in front of this upstream.
    pub fn capabilities(&self) -> &Capabilities {
        &self.nature.capabilities
    }

    /// The settings.
    pub fn settings(&self) -> Settings {
        self.lock().settings.clone()
    }

    /// Replaces the settings, here and at the upstream.
    ///
    /// # Errors
    /// When the upstream cannot apply one, or does not answer; then nothing is changed here.
    pub async fn configure(&self, settings: Settings) -> Result<(), client::Error> {
        self.heard(self.upstream.limit(&settings).await)?;
        let mut state = self.lock();
        state.table.configure(rules(&settings));
        state.settings = settings;
        Ok(())
    }

    /// What is counted here, and how many leases there are.
    pub fn counted(&self) -> (Totals, usize) {
        let state = self.lock();
        (state.table.totals, state.table.in_flight())
    }

    /// Calls `call` with the table and its time, and then does what the table asks for.
    pub fn call<T>(self: &Arc<Self>, call: impl FnOnce(&mut Table, Time) -> T) -> T {
        self.enter(|state, now| call(&mut state.table, now))
    }

    /// Retires a worker; see [`Table::retire`].
    pub fn retire(self: &Arc<Self>, worker: &Arc<str>) -> usize {
        let leases = self.call(|table, now| table.retire(now, worker, false));
        self.changed.notify_waiters();
        leases
    }

    /// Pauses or resumes the queue.
    pub fn pause(self: &Arc<Self>, paused: bool) {
        self.call(|table, _| table.pause(paused));
        self.changed.notify_waiters();
    }

    /// Deletes all messages of the upstream; returns how many, if it says so.
    ///
    /// # Errors
    /// When the upstream cannot, or does not answer.
    pub async fn purge(self: &Arc<Self>) -> Result<Option<u64>, client::Error> {
        let count = self.heard(self.upstream.clear().await)?;
        self.enter(|state, now| {
            state.table.purged(now, count);
            if count.is_none() {
                // As after a restart, the total begins again with what the queue holds.
                state.published = 0;
            }
        });
        Ok(count)
    }

    /// Runs for ever, and ends and renews leases on time.
    pub async fn keep_time(self: &Arc<Self>) -> Infallible {
        loop {
            match self.enter(|state, _| state.next_look()) {
                None => self.sooner.notified().await,
                Some(at) => tokio::select! {
                    () = tokio::time::sleep_until(at) => {}
                    () = self.sooner.notified() => {}
                },
            }
            // A retirement may be over, so that a waiting receive may ask the upstream again.
            if self.enter(|state, now| state.table.has_freed(now)) {
                self.changed.notify_waiters();
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic under the lock may lose one lease. The upstream delivers that message again.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter<T>(self: &Arc<Self>, call: impl FnOnce(&mut State, Time) -> T) -> T {
        let (answer, tasks, is_sooner) = {
            let mut state = self.lock();
            let now = state.look();
            let before = state.table.next_deadline();
            let tasks = state.table.advance(now);
            let answer = call(&mut state, now);
            let after = state.table.next_deadline();
            let begins = !state.beats && state.table.has_leases();
            state.beats |= begins;
            (answer, tasks, begins || is_sooner(after, before))
        };
        self.carry_out(tasks);
        if is_sooner {
            self.sooner.notify_one();
        }
        answer
    }

    fn carry_out(self: &Arc<Self>, tasks: impl IntoIterator<Item = Task>) {
        for task in tasks {
            let front = self.clone();
            tokio::spawn(async move { front.perform(task).await });
        }
    }

    /// Logs when the upstream begins to fail and when it answers again; returns the same answer.
    fn heard<T>(&self, answer: Result<T, client::Error>) -> Result<T, client::Error> {
        self.condition.heard(answer.map_err(told))
    }
}

impl State {
    fn look(&mut self) -> Time {
        let State { clock, table, .. } = self;
        clock.now(|| table.has_leases())
    }

    /// Returns when [`Front::keep_time`] must wake up; `None` if there is nothing to wait for.
    fn next_look(&mut self) -> Option<Instant> {
        self.beats = self.table.has_leases();
        let beat = self.beats.then(|| Instant::now() + HEARTBEAT);
        let due = self.table.next_deadline().map(|at| self.clock.instant(at));
        beat.into_iter().chain(due).min()
    }
}

/// An upstream that wants credentials which the ambassador was not given is like one that refuses
/// them: its clients should try again, and somebody should look at it.
fn told(error: client::Error) -> client::Error {
    match error {
        client::Error::Refused(detail) if detail.code == "unauthorized" => {
            client::Error::Unauthorized(detail.message)
        }
        error => error,
    }
}

fn rules(settings: &Settings) -> Rules {
    Rules {
        lease: settings.lease,
        max_attempts: settings.max_attempts,
        dead_letter_queue: settings.dead_letter_queue.clone(),
    }
}

fn is_sooner(after: Option<Time>, before: Option<Time>) -> bool {
    after.is_some_and(|after| before.is_none_or(|before| after < before))
}
