//! Kubernetes' HorizontalPodAutoscaler, one for each workload with a queue. Its metric is the
//! number of waiting and leased jobs, which is how most metric adapters count. Without the leased
//! jobs, it would stop busy workers.
//!
//! With PriorityClass, the background asks for its maximum at a lower class. The cluster then has
//! as many places as slots, and evicts containers of lower priorities.

use super::common::{most, phase, still_remainder};
use super::horizontal::{Behavior, Horizontal, SYNC};
use crate::random::Random;
use crate::scenario::Scenario;
use crate::world::{Wake, World};

/// The autoscalers of all workloads, each with the workload's index.
#[derive(Debug)]
pub(crate) struct Hpa(Vec<(usize, Horizontal)>);

pub(super) fn settings(scenario: &Scenario, behavior: &Behavior, preempting: bool) -> String {
    let words = fleets(scenario);
    let remainder = match preempting {
        true => "the background fills the cluster at a lower PriorityClass",
        false => "the background stays at its minimum",
    };
    format!("{words}; {}; {remainder}", behavior.words())
}

/// The autoscalers' bounds and targets as text.
pub(super) fn fleets(scenario: &Scenario) -> String {
    let scaled = (0..scenario.workloads.len()).filter(|i| !scenario.takes_rest(*i));
    let words = scaled.map(|i| {
        let it = &scenario.workloads[i];
        let (least, most) = (it.min.max(1), most(scenario, i));
        format!("{} AverageValue {}, {least} to {most}", it.name, average_value(scenario, i))
    });
    words.collect::<Vec<_>>().join("; ")
}

/// The autoscaler's target for each pod: the workload's own, or else its target length divided by
/// its initial count.
pub(super) fn average_value(scenario: &Scenario, index: usize) -> f64 {
    let it = &scenario.workloads[index];
    if let Some(target) = it.target_per_container {
        return target;
    }
    f64::from(it.target) / f64::from(it.begins_with().max(1))
}

/// The autoscaler of a workload.
pub(super) fn horizontal(scenario: &Scenario, index: usize, most: u32, by: Behavior) -> Horizontal {
    let min = scenario.workloads[index].min;
    Horizontal::new(by, average_value(scenario, index), min, most)
}

/// The autoscaler's metric: waiting and leased jobs.
pub(super) fn metric(world: &mut World, index: usize) -> Option<u64> {
    let queue = world.scenario().workloads[index].queue.clone()?;
    world.read(&queue).map(|sample| sample.ready + sample.in_flight)
}

/// Runs one sync of an autoscaler, and writes the new count, if any.
pub(super) fn sync(world: &mut World, index: usize, horizontal: &mut Horizontal) {
    let metric = metric(world, index);
    let replicas = world.replicas(index);
    let pods = replicas.ready + replicas.starting;
    if let Some(wanted) = horizontal.sync(world.now(), metric, pods, replicas.desired) {
        world.scale(index, wanted);
    }
}

impl Hpa {
    pub(super) fn new(
        world: &mut World,
        random: &mut Random,
        behavior: Behavior,
        preempting: bool,
    ) -> Hpa {
        if !preempting {
            still_remainder(world);
        }
        let scenario = world.scenario().clone();
        let mut all = Vec::new();
        for (i, workload) in scenario.workloads.iter().enumerate() {
            if !scenario.takes_rest(i) {
                let most = most(&scenario, i);
                world.wake_at(phase(random, SYNC), Wake::Decide(all.len()));
                all.push((i, horizontal(&scenario, i, most, behavior)));
            } else if preempting {
                world.fill_at_first(i, workload.max);
            }
        }
        Hpa(all)
    }

    pub(super) fn wake(&mut self, world: &mut World, wake: Wake) {
        let Wake::Decide(number) = wake else { return };
        let (index, horizontal) = &mut self.0[number];
        sync(world, *index, horizontal);
        world.wake_at(world.now() + SYNC, wake);
    }
}
