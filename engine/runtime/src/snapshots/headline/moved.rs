//! Changes of the counts, told with one clock: from the cause until all are ready, or gone.
//!
//! Changes in one direction that follow each other are one move. One whose cause is not known has
//! its first change for its cause: the queue asked for it.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use super::cause::{Causes, WORKS};
use super::facts::Facts;
use super::words::{capitalised, listed};
use crate::snapshots::state::WorkloadState;

/// A move is told for so long after it has ended,
const TOLD: Duration = Duration::from_secs(6);
/// and while it lasts at most for so long after its last change.
const LASTS: Duration = Duration::from_secs(15);
/// A change that comes so long after the end of a move is another one, except on the way down,
/// where a cooldown lies between the steps.
const GOES_ON: Duration = Duration::from_secs(3);
/// Others give a little before, for what they give has to come free first.
const GIVES: Duration = Duration::from_secs(3);

/// A workload's move, as it is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// Its name, for several.
    name: String,
    from: u32,
    to: u32,
    /// Those at work, while the move lasts; and those that have not gone yet.
    now: (u32, u32),
    /// Tenths of a second that it took; `None` while it lasts.
    took: Option<u128>,
    /// Whose count fell meanwhile while this one rose, or the other way round.
    others: Vec<String>,
}

impl Moved {
    pub(super) fn rises(&self) -> bool {
        self.to > self.from
    }

    /// Its sentence.
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

/// One move.
#[derive(Debug)]
struct Move {
    from: u32,
    to: u32,
    /// When its cause was, or its first change.
    clock: Duration,
    /// Its last change.
    changed: Duration,
    /// When all were ready, or gone.
    ended: Option<Duration>,
    /// The most, or the fewest, that all workloads were told to have before anybody gave, or got.
    before: BTreeMap<String, u32>,
}

/// The moves that are told.
#[derive(Debug, Default)]
pub(super) struct Moves {
    /// How many all workloads were told to have, since when; the newest last.
    counts: VecDeque<(Duration, BTreeMap<String, u32>)>,
    moves: BTreeMap<String, Move>,
    /// The clock of the last move that is over; older causes have had their effect.
    spent: BTreeMap<String, Duration>,
}

impl Moves {
    /// Takes a moment in.
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

    /// The most, or the fewest, that each workload was told to have since a time.
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
            // It has had its effect.
            cause = cause.filter(|at| *at > it.clock || it.rises() != (to > from));
            self.spent.insert(name.clone(), it.clock);
        }
        let clock = cause.unwrap_or(now);
        let since = clock.min(now.saturating_sub(GIVES));
        let before = self.extremes(since, to > from);
        let new = Move { from, to, clock, changed: now, ended: None, before };
        self.moves.insert(name.clone(), new);
    }

    /// Whether a move has ended, and whether there is anything more to tell of it.
    fn see_the_end(&mut self, now: Duration, workload: &WorkloadState) {
        let Some(it) = self.moves.get_mut(&workload.name) else { return };
        let all_there = workload.ready == it.to && workload.desired == it.to;
        let all_gone = it.to > it.from || workload.terminating == 0;
        let has_ended = it.ended.is_some();
        if all_there && all_gone && !has_ended {
            it.ended = Some(now);
        }
        // One that dies later is another story.
        if (has_ended && !all_there) || !it.is_told(now) {
            self.spent.insert(workload.name.clone(), it.clock);
            self.moves.remove(&workload.name);
        }
    }

    /// What is told of these moves in a moment, the first two.
    pub(super) fn told(&self, facts: &Facts) -> Vec<Moved> {
        let all = facts.workloads.iter();
        all.filter_map(|it| Some(self.moves.get(&it.name)?.told(it, facts))).take(2).collect()
    }

    /// The clocks of these moves.
    pub(super) fn clocks(&self) -> Vec<Duration> {
        self.moves.values().map(|it| it.clock).collect()
    }
}

impl Move {
    fn rises(&self) -> bool {
        self.to > self.from
    }

    /// Whether a change belongs to it; `cause` is the last one that asks for such a change.
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

    fn told(&self, workload: &WorkloadState, facts: &Facts) -> Moved {
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

    /// Those that gave, or got.
    fn others(&self, workload: &WorkloadState, facts: &Facts) -> Vec<String> {
        let others = facts.workloads.iter().filter(|it| it.name != workload.name);
        let moved = others.filter(|it| {
            let before = self.before.get(&it.name).copied().unwrap_or(it.desired);
            if self.rises() { it.desired < before } else { it.desired > before }
        });
        moved.map(|it| it.called(2)).collect()
    }
}
