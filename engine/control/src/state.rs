//! The knowledge about one workload: its containers, the age of its reading, its recommendation.

use crate::Time;
use crate::policy::{Policy, Recommendation, Sight};
use crate::reading::{FAILED_AFTER, Freshness, Observation, Reading, Work, is_standstill};
use crate::room::MachineRoom;
use crate::why::{Limit, Why};
use crate::workload::{Fleet, Replicas, Workload};

/// In a core that takes over, a rule sees this many readings before its first decision.
const READINGS_FIRST: u32 = 2;
/// After a time without readings, this many readings are needed before anything is removed.
const READINGS_BEFORE_CUTS: u32 = 2;

/// The circumstances in which a rule runs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Context {
    pub(crate) now: Time,
    /// The workload's start-up time, if known.
    pub(crate) start_up: Option<Time>,
    /// Whether the core only looks on, so that no workload is scaled.
    pub(crate) frozen: bool,
}

/// One workload's configuration, and the core's knowledge about the workload.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) workload: Workload,
    /// The rule's state, which begins with the desired count; `None` before the rule first runs.
    policy: Option<Policy>,
    /// The rule's new recommendation for the whole queue, until [`State::take_part`] uses it.
    asked: Option<Recommendation>,
    /// The count that the whole queue needs, according to the rule.
    need: u32,
    /// The last recommendation for this workload, valid until the next one.
    pub(crate) recommendation: Recommendation,
    pub(crate) freshness: Freshness,
    /// The age of the last reading; `None` before the first.
    pub(crate) age: Option<Time>,
    pub(crate) replicas: Replicas,
    /// Whether `replicas` is from the last observation, not from an earlier one.
    pub(crate) is_known: bool,
    /// Its busy and stoppable containers; `None` if the last observation does not have them.
    pub(crate) work: Option<Work>,
    /// Leased messages of its queue at the last reading.
    pub(crate) in_flight: u64,
    /// When its wait for idle containers began; `None` while it does not have to give up others.
    pub(crate) pressed_since: Option<Time>,
    /// The granted count.
    pub(crate) given: u32,
    /// How many containers the machines have room for, as far as is known.
    pub(crate) room: MachineRoom,
    /// Whether removals wait because this core has just taken over from another one.
    pub(crate) careful: bool,
    /// Readings still needed before anything is decided.
    readings_to_see: u32,
    /// Readings still needed before anything is removed.
    readings_before_cuts: u32,
    last_reading: Option<Time>,
    /// The time of the reading with which the rule last ran.
    asked_with: Option<Time>,
    /// When it was first observed. A queue that was never read counts as unreadable from then on.
    first_look: Option<Time>,
    last_look: Option<Time>,
    /// How long the engine stood still since the last reading.
    stood_still: Time,
    /// How long the engine stood still since the rule last ran.
    stood_still_unasked: Time,
    /// Whether it was frozen when its rule last ran.
    was_frozen: bool,
    /// Whether the queue has been unreadable for so long that the fallback count applies.
    pub(crate) falls_back: bool,
    /// Whether `falls_back` was true at any time since the rule last ran.
    fell_back: bool,
    pub(crate) why: Why,
}

impl State {
    pub(crate) fn new(workload: Workload) -> State {
        State { workload, ..State::default() }
    }

    /// A workload with an unknown past. Its present count serves as its last recommendation.
    pub(crate) fn taken_over(workload: Workload) -> State {
        State { readings_to_see: READINGS_FIRST, ..State::new(workload) }
    }

    /// The same state with another configuration. A new rule starts from the present count.
    pub(crate) fn with(self, workload: Workload) -> State {
        let same = self.workload.rule == workload.rule;
        let (policy, first_look) = (self.policy, self.first_look.filter(|_| same));
        State { policy: policy.filter(|_| same), first_look, workload, ..self }
    }

    /// The workload's containers as its rule counts them.
    pub(crate) fn fleet(&self) -> Fleet {
        let Replicas { desired, ready, .. } = self.replicas;
        Fleet { desired, ready, max: self.workload.max }
    }

    /// Takes in an observation; returns the last reading of the workload's queue, if any.
    pub(crate) fn observe(&mut self, now: Time, tick: Time, seen: &Observation) -> Option<Reading> {
        let replicas = seen.replicas.get(&self.workload.name);
        self.is_known = replicas.is_some();
        self.replicas = replicas.copied().unwrap_or(self.replicas);
        self.work = seen.work.get(&self.workload.name).copied();
        self.note_standstill(now, tick);
        if self.is_frozen() {
            self.forget_wish();
        }
        let Some(followed) = self.workload.rule.followed() else {
            self.freshness = Freshness::Fresh;
            return None;
        };
        let reading = seen.readings.get(&followed.name);
        self.freshness = Freshness::of(reading, now, followed.interval(tick));
        self.age = reading.map(|reading| now.saturating_sub(reading.taken_at));
        self.in_flight = reading.map_or(0, |reading| reading.sample.in_flight);
        let taken_at = reading.map(|reading| reading.taken_at);
        if taken_at.is_some() && taken_at != self.last_reading {
            self.last_reading = taken_at;
            self.stood_still = Time::ZERO;
            self.readings_to_see = self.readings_to_see.saturating_sub(1);
            self.readings_before_cuts = self.readings_before_cuts.saturating_sub(1);
        }
        let first_look = *self.first_look.get_or_insert(now);
        let unseen_for = self.age.unwrap_or(now.saturating_sub(first_look));
        let unseen_for = unseen_for.saturating_sub(self.stood_still);
        self.falls_back = self.freshness == Freshness::Failed && unseen_for > FAILED_AFTER;
        self.fell_back |= self.falls_back;
        if self.freshness != Freshness::Fresh {
            self.readings_before_cuts = READINGS_BEFORE_CUTS;
        }
        reading.copied()
    }

