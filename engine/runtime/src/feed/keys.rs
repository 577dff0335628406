//! A moment as a flat map, so that a change is the keys that differ.

use std::collections::BTreeMap;

use control::Freshness;
use model::scheduler::Phase;
use serde_json::{Value, json};

use crate::board::Snapshot;
use crate::board::log::shortened;
use crate::board::slots::Slot;
use crate::board::state::{QueueState, State, WorkloadState};

/// So many troubles are told; more are told by their number.
const TROUBLES: usize = 8;

/// A moment as keys and values.
pub fn of(moment: &Snapshot) -> BTreeMap<String, Value> {
    let state = &moment.state;
    let mut keys: BTreeMap<String, Value> = BTreeMap::new();
    let mut put = |key: String, value: Value| drop(keys.insert(key, value));
    put("status".to_owned(), status(state));
    put("headline".to_owned(), shortened(state.headline.clone()).into());
    put("capacity".to_owned(), state.capacity.into());
    put("used".to_owned(), state.used.into());
    put("lost".to_owned(), json!(state.lost));
    put("troubles".to_owned(), troubles(state));
    put("controls".to_owned(), json!(state.controls));
    put("config".to_owned(), state.config.into());
    for (key, value) in &state.contributed {
        put((*key).to_owned(), value.clone());
    }
    put("slots".to_owned(), moment.slots.len().into());
    for queue in &state.queues {
        put(format!("queue/{}", queue.name), of_queue(queue));
    }
    for workload in &state.workloads {
        put(format!("workload/{}", workload.name), of_workload(workload));
        put(format!("why/{}", workload.name), shortened(workload.why.text.clone()).into());
    }
    for it in &state.deployments {
        let value = json!({
            "desired": it.desired, "ready": it.ready, "starting": it.starting,
            "terminating": it.terminating, "load": it.load,
        });
        put(format!("deployment/{}", it.name), value);
    }
    for (i, slot) in moment.slots.iter().enumerate() {
        put(format!("slot/{i}"), of_slot(slot));
    }
    keys
}

/// What has changed from `old` to `new`: null where a key is gone.
pub fn changes(
    old: &BTreeMap<String, Value>,
    new: &BTreeMap<String, Value>,
) -> Vec<(String, Value)> {
    let gone = old.keys().filter(|key| !new.contains_key(*key));
    let gone = gone.map(|key| (key.clone(), Value::Null));
    let set = new.iter().filter(|(key, value)| old.get(*key) != Some(*value));
    gone.chain(set.map(|(key, value)| (key.clone(), value.clone()))).collect()
}

fn status(state: &State) -> Value {
    json!({
        "scheduler": state.scheduler,
        "namespace": state.namespace,
        "context": state.context,
        "containers": state.containers,
        "standing": shortened(state.standing.clone()),
        "mode": state.mode,
        "because": state.because.clone().map(shortened),
        "start_delay_s": state.start_delay_s,
    })
}

fn troubles(state: &State) -> Value {
    let mut told: Vec<String> =
        state.troubles.iter().take(TROUBLES).cloned().map(shortened).collect();
    if state.troubles.len() > TROUBLES {
        told.push(format!("and {} more", state.troubles.len() - TROUBLES));
    }
    json!(told)
}

fn of_queue(queue: &QueueState) -> Value {
    // The age of a fresh reading changes all the time and says nothing.
    let age = queue.age_s.filter(|_| queue.status != Freshness::Fresh.name());
    json!({
        "ready": queue.ready,
        "in_flight": queue.in_flight,
        "target": queue.target,
        "age_s": age.map(tenths),
        "status": queue.status,
        "arrive_s": queue.arrive_s.map(tenths),
        "done_s": queue.done_s.map(tenths),
    })
}

fn of_workload(workload: &WorkloadState) -> Value {
    json!({
        "priority": workload.priority,
        "rule": workload.rule,
        "queue": workload.queue,
        "target": workload.target,
        "min": workload.min,
        "max": workload.max,
        "desired": workload.desired,
        "ready": workload.ready,
        "starting": workload.starting,
        "terminating": workload.terminating,
        "wanted": workload.why.wanted,
        "limited_by": workload.why.limited_by,
        "paused": workload.paused,
        "background": workload.is_background(),
    })
}

fn of_slot(slot: &Slot) -> Value {
    let Some(occupant) = &slot.occupant else { return Value::Null };
    let phase = match occupant.phase {
        Phase::Starting => "starting",
        // It runs, and the page shows what is there.
        Phase::Ready | Phase::Retiring => "ready",
        Phase::Terminating => "terminating",
    };
    json!({"name": occupant.name, "workload": occupant.workload, "phase": phase})
}

fn tenths(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(keys: &[(&str, Value)]) -> BTreeMap<String, Value> {
        keys.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect()
    }

    #[test]
    fn a_change_is_what_is_new_what_is_other_and_what_is_gone() {
        let old = map(&[("a", json!(1)), ("b", json!(2)), ("c", json!(3))]);
        let new = map(&[("b", json!(2)), ("c", json!(4)), ("d", json!(5))]);
        let expected = [("a", Value::Null), ("c", json!(4)), ("d", json!(5))];
        let expected = expected.map(|(key, value)| (key.to_owned(), value));
        assert_eq!(changes(&old, &new), expected);
        assert_eq!(changes(&new, &new), []);
    }
}
