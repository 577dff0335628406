//! What is known of one workload: its containers, how old its reading is, and what its rule said.

use crate::Time;
use crate::allocation::Claim;
use crate::policy::{Policy, Recommendation, Sight};
use crate::reading::{FAILED_AFTER, Freshness, Observation, Reading};
use crate::room::Room;
use crate::why::{Limit, Why};
use crate::workload::{Replicas, Workload};

/// In a core that takes over, a rule sees so many readings of its queue before it decides for the
/// first time.
const READINGS_FIRST: u32 = 2;
/// After a time without readings so many are seen before anything is removed.
const READINGS_BEFORE_CUTS: u32 = 2;

/// What is known of one workload besides its configuration.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) workload: Workload,
    /// Made at the first observation, from the count that is there.
    policy: Option<Policy>,
    /// The last recommendation; it stands until the next one.
    pub(crate) recommendation: Recommendation,
    pub(crate) freshness: Freshness,
    /// The age of the reading; `None` where there never was one.
    pub(crate) age: Option<Time>,
    pub(crate) replicas: Replicas,
    /// Whether these are of the last look.
    pub(crate) is_known: bool,
    /// How many the budget grants.
    pub(crate) given: u32,
    /// How many machines have room for, as far as is known.
    pub(crate) room: Room,
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
    /// Whether the queue could not be read for so long that it is reckoned with the worst.
    pub(crate) falls_back: bool,
    /// Whether that was so since its rule was last asked.
    fell_back: bool,
    pub(crate) why: Why,
}

impl State {
    pub(crate) fn new(workload: Workload) -> State {
        State {
            workload,
            policy: None,
            recommendation: Recommendation::plain(0, ""),
            freshness: Freshness::Failed,
            age: None,
            replicas: Replicas::default(),
            is_known: false,
            given: 0,
            room: Room::default(),
            careful: false,
            readings_to_see: 0,
            readings_before_cuts: 0,
            last_reading: None,
            asked_with: None,
            first_look: None,
            falls_back: false,
            fell_back: false,
            why: Why::default(),
        }
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

    /// Takes in what is there, and how old the reading is; the reading.
    pub(crate) fn observe(&mut self, now: Time, tick: Time, seen: &Observation) -> Option<Reading> {
        let replicas = seen.replicas.get(&self.workload.name);
        self.is_known = replicas.is_some();
        self.replicas = replicas.copied().unwrap_or(self.replicas);
        if self.is_frozen() {
            // Once it is freed, its rule begins with what is there by then.
            (self.policy, self.recommendation) = (None, Recommendation::plain(0, ""));
        }
        let Some(target) = self.workload.rule.target() else {
            self.freshness = Freshness::Fresh;
            return None;
        };
        let reading = seen.readings.get(&target.queue);
        self.freshness = Freshness::of(reading, now, tick);
        self.age = reading.map(|reading| now.saturating_sub(reading.taken_at));
        let taken_at = reading.map(|reading| reading.taken_at);
        if taken_at.is_some() && taken_at != self.last_reading {
            self.last_reading = taken_at;
            self.readings_to_see = self.readings_to_see.saturating_sub(1);
            self.readings_before_cuts = self.readings_before_cuts.saturating_sub(1);
        }
        let first_look = *self.first_look.get_or_insert(now);
        let unseen_for = self.age.unwrap_or(now.saturating_sub(first_look));
        self.falls_back = self.freshness == Freshness::Failed && unseen_for > FAILED_AFTER;
        self.fell_back |= self.falls_back;
        if self.freshness != Freshness::Fresh {
            self.readings_before_cuts = READINGS_BEFORE_CUTS;
        }
        reading.copied()
    }

    /// Asks the rule, once for each fresh reading: a second look at the same one is no second
    /// reason to remove something.
    pub(crate) fn consult(&mut self, now: Time, reading: Option<Reading>, seen: &Observation) {
        if self.is_blind() || self.is_frozen() {
            return;
        }
        let taken_at = reading.map(|reading| reading.taken_at);
        if self.policy.is_some() && taken_at.is_some() && taken_at == self.asked_with {
            return;
        }
        self.asked_with = taken_at;
        let desired = self.replicas.desired;
        let policy = self.policy.get_or_insert_with(|| Policy::new(&self.workload.rule, desired));
        if std::mem::take(&mut self.fell_back) {
            policy.resume(desired);
            self.recommendation.wanted = self.recommendation.wanted.max(desired);
        }
        let sight = Sight {
            now,
            reading: reading.unwrap_or_default(),
            replicas: self.replicas,
            start_up: seen.start_ups.get(&self.workload.name).copied(),
        };
        let before = self.recommendation.wanted;
        let next = policy.recommend(&sight, &self.workload);
        let asked_before = self.was_asked();
        let from = match self.workload.rule.target() {
            Some(_) if asked_before => before,
            _ => desired,
        };
        self.recommendation = self.at_most_one_step(from, next);
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
        self.workload.paused || self.workload.held.is_some()
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

    pub(crate) fn claim(&self) -> Claim {
        let frozen = self.is_frozen();
        let holds = self.careful || self.is_blind() || self.is_recovering();
        let keeps = if holds { self.replicas.desired } else { 0 };
        let bounded = self.wanted().max(keeps).clamp(self.workload.min, self.workload.max);
        let possible = bounded.min(self.room.most().max(self.workload.min));
        Claim {
            priority: self.workload.priority,
            min: self.workload.min,
            keeps,
            wanted: if frozen { self.wanted() } else { possible },
            takes_rest: self.workload.rule.target().is_none(),
            frozen,
        }
    }
}
