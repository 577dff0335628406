//! Who may leave, and when: work in progress is not thrown away to save a container.
//!
//! A workload that needs fewer waits until its idle containers are known to get no more work;
//! those that are at work stay. Only a more urgent workload, a lower maximum or a lower capacity
//! takes busy ones, and even then the idle ones leave first where that is known within a round.

use crate::Time;
use crate::state::State;

/// The part of a round that an urgent cut waits for idle containers, in tenths. The round after
/// it may begin a moment early.
const PATIENCE: u32 = 9;

impl State {
    /// Its containers with a lease, as far as they are told to stay.
    pub(crate) fn busy(&self) -> u32 {
        let busy = match (self.work, self.workload.rule.target()) {
            (Some(work), _) => work.busy,
            (None, Some(_)) => u32::try_from(self.in_flight).unwrap_or(u32::MAX),
            (None, None) => 0,
        };
        busy.min(self.replicas.desired)
    }

    /// So many are not taken by the rule itself, nor by its equals.
    pub(crate) fn keeps(&self) -> u32 {
        let holds = self.careful || self.is_blind() || self.is_recovering();
        if holds { self.replicas.desired } else { self.busy() }
    }

    /// Whether it has to give up some that it would keep: to others, or to a lower maximum.
    fn is_pressed(&self) -> bool {
        self.given < self.wanted().max(self.keeps())
    }

    /// How many it may be told to have at `now`; at least what it is given.
    pub(crate) fn cut(&mut self, now: Time, tick: Time) -> u32 {
        let (from, given) = (self.replicas.desired, self.given);
        if given >= from {
            self.pressed_since = None;
            return from;
        }
        let since = self.is_pressed().then(|| self.pressed_since.unwrap_or(now));
        self.pressed_since = since;
        if since.is_some_and(|since| now.saturating_sub(since) >= tick * PATIENCE / 10) {
            return given;
        }
        let stoppable = self.work.map_or(u32::MAX, |work| work.stoppable);
        given.max(from.saturating_sub(stoppable))
    }

    /// How many of those that leave are at work where it is told to have `to`.
    pub(crate) fn at_work_of_leaving(&self, to: u32) -> u32 {
        self.busy().saturating_sub(to)
    }

    /// How many are to leave as soon as they are known to be idle.
    pub(crate) fn to_retire(&self) -> u32 {
        let waits = self.work.is_some() && !self.is_frozen();
        if waits { self.replicas.desired.saturating_sub(self.given) } else { 0 }
    }
}
