//! The title, and the sentence that says how the run went.

use web::page::chart::report::time_axis::clock;

use super::words::{count, seconds};
use crate::report::figures::{Figures, QueueFigures};
use crate::report::run::Run;

/// A queue that does not exist before its first message is not worth a word for this long.
const UNBORN_S: f64 = 5.0;

/// What was played: the scenario's name, or the length of the run.
pub fn title(run: &Run) -> String {
    match run.scenario() {
        Some(name) if !name.trim().is_empty() => capitalised(&name.replace('-', " ")),
        _ if run.length() < 60.0 => format!("A run of {}", seconds(run.length())),
        _ => format!("A run of {} minutes", clock(run.length())),
    }
}

fn capitalised(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}

/// How the run went, as one sentence.
pub fn outcome(figures: &Figures) -> String {
    let over: Vec<String> = match &figures.queues[..] {
        [] => return "No queue was read, so nothing is known about jobs.".to_owned(),
        [one] if !one.metric => vec![over("the queue", one)],
        all => all.iter().map(|it| over(&called(it), it)).collect(),
    };
    format!("{}; {}.", jobs(figures), over.join(", "))
}

fn jobs(figures: &Figures) -> String {
    // A metric has no jobs.
    let queues: Vec<_> = figures.queues.iter().filter(|it| !it.metric).collect();
    let sum = |of: fn(&QueueFigures) -> Option<u64>| {
        let add = |sum: u64, one: &&QueueFigures| Some(sum.saturating_add(of(one)?));
        queues.iter().try_fold(0, add).filter(|_| !queues.is_empty())
    };
    let lost = match figures.lost {
        Some(0) => "none was lost".to_owned(),
        Some(lost) => format!("{} {} lost", count(lost), plural(lost, "was", "were")),
        None => "how many were lost is not known".to_owned(),
    };
    match sum(|it| it.jobs_in).zip(sum(|it| it.done)) {
        Some((came, done)) => {
            let (jobs, were) = (plural(came, "job", "jobs"), plural(done, "was", "were"));
            format!("{} {jobs} came in, {} {were} done and {lost}", count(came), count(done))
        }
        None => format!("How many jobs came is not known; {lost}"),
    }
}

fn called(it: &QueueFigures) -> String {
    format!("{} {}", if it.metric { "metric" } else { "queue" }, it.name)
}

fn plural(count: u64, one: &'static str, many: &'static str) -> &'static str {
    if count == 1 { one } else { many }
}

fn over(name: &str, queue: &QueueFigures) -> String {
    let Some((target, over)) = queue.target.zip(queue.over_s) else {
        return match queue.largest.filter(|_| queue.metric) {
            Some((largest, _)) => format!("{name} was at most {}", count(largest)),
            None => format!("whether {name} kept its target is not known"),
        };
    };
    let than = if queue.metric { "over" } else { "longer than" };
    let unread = if queue.gaps_s > 0.0 || queue.unread_s > UNBORN_S {
        format!(" (it could not be read for {})", seconds(queue.unread_s))
    } else {
        String::new()
    };
    if over > 0.0 {
        format!("{name} was {than} its target of {target} for {}{unread}", seconds(over))
    } else {
        format!("{name} was never {than} its target of {target}{unread}")
    }
}
