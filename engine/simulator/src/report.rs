//! The table of the results, with one line per contender, and the same figures as JSON.

use std::fmt::Write;

use serde::Serialize;

use crate::run::Outcome;
use crate::scenario::Scenario;

/// One contender's figures. Times are seconds.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[allow(missing_docs)] // the names say it
pub struct Row {
    pub contender: String,
    /// The contender's settings as one line.
    pub settings: String,
    /// The median length of all queues together, over time.
    pub queue_p50: u64,
    /// The length that all queues together do not exceed for 99 % of the time.
    pub queue_p99: u64,
    /// The greatest length of all queues together.
    pub queue_max: u64,
    /// The 99th percentile of the jobs' waits for a worker, in seconds.
    pub job_wait_p99: f64,
    /// Written changes of a count.
    pub writes: u64,
    /// How often workloads with a queue changed from raises to cuts or back.
    pub reversals: u64,
    /// Container-seconds of the workloads with a queue.
    pub container_seconds: f64,
    /// The mean number of free slots.
    pub unallocated_slots: f64,
    /// Container-seconds of the background's ready containers.
    pub spare_work_done: f64,
    /// Seconds that workers spent on jobs that they did not finish.
    pub work_thrown_away: f64,
    /// How often a job was given to a worker after another worker had already had it.
    pub jobs_redelivered: u64,
    /// Jobs dead-lettered after too many attempts.
    pub jobs_dead: u64,
    /// Containers started over the capacity.
    pub budget_violations: u64,
    /// Container-seconds of containers over the capacity.
    pub over_budget_seconds: f64,
    /// Receive calls of workers.
    pub worker_polls: u64,
    /// Reads of a queue by the contender.
    pub scaler_polls: u64,
    pub queues: Vec<QueueRow>,
}

/// One queue's figures.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[allow(missing_docs)] // the names say it
pub struct QueueRow {
    pub queue: String,
    /// The median length over time.
    pub queue_p50: u64,
    /// The length that the queue does not exceed for 99 % of the time.
    pub queue_p99: u64,
    /// The greatest length.
    pub queue_max: u64,
    /// The 99th percentile of its jobs' waits for a worker, in seconds.
    pub job_wait_p99: f64,
}

/// A scenario's table.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[allow(missing_docs)] // the names say it
pub struct Report {
    pub scenario: String,
    /// What the scenario shows.
    pub teaches: String,
    pub seed: u64,
    /// A row for each contender.
    pub contenders: Vec<Row>,
}

const COLUMNS: usize = 17;

/// Each column's two header lines and its width; the first column is as wide as the longest name.
/// The names are those of the fields of [`Row`], which are in snake case in JSON.
pub const HEAD: [(&str, &str, usize); COLUMNS] = [
    ("contender", "", 0),
    ("queue", "p50", 5),
    ("queue", "p99", 5),
    ("queue", "max", 5),
    ("job wait", "p99", 8),
    ("writes", "", 6),
    ("reversals", "", 9),
    ("container", "seconds", 9),
    ("unallocated", "slots", 11),
    ("spare work", "done", 10),
    ("work thrown", "away", 11),
    ("jobs", "redelivered", 11),
    ("jobs", "dead", 5),
    ("budget", "violations", 10),
    ("over budget", "seconds", 11),
    ("worker", "polls", 6),
    ("scaler", "polls", 6),
];

impl Report {
    /// Makes the table of one scenario from the outcomes of its contenders.
    pub fn new(scenario: &Scenario, seed: u64, outcomes: &[Outcome]) -> Report {
        Report {
            scenario: scenario.name.clone(),
            teaches: scenario.teaches.clone(),
            seed,
            contenders: outcomes.iter().map(|outcome| Row::new(scenario, outcome)).collect(),
        }
    }

