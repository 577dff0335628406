//! The comparison of our core with the other contenders, scenario by scenario.

use std::fmt::Write;

use super::promise::SEEDS;
use crate::tally::nearest_rank;
use crate::{Kind, Outcome, Scenario, run};

/// Our core counts as worse if it takes more than this many times the other's container-seconds.
const MORE: f64 = 1.15;

/// One contender's figures in one scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct Showing {
    /// The contender's name.
    pub name: String,
    /// The p99 of the jobs' waiting times in seconds, as the median of all seeds.
    pub wait: f64,
    /// The p99 of the first priority's waiting times in seconds, as the median of all seeds.
    pub urgent_wait: f64,
    /// Container-seconds of workloads with a queue, as the median of all seeds.
    pub cost: f64,
    /// Containers started over the capacity, summed over all seeds.
    pub violations: u64,
    /// Seconds of work thrown away, as the median of all seeds.
    pub thrown_away: f64,
    /// Redeliveries of jobs, as the median of all seeds.
    pub redelivered: f64,
    /// Dead-lettered jobs, summed over all seeds.
    pub dead: u64,
}

/// The comparison in one scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct Contest {
    /// The scenario's name.
    pub scenario: String,
    /// Whether the scenario has several queues, so that jobs differ in priority.
    pub priorities: bool,
    #[allow(missing_docs)] // the name says it
    pub ours: Showing,
    /// All other contenders that scale.
    pub others: Vec<Showing>,
    /// Contenders whose workers have another grace period, if the scenario lists any.
    pub graceful: Vec<Showing>,
}

impl Contest {
    /// Plays a scenario with every contender that scales.
    ///
    /// # Errors
    /// If it cannot be played.
    pub fn play(scenario: &Scenario) -> Result<Contest, String> {
        let scale = |kind: &Kind| !matches!(kind, Kind::Fixed(_) | Kind::Waiting(..));
        let kinds = Kind::all(scenario).into_iter().filter(scale);
        let (graceful, kinds): (Vec<Kind>, Vec<Kind>) =
            kinds.partition(|kind| matches!(kind, Kind::Graceful(..)));
        let play = |kinds: Vec<Kind>| -> Result<Vec<Showing>, String> {
            kinds.iter().map(|kind| showing(scenario, kind)).collect()
        };
        let (all, graceful) = (play(kinds)?, play(graceful)?);
        let (ours, others) = all.split_first().ok_or("there is no contender")?;
        Ok(Contest {
            scenario: scenario.name.clone(),
            priorities: scenario.queues.len() > 1,
            ours: ours.clone(),
            others: others.to_vec(),
            graceful,
        })
    }

    /// Says what `other` does better, and why. `None` if our core is at least as good in waits and
    /// violations, and costs at most 15 % more.
    pub fn behind(&self, other: &Showing) -> Option<String> {
        let ours = &self.ours;
        let mut words = Vec::new();
        if ours.wait > other.wait {
            let mut text = format!("jobs wait {:.1} s, with ours {:.1} s", other.wait, ours.wait);
            if self.priorities {
                let (theirs, ours) = (other.urgent_wait, ours.urgent_wait);
                text += &format!(" (first-priority jobs: {theirs:.1} s, with ours {ours:.1} s)");
            }
            if other.violations > 0 {
                text += ", by exceeding the budget";
            }
            words.push(text);
        }
        if ours.cost > other.cost * MORE {
            let more = (ours.cost / other.cost - 1.0) * 100.0;
            words.push(format!("ours takes {more:.0} % more container-seconds for idle workers"));
            if ours.wait < other.wait {
                let waits = format!("jobs wait {:.1} s instead of {:.1} s", ours.wait, other.wait);
                words.push(waits);
            }
        }
        if ours.violations > other.violations {
            words.push("ours exceeds the budget".to_owned());
        }
        (!words.is_empty()).then(|| words.join(", "))
    }
}

/// The scenarios to compare. Those that hold scaling are left out, because they try no rule.
pub fn contests(shipped: &[Scenario]) -> Vec<&Scenario> {
    shipped.iter().filter(|scenario| !scenario.holds()).collect()
}

