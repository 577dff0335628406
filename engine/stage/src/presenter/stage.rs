//! Whether a scenario fits what this engine runs, and whether that is ready for it.

use runtime::snapshots::Snapshot;
use runtime::snapshots::state::WorkloadState;
use simulator::Scenario;
use simulator::steps::Action;

/// Why a scenario cannot be played on what there is; `None` where it can.
pub fn misfit(scenario: &Scenario, snapshot: &Snapshot) -> Option<String> {
    if scenario.steps.is_empty() {
        let text = "steps are missing, so there is nothing to play; scenarios/README.md shows how \
                    a stage is written";
        return Some(text.to_owned());
    }
    let loads = scenario.producers.iter().map(|producer| producer.name.as_str());
    let deployments: Vec<&str> = snapshot.deployments.keys().map(String::as_str).collect();
    let workloads: Vec<&str> = snapshot.state.workloads.iter().map(|it| it.name.as_str()).collect();
    let queues: Vec<&str> = snapshot.state.queues.iter().map(|it| it.name.as_str()).collect();
    let missing = |kind: &str, name: &str, known: &[&str]| {
        let there = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        (!known.contains(&name))
            .then(|| format!("there is no {kind} {name} on this engine; there is {there}"))
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

/// Whether the queues were read, and everything that is scaled is at work, as many as it is to
/// have, with no slot left that a background would take.
pub fn is_settled(snapshot: &Snapshot) -> bool {
    let state = &snapshot.state;
    let at_work =
        |it: &WorkloadState| it.ready == it.desired && it.starting == 0 && it.terminating == 0;
    let full = state.used >= state.capacity || state.workloads.iter().all(|w| !w.is_background());
    let read = state.queues.iter().all(|queue| queue.ready.is_some());
    read && full && !state.workloads.is_empty() && state.workloads.iter().all(at_work)
}
