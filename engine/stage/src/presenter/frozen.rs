//! The counts of workloads whose scaling is held or paused in a step. The step's caption names
//! these counts. So the counts with which the step was first entered are restored, also when the
//! presenter goes back to the step.

use std::collections::BTreeMap;

use runtime::snapshots::state::WorkloadState;
use simulator::Scenario;

/// Numbers of replicas, by workload.
pub type Counts = BTreeMap<String, u32>;

/// The desired counts of these workloads.
pub fn counts(workloads: &[WorkloadState]) -> Counts {
    workloads.iter().map(|it| (it.name.clone(), it.desired)).collect()
}

/// The counts to restore in a step: those of workloads that are held or paused in it. `entered` has
/// the counts when the step was first entered from the step before it.
pub fn of_step(
    scenario: &Scenario,
    step: usize,
    entered: Option<&Counts>,
    capacity: u32,
    workloads: &[WorkloadState],
) -> Counts {
    if (0..=step).all(|step| scenario.situation(step).held) {
        return at_first(scenario, capacity, workloads);
    }
    let situation = scenario.situation(step);
    let frozen = |name: &String| situation.held || situation.paused.get(name) == Some(&true);
    let entered = entered.into_iter().flatten().filter(|(name, _)| frozen(name));
    entered.map(|(name, count)| (name.clone(), *count)).collect()
}

/// The counts when the scenario begins: urgent workloads have the counts in the scenario, and the
/// background has the capacity that they leave.
fn at_first(scenario: &Scenario, capacity: u32, workloads: &[WorkloadState]) -> Counts {
    let begins = |it: &WorkloadState| {
        let simulated = scenario.workloads.iter().find(|other| other.name == it.name)?;
        Some(simulated.initial.unwrap_or(simulated.min).clamp(it.min, it.max.max(it.min)))
    };
    let (rest, urgent): (Vec<_>, Vec<_>) = workloads.iter().partition(|it| it.is_background());
    let mut counts: Counts =
        urgent.into_iter().filter_map(|it| Some((it.name.clone(), begins(it)?))).collect();
    let mut left = capacity.saturating_sub(counts.values().sum());
    for background in rest.into_iter().filter(|it| begins(it).is_some()) {
        let count = left.min(background.max);
        left -= count;
        counts.insert(background.name.clone(), count);
    }
    counts
}

/// The counts to set now on the way to the wanted counts: a workload above its wanted count is
/// lowered at once, and one below it is raised as far as slots are free.
pub fn toward(wanted: &Counts, capacity: u32, workloads: &[WorkloadState]) -> Counts {
    let mut free = capacity.saturating_sub(workloads.iter().map(occupied).sum());
    let mut next = Counts::new();
    for workload in workloads {
        let Some(wanted) = wanted.get(&workload.name) else { continue };
        let more = wanted.saturating_sub(workload.desired).min(free);
        free -= more;
        let now = workload.desired.min(*wanted) + more;
        if now != workload.desired {
            next.insert(workload.name.clone(), now);
        }
    }
    next
}

/// The slots that a workload occupies, or will occupy with its desired count.
fn occupied(it: &WorkloadState) -> u32 {
    it.desired.max(it.ready + it.starting) + it.terminating
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workload(name: &str, desired: u32, terminating: u32) -> WorkloadState {
        let is_background = name == "remainder";
        WorkloadState {
            name: name.to_owned(),
            rule: if is_background { "remainder" } else { "rate" },
            min: 1,
            max: 10,
            desired,
            ready: desired,
            terminating,
            ..WorkloadState::default()
        }
    }

    fn workloads(consumers: u32, background: u32, terminating: u32) -> [WorkloadState; 2] {
        [workload("consumer", consumers, terminating), workload("remainder", background, 0)]
    }

    fn counted(consumers: u32, background: u32) -> Counts {
        [("consumer", consumers), ("remainder", background)]
            .map(|(name, count)| (name.to_owned(), count))
            .into()
    }

    fn opening() -> Scenario {
        crate::presenter::file::opening().unwrap()
    }

    #[test]
    fn a_held_step_has_the_counts_of_its_caption() {
        let all = workloads(8, 2, 0);
        let of = |step, entered: Option<&Counts>| of_step(&opening(), step, entered, 10, &all);
        assert_eq!(of(0, None), counted(1, 9), "one consumer, as the caption says");
        assert_eq!(of(1, Some(&counted(4, 6))), Counts::new(), "the engine scales");
        let mut later = opening();
        later.steps[2].actions.push(simulator::steps::Action::Hold(true));
        let held = of_step(&later, 2, Some(&counted(4, 6)), 10, &all);
        assert_eq!(held, counted(4, 6), "as when it was entered first");
    }

    #[test]
    fn the_way_to_the_counts_never_exceeds_the_capacity() {
        let wanted = counted(1, 9);
        let next = |consumers, background, terminating| {
            toward(&wanted, 10, &workloads(consumers, background, terminating))
        };
        assert_eq!(next(8, 2, 0), counted(1, 9).into_iter().take(1).collect());
        assert_eq!(next(1, 2, 7), Counts::new(), "they are not gone yet");
        assert_eq!(next(1, 2, 3)["remainder"], 6);
        assert_eq!(next(1, 9, 0), Counts::new());
    }
}
