//! The engine's latest state, the last minute for the charts, and the log.

use std::collections::{BTreeMap, VecDeque};

use serde::Deserialize;
use serde_json::Value;

/// How far back the charts look, in seconds.
pub(super) const WINDOW: f64 = 60.0;
/// The most log entries that are kept.
const LOG: usize = 100;

/// The state at one tick, as the charts show it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Point {
    /// The time of the tick, in seconds of uptime.
    pub(super) t: f64,
    /// Waiting messages in the first queue; `None` if it could not be read.
    pub(super) queue: Option<f64>,
    /// Live containers of all urgent workloads together, and of the background.
    pub(super) live: (f64, f64),
}

/// A log event.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Entry {
    /// When the event happened, in seconds of uptime.
    pub(super) at: f64,
    pub(super) text: String,
    /// The person or program that caused the event; `None` for the engine itself.
    pub(super) by: Option<String>,
}

#[derive(Debug, Default)]
pub(super) struct Model {
    /// The time of the latest event, in seconds of uptime.
    pub(super) t: f64,
    /// The latest state: each value by its key in the stream.
    pub(super) keys: BTreeMap<String, Value>,
    /// The ticks of the last minute, oldest first.
    pub(super) points: VecDeque<Point>,
    /// The last log entries, newest first.
    pub(super) log: VecDeque<Entry>,
}

/// The fields of a snapshot or frame that are used here.
#[derive(Debug, Deserialize)]
struct Piece {
    t: f64,
    #[serde(default)]
    step: bool,
    #[serde(default)]
    set: BTreeMap<String, Value>,
    #[serde(default)]
    state: BTreeMap<String, Value>,
    #[serde(default)]
    log: Vec<Entry>,
    #[serde(default)]
    history: History,
}

#[derive(Debug, Default, Deserialize)]
struct History {
    t: Vec<f64>,
    queues: BTreeMap<String, Vec<Option<f64>>>,
    live: BTreeMap<String, Vec<Option<f64>>>,
}

impl Model {
    /// Applies an event of the stream; ignores kinds that are not known.
    ///
    /// # Errors
    /// When the event's data cannot be read.
    pub(super) fn hear(&mut self, name: &str, data: &str) -> serde_json::Result<()> {
        match name {
            "snapshot" => self.begin(serde_json::from_str(data)?),
            "frame" => self.go_on(serde_json::from_str(data)?),
            // Only a later version of the engine sends other kinds.
            _ => {}
        }
        Ok(())
    }

    fn begin(&mut self, piece: Piece) {
        let Piece { t, state, log, history, .. } = piece;
        *self = Model { t, keys: state, ..Model::default() };
        let History { t, queues, live } = history;
        let queue = self.first("queue/").and_then(|(name, _)| queues.get(name)).cloned();
        for (i, t) in t.into_iter().enumerate() {
            let at = |column: &Vec<Option<f64>>| column.get(i).copied().flatten();
            let sum = |background: bool| {
                let ours = live.iter().filter(|(name, _)| self.is_background(name) == background);
                ours.filter_map(|(_, column)| at(column)).sum()
            };
            let queue = queue.as_ref().and_then(at);
            let live = (sum(false), sum(true));
            self.points.push_back(Point { t, queue, live });
        }
        self.remember(log);
    }

    fn go_on(&mut self, piece: Piece) {
        self.t = piece.t;
        for (key, value) in piece.set {
            match value {
                Value::Null => drop(self.keys.remove(&key)),
                value => drop(self.keys.insert(key, value)),
            }
        }
        self.remember(piece.log);
        if piece.step {
            let point = self.point();
            self.points.push_back(point);
        }
        while self.points.front().is_some_and(|old| old.t + WINDOW < self.t) {
            self.points.pop_front();
        }
    }

    fn remember(&mut self, log: Vec<Entry>) {
        log.into_iter().for_each(|entry| self.log.push_front(entry));
        self.log.truncate(LOG);
    }

    fn point(&self) -> Point {
        let queue = self.first("queue/").filter(|(_, queue)| queue["status"] == "fresh");
        let count = |value: &Value, name: &str| value[name].as_f64().unwrap_or_default();
        let live = |background: bool| {
            let ours =
                self.all("workload/").filter(|(name, _)| self.is_background(name) == background);
            ours.map(|(_, it)| {
                count(it, "ready") + count(it, "starting") + count(it, "terminating")
            })
            .sum()
        };
        let queue = queue.and_then(|(_, queue)| queue["ready"].as_f64());
        Point { t: self.t, queue, live: (live(false), live(true)) }
    }

