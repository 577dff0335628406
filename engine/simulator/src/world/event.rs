//! What is due, and when.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use broker::{Receipt, WaiterId};

use crate::Time;

/// What a contender asked to be woken for; the number is its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wake {
    /// To read.
    Read(usize),
    /// To decide.
    Decide(usize),
    /// Because containers came or went a moment ago.
    Changed,
}

/// A container: its workload's index, and a number that is never given twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Id {
    pub(crate) workload: usize,
    pub(crate) number: u64,
}

/// One thing that happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Event {
    /// Jobs come to a queue, by its index; whether they are a burst of its own.
    Arrival { queue: usize, jobs: u32, burst: bool },
    /// A container has started.
    Started(Id),
    /// A container has worked on its job for as long as that takes.
    Done(Id, Receipt),
    /// A worker extends its lease.
    Extend(Id, Receipt),
    /// A worker's question was not answered in time.
    PollOver(Id, WaiterId),
    /// A container has gone.
    Gone(Id),
    /// A container dies, by the workload's index.
    Crash(usize),
    /// Machines have more or fewer places, or a container has waited for one for long.
    Places,
    /// A contender asked to be woken.
    Wake(Wake),
    /// The curves get a point.
    Sample,
}

/// What is due, the earliest first, and what was asked for first among equals.
#[derive(Debug, Default)]
pub(crate) struct Agenda {
    heap: BinaryHeap<Reverse<(Time, u64, Event)>>,
    sequence: u64,
}

impl Agenda {
    pub(crate) fn add(&mut self, at: Time, event: Event) {
        self.sequence += 1;
        self.heap.push(Reverse((at, self.sequence, event)));
    }

    pub(crate) fn next_time(&self) -> Option<Time> {
        self.heap.peek().map(|Reverse((at, _, _))| *at)
    }

    pub(crate) fn pop(&mut self) -> Option<Event> {
        self.heap.pop().map(|Reverse((_, _, event))| event)
    }
}
