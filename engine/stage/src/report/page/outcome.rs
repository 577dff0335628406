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
        [one] => vec![over("the queue", one)],
        all => all.iter().map(|it| over(&format!("queue {}", it.name), it)).collect(),
    };
    format!("{}; {}.", jobs(figures), over.join(", "))
}

fn jobs(figures: &Figures) -> String {
    let sum = |of: fn(&QueueFigures) -> Option<u64>| {
        figures.queues.iter().map(of).try_fold(0, |sum: u64, one| Some(sum.saturating_add(one?)))
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

fn plural(count: u64, one: &'static str, many: &'static str) -> &'static str {
    if count == 1 { one } else { many }
}

fn over(name: &str, queue: &QueueFigures) -> String {
    let Some((target, over)) = queue.target.zip(queue.over_s) else {
        return format!("whether {name} kept its target is not known");
    };
    let unread = if queue.gaps_s > 0.0 || queue.unread_s > UNBORN_S {
        format!(" (it could not be read for {})", seconds(queue.unread_s))
    } else {
        String::new()
    };
    if over > 0.0 {
        format!("{name} was longer than its target of {target} for {}{unread}", seconds(over))
    } else {
        format!("{name} was never longer than its target of {target}{unread}")
    }
}
