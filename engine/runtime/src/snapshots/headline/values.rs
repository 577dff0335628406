//! The values in claims: what a sentence needs, as JSON that can be read without English.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::words::{listed, plural, shown};
use crate::snapshots::state::WorkloadState;

/// A workload in a claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Who {
    /// The workload's name.
    pub workload: String,
    /// Whether it is the background, which sentences call by that word.
    pub background: bool,
}

impl Who {
    pub(super) fn of(workload: &WorkloadState) -> Who {
        Who { workload: workload.name.clone(), background: workload.is_background() }
    }

    /// The name in a sentence about `count` containers, or "background".
    pub(super) fn called(&self, count: u32) -> String {
        if self.background { "background".to_owned() } else { plural(&self.workload, count) }
    }
}

/// A workload and a number of its containers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    #[allow(missing_docs)] // the type says it
    #[serde(flatten)]
    pub who: Who,
    /// The number of containers.
    pub count: u32,
}

impl Counted {
    pub(super) fn ready(workload: &WorkloadState) -> Counted {
        Counted { who: Who::of(workload), count: workload.ready }
    }

    pub(super) fn desired(workload: &WorkloadState) -> Counted {
        Counted { who: Who::of(workload), count: workload.desired }
    }

    /// "3 consumers".
    pub(super) fn text(&self) -> String {
        format!("{} {}", self.count, self.who.called(self.count))
    }
}

/// "3 consumers and 2 checkers".
pub(super) fn counted(all: &[Counted]) -> String {
    listed(&all.iter().map(Counted::text).collect::<Vec<_>>())
}

/// Jobs that arrive and jobs that are done, per second.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Rates {
    /// Jobs that arrive.
    #[serde(rename = "arrive_s", serialize_with = "as_shown")]
    pub arrive: f64,
    /// Jobs that are done.
    #[serde(rename = "done_s", serialize_with = "as_shown")]
    pub done: f64,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde passes a reference
fn as_shown<S: Serializer>(a_second: &f64, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_f64(shown(*a_second))
}

/// A time in tenths of a second; in JSON it is in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tenths(pub u64);

impl Tenths {
    /// A time, rounded.
    pub fn of(time: Duration) -> Tenths {
        Tenths(((time.as_millis() + 50) / 100) as u64)
    }

    pub(super) fn time(self) -> Duration {
        Duration::from_millis(self.0 * 100)
    }
}

impl std::fmt::Display for Tenths {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(to, "{}.{} s", self.0 / 10, self.0 % 10)
    }
}

impl Serialize for Tenths {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_f64(self.0 as f64 / 10.0)
    }
}

impl<'de> Deserialize<'de> for Tenths {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Tenths, D::Error> {
        f64::deserialize(from).map(|seconds| Tenths((seconds * 10.0).round() as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tenths_are_written_in_seconds() {
        let time = Tenths::of(Duration::from_millis(2449));
        assert_eq!((time.to_string().as_str(), serde_json::json!(time)), ("2.4 s", 2.4.into()));
    }
}
