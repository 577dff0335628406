//! The figures of a run. What is not known is `None`, never 0.

use control::Totals;

use super::run::{Point, QueuePoint, Run};

/// A longer time without a tick is not counted: nobody knows what happened in it.
const LONGEST_GAP_S: f64 = 10.0;
/// A mean wait of fewer jobs says little.
const ENOUGH: u64 = 20;

/// The figures of a run.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Figures {
    /// How long the values cover, in seconds.
    pub seconds: f64,
    /// Seconds between the first and the last tick in which no values came.
    pub unknown_s: f64,
    /// Jobs lost in this time.
    pub lost: Option<u64>,
    /// The most containers at one tick, and the capacity at that tick.
    pub most: Option<(u64, Option<u32>)>,
    /// How many decisions were made; `None` if entries of the log are missing.
    pub decisions: Option<usize>,
    /// The figures of each queue.
    pub queues: Vec<QueueFigures>,
    /// The container-seconds of each workload, by the workload's name.
    pub container_s: Vec<(String, f64)>,
}

/// The figures of a queue.
#[derive(Debug, Clone, PartialEq, Default)]
#[allow(missing_docs)] // the names say it
pub struct QueueFigures {
    pub name: String,
    /// Whether it is a metric, which has a value but no jobs.
    pub metric: bool,
    pub target: Option<u32>,
    /// Jobs that were in the queue at its first reading, and those that came later.
    pub jobs_in: Option<u64>,
    /// Jobs that were done.
    pub done: Option<u64>,
    /// Jobs that waited or were at work at the last reading.
    pub left: Option<u64>,
    /// The longest queue and its time.
    pub largest: Option<(u64, f64)>,
    /// Seconds in which the queue was longer than its target.
    pub over_s: Option<f64>,
    /// Seconds in which the queue could not be read, or did not exist yet.
    pub unread_s: f64,
    /// Those of them that came after the first reading.
    pub gaps_s: f64,
    /// The mean time that a job waited, in seconds: the queue's length summed over time, divided by
    /// the number of jobs (Little's law).
    pub mean_wait_s: Option<f64>,
}

/// The figures of a run.
pub fn figures(run: &Run) -> Figures {
    let counted = spans(run);
    let covered: f64 = counted.iter().map(|(_, seconds)| seconds).sum();
    let length = run.points.back().zip(run.points.front()).map_or(0.0, |(b, a)| b.at - a.at);
    let decisions = run.log.iter().filter(|entry| entry.kind == "decision").count();
    Figures {
        seconds: covered,
        unknown_s: (length - covered).max(0.0),
        lost: lost(run),
        most: most(run),
        decisions: (run.missing_entries == 0).then_some(decisions),
        queues: (0..run.queues.len()).map(|i| of_queue(run, i, &counted)).collect(),
        container_s: (0..run.workloads.len()).map(|i| of_workload(run, i, &counted)).collect(),
    }
}

/// Each point with the seconds for which its values hold: until the next point.
fn spans(run: &Run) -> Vec<(&Point, f64)> {
    let longest = LONGEST_GAP_S.max(3.0 * run.tick_s().unwrap_or_default());
    let pairs = run.points.iter().zip(run.points.iter().skip(1));
    let spans = pairs.map(|(point, next)| (point, next.at - point.at));
    spans.filter(|(_, seconds)| *seconds <= longest).collect()
}

/// The jobs lost since the first point that knows them, or since the beginning of a whole run.
/// Before the first reading of a queue nothing is known, and nothing counts as lost.
fn lost(run: &Run) -> Option<u64> {
    let last = run.points.back()?.lost?;
    let known = run.points.iter().find_map(|point| point.lost);
    let before = if run.from() > 0.0 { known? } else { 0 };
    last.checked_sub(before)
}

fn most(run: &Run) -> Option<(u64, Option<u32>)> {
    let total = |point: &Point| -> Option<u64> {
        point.live.iter().flatten().map(|n| u64::from(*n)).reduce(u64::saturating_add)
    };
    let all = run.points.iter().filter_map(|point| Some((total(point)?, point.capacity)));
    let most = all.max_by_key(|(total, capacity)| (*total, capacity.is_some()))?;
    let capacity = most.1.or_else(|| run.key("capacity"));
    Some((most.0, capacity))
}

fn reading(point: &Point, i: usize) -> Option<QueuePoint> {
    point.queues.get(i).copied().flatten()
}

fn of_queue(run: &Run, i: usize, counted: &[(&Point, f64)]) -> QueueFigures {
    let name = run.queues[i].clone();
    let key = run.queue_keys().find(|(other, _)| *other == name).map(|(_, key)| key);
    let target = key.as_ref().and_then(|key| key.target);
    let lengths = || run.points.iter().filter_map(|it| Some((reading(it, i)?.ready, it.at)));
    let totals = grown(run, i);
    let known = || counted.iter().filter_map(|(it, s)| Some((reading(it, i)?.ready, *s)));
    let over =
        |target: u32| known().filter(|(ready, _)| *ready > u64::from(target)).map(|(_, s)| s).sum();
    let unread = |it: &&(&Point, f64)| reading(it.0, i).is_none();
    let length = |it: &(&Point, f64)| it.1;
    let unread_s = counted.iter().filter(unread).map(length).sum();
    let gaps_s: f64 = counted.iter().skip_while(unread).filter(unread).map(length).sum();
    let area: f64 = known().map(|(ready, s)| ready as f64 * s).sum();
    let held = |reading: QueuePoint| Some(reading.ready.saturating_add(reading.in_flight?));
    let mut readings = run.points.iter().filter_map(|it| reading(it, i));
    let at_first = readings.next().and_then(held);
    let jobs_in = totals.zip(at_first).map(|(it, first)| it.published.saturating_add(first));
    // A wait in a time without readings is in no sum.
    let jobs = jobs_in.filter(|jobs| *jobs >= ENOUGH && gaps_s == 0.0);
    QueueFigures {
        metric: key.is_some_and(|key| key.is_metric()),
        target,
        jobs_in,
        done: totals.map(|it| it.acked),
        left: run.points.back().and_then(|it| reading(it, i)).and_then(held),
        largest: lengths().reduce(|most, next| if next.0 > most.0 { next } else { most }),
        over_s: target.filter(|_| known().next().is_some()).map(over),
        unread_s,
        gaps_s,
        mean_wait_s: jobs.map(|jobs| area / jobs as f64),
        name,
    }
}

/// How far a queue's totals grew. After a restart of the queue's process they begin at 0 again, so
/// the new values count as grown. `None` if fewer than two readings have totals.
fn grown(run: &Run, i: usize) -> Option<Totals> {
    let mut readings = run.points.iter().filter_map(|point| reading(point, i)?.totals);
    let mut last = readings.next()?;
    let mut sum = None;
    for totals in readings {
        let Totals { published, acked } = *sum.get_or_insert(Totals::default());
        let more = |now: u64, before: u64| now.checked_sub(before).unwrap_or(now);
        let restarted = totals.published < last.published || totals.acked < last.acked;
        let before = if restarted { Totals::default() } else { last };
        sum = Some(Totals {
            published: published.saturating_add(more(totals.published, before.published)),
            acked: acked.saturating_add(more(totals.acked, before.acked)),
        });
        last = totals;
    }
    sum
}

fn of_workload(run: &Run, i: usize, counted: &[(&Point, f64)]) -> (String, f64) {
    let live = |point: &Point| point.live.get(i).copied().flatten().unwrap_or_default();
    let seconds = counted.iter().map(|(point, s)| f64::from(live(point)) * s).sum();
    (run.workloads[i].clone(), seconds)
}
