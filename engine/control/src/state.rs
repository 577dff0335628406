//! What is known of one workload: its containers, how old its reading is, and what its rule said.

use crate::Time;
use crate::policy::{Policy, Recommendation, Sight};
use crate::reading::{FAILED_AFTER, Freshness, Observation, Reading, Work, is_standstill};
use crate::room::MachineRoom;
use crate::why::{Limit, Why};
use crate::workload::{Fleet, Replicas, Workload};

/// In a core that takes over, a rule sees so many readings of its queue before it decides for the
/// first time.
const READINGS_FIRST: u32 = 2;
/// After a time without readings so many are seen before anything is removed.
const READINGS_BEFORE_CUTS: u32 = 2;

/// When and how a rule is asked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Context {
    pub(crate) now: Time,
    /// How long the workload's containers take to start, where that is known.
    pub(crate) start_up: Option<Time>,
    /// Whether nobody is scaled.
    pub(crate) frozen: bool,
}

/// What is known of one workload besides its configuration.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) workload: Workload,
    /// Made at the first observation, from the count that is there.
    policy: Option<Policy>,
    /// What its rule has just said its queue needs in all; taken by [`State::take_part`].
    asked: Option<Recommendation>,
    /// How many its queue needs in all, by its rule.
    need: u32,
    /// The last recommendation; it stands until the next one.
    pub(crate) recommendation: Recommendation,
    pub(crate) freshness: Freshness,
    /// The age of the reading; `None` where there never was one.
    pub(crate) age: Option<Time>,
    pub(crate) replicas: Replicas,
    /// Whether these are of the last look.
    pub(crate) is_known: bool,
    /// What they do, where that is known container by container.
    pub(crate) work: Option<Work>,
    /// Messages of its queue that are with workers, by the last reading.
    pub(crate) in_flight: u64,
    /// Since when others, or a lower maximum, want some that it would keep.
    pub(crate) pressed_since: Option<Time>,
    /// How many the budget grants.
    pub(crate) given: u32,
    /// How many machines have room for, as far as is known.
    pub(crate) room: MachineRoom,
    /// Whether removals wait because the core has just taken over.
    pub(crate) careful: bool,
    /// How many more readings are to be seen before anything is decided.
    readings_to_see: u32,
    /// How many more readings are to be seen before anything is removed.
    readings_before_cuts: u32,
    last_reading: Option<Time>,
    /// The reading that its rule was asked with last.
    asked_with: Option<Time>,
    /// When it was first looked at; a queue that was never read is waited for from then on.
    first_look: Option<Time>,
    last_look: Option<Time>,
    /// For how long the engine stood still since the last reading, and
    stood_still: Time,
    /// since the rule was last asked.
    stood_still_unasked: Time,
    /// Whether it was frozen when its rule was last asked.
    was_frozen: bool,
    /// Whether the queue could not be read for so long that it is reckoned with the worst.
    pub(crate) falls_back: bool,
    /// Whether that was so since its rule was last asked.
    fell_back: bool,
    pub(crate) why: Why,
}

impl State {
    pub(crate) fn new(workload: Workload) -> State {
        State { workload, ..State::default() }
    }

    /// Anew, as one whose past is not known: the present count is the last recommendation.
    pub(crate) fn taken_over(workload: Workload) -> State {
        State { readings_to_see: READINGS_FIRST, ..State::new(workload) }
    }

    /// The same with another configuration; another rule begins from what is there.
    pub(crate) fn with(self, workload: Workload) -> State {
        let same = self.workload.rule == workload.rule;
        let (policy, first_look) = (self.policy, self.first_look.filter(|_| same));
        State { policy: policy.filter(|_| same), first_look, workload, ..self }
    }

    /// Its containers, as its rule counts them.
    pub(crate) fn fleet(&self) -> Fleet {
        let Replicas { desired, ready, .. } = self.replicas;
        Fleet { desired, ready, max: self.workload.max }
    }

