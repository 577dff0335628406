//! A workload that is not scaled as usual, because its queue's readings are missing.

use std::time::Duration;

use control::{Lacks, Source};
use serde::{Deserialize, Serialize};

use super::values::{Tenths, Who};
use super::words::capitalised;
use crate::snapshots::state::WorkloadState;

/// A workload whose queue or metric has no reading that its rule could use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unread {
    #[serde(flatten)]
    who: Who,
    /// The count that the workload keeps.
    at: u32,
    queue: String,
    /// Whether a metric is read there, and no queue.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    metric: bool,
    lacks: Missing,
    /// The age of the last reading, if that is too old.
    #[serde(rename = "age_s")]
    age: Option<Tenths>,
    /// The count to which the workload may rise without readings, where that is in force.
    fallback: Option<u32>,
}

/// The name in JSON of the reading that a workload lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Missing {
    FirstReading,
    FreshReading,
    SecondReading,
    ReadingBeforeRemovals,
}

impl Unread {
    /// `None` if the workload lacks no reading.
    pub(super) fn of(workload: &WorkloadState) -> Option<Unread> {
        let (lacks, age) = match workload.why.lacks? {
            Lacks::FirstReading => (Missing::FirstReading, None),
            Lacks::FreshReading(age) => (Missing::FreshReading, Some(Tenths::of(age))),
            Lacks::SecondReading => (Missing::SecondReading, None),
            Lacks::ReadingBeforeRemovals => (Missing::ReadingBeforeRemovals, None),
        };
        Some(Unread {
            who: Who::of(workload),
            at: workload.desired,
            queue: workload.queue.clone().unwrap_or_default(),
            metric: workload.source.is_some_and(|source| source != Source::Queue.name()),
            lacks,
            age,
            fallback: workload.why.fallback,
        })
    }

    /// The sentence, in the words of the workload's reason.
    pub(super) fn text(&self) -> String {
        let age = self.age.map_or(Duration::ZERO, Tenths::time);
        let lacks = match self.lacks {
            Missing::FirstReading => Lacks::FirstReading,
            Missing::FreshReading => Lacks::FreshReading(age),
            Missing::SecondReading => Lacks::SecondReading,
            Missing::ReadingBeforeRemovals => Lacks::ReadingBeforeRemovals,
        };
        let noun = if self.metric { "metric" } else { "queue" };
        let followed = format!("{noun} {}", self.queue);
        let kept = format!("kept at {}: {}.", self.at, lacks.text(&followed, self.fallback));
        capitalised(&kept)
    }
}
