//! Changes of workloads' counts, timed from the cause until the last container is ready or gone.
//!
//! Successive changes of a count in one direction are one move. If no cause is known, the queue's
//! length has caused the move, and the time counts from the move's first change.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::cause::{Causes, WORKS};
use super::facts::Facts;
use super::values::{Tenths, Who};
use super::words::{capitalised, listed};
use crate::snapshots::state::WorkloadState;

/// How long a move is shown after it has ended.
const TOLD: Duration = Duration::from_secs(6);
/// How long an unfinished move is shown after its last change.
const LASTS: Duration = Duration::from_secs(15);
/// A change later than this after the end of a move begins another move. A count that falls is an
/// exception, because a cooldown lies between its steps.
const GOES_ON: Duration = Duration::from_secs(3);
/// A count may rise up to this long after other workloads gave up slots for it.
const GIVES: Duration = Duration::from_secs(3);

/// A change of a workload's count, as the headline shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename = "moved")]
pub struct Moved {
    #[serde(flatten)]
    who: Who,
    from: u32,
    to: u32,
    /// Ready and terminating containers; `None` after the move.
    now: Option<Now>,
    /// The move's duration; `None` while it lasts.
    #[serde(rename = "seconds")]
    took: Option<Tenths>,
    /// Other workloads whose counts fell while this one rose, or rose while this one fell.
    others: Vec<Who>,
}

/// The containers of a workload whose count changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Now {
    ready: u32,
    leaving: u32,
}

impl Moved {
    pub(super) fn rises(&self) -> bool {
        self.to > self.from
    }

    /// The move as a sentence.
    pub(super) fn text(&self) -> String {
        let Moved { who, from, to, now, took, others } = self;
        let Now { ready, leaving } = now.unwrap_or_default();
        let how_far = match took {
            Some(Tenths(0)) => String::new(),
            Some(took) => format!(" in {took}"),
            None if self.rises() => format!(", {ready} ready"),
            None => format!(", {leaving} leaving"),
        };
        let others: Vec<String> = others.iter().map(|it| it.called(2)).collect();
        let whose = match others.is_empty() {
            true => String::new(),
            false if self.rises() => format!(", taken from {}", listed(&others)),
            false => format!(", given to {}", listed(&others)),
        };
        format!("{} {from} -> {to}{how_far}{whose}.", capitalised(&who.called(2)))
    }
}

/// A change of one workload's count that is under way or has just ended.
#[derive(Debug)]
struct Move {
    from: u32,
    to: u32,
    /// The time of the move's cause, or of its first change if no cause is known.
    clock: Duration,
    /// The time of the count's last change.
    changed: Duration,
    /// When the last container was ready or gone; `None` until then.
    ended: Option<Duration>,
    /// For a rise, each workload's highest desired count shortly before it; for a fall, the lowest.
    before: BTreeMap<String, u32>,
}

/// The moves of all workloads.
#[derive(Debug, Default)]
pub(super) struct Moves {
    /// The history of all workloads' desired counts, with the time of each change; newest last.
    counts: VecDeque<(Duration, BTreeMap<String, u32>)>,
    moves: BTreeMap<String, Move>,
    /// The start of each workload's last finished move; causes up to then have had their effect.
    spent: BTreeMap<String, Duration>,
}

impl Moves {
    /// Updates the moves with the numbers of a new snapshot.
    pub(super) fn follow(&mut self, now: Duration, facts: &Facts, causes: &Causes) {
        let last = self.counts.back().map(|(_, counts)| counts.clone()).unwrap_or_default();
        for workload in facts.workloads.iter().filter(|it| !it.is_background()) {
            if let Some(from) = last.get(&workload.name)
                && *from != workload.desired
            {
                self.change(now, workload, *from, causes);
            }
            self.see_the_end(now, workload);
        }
        self.moves.retain(|name, _| facts.workload(name).is_some());
        self.remember(now, facts.desired());
    }

    fn remember(&mut self, now: Duration, counts: BTreeMap<String, u32>) {
        if self.counts.back().is_none_or(|(_, last)| *last != counts) {
            self.counts.push_back((now, counts));
        }
        while self.counts.get(1).is_some_and(|(since, _)| now > *since + WORKS) {
            self.counts.pop_front();
        }
    }

