//! The curves of a run, with one point every 500 ms.

use std::fmt::Write;

use crate::Time;
use crate::scenario::Scenario;
use crate::seen::ContainerCounts;

/// The queues and the containers at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    #[allow(missing_docs)] // the name says it
    pub at: Time,
    /// Waiting jobs, by queue.
    pub ready: Vec<u64>,
    /// Containers, by workload.
    pub containers: Vec<ContainerCounts>,
}

/// The curves of one contender.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Series {
    /// The queues' names, in the order of [`Point::ready`].
    pub queues: Vec<String>,
    /// The workloads' names, in the order of [`Point::containers`].
    pub workloads: Vec<String>,
    /// The points, in order of time.
    pub points: Vec<Point>,
}

impl Series {
    pub(crate) fn new(scenario: &Scenario) -> Series {
        Series {
            queues: scenario.queues.iter().map(|queue| queue.name.clone()).collect(),
            workloads: scenario.workloads.iter().map(|it| it.name.clone()).collect(),
            points: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, at: Time, ready: Vec<u64>, containers: Vec<ContainerCounts>) {
        self.points.push(Point { at, ready, containers });
    }

    /// The first line of a CSV file, which names the columns.
    pub fn csv_head(&self) -> String {
        let mut line = "contender,time_s".to_owned();
        for queue in &self.queues {
            let _ = write!(line, ",{queue}_waiting");
        }
        for name in &self.workloads {
            for what in ["desired", "starting", "ready", "busy", "terminating"] {
                let _ = write!(line, ",{name}_{what}");
            }
        }
        line + "\n"
    }

    /// The lines of one contender. Its name is in quotes because it may contain a comma.
    pub fn csv_lines(&self, contender: &str) -> String {
        let mut text = String::new();
        for point in &self.points {
            let _ = write!(text, "\"{contender}\",{:.1}", point.at.as_secs_f64());
            point.ready.iter().for_each(|ready| text += &format!(",{ready}"));
            for it in &point.containers {
                let starting = it.starting + it.pending;
                let (ready, gone) = (it.ready(), it.terminating);
                let _ = write!(text, ",{},{starting},{ready},{},{gone}", it.desired, it.busy);
            }
            text.push('\n');
        }
        text
    }
}
