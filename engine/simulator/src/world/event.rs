//! The events and their agenda.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use broker::{Receipt, WaiterId};

use crate::Time;

/// Why a contender is woken. The number says which of the contender's autoscalers is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wake {
    /// A queue is to be read.
    Read(usize),
    /// A decision is due.
    Decide(usize),
    /// Containers have just started or ended, or a postponed write is due.
    Changed,
}

/// A container: its workload's index, and a number that is never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Id {
    pub(crate) workload: usize,
    pub(crate) number: u64,
}

/// Something that happens in the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Event {
    /// Jobs arrive at the queue with this index; a `burst` does not come from the queue's stream.
    Arrival { queue: usize, jobs: u32, burst: bool },
    /// A container has started.
    Started(Id),
    /// A container's job is done.
    Done(Id, Receipt),
    /// A worker extends its lease.
    Extend(Id, Receipt),
    /// A worker's receive call has ended without a job.
    PollOver(Id, WaiterId),
    /// A container has ended, and its place is free.
    Gone(Id),
    /// A container of the workload with this index dies.
    Crash(usize),
    /// The number of places changes, or a container has waited 10 s for a place.
    Places,
    /// A contender wakes.
    Wake(Wake),
    /// The curves get a point.
    Sample,
}

/// The events in order of time. At the same time, arrivals come first, by their queues; otherwise
/// the order in which the events were added counts. So it does not matter how long in advance an
/// arrival is known.
#[derive(Debug, Default)]
pub(crate) struct Agenda {
    heap: BinaryHeap<Reverse<(Time, usize, u64, Event)>>,
    sequence: u64,
}

/// The rank of all events other than arrivals.
const LATER: usize = usize::MAX;

impl Agenda {
    pub(crate) fn add(&mut self, at: Time, event: Event) {
        self.sequence += 1;
        let rank = if let Event::Arrival { queue, .. } = event { queue } else { LATER };
        self.heap.push(Reverse((at, rank, self.sequence, event)));
    }

    pub(crate) fn next_time(&self) -> Option<Time> {
        self.heap.peek().map(|Reverse((at, ..))| *at)
    }

    pub(crate) fn pop(&mut self) -> Option<Event> {
        self.heap.pop().map(|Reverse((.., event))| event)
    }
}
