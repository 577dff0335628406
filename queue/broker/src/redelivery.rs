//! The history of redelivered messages: which worker lost a message, which worker got it next, and
//! which worker acked it.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::Time;
use crate::event::ReturnReason;
use crate::message::MessageId;

/// How many redeliveries a queue remembers.
const KEPT: usize = 100;

/// A message that came back to its queue and was redelivered, or still will be.
#[allow(missing_docs)] // the names say it
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redelivery<I = MessageId> {
    pub id: I,
    pub reason: ReturnReason,
    /// The worker that lost the message; `None` if it gave no name.
    pub worker: Option<Arc<str>>,
    /// The last sign of life of `worker`: the delivery, or its last extension of the lease.
    pub heard: Time,
    /// When the message was redelivered; `None` until then.
    pub given_again: Option<Time>,
    /// The worker that got the message next; `None` before that, or if it gave no name.
    pub next_worker: Option<Arc<str>>,
    /// The worker that acked the message; `None` before the ack, `Some(None)` if it gave no name.
    pub done: Option<Option<Arc<str>>>,
}

impl<I> Redelivery<I> {
    /// The time from the worker's last sign of life to the redelivery; `None` until then.
    pub fn after(&self) -> Option<Time> {
        self.given_again.map(|at| at.saturating_sub(self.heard))
    }
}

/// A queue's last redeliveries, oldest first.
#[derive(Debug)]
pub struct Redeliveries<I = MessageId>(VecDeque<Redelivery<I>>);

impl<I> Default for Redeliveries<I> {
    fn default() -> Redeliveries<I> {
        Redeliveries(VecDeque::new())
    }
}

impl<I: PartialEq> Redeliveries<I> {
    /// Remembers that a worker lost a message.
    pub fn began(&mut self, story: Redelivery<I>) {
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back(story);
    }

    /// Records which worker got the message next.
    pub fn given_again(&mut self, id: &I, now: Time, worker: Option<Arc<str>>) {
        if let Some(story) = self.latest(id) {
            story.given_again = Some(now);
            story.next_worker = worker;
        }
    }

    /// Undoes [`Redeliveries::given_again`], because the message never reached the next worker.
    pub fn not_given(&mut self, id: &I) {
        if let Some(story) = self.latest(id) {
            story.given_again = None;
            story.next_worker = None;
        }
    }

    /// Records which worker acked the message.
    pub fn done(&mut self, id: &I, by: Option<&Arc<str>>) {
        for story in self.0.iter_mut().filter(|story| story.id == *id) {
            story.done = Some(by.cloned());
        }
    }

    /// The remembered redeliveries, newest first.
    pub fn newest(&self) -> impl Iterator<Item = &Redelivery<I>> {
        self.0.iter().rev()
    }

    fn latest(&mut self, id: &I) -> Option<&mut Redelivery<I>> {
        self.0.iter_mut().rev().find(|story| story.id == *id)
    }
}
