//! Divides the count that a queue needs among the workloads on it.
//!
//! A rule computes how many containers its whole queue needs. If several workloads serve one queue,
//! the workload with the highest priority covers as much as it may. Each other workload covers the
//! share of its own need that the workloads before it leave:
//! `need * (1 - sum of granted / need over the higher priorities)`. Shares are used because
//! one workload's containers may be slower than another's.

use crate::policy::figure::ceil;
use crate::state::State;
use crate::workload::Workload;

/// Groups of workloads that share a queue, as indices into `states`.
pub(crate) fn shared(states: &[State]) -> Vec<Vec<usize>> {
    let queue = |workload: &Workload| workload.rule.followed().map(|it| it.name.clone());
    let mut queues: Vec<(String, usize)> = states
        .iter()
        .enumerate()
        .filter_map(|(i, state)| Some((queue(&state.workload)?, i)))
        .collect();
    queues.sort();
    let groups = queues.chunk_by(|(a, _), (b, _)| a == b).filter(|group| group.len() > 1);
    groups.map(|group| group.iter().map(|(_, i)| *i).collect()).collect()
}

/// Gives each workload of a group its share of the need, the highest priority first.
pub(crate) fn share(states: &mut [State], group: &[usize]) {
    let mut left = 1.0;
    for i in group {
        let state = &mut states[*i];
        let need = f64::from(state.need());
        state.take_part(ceil(need * f64::max(left, 0.0)));
        if need > 0.0 {
            left -= f64::from(state.granted()) / need;
        }
    }
}
