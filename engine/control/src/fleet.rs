//! All that work on one queue, and how they share its need.
//!
//! A rule says how many containers its queue needs in all. Where several workloads work on one
//! queue, the most urgent has what it may, and each of the others has the part of its own need
//! that those before it leave: `need (1 - sum of granted / need over the more urgent)`. Needs are
//! compared by their parts since one workload's containers may be slower than another's.

use crate::state::State;
use crate::workload::Workload;

/// All containers that work on a queue, whosever they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fleet {
    /// How many were told to be there.
    pub desired: u32,
    /// At work.
    pub ready: u32,
    /// The most that may be there.
    pub max: u32,
}

impl Fleet {
    /// Those of one workload.
    pub(crate) fn of(state: &State) -> Fleet {
        let (desired, ready) = (state.replicas.desired, state.replicas.ready);
        Fleet { desired, ready, max: state.workload.max }
    }

    /// Those of all these.
    pub(crate) fn of_all<'a>(states: impl Iterator<Item = &'a State>) -> Fleet {
        states.map(Fleet::of).fold(Fleet::default(), |all, one| Fleet {
            desired: all.desired.saturating_add(one.desired),
            ready: all.ready.saturating_add(one.ready),
            max: all.max.saturating_add(one.max),
        })
    }
}

/// Groups of workloads that share a queue, by their places in the order of priority.
pub(crate) fn shared(states: &[State]) -> Vec<Vec<usize>> {
    let queue = |workload: &Workload| workload.rule.target().map(|target| target.queue.clone());
    let mut queues: Vec<(String, usize)> = states
        .iter()
        .enumerate()
        .filter_map(|(i, state)| Some((queue(&state.workload)?, i)))
        .collect();
    queues.sort();
    let groups = queues.chunk_by(|(a, _), (b, _)| a == b).filter(|group| group.len() > 1);
    groups.map(|group| group.iter().map(|(_, i)| *i).collect()).collect()
}

/// Gives each of a group its part of the need, the most urgent first.
pub(crate) fn share(states: &mut [State], group: &[usize]) {
    let mut left = 1.0;
    for i in group {
        let state = &mut states[*i];
        let need = f64::from(state.need());
        // A hair over a whole number is rounding, not demand.
        let part = (need * f64::max(left, 0.0) - 1e-6).ceil().max(0.0) as u32;
        state.take_part(part);
        if need > 0.0 {
            left -= f64::from(state.granted()) / need;
        }
    }
}
