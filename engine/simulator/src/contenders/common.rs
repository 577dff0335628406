//! What several of them go by.

use crate::Time;
use crate::random::Random;
use crate::scenario::Scenario;
use crate::world::World;

/// The most that a workload may have by itself where nobody shares the budget: what the others'
/// minimums leave of it, also that of a remainder that stands still or is evicted.
pub(super) fn most(scenario: &Scenario, index: usize) -> u32 {
    let others = scenario.workloads.iter().enumerate().filter(|(i, _)| *i != index);
    let left = scenario.capacity.saturating_sub(others.map(|(_, it)| it.min).sum());
    let own = &scenario.workloads[index];
    own.max.min(left).max(own.min)
}

/// Before it begins: a remainder that nobody scales stands still at its minimum, whatever it would
/// begin with, so that the others have the rest of the budget.
pub(super) fn still_remainder(world: &mut World) {
    for index in 0..world.scenario().workloads.len() {
        if world.scenario().takes_rest(index) {
            let least = world.scenario().workloads[index].min;
            world.place_at_first(index, least);
        }
    }
}

/// A random moment of a period: nobody's timers begin with the load.
pub(super) fn phase(random: &mut Random, period: Time) -> Time {
    period.mul_f64(random.share())
}
