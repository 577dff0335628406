//! Fixed counts: nothing is scaled.

use std::collections::BTreeMap;

use crate::world::World;

pub(super) fn name(counts: &BTreeMap<String, u32>) -> String {
    let counts: Vec<String> = counts.iter().map(|(name, n)| format!("{name} {n}")).collect();
    format!("fixed: {}", counts.join(", "))
}

/// Sets the counts for the whole run. A background without a count gets the spare capacity.
pub(super) fn set(world: &mut World, counts: &BTreeMap<String, u32>) {
    let scenario = world.scenario().clone();
    let mut left = scenario.capacity;
    let mut order: Vec<usize> = (0..scenario.workloads.len()).collect();
    order.sort_by_key(|i| scenario.takes_rest(*i));
    for i in order {
        let it = &scenario.workloads[i];
        let unnamed = if scenario.takes_rest(i) { it.max.min(left) } else { it.min };
        let count = counts.get(&it.name).copied().unwrap_or(unnamed);
        left = left.saturating_sub(count);
        world.place_at_first(i, count);
    }
}
