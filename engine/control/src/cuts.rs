//! Which containers may leave, and when. Work in progress is not thrown away to save a container.
//!
//! A workload that needs fewer containers waits until it is known which ones are idle and get no
//! more work. Its busy ones stay, unless a higher priority, a lower maximum or a lower capacity
//! takes them. Even then, idle ones leave first if they are known in time: within a round for a
//! higher priority, within seconds otherwise.

use crate::Time;
use crate::allocation::Claim;
use crate::state::State;

/// How long a cut for a higher priority waits for idle containers, in tenths of a round. Less than
/// 10, because the next round may begin a moment early.
const PATIENCE: u32 = 9;
/// How long a cut for a lower maximum or capacity waits for idle containers. It takes 1 to 2 s
/// until retired pods are known to be idle.
const WAITS: Time = Time::from_secs(4);

impl State {
    /// How many of the workload's containers hold a lease; at most the desired count.
    pub(crate) fn busy(&self) -> u32 {
        let busy = match (self.work, self.workload.rule.followed()) {
            (Some(work), _) => work.busy,
            (None, Some(_)) => u32::try_from(self.in_flight).unwrap_or(u32::MAX),
            (None, None) => 0,
        };
        busy.min(self.replicas.desired)
    }

    /// Neither the workload's own rule nor workloads of equal priority lower its count below this.
    pub(crate) fn keeps(&self) -> u32 {
        let holds = self.careful || self.is_blind() || self.is_recovering();
        if holds { self.replicas.desired } else { self.busy() }
    }

    /// The workload's claim on the capacity.
    pub(crate) fn claim(&self) -> Claim {
        let (frozen, keeps) = (self.is_frozen(), self.keeps());
        let bounded = self.wanted().max(keeps).clamp(self.workload.min, self.workload.max);
        let possible = bounded.min(self.room.most().max(self.workload.min));
        Claim {
            priority: self.workload.priority,
            min: self.workload.min,
            keeps,
            wanted: if frozen { self.wanted() } else { possible },
            takes_rest: self.workload.rule.followed().is_none(),
            frozen,
        }
    }

    /// How long the workload waits for idle containers before it gives up others too; `None` if it
    /// does not have to. `gainer` is the highest priority that gets more containers.
    fn patience(&self, tick: Time, gainer: Option<u32>) -> Option<Time> {
        let urgent = gainer.is_some_and(|gainer| gainer < self.workload.priority);
        if urgent && self.given < self.wanted().max(self.keeps()) {
            return Some(tick * PATIENCE / 10);
        }
        (self.given < self.keeps()).then_some(WAITS)
    }

    /// The lowest count that may be written at `now`; at least the granted count.
    pub(crate) fn cut(&mut self, now: Time, tick: Time, gainer: Option<u32>) -> u32 {
        let (from, given) = (self.replicas.desired, self.given);
        if given >= from {
            self.pressed_since = None;
            return from;
        }
        let patience = self.patience(tick, gainer);
        self.pressed_since = patience.map(|_| self.pressed_since.unwrap_or(now));
        let pressed_for = self.pressed_since.map(|since| now.saturating_sub(since));
        if patience.is_some_and(|patience| pressed_for >= Some(patience)) {
            return given;
        }
        let stoppable = self.work.map_or(u32::MAX, |work| work.stoppable);
        given.max(from.saturating_sub(stoppable))
    }

    /// How many busy containers have to leave if the desired count becomes `to`.
    pub(crate) fn at_work_of_leaving(&self, to: u32) -> u32 {
        self.busy().saturating_sub(to)
    }

    /// How many of the workload's containers should leave as soon as they are known to be idle.
    pub(crate) fn to_retire(&self) -> u32 {
        let waits = self.work.is_some() && !self.is_frozen();
        if waits { self.replicas.desired.saturating_sub(self.given) } else { 0 }
    }
}
