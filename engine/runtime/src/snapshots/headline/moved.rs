//! Changes of the counts, timed from the cause until all containers are ready, or gone.
//!
//! Successive changes in one direction are one move. Where the cause is unknown, the clock starts
//! at the move's first change: the queue asked for it.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use super::cause::{Causes, WORKS};
use super::facts::Facts;
use super::words::{capitalised, listed};
use crate::snapshots::state::WorkloadState;

/// How long a move is shown after it has ended.
const TOLD: Duration = Duration::from_secs(6);
/// How long a move that has not ended is shown after its last change.
const LASTS: Duration = Duration::from_secs(15);
/// A change later than this after the end of a move begins another one, except on the way down,
/// where a cooldown lies between the steps.
const GOES_ON: Duration = Duration::from_secs(3);
/// Other workloads give slots up to this long before, because slots must become free first.
const GIVES: Duration = Duration::from_secs(3);

/// A workload's move, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The workload's name in the plural.
    name: String,
    from: u32,
    to: u32,
    /// Ready and terminating containers, while the move lasts.
    now: (u32, u32),
    /// The move's duration in tenths of a second; `None` while it lasts.
    took: Option<u128>,
    /// Workloads whose count fell while this one rose, or rose while it fell.
    others: Vec<String>,
}

impl Moved {
    pub(super) fn rises(&self) -> bool {
        self.to > self.from
    }

    /// The move as a sentence.
    pub(super) fn text(&self) -> String {
        let Moved { name, from, to, now: (ready, leaving), took, others } = self;
        let how_far = match took {
            Some(0) => String::new(),
            Some(tenths) => format!(" in {}.{} s", tenths / 10, tenths % 10),
            None if self.rises() => format!(", {ready} ready"),
            None => format!(", {leaving} leaving"),
        };
        let whose = match others.is_empty() {
            true => String::new(),
            false if self.rises() => format!(", taken from {}", listed(others)),
            false => format!(", given to {}", listed(others)),
        };
        format!("{} {from} -> {to}{how_far}{whose}.", capitalised(name))
    }
}

/// A move of one workload.
#[derive(Debug)]
struct Move {
    from: u32,
    to: u32,
    /// The time of its cause, or of its first change.
    clock: Duration,
    /// The time of its last change.
    changed: Duration,
    /// When all containers were ready, or gone.
    ended: Option<Duration>,
    /// Each workload's highest desired count shortly before a rise, or its lowest before a fall.
    before: BTreeMap<String, u32>,
}

/// The moves of all workloads.
#[derive(Debug, Default)]
pub(super) struct Moves {
    /// The desired counts of all workloads, each with the time since when they hold; newest last.
    counts: VecDeque<(Duration, BTreeMap<String, u32>)>,
    moves: BTreeMap<String, Move>,
    /// The clock of each workload's last finished move; older causes have had their effect.
    spent: BTreeMap<String, Duration>,
}

impl Moves {
    /// Updates the moves from a snapshot.
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

    /// Each workload's highest desired count since a time, or its lowest if not `most`.
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
            // The cause of the last move has had its effect.
            cause = cause.filter(|at| *at > it.clock || it.rises() != (to > from));
            self.spent.insert(name.clone(), it.clock);
        }
        let clock = cause.unwrap_or(now);
        let since = clock.min(now.saturating_sub(GIVES));
        let before = self.extremes(since, to > from);
        let new = Move { from, to, clock, changed: now, ended: None, before };
        self.moves.insert(name.clone(), new);
    }

    /// Notes the end of a move, and forgets a move that is not shown any more.
    fn see_the_end(&mut self, now: Duration, workload: &WorkloadState) {
        let Some(it) = self.moves.get_mut(&workload.name) else { return };
        let all_there = workload.ready == it.to && workload.desired == it.to;
        let all_gone = it.to > it.from || workload.terminating == 0;
        let has_ended = it.ended.is_some();
        if all_there && all_gone && !has_ended {
            it.ended = Some(now);
        }
        // A container that dies later is not part of the move.
        if (has_ended && !all_there) || !it.is_told(now) {
            self.spent.insert(workload.name.clone(), it.clock);
            self.moves.remove(&workload.name);
        }
    }

    /// The first two moves, as they are shown.
    pub(super) fn current(&self, facts: &Facts) -> Vec<Moved> {
        let all = facts.workloads.iter();
        all.filter_map(|it| Some(self.moves.get(&it.name)?.current(it, facts))).take(2).collect()
    }

    /// The times from which all moves are counted.
    pub(super) fn clocks(&self) -> Vec<Duration> {
        self.moves.values().map(|it| it.clock).collect()
    }
}

impl Move {
    fn rises(&self) -> bool {
        self.to > self.from
    }

    /// Whether a change belongs to this move; `cause`: when a cause last asked for such a change.
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
        let took = ended.map(|at| (at.saturating_sub(self.clock).as_millis() + 50) / 100);
        let now = if took.is_none() { (workload.ready, workload.terminating) } else { (0, 0) };
        Moved {
            name: workload.called(2),
            from: self.from,
            to: self.to,
            now,
            took,
            others: self.others(workload, facts),
        }
    }

    /// The workloads that gave slots to `workload`, or got them from it.
    fn others(&self, workload: &WorkloadState, facts: &Facts) -> Vec<String> {
        let others = facts.workloads.iter().filter(|it| it.name != workload.name);
        let moved = others.filter(|it| {
            let before = self.before.get(&it.name).copied().unwrap_or(it.desired);
            if self.rises() { it.desired < before } else { it.desired > before }
        });
        moved.map(|it| it.called(2)).collect()
    }
}