    /// Drops the recommendation, so that the rule runs before anything is decided again.
    pub(crate) fn forget_wish(&mut self) {
        self.recommendation = Recommendation::default();
    }

    /// Adds up the time for which the engine stood still and therefore could not read any queue.
    fn note_standstill(&mut self, now: Time, tick: Time) {
        let last = self.last_look.replace(now).unwrap_or(now);
        let between = now.saturating_sub(last);
        if is_standstill(between, tick) {
            self.stood_still += between;
            self.stood_still_unasked += between;
        }
    }

    /// Runs the rule once for each fresh reading: a reading that is seen twice must not remove a
    /// second container. The result is for all workloads on the queue. While the workload is frozen
    /// or no workload is scaled, the rule learns but recommends nothing.
    pub(crate) fn consult(&mut self, at: Context, reading: Option<Reading>, fleet: Fleet) {
        if self.is_blind() {
            return;
        }
        let taken_at = reading.map(|reading| reading.taken_at);
        if self.policy.is_some() && taken_at.is_some() && taken_at == self.asked_with {
            return;
        }
        self.asked_with = taken_at;
        let desired = fleet.desired;
        let policy = self.policy.get_or_insert_with(|| Policy::new(&self.workload.rule, desired));
        if std::mem::replace(&mut self.was_frozen, at.frozen || self.workload.is_frozen()) {
            policy.begin_at(desired);
        }
        if std::mem::take(&mut self.fell_back) {
            policy.resume(desired);
            self.recommendation.wanted = self.recommendation.wanted.max(self.replicas.desired);
        }
        let next = policy.recommend(&Sight {
            now: at.now,
            stood_still: std::mem::take(&mut self.stood_still_unasked),
            reading: reading.unwrap_or_default(),
            fleet,
            min: self.workload.min,
            start_up: at.start_up,
        });
        self.need = next.wanted;
        self.asked = (!self.was_frozen).then_some(next);
    }

    /// The count that the whole queue needs, according to the rule.
    pub(crate) fn need(&self) -> u32 {
        self.need
    }

    /// Turns the rule's new recommendation for the queue into one of `part` for this workload.
    pub(crate) fn take_part(&mut self, part: u32) {
        let Some(mut next) = self.asked.take() else { return };
        if part != next.wanted {
            next.because += &format!("; its share is {part} of {}", next.wanted);
            next.wanted = part;
            next.until = None;
        }
        if next.wanted > self.workload.max {
            (next.wanted, next.limited_by) = (self.workload.max, Some(Limit::Max));
        }
        let from = match self.workload.rule.followed() {
            Some(_) if self.was_asked() => self.recommendation.wanted,
            _ => self.replicas.desired,
        };
        self.recommendation = self.at_most_one_step(from, next);
    }

    /// The part of its queue's need that the workload covers, in containers.
    pub(crate) fn granted(&self) -> u32 {
        let wanted = self.wanted().min(self.workload.max);
        if self.is_frozen() { self.replicas.desired } else { wanted.min(self.room.most()) }
    }

    /// Keeps a recommendation within `max_delta` of the count `from`.
    fn at_most_one_step(&self, from: u32, next: Recommendation) -> Recommendation {
        let Some(delta) = self.workload.max_delta else { return next };
        let wanted = next.wanted.clamp(from.saturating_sub(delta), from.saturating_add(delta));
        let limited = wanted != next.wanted;
        let limited_by = if limited { Some(Limit::MaxDelta) } else { next.limited_by };
        Recommendation { wanted, limited_by, ..next }
    }

    /// Whether there is a recommendation. Without one, for example before the first tick, the
    /// wanted count is unknown, not 0.
    pub(crate) fn was_asked(&self) -> bool {
        !self.recommendation.because.is_empty()
    }

    pub(crate) fn is_frozen(&self) -> bool {
        self.workload.is_frozen()
    }

    /// Whether the rule cannot run, so that the workload keeps its count.
    pub(crate) fn is_blind(&self) -> bool {
        let too_few = self.workload.rule.followed().is_some() && self.readings_to_see > 0;
        self.freshness != Freshness::Fresh || too_few
    }

    /// The rule's wanted count, or the desired count while there is no recommendation.
    pub(crate) fn wanted(&self) -> u32 {
        let hold = self.is_frozen() || self.is_blind() || !self.was_asked();
        if hold {
            return self.replicas.desired.max(self.fallback().unwrap_or(0));
        }
        self.recommendation.wanted
    }

    /// The least count that applies while the queue cannot be read; `None` if none applies now.
    pub(crate) fn fallback(&self) -> Option<u32> {
        let falls_back = self.falls_back && !self.is_frozen();
        self.workload.fallback.filter(|_| falls_back && self.workload.rule.followed().is_some())
    }

    /// Whether readings have just returned, so that removals wait for another reading.
    pub(crate) fn is_recovering(&self) -> bool {
        !self.is_frozen() && !self.is_blind() && self.readings_before_cuts > 0
    }
}
