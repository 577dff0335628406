//! Turns a snapshot into a flat map, so that a change consists of the keys whose values differ.

use std::collections::BTreeMap;

use control::Freshness;
use model::{Instance, Phase};
use serde::Serialize;
use serde_json::{Value, json};

use crate::snapshots::Snapshot;
use crate::snapshots::log::shortened;
use crate::snapshots::state::{QueueState, State, WorkloadState};

/// How many warnings are sent as text; of any further ones only the number is sent.
const TROUBLES: usize = 8;
/// The most bytes that the headline's claims may have, so that a frame has room for them.
const LONGEST_CLAIM: usize = 3000;

/// A snapshot as keys and values.
pub fn of(snapshot: &Snapshot) -> BTreeMap<String, Value> {
    let state = &snapshot.state;
    let mut keys: BTreeMap<String, Value> = BTreeMap::new();
    let mut put = |key: String, value: Value| drop(keys.insert(key, value));
    put("status".to_owned(), status(state));
    put("headline".to_owned(), shortened(state.headline.clone()).into());
    put("claim".to_owned(), claim(state));
    put("tick_s".to_owned(), state.tick_s.into());
    put("capacity".to_owned(), state.capacity.into());
    put("used".to_owned(), state.used.into());
    put("lost".to_owned(), json!(state.lost));
    put("troubles".to_owned(), warnings(state));
    put("controls".to_owned(), json!(state.controls));
    put("config".to_owned(), state.config.into());
    for (key, value) in &state.contributed {
        put((*key).to_owned(), value.clone());
    }
    put("slots".to_owned(), snapshot.slots.len().into());
    for queue in &state.queues {
        put(format!("queue/{}", queue.name), of_queue(queue));
    }
    for (queue, jobs) in &snapshot.jobs {
        put(format!("jobs/{queue}"), json!(jobs));
    }
    for (slot, dead) in &snapshot.dead {
        put(format!("dead/{slot}"), json!(dead));
    }
    for workload in &state.workloads {
        put(format!("workload/{}", workload.name), of_workload(workload));
        put(format!("why/{}", workload.name), shortened(workload.why.text.clone()).into());
    }
    for it in &state.deployments {
        put(format!("deployment/{}", it.name), fields(it, &["name"]));
    }
    for (i, slot) in snapshot.slots.iter().enumerate() {
        put(format!("slot/{i}"), slot.as_ref().map_or(Value::Null, in_a_slot));
    }
    keys
}

/// The keys that differ between `old` and `new`, with the new values; null if a key is gone.
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

/// The headline's claims; null if they would not fit into a frame.
fn claim(state: &State) -> Value {
    let is_short = state.claim.to_string().len() <= LONGEST_CLAIM;
    if is_short { state.claim.clone() } else { Value::Null }
}

fn warnings(state: &State) -> Value {
    let mut shown: Vec<String> =
        state.warnings.iter().take(TROUBLES).cloned().map(shortened).collect();
    if state.warnings.len() > TROUBLES {
        shown.push(format!("and {} more", state.warnings.len() - TROUBLES));
    }
    json!(shown)
}

/// All fields of a part of the state, except for those in `left_out`.
fn fields(part: &impl Serialize, left_out: &[&str]) -> Value {
    let mut all = json!(part);
    if let Some(all) = all.as_object_mut() {
        all.retain(|name, _| !left_out.contains(&name.as_str()));
    }
    all
}

fn of_queue(queue: &QueueState) -> Value {
    let mut shown = fields(queue, &["name"]);
    if queue.status == Freshness::Fresh.name() {
        // The age of a fresh reading is left out: it always changes, and the page does not show it.
        shown["age_s"] = Value::Null;
    }
    for seconds in ["age_s", "arrive_s", "done_s"] {
        shown[seconds] = json!(shown[seconds].as_f64().map(tenths));
    }
    shown
}

fn of_workload(workload: &WorkloadState) -> Value {
    let mut shown = fields(workload, &["name", "why"]);
    shown["wanted"] = workload.why.wanted.into();
    shown["limited_by"] = json!(workload.why.limited_by);
    shown["background"] = workload.is_background().into();
    shown
}

fn in_a_slot(occupant: &Instance) -> Value {
    let phase = match occupant.phase {
        Phase::Starting => "starting",
        // A retiring container still runs, so the page shows it as ready.
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
    fn a_change_has_new_different_and_missing_keys() {
        let old = map(&[("a", json!(1)), ("b", json!(2)), ("c", json!(3))]);
        let new = map(&[("b", json!(2)), ("c", json!(4)), ("d", json!(5))]);
        let expected = [("a", Value::Null), ("c", json!(4)), ("d", json!(5))];
        let expected = expected.map(|(key, value)| (key.to_owned(), value));
        assert_eq!(changes(&old, &new), expected);
        assert_eq!(changes(&new, &new), []);
    }
}