    /// Each workload's highest desired count after `since` if `most`, otherwise its lowest.
    fn extremes(&self, since: Duration, most: bool) -> BTreeMap<String, u32> {
        let before = self.counts.iter().rposition(|(from, _)| *from <= since).unwrap_or(0);
        let mut extremes = BTreeMap::<String, u32>::new();
        for (name, count) in self.counts.iter().skip(before).flat_map(|(_, counts)| counts) {
            let extreme = extremes.entry(name.clone()).or_insert(*count);
            *extreme = if most { *count.max(extreme) } else { *count.min(extreme) };
        }
        extremes
    }

    fn change(&mut self, now: Duration, workload: &WorkloadState, from: u32, causes: &Causes) {
        let (name, to) = (&workload.name, workload.desired);
        let mut cause = causes.of(to > from, self.spent.get(name).copied());
        if let Some(it) = self.moves.get_mut(name) {
            if it.goes_on(now, from, to, cause) {
                (it.to, it.changed, it.ended) = (to, now, None);
                return;
            }
            // The cause of the previous move does not also explain a further move in its direction.
            cause = cause.filter(|at| *at > it.clock || it.rises() != (to > from));
            self.spent.insert(name.clone(), it.clock);
        }
        let clock = cause.unwrap_or(now);
        let since = clock.min(now.saturating_sub(GIVES));
        let before = self.extremes(since, to > from);
        let new = Move { from, to, clock, changed: now, ended: None, before };
        self.moves.insert(name.clone(), new);
    }

    /// Records the end of a workload's move, and forgets the move once it is no longer shown.
    fn see_the_end(&mut self, now: Duration, workload: &WorkloadState) {
        let Some(it) = self.moves.get_mut(&workload.name) else { return };
        let all_there = workload.ready == it.to && workload.desired == it.to;
        let all_gone = it.to > it.from || workload.terminating == 0;
        let has_ended = it.ended.is_some();
        if all_there && all_gone && !has_ended {
            it.ended = Some(now);
        }
        // If a container dies after the end of the move, that is not part of the move.
        if (has_ended && !all_there) || !it.is_told(now) {
            self.spent.insert(workload.name.clone(), it.clock);
            self.moves.remove(&workload.name);
        }
    }

    /// The moves of the first two workloads that have one, as the headline shows them.
    pub(super) fn current(&self, facts: &Facts) -> Vec<Moved> {
        let all = facts.workloads.iter();
        all.filter_map(|it| Some(self.moves.get(&it.name)?.current(it, facts))).take(2).collect()
    }

    /// The times from which the durations of the moves are counted.
    pub(super) fn clocks(&self) -> Vec<Duration> {
        self.moves.values().map(|it| it.clock).collect()
    }
}

impl Move {
    fn rises(&self) -> bool {
        self.to > self.from
    }

    /// Whether a change belongs to this move; `cause`: the time of the latest cause that fits it.
    fn goes_on(&self, now: Duration, from: u32, to: u32, cause: Option<Duration>) -> bool {
        let same_way = self.rises() == (to > from);
        let soon = self.ended.is_none_or(|ended| now < ended + GOES_ON);
        let by_steps = to < from && cause == Some(self.clock);
        same_way && (soon || by_steps) && cause.is_none_or(|at| at <= self.clock)
    }

    fn is_told(&self, now: Duration) -> bool {
        match self.ended {
            Some(ended) => now < ended + TOLD,
            None => now < self.changed + LASTS,
        }
    }

    fn current(&self, workload: &WorkloadState, facts: &Facts) -> Moved {
        let ended = self.ended.filter(|_| workload.ready == self.to);
        let took = ended.map(|at| Tenths::of(at.saturating_sub(self.clock)));
        let now = Now { ready: workload.ready, leaving: workload.terminating };
        Moved {
            who: Who::of(workload),
            from: self.from,
            to: self.to,
            now: took.is_none().then_some(now),
            took,
            others: self.others(workload, facts),
        }
    }

    /// The workloads that gave slots to `workload`, or got slots from it.
    fn others(&self, workload: &WorkloadState, facts: &Facts) -> Vec<Who> {
        let others = facts.workloads.iter().filter(|it| it.name != workload.name);
        let moved = others.filter(|it| {
            let before = self.before.get(&it.name).copied().unwrap_or(it.desired);
            if self.rises() { it.desired < before } else { it.desired > before }
        });
        moved.map(Who::of).collect()
    }
}
