//! Finds errors in steps that could be read but cannot be played.

use super::problem::Report;
use crate::Time;
use crate::arrivals::RATES;
use crate::scenario::Scenario;
use crate::steps::{Action, Producer, Step};

/// The most replicas of a producer and the most jobs of a burst that a presentation needs.
const MOST_REPLICAS: u32 = 100;
const MOST_JOBS: u32 = 10_000;
/// The most characters of a caption: the last row of an audience could not read a longer one.
const LONGEST_CAPTION: usize = 120;
/// The most characters of a step's notes: about four minutes of speech, and more than a window
/// shows at once.
const LONGEST_NOTES: usize = 4000;

impl Scenario {
    pub(super) fn check_steps(&self, wrong: &mut Report<'_>) {
        self.producers.iter().for_each(|producer| self.check_producer(producer, wrong));
        for (i, step) in self.steps.iter().enumerate() {
            let owner = format!("step {}", i + 1);
            self.check_step(&owner, step, wrong);
            for action in step.actions.iter().chain(&step.while_waiting) {
                if let Some((key, text)) = self.problem_of(action) {
                    wrong(Some(&owner), key, text);
                }
            }
        }
        let all: Time = self.steps.iter().map(|step| step.lasts).sum();
        if all > self.duration {
            let (all, most) = (all.as_secs_f64(), self.duration.as_secs_f64());
            wrong(None, "duration", format!("is {most} s, but the steps last {all} s together"));
        }
    }

    fn check_producer(&self, it: &Producer, wrong: &mut Report<'_>) {
        let owner = Some(it.name.as_str());
        if self.producers.iter().filter(|other| other.name == it.name).count() > 1 {
            wrong(owner, "name", "is given twice".to_owned());
        }
        if !RATES.contains(&(it.rate * f64::from(MOST_REPLICAS))) {
            wrong(owner, "rate", "must be from 0 to 100 jobs a second".to_owned());
        }
        match self.queue(&it.queue).map(|i| &self.queues[i]) {
            None => {
                let text = format!("is {}, which is not among the queues", it.queue);
                wrong(owner, "queue", text);
            }
            Some(queue) if queue.arrivals.is_some() => {
                let text = format!("come from the producer {} too; remove one of the two", it.name);
                wrong(Some(&queue.name), "arrivals", text);
            }
            Some(_) => {}
        }
    }

    fn check_step(&self, owner: &str, step: &Step, wrong: &mut Report<'_>) {
        let long = step.caption.chars().count();
        if step.caption.trim().is_empty() {
            wrong(Some(owner), "caption", "is empty; say what the audience sees".to_owned());
        } else if long > LONGEST_CAPTION {
            let text = format!("has {long} characters; at most {LONGEST_CAPTION} can be read");
            wrong(Some(owner), "caption", text);
        }
        if step.lasts.is_zero() {
            wrong(Some(owner), "for", "must be more than 0".to_owned());
        }
        if step.plan.is_some_and(|plan| plan.is_zero()) {
            wrong(Some(owner), "plan", "must be more than 0".to_owned());
        }
        if let Some(text) = problem_of_notes(&step.notes) {
            wrong(Some(owner), "notes", text);
        }
    }

    /// The first error in an action: the key and the text.
    fn problem_of(&self, action: &Action) -> Option<(&'static str, String)> {
        let among = |key, name: &String, known: bool, kind| {
            (!known).then(|| (key, format!("names {name}, which is not among the {kind}")))
        };
        let queue = |key, name| among(key, name, self.queue(name).is_some(), "queues");
        let workload = |key, name| among(key, name, self.workload(name).is_some(), "workloads");
        match action {
            Action::Load { producer, .. }
                if self.producers.iter().all(|it| it.name != *producer) =>
            {
                among("load", producer, false, "producers")
            }
            Action::Load { replicas, .. } if *replicas > MOST_REPLICAS => {
                Some(("load", format!("is {replicas}; it must be from 0 to {MOST_REPLICAS}")))
            }
            Action::Burst { jobs, .. } if !(1..=MOST_JOBS).contains(jobs) => {
                Some(("burst", format!("is {jobs}; it must be from 1 to {MOST_JOBS}")))
            }
            Action::Outage { lasts, .. } if lasts.is_zero() => {
                Some(("outage", "has no duration; write it like {jobs: 20s}".to_owned()))
            }
            Action::Burst { queue: name, .. } => queue("burst", name),
            Action::Outage { queue: name, .. } | Action::Blind { queue: name, .. } => {
                queue("outage", name)
            }
            Action::Kill { workload: name } => workload("kill", name),
            Action::Pause { workload: name, .. } => workload("pause", name),
            Action::Load { .. } | Action::Hold(_) => None,
        }
    }
}

/// What is wrong with a step's notes.
fn problem_of_notes(notes: &str) -> Option<String> {
    let long = notes.chars().count();
    if long > LONGEST_NOTES {
        return Some(format!("have {long} characters; at most {LONGEST_NOTES} are allowed"));
    }
    let control = notes.chars().find(|c| c.is_control() && *c != '\n')?;
    Some(format!(
        "have the control character {}; only line breaks are allowed",
        control.escape_default()
    ))
}
