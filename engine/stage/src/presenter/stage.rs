//! Checks that a scenario fits this engine's workloads, and that the workloads are ready for it.

use runtime::snapshots::Snapshot;
use runtime::snapshots::state::WorkloadState;
use simulator::Scenario;
use simulator::steps::Action;

/// Why this engine cannot play a scenario, such as a missing Deployment; `None` if it can.
pub fn misfit(scenario: &Scenario, snapshot: &Snapshot) -> Option<String> {
    if scenario.steps.is_empty() {
        let text = "it has no steps to play; docs/src/reference/scenarios.md explains how to write \
                    them";
        return Some(text.to_owned());
    }
    let loads = scenario.producers.iter().map(|producer| producer.name.as_str());
    let deployments: Vec<&str> = snapshot.deployments.keys().map(String::as_str).collect();
    let workloads: Vec<&str> = snapshot.state.workloads.iter().map(|it| it.name.as_str()).collect();
    let queues: Vec<&str> = snapshot.state.queues.iter().map(|it| it.name.as_str()).collect();
    let missing = |kind: &str, name: &str, known: &[&str]| {
        let there = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        (!known.contains(&name))
            .then(|| format!("there is no {kind} {name} on this engine; it has {there}"))
    };
    let of_action = |action: &Action| match action {
        Action::Burst { queue, .. }
        | Action::Outage { queue, .. }
        | Action::Blind { queue, .. } => missing("queue", queue, &queues),
        Action::Kill { workload } | Action::Pause { workload, .. } => {
            missing("workload", workload, &workloads)
        }
        Action::Load { .. } | Action::Hold(_) => None,
    };
    let actions = scenario.steps.iter().flat_map(|step| &step.actions);
    let of_loads = loads.filter_map(|name| missing("deployment", name, &deployments)).next();
    of_loads.or_else(|| actions.filter_map(of_action).next())
}

/// Whether all queues were read, every workload has its desired containers at work, and no free
/// slot is left that the background could use.
pub fn is_settled(snapshot: &Snapshot) -> bool {
    let state = &snapshot.state;
    let at_work =
        |it: &WorkloadState| it.ready == it.desired && it.starting == 0 && it.terminating == 0;
    let full = state.used >= state.capacity || state.workloads.iter().all(|w| !w.is_background());
    let read = state.queues.iter().all(|queue| queue.ready.is_some());
    read && full && !state.workloads.is_empty() && state.workloads.iter().all(at_work)
}