    /// All values whose keys begin with `prefix`, each with the rest of its key.
    pub(super) fn all<'a>(
        &'a self,
        prefix: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a Value)> + 'a {
        let keys = self.keys.iter();
        keys.filter_map(move |(key, value)| Some((key.strip_prefix(prefix)?, value)))
    }

    pub(super) fn first<'a>(&'a self, prefix: &'a str) -> Option<(&'a str, &'a Value)> {
        self.all(prefix).next()
    }

    /// All workloads with their values, the most urgent first and the background last.
    pub(super) fn workloads(&self) -> Vec<(&str, &Value)> {
        let mut all: Vec<_> = self.all("workload/").collect();
        all.sort_by_key(|(_, it)| (it["background"] == true, it["priority"].as_u64()));
        all
    }

    pub(super) fn is_background(&self, name: &str) -> bool {
        self.keys.get(&format!("workload/{name}")).is_some_and(|it| it["background"] == true)
    }

    /// A workload's name on the screen: `background`, or the workload's own name.
    pub(super) fn called<'a>(&self, name: &'a str) -> &'a str {
        if self.is_background(name) { "background" } else { name }
    }

    /// Replaces the names of workloads in a sentence of the log by their names on the screen.
    pub(super) fn in_words(&self, text: &str) -> String {
        let mut words: Vec<&str> = text.split(' ').collect();
        // The last word is no name: in the log another word follows a workload's name.
        let all = words.len().saturating_sub(1);
        words[..all].iter_mut().for_each(|word| *word = self.called(word));
        words.join(" ")
    }

    /// The Deployment that makes the load, and its desired count; `None` if no Deployment does.
    pub(super) fn load(&self) -> Option<(&str, u64)> {
        let mut all = self.all("deployment/").filter(|(_, it)| it["load"] == true);
        all.next().map(|(name, it)| (name, it["desired"].as_u64().unwrap_or_default()))
    }

    pub(super) fn number(&self, key: &str) -> Option<f64> {
        self.keys.get(key).and_then(Value::as_f64)
    }

    /// The text in the field `name` of the value at a key; empty if there is no such text.
    pub(super) fn text<'a>(&'a self, key: &str, name: &str) -> &'a str {
        self.keys.get(key).and_then(|value| value[name].as_str()).unwrap_or_default()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use super::*;

    /// The model of a demo with 24 waiting jobs, seven ready consumers and one that starts.
    pub(in crate::cli::top) fn demo() -> Model {
        let workload = |background: bool, desired: u32, ready: u32| {
            json!({
                "priority": if background { 2 } else { 1 }, "desired": desired, "ready": ready,
                "starting": desired - ready, "terminating": 0, "background": background,
            })
        };
        let slot = |name: &str, phase: &str| {
            let first = format!("{name}-1");
            json!({"name": first, "workload": name, "phase": phase})
        };
        let state = json!({
            "headline": "Producers 1 -> 3. Consumers 3 -> 8 in 2.5 s, taken from background.",
            "status": {"scheduler": "process", "containers": 12, "standing": "alone",
                       "mode": "live"},
            "capacity": 10, "used": 9, "slots": 4, "lost": 0, "film": {"frames": 31},
            "queue/jobs": {"ready": 24, "target": 20, "status": "fresh"},
            "workload/consumer": workload(false, 8, 7),
            "workload/remainder": workload(true, 1, 1),
            "deployment/producer": {"desired": 3, "load": true},
            "slot/0": slot("consumer", "ready"), "slot/1": slot("consumer", "starting"),
            "slot/3": slot("remainder", "terminating"),
        });
        let snapshot = json!({
            "run": "0a", "seq": 1, "t": 161.0, "tick": 322, "state": state,
            "history": {"t": [160.0, 160.5], "queues": {"jobs": [30, null]},
                        "live": {"consumer": [5, 8], "remainder": [4, 1]}},
            "log": [{"id": 0, "at": 158.0, "text": "producers 1 -> 3", "by": "the page"},
                    {"id": 1, "at": 159.0, "text": "remainder 4 -> 2: gives way to consumer"}],
        });
        let mut model = Model::default();
        model.hear("snapshot", &snapshot.to_string()).unwrap();
        model
    }

    #[test]
    fn a_snapshot_replaces_what_was_there() {
        let mut model = demo();
        let again = model.points.clone();
        model.hear("frame", r#"{"t":161.5,"step":true,"set":{"used":null}}"#).unwrap();
        assert_eq!((model.points.len(), model.number("used")), (3, None));
        assert_eq!(model.points[2].queue, Some(24.0));
        assert_eq!(demo().points, again);
        assert_eq!(again[1], Point { t: 160.5, queue: None, live: (8.0, 1.0) });
    }

    #[test]
    fn a_minute_is_kept() {
        let mut model = demo();
        for n in 0..1000 {
            let frame = format!(r#"{{"t":{},"step":true}}"#, 162.0 + f64::from(n));
            model.hear("frame", &frame).unwrap();
        }
        assert_eq!(model.points.len(), 61);
    }

    #[test]
    fn the_background_comes_last_and_the_load_is_what_makes_it() {
        let model = demo();
        let names: Vec<&str> = model.workloads().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["consumer", "remainder"]);
        assert_eq!(model.load(), Some(("producer", 3)));
    }
}
