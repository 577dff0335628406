//! The broker behind one lock, its clock, and those who wait.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};

use broker::{Broker, Delivery, Event, QueueName, Receipt, Request, Time, WaiterId};
use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;

use crate::handover::Handover;
use crate::waiter::Waiter;

/// The broker as the server shares it: every call goes through one short lock.
#[derive(Debug)]
pub struct Hub {
    state: Mutex<State>,
    /// Time zero of the broker.
    began: Instant,
    /// Rings when a deadline appears before the one the timer sleeps for.
    sooner: Notify,
}

/// What the lock protects.
#[derive(Debug)]
struct State {
    broker: Broker,
    /// The other ends are held by [`Waiter`]s.
    waiters: HashMap<WaiterId, oneshot::Sender<Vec<Delivery>>>,
}

impl Hub {
    /// An empty broker whose time begins now. `run` should differ from that of any earlier
    /// process, so that receipts of then are stale.
    pub fn new(run: u32) -> Hub {
        let state = State { broker: Broker::new(run), waiters: HashMap::new() };
        Hub { state: Mutex::new(state), began: Instant::now(), sooner: Notify::new() }
    }

    /// Makes a call on the broker, which has ended by now what is over, and tells everyone whom
    /// it concerns. `call` must not use the hub again.
    pub fn call<T>(&self, call: impl FnOnce(&mut Broker, Time) -> T) -> T {
        self.enter(|state, now| call(&mut state.broker, now))
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
        let handover = if wait.is_zero() {
            let deliveries = self.call(|broker, now| broker.receive(now, name, &request));
            Handover::new(self.clone(), name.clone(), deliveries)
        } else {
            self.wait(name, request).served(wait, enough).await
        };
        if handover.is_empty() {
            self.call(|broker, _| broker.count_empty(name));
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
    /// sooner one appears; it never looks in vain.
    pub async fn keep_time(&self) -> Infallible {
        loop {
            match self.call(|broker, _| broker.next_deadline()) {
                None => self.sooner.notified().await,
                Some(at) => tokio::select! {
                    () = tokio::time::sleep_until(self.began + at) => {}
                    () = self.sooner.notified() => {}
                },
            }
        }
    }

    fn enter<T>(&self, call: impl FnOnce(&mut State, Time) -> T) -> T {
        // After a panic in here one message may be astray; the others should not go with it.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        // Read under the lock: the broker's time must not go back.
        let now = self.began.elapsed();
        let before = state.broker.next_deadline();
        state.broker.advance(now);
        let answer = call(&mut state, now);
        state.tell(now);
        if is_sooner(state.broker.next_deadline(), before) {
            self.sooner.notify_one();
        }
        answer
    }
}

impl State {
    /// Hands deliveries to those who waited for them. One that comes back may go to the next,
    /// hence the loop.
    fn tell(&mut self, now: Time) {
        loop {
            let events = self.broker.take_events();
            if events.is_empty() {
                return;
            }
            for (queue, event) in events {
                tracing::trace!(%queue, ?event);
                if let Event::Delivered { waiter: Some(waiter), deliveries } = event {
                    self.hand(now, &queue, waiter, deliveries);
                }
            }
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