    /// Takes in what is there, and how old the reading is; the reading.
    pub(crate) fn observe(&mut self, now: Time, tick: Time, seen: &Observation) -> Option<Reading> {
        let replicas = seen.replicas.get(&self.workload.name);
        self.is_known = replicas.is_some();
        self.replicas = replicas.copied().unwrap_or(self.replicas);
        self.work = seen.work.get(&self.workload.name).copied();
        self.note_standstill(now, tick);
        if self.is_frozen() {
            self.forget_wish();
        }
        let Some(target) = self.workload.rule.target() else {
            self.freshness = Freshness::Fresh;
            return None;
        };
        let reading = seen.readings.get(&target.queue);
        self.freshness = Freshness::of(reading, now, tick);
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

    /// Before anything is decided for it again, its rule is asked.
    pub(crate) fn forget_wish(&mut self) {
        self.recommendation = Recommendation::default();
    }

    /// While the engine stood still nobody could read anything.
    fn note_standstill(&mut self, now: Time, tick: Time) {
        let last = self.last_look.replace(now).unwrap_or(now);
        let between = now.saturating_sub(last);
        if is_standstill(between, tick) {
            self.stood_still += between;
            self.stood_still_unasked += between;
        }
    }

    /// Asks the rule, once for each fresh reading: a second look at the same one is no second
    /// reason to remove something. The answer is for all that work on the queue. One that is
    /// frozen, or that nobody may scale for now, learns and wants nothing.
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

    /// How many its queue needs in all, by its rule.
    pub(crate) fn need(&self) -> u32 {
        self.need
    }

    /// Takes its part of what its rule has just said is needed in all.
    pub(crate) fn take_part(&mut self, part: u32) {
        let Some(mut next) = self.asked.take() else { return };
        if part != next.wanted {
            next.because += &format!("; {part} of {} are its part", next.wanted);
            next.wanted = part;
            next.until = None;
        }
        if next.wanted > self.workload.max {
            (next.wanted, next.limited_by) = (self.workload.max, Some(Limit::Max));
        }
        let from = match self.workload.rule.target() {
            Some(_) if self.was_asked() => self.recommendation.wanted,
            _ => self.replicas.desired,
        };
        self.recommendation = self.at_most_one_step(from, next);
    }

    /// How many of its queue's need it takes care of.
    pub(crate) fn granted(&self) -> u32 {
        let wanted = self.wanted().min(self.workload.max);
        if self.is_frozen() { self.replicas.desired } else { wanted.min(self.room.most()) }
    }

    /// Keeps a recommendation within `max_delta` of where it comes from.
    fn at_most_one_step(&self, from: u32, next: Recommendation) -> Recommendation {
        let Some(delta) = self.workload.max_delta else { return next };
        let wanted = next.wanted.clamp(from.saturating_sub(delta), from.saturating_add(delta));
        let limited = wanted != next.wanted;
        let limited_by = if limited { Some(Limit::MaxDelta) } else { next.limited_by };
        Recommendation { wanted, limited_by, ..next }
    }

    /// Whether the rule has said anything yet; between ticks there may be a workload that was
    /// never asked, and what it never said is no wish for none.
    pub(crate) fn was_asked(&self) -> bool {
        !self.recommendation.because.is_empty()
    }

    pub(crate) fn is_frozen(&self) -> bool {
        self.workload.is_frozen()
    }

    /// Whether the rule cannot be asked, so that the workload holds what it has.
    pub(crate) fn is_blind(&self) -> bool {
        let too_few = self.workload.rule.target().is_some() && self.readings_to_see > 0;
        self.freshness != Freshness::Fresh || too_few
    }

    /// How many it should have by itself: the rule's wish, or what it has while that is unknown.
    pub(crate) fn wanted(&self) -> u32 {
        let hold = self.is_frozen() || self.is_blind() || !self.was_asked();
        if hold {
            return self.replicas.desired.max(self.fallback().unwrap_or(0));
        }
        self.recommendation.wanted
    }

    /// How many it has at least without readings, where that is more than it may hold by itself.
    pub(crate) fn fallback(&self) -> Option<u32> {
        let falls_back = self.falls_back && !self.is_frozen();
        self.workload.fallback.filter(|_| falls_back && self.workload.rule.target().is_some())
    }

    /// Whether readings have just come back, so that removals wait for another one.
    pub(crate) fn is_recovering(&self) -> bool {
        !self.is_frozen() && !self.is_blind() && self.readings_before_cuts > 0
    }
}
