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
pub struct Redelivery {
    pub id: MessageId,
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

impl Redelivery {
    /// The time from the worker's last sign of life to the redelivery; `None` until then.
    pub fn after(&self) -> Option<Time> {
        self.given_again.map(|at| at.saturating_sub(self.heard))
    }
}

/// A queue's last redeliveries, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Redeliveries(VecDeque<Redelivery>);

impl Redeliveries {
    pub(crate) fn began(&mut self, story: Redelivery) {
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back(story);
    }

    pub(crate) fn given_again(&mut self, id: MessageId, now: Time, worker: Option<Arc<str>>) {
        if let Some(story) = self.latest(id) {
            story.given_again = Some(now);
            story.next_worker = worker;
        }
    }

    /// Undoes [`Redeliveries::given_again`], because the message never reached the next worker.
    pub(crate) fn not_given(&mut self, id: MessageId) {
        if let Some(story) = self.latest(id) {
            story.given_again = None;
            story.next_worker = None;
        }
    }

    pub(crate) fn done(&mut self, id: MessageId, by: Option<&Arc<str>>) {
        for story in self.0.iter_mut().filter(|story| story.id == id) {
            story.done = Some(by.cloned());
        }
    }

    /// The remembered redeliveries, newest first.
    pub(crate) fn newest(&self) -> impl Iterator<Item = &Redelivery> {
        self.0.iter().rev()
    }

    fn latest(&mut self, id: MessageId) -> Option<&mut Redelivery> {
        self.0.iter_mut().rev().find(|story| story.id == id)
    }
}