/// The index of the queue whose workload has the highest priority.
fn most_urgent(scenario: &Scenario) -> usize {
    let on_queues = scenario.workloads.iter().filter(|it| it.queue.is_some());
    let name = on_queues.min_by_key(|it| it.priority).and_then(|it| it.queue.as_ref());
    name.and_then(|name| scenario.queue(name)).unwrap_or(0)
}

fn showing(scenario: &Scenario, kind: &Kind) -> Result<Showing, String> {
    let outcomes = SEEDS.map(|seed| run(scenario, kind, seed)).collect::<Result<Vec<_>, _>>()?;
    let urgent = most_urgent(scenario);
    let median = |of: &dyn Fn(&Outcome) -> f64| {
        let mut all: Vec<f64> = outcomes.iter().map(of).collect();
        all.sort_by(f64::total_cmp);
        nearest_rank(&all, 0.5).unwrap_or(f64::INFINITY)
    };
    Ok(Showing {
        name: kind.name(scenario),
        wait: median(&|it| it.tally.wait(0.99).as_secs_f64()),
        urgent_wait: median(&|it| it.tally.queues[urgent].wait(0.99).as_secs_f64()),
        cost: median(&|it| it.tally.container_seconds),
        violations: outcomes.iter().map(|it| it.tally.budget_violations).sum(),
        thrown_away: median(&|it| it.tally.work_thrown_away),
        redelivered: median(&|it| it.tally.jobs_redelivered as f64),
        dead: outcomes.iter().map(Outcome::jobs_dead).sum(),
    })
}

/// A table with a row for each scenario and a column for each contender: how long jobs waited, and
/// the cost. Our cost is in container-seconds; for the others, it is the difference from ours in
/// percent. `!` marks a contender that exceeded the capacity.
pub fn table(contests: &[Contest]) -> String {
    let Some(first) = contests.first() else { return String::new() };
    let names = first.others.iter().map(|it| format!(" {} |", it.name));
    let mut text = format!("| Scenario | ours |{}\n|---|---|", names.collect::<String>());
    text += &"---|".repeat(first.others.len());
    for contest in contests {
        let ours = &contest.ours;
        let cells = contest.others.iter().map(|it| format!(" {} |", cell(ours, it)));
        let (scenario, wait, cost) = (&contest.scenario, ours.wait, ours.cost);
        let _ = write!(text, "\n| {scenario} | {wait:.1} s, {cost:.0} |");
        text.extend(cells);
    }
    text + "\n"
}

fn cell(ours: &Showing, other: &Showing) -> String {
    // Adding 0.0 turns -0.0 into 0.0.
    let more = ((other.cost / ours.cost - 1.0) * 100.0).round() + 0.0;
    let over = if other.violations > 0 { " !" } else { "" };
    format!("{:.1} s, {more:+.0} %{over}", other.wait)
}

/// A table for each scenario about the cost of stopping busy workers, with a row per contender.
pub fn thrown_away(contests: &[Contest]) -> String {
    let mut text = String::new();
    for contest in contests.iter().filter(|it| !it.graceful.is_empty()) {
        let _ = writeln!(
            text,
            "| {} | Work thrown away | Jobs redelivered | Jobs dead | Job wait p99 | \
             Container-seconds |\n|---|---|---|---|---|---|",
            contest.scenario,
        );
        let ours = Showing { name: "ours".to_owned(), ..contest.ours.clone() };
        for it in [&ours].into_iter().chain(&contest.others).chain(&contest.graceful) {
            let over = if it.violations > 0 { " !" } else { "" };
            let Showing { name, thrown_away, redelivered, dead, wait, cost, .. } = it;
            let _ = writeln!(
                text,
                "| {name} | {thrown_away:.0} s | {redelivered:.0} | {dead} | {wait:.1} s | \
                 {cost:.0}{over} |"
            );
        }
    }
    text
}

/// Lists what other contenders do better, with one line for each contender and scenario.
pub fn where_behind(contests: &[Contest]) -> String {
    let mut text = String::new();
    for contest in contests {
        for other in contest.others.iter().chain(&contest.graceful) {
            if let Some(words) = contest.behind(other) {
                let _ = writeln!(text, "- {}, {}: {words}", contest.scenario, other.name);
            }
        }
    }
    text
}
