//! The story of messages given out again: who lost one, who got it next, who did it.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::Time;
use crate::event::ReturnReason;
use crate::message::MessageId;

/// How many stories a queue remembers.
const KEPT: usize = 100;

/// One message that was given out again, or waits to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redelivery {
    /// The message.
    pub id: MessageId,
    /// Why it came back.
    pub reason: ReturnReason,
    /// Who had it.
    pub worker: Option<Arc<str>>,
    /// When that worker last showed life.
    pub heard: Time,
    /// When it was given out again.
    pub given_again: Option<Time>,
    /// Who got it next.
    pub next_worker: Option<Arc<str>>,
    /// Whether it is done, and by whom.
    pub done: Option<Option<Arc<str>>>,
}

impl Redelivery {
    /// From the first worker's last sign of life until the message was given out again.
    pub fn after(&self) -> Option<Time> {
        self.given_again.map(|at| at.saturating_sub(self.heard))
    }
}

/// A queue's last stories, oldest first.
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

    /// The next worker never got it after all.
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

    /// The stories, newest first.
    pub(crate) fn newest(&self) -> impl Iterator<Item = &Redelivery> {
        self.0.iter().rev()
    }

    fn latest(&mut self, id: MessageId) -> Option<&mut Redelivery> {
        self.0.iter_mut().rev().find(|story| story.id == id)
    }
}
