//! The events of a recording that people look for: changes of the load, kills, holds, steps.

use std::time::Duration;

use runtime::feed::Position;
use serde::{Deserialize, Serialize};

/// The most marks; a bar has no room for more.
const MOST: usize = 500;

/// A time in seconds, in whole milliseconds as the times of a recording.
pub fn seconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1000.0).round() / 1000.0
}

/// An event that the bar of a replay marks.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Mark {
    /// Seconds since the recording's first event.
    pub t: f64,
    /// The event's name.
    pub text: String,
}

/// The fields of an event's data that are used here.
#[derive(Debug, Deserialize)]
struct Data {
    #[serde(default)]
    log: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
struct Entry {
    id: u64,
    kind: Option<String>,
    text: Option<String>,
    mark: Option<String>,
}

impl Entry {
    /// The mark's text: what the chart marks, and a scenario's captions.
    fn name(self) -> Option<String> {
        let is_step = self.kind.as_deref() == Some("scenario");
        self.mark.or(self.text.filter(|_| is_step))
    }
}

/// Collects the marks of events, which are added in their order.
#[derive(Debug, Default)]
pub struct Collected {
    marks: Vec<Mark>,
    /// The run and the id of its last log entry.
    last: Option<(u32, Option<u64>)>,
}

impl Collected {
    /// Adds the log entries in an event's data. Those of the first event happened before it.
    pub fn add(&mut self, at: Duration, position: Position, text: &str) {
        // Most events have no log entry, so they are not parsed.
        let has_entries = text.contains(r#""log":[{"#);
        let first = self.last.is_none();
        let before = self.last.filter(|(run, _)| *run == position.run).and_then(|(_, id)| id);
        self.last = Some((position.run, before));
        let data = has_entries.then(|| serde_json::from_str::<Data>(text).ok()).flatten();
        for entry in data.into_iter().flat_map(|data| data.log) {
            if Some(entry.id) <= before {
                continue;
            }
            self.last = Some((position.run, Some(entry.id)));
            if let Some(text) = entry.name().filter(|_| !first && self.marks.len() < MOST) {
                self.marks.push(Mark { t: seconds(at), text });
            }
        }
    }

    /// All marks, in their order.
    pub fn all(self) -> Vec<Mark> {
        self.marks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_what_the_chart_marks_and_the_steps_each_once() {
        let entry = |id: u64, kind: &str, mark: &str| {
            format!(r#"{{"id":{id},"at":1.0,"kind":"{kind}","text":"{kind} {id}","mark":{mark}}}"#)
        };
        let log = |entries: &[String]| format!(r#"{{"seq":1,"log":[{}]}}"#, entries.join(","));
        let old = entry(0, "load", "\"before\"");
        let load = entry(1, "load", "\"producers 1 -> 3\"");
        let (decision, step) = (entry(2, "decision", "null"), entry(3, "scenario", "null"));
        let mut collected = Collected::default();
        let mut add = |ms, run, text: &str| {
            collected.add(Duration::from_millis(ms), Position { run, seq: 1 }, text);
        };
        add(0, 7, &log(std::slice::from_ref(&old)));
        add(500, 7, &log(&[load.clone(), decision]));
        add(800, 7, r#"{"seq":2}"#);
        add(1500, 7, &log(&[old, load, step]));
        add(2500, 8, &log(&[entry(0, "kill", "\"consumer-1 killed\"")]));
        let expected = [(0.5, "producers 1 -> 3"), (1.5, "scenario 3"), (2.5, "consumer-1 killed")];
        let expected = expected.map(|(t, text)| Mark { t, text: text.to_owned() });
        assert_eq!(collected.all(), expected);
    }
}
