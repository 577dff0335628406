//! Functions that several contenders use.

use crate::Time;
use crate::random::Random;
use crate::scenario::Scenario;
use crate::world::World;

/// A workload's maximum for contenders that know no capacity: the capacity less the other
/// workloads' minimums, including the minimum of a background that is not scaled or is evicted.
pub(super) fn most(scenario: &Scenario, index: usize) -> u32 {
    let others = scenario.workloads.iter().enumerate().filter(|(i, _)| *i != index);
    let left = scenario.capacity.saturating_sub(others.map(|(_, it)| it.min).sum());
    let own = &scenario.workloads[index];
    own.max.min(left).max(own.min)
}

/// Sets the background to its minimum before the start, whatever its initial count, for contenders
/// that do not scale the background. So the other workloads can use the rest.
pub(super) fn still_remainder(world: &mut World) {
    for index in 0..world.scenario().workloads.len() {
        if world.scenario().takes_rest(index) {
            let least = world.scenario().workloads[index].min;
            world.place_at_first(index, least);
        }
    }
}

/// A random start within a timer's period, because real timers do not start with the load.
pub(super) fn phase(random: &mut Random, period: Time) -> Time {
    period.mul_f64(random.share())
}