    /// The table as text; the settings come below it.
    pub fn table(&self) -> String {
        let mut text = format!("{}, seed {}: {}\n\n", self.scenario, self.seed, self.teaches);
        let longest = self.contenders.iter().map(|row| row.contender.len()).max().unwrap_or(0);
        let mut line = |cells| line(&mut text, longest, &cells);
        line(HEAD.map(|(above, _, _)| above.to_owned()));
        line(HEAD.map(|(_, below, _)| below.to_owned()));
        for row in &self.contenders {
            line(row.cells());
            let many = row.queues.len() > 1;
            row.queues.iter().filter(|_| many).for_each(|queue| line(queue.cells()));
        }
        text.push('\n');
        for row in &self.contenders {
            let _ = writeln!(text, "{}: {}", row.contender, row.settings);
        }
        text
    }
}

impl Row {
    fn new(scenario: &Scenario, outcome: &Outcome) -> Row {
        let tally = &outcome.tally;
        let names = scenario.queues.iter().map(|queue| &queue.name);
        let queues = names.zip(&tally.queues).map(|(name, it)| QueueRow {
            queue: name.clone(),
            queue_p50: it.length(0.5),
            queue_p99: it.length(0.99),
            queue_max: it.length(1.0),
            job_wait_p99: thousandths(it.wait(0.99).as_secs_f64()),
        });
        Row {
            contender: outcome.name.clone(),
            settings: outcome.settings.clone(),
            queue_p50: tally.length(0.5),
            queue_p99: tally.length(0.99),
            queue_max: tally.length(1.0),
            job_wait_p99: thousandths(tally.wait(0.99).as_secs_f64()),
            writes: tally.counted_writes(),
            reversals: tally.reversals(),
            container_seconds: thousandths(tally.container_seconds),
            unallocated_slots: thousandths(tally.unallocated()),
            spare_work_done: thousandths(tally.spare_work),
            work_thrown_away: thousandths(tally.work_thrown_away),
            jobs_redelivered: tally.jobs_redelivered,
            jobs_dead: outcome.jobs_dead(),
            budget_violations: tally.budget_violations,
            over_budget_seconds: thousandths(tally.over_budget_seconds),
            worker_polls: tally.worker_polls,
            scaler_polls: tally.scaler_polls,
            queues: queues.collect(),
        }
    }

    fn cells(&self) -> [String; COLUMNS] {
        [
            self.contender.clone(),
            self.queue_p50.to_string(),
            self.queue_p99.to_string(),
            self.queue_max.to_string(),
            format!("{:.1} s", self.job_wait_p99),
            self.writes.to_string(),
            self.reversals.to_string(),
            format!("{:.0}", self.container_seconds),
            format!("{:.1}", self.unallocated_slots),
            format!("{:.0}", self.spare_work_done),
            format!("{:.0} s", self.work_thrown_away),
            self.jobs_redelivered.to_string(),
            self.jobs_dead.to_string(),
            self.budget_violations.to_string(),
            format!("{:.0}", self.over_budget_seconds),
            self.worker_polls.to_string(),
            self.scaler_polls.to_string(),
        ]
    }
}

impl QueueRow {
    fn cells(&self) -> [String; COLUMNS] {
        let mut cells = [const { String::new() }; COLUMNS];
        cells[0] = format!("  {}", self.queue);
        cells[1] = self.queue_p50.to_string();
        cells[2] = self.queue_p99.to_string();
        cells[3] = self.queue_max.to_string();
        cells[4] = format!("{:.1} s", self.job_wait_p99);
        cells
    }
}

/// Writes one line; the first column is as wide as the longest name.
fn line(text: &mut String, longest: usize, cells: &[String; COLUMNS]) {
    let mut whole = String::new();
    for (i, (cell, (_, _, width))) in cells.iter().zip(HEAD).enumerate() {
        let _ = match i {
            0 => write!(whole, "{cell:<longest$}"),
            _ => write!(whole, "  {cell:>width$}"),
        };
    }
    let _ = writeln!(text, "{}", whole.trim_end());
}

/// Rounds to three decimal places: more would only show rounding errors.
fn thousandths(number: f64) -> f64 {
    (number * 1000.0).round() / 1000.0
}
