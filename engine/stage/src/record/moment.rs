//! The page's state at a moment of a recording: a snapshot to which frames are applied, as the page
//! does it (`engine/web/src/page/shell/model.js`).

use serde_json::{Map, Value, json};

use super::frames::Frames;

/// How many seconds of history the page keeps.
const KEPT_S: f64 = 300.0;
/// How many log entries the page keeps.
const LOG: usize = 200;

/// The page's state: a snapshot's JSON. Parts that are missing or of the wrong type count as empty,
/// because recordings may come from anywhere.
#[derive(Debug, Clone)]
pub struct Moment {
    all: Map<String, Value>,
    frames: Frames,
    /// Whether a tick is complete only with a later frame.
    step: bool,
}

impl Moment {
    /// The state after a snapshot; `None` if its text is no JSON object.
    pub fn of_snapshot(text: &str) -> Option<Moment> {
        let all = serde_json::from_str(text).ok()?;
        Some(Moment { frames: Frames::of_snapshot(&all), all, step: false })
    }

    /// Applies a frame. A repeated frame changes nothing, and neither does one that is no JSON.
    pub fn apply(&mut self, text: &str) {
        let Ok(Value::Object(frame)) = serde_json::from_str(text) else { return };
        if frame.get("seq").and_then(Value::as_u64) <= self.seq() {
            return;
        }
        for key in ["seq", "t", "tick"] {
            if let Some(value) = frame.get(key).filter(|value| !value.is_null()) {
                self.all.insert(key.to_owned(), value.clone());
            }
        }
        for (key, value) in frame.get("set").and_then(Value::as_object).into_iter().flatten() {
            if value.is_null() {
                self.object("state").remove(key);
            } else {
                self.object("state").insert(key.clone(), value.clone());
            }
        }
        self.add_entries(list(frame.get("log")));
        for tile in list(frame.get("tiles")) {
            self.frames.add(tile, self.all.get("state"));
        }
        let is = |key: &str| frame.get(key) == Some(&Value::Bool(true));
        let is_whole = !is("more");
        let step = self.step || is("step");
        self.step = step && !is_whole;
        if step && is_whole {
            self.add_point();
        }
    }

    /// The state as a snapshot.
    pub fn text(&self) -> String {
        let mut all = self.all.clone();
        self.frames.write(&mut all);
        Value::Object(all).to_string()
    }

    fn seq(&self) -> Option<u64> {
        self.all.get("seq").and_then(Value::as_u64)
    }

    fn object(&mut self, key: &str) -> &mut Map<String, Value> {
        object(&mut self.all, key)
    }

    fn add_entries(&mut self, entries: &[Value]) {
        let log = array(&mut self.all, "log");
        let last = log.last().and_then(id);
        log.extend(entries.iter().filter(|entry| id(entry) > last).cloned());
        let surplus = log.len().saturating_sub(LOG);
        log.drain(..surplus);
    }

    /// Adds a point with the present state to the history.
    fn add_point(&mut self) {
        let now = self.all.get("t").and_then(Value::as_f64).unwrap_or_default();
        let state = self.object("state").clone();
        let history = self.object("history");
        let length = list(history.get("t")).len();
        array(history, "t").push(json!(now));
        extend(object(history, "queues"), length, series(&state, "queue/", ready));
        extend(object(history, "live"), length, series(&state, "workload/", live));
        extend(object(history, "load"), length, series(&state, "deployment/", load));
        let is_kept = |t: &Value| t.as_f64().is_some_and(|t| t >= now - KEPT_S);
        let old = list(history.get("t")).iter().position(is_kept).unwrap_or_default();
        if old > 0 {
            forget(history, old);
        }
    }
}

/// The values of one kind of key, by name, each made by `value`; `None` leaves the name out.
fn series(
    state: &Map<String, Value>,
    prefix: &str,
    value: fn(&Value) -> Option<Value>,
) -> Vec<(String, Value)> {
    let of_kind = state.iter().filter_map(|(key, it)| Some((key.strip_prefix(prefix)?, it)));
    of_kind.filter_map(|(name, it)| Some((name.to_owned(), value(it)?))).collect()
}

/// A queue's length; null unless it was just read.
fn ready(queue: &Value) -> Option<Value> {
    let fresh = queue.get("status").and_then(Value::as_str) == Some("fresh");
    Some(if fresh { queue.get("ready").cloned().unwrap_or_default() } else { Value::Null })
}

/// How many containers a workload has, in any phase.
fn live(workload: &Value) -> Option<Value> {
    let count = |key| workload.get(key).and_then(Value::as_u64);
    let phases = ["ready", "starting", "terminating"].map(count);
    Some(json!(phases.into_iter().sum::<Option<u64>>()))
}

/// The replicas of a Deployment that makes load.
fn load(deployment: &Value) -> Option<Value> {
    let makes_load = deployment.get("load") == Some(&Value::Bool(true));
    makes_load.then(|| deployment.get("desired").cloned().unwrap_or_default())
}

fn extend(all: &mut Map<String, Value>, length: usize, sources: Vec<(String, Value)>) {
    for (name, values) in all.iter_mut() {
        if let Value::Array(values) = values
            && !sources.iter().any(|(source, _)| source == name)
        {
            values.push(Value::Null);
        }
    }
    for (name, value) in sources {
        let values = all.entry(name).or_insert_with(|| json!(vec![Value::Null; length]));
        if let Value::Array(values) = values {
            values.push(value);
        }
    }
}

/// Removes the oldest points, and series without values.
fn forget(history: &mut Map<String, Value>, many: usize) {
    let cut = |values: &mut Vec<Value>| drop(values.drain(..many.min(values.len())));
    cut(array(history, "t"));
    for kind in ["queues", "live", "load"] {
        object(history, kind).retain(|_, values| match values {
            Value::Array(values) => {
                cut(values);
                values.iter().any(|value| !value.is_null())
            }
            _ => false,
        });
    }
}

fn id(entry: &Value) -> Option<u64> {
    entry.get("id").and_then(Value::as_u64)
}

fn list(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The object at a key; anything else there becomes an empty object.
fn object<'a>(all: &'a mut Map<String, Value>, key: &str) -> &'a mut Map<String, Value> {
    let value = all.entry(key).or_insert_with(|| json!({}));
    if !value.is_object() {
        *value = json!({});
    }
    value.as_object_mut().expect("it was just made an object")
}

/// The list at a key; anything else there becomes an empty list.
fn array<'a>(all: &'a mut Map<String, Value>, key: &str) -> &'a mut Vec<Value> {
    let value = all.entry(key).or_insert_with(|| json!([]));
    if !value.is_array() {
        *value = json!([]);
    }
    value.as_array_mut().expect("it was just made a list")
}
