//! One decision round: measurements into recommendations, recommendations into given counts,
//! given counts into decisions that never lead over the capacity.

use crate::Time;
use crate::allocation::{Claim, allocate};
use crate::config::{Config, Problem};
use crate::decision::{Decision, Reason};
use crate::policy::{Policy, Recommendation, Sight};
use crate::reading::{FAILED_AFTER, Freshness, Observation, Reading};
use crate::room::Room;
use crate::why::{Limit, Why};
use crate::words;
use crate::workload::{Replicas, Workload};

/// The decision core. [`Autoscaler::step`] is called once a tick, [`Autoscaler::fill`] whenever
/// containers have come or gone in between.
#[derive(Debug)]
pub struct Autoscaler {
    config: Config,
    states: Vec<State>,
    /// Until then nothing is removed, but to make room for more urgent work.
    careful_until: Time,
    /// The capacity before it was lowered, until as few containers live; what lives over the new
    /// one by then is on its way out already.
    capacity_before: u32,
}

/// A core that takes over from another does not know what that one knew; for so long it removes
/// nothing by itself.
pub const CAREFUL: Time = Time::from_secs(8);
/// And a rule sees so many readings of its queue before it decides for the first time.
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
    is_known: bool,
    /// How many the budget grants.
    pub(crate) given: u32,
    /// How many machines have room for, as far as is known.
    pub(crate) room: Room,
    /// Whether removals wait because the core has just begun.
    pub(crate) careful: bool,
    /// How many more readings are to be seen before anything is decided.
    readings_to_see: u32,
    /// How many more readings are to be seen before anything is removed.
    readings_before_cuts: u32,
    last_reading: Option<Time>,
    /// When it was first looked at; a queue that was never read is waited for from then on.
    first_look: Option<Time>,
    /// Whether the queue could not be read for so long that it is reckoned with the worst.
    pub(crate) falls_back: bool,
    why: Why,
}

impl Autoscaler {
    /// A core for a configuration that can be run.
    ///
    /// # Errors
    /// Everything for which the configuration cannot be run.
    pub fn new(config: Config) -> Result<Autoscaler, Vec<Problem>> {
        let faults = config.faults();
        if !faults.is_empty() {
            return Err(faults);
        }
        let capacity_before = config.capacity;
        let (states, careful_until) = (Vec::new(), Time::ZERO);
        let mut core = Autoscaler { config, states, careful_until, capacity_before };
        core.arrange();
        Ok(core)
    }

    /// Runs another configuration from now on; workloads of the same name and rule keep what they
    /// have learned.
    ///
    /// # Errors
    /// Everything for which the new one cannot be run; the old one stays then.
    pub fn reconfigure(&mut self, config: Config) -> Result<(), Vec<Problem>> {
        let faults = config.faults();
        if !faults.is_empty() {
            return Err(faults);
        }
        self.capacity_before = self.capacity_before.max(config.capacity);
        self.config = config;
        self.arrange();
        Ok(())
    }

    /// A state for each workload, by priority, whatever their order in the configuration.
    fn arrange(&mut self) {
        let mut old = std::mem::take(&mut self.states);
        let mut workloads = self.config.workloads.clone();
        workloads.sort_by(|a, b| (a.priority, &a.name).cmp(&(b.priority, &b.name)));
        for workload in workloads {
            let known = old.iter().position(|state| state.workload.name == workload.name);
            let state = match known.map(|i| old.swap_remove(i)) {
                Some(state) => state.with(workload),
                None => State::new(workload),
            };
            self.states.push(state);
        }
    }

    /// Begins anew at `now`, as one that takes over: present counts are the last
    /// recommendations, and for [`CAREFUL`] nothing is removed but for more urgent work.
    pub fn take_over(&mut self, now: Time) {
        self.careful_until = now + CAREFUL;
        for state in &mut self.states {
            *state = State::new(state.workload.clone());
            state.readings_to_see = READINGS_FIRST;
        }
    }

    /// The configuration it runs.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Why a workload has what it has, as of the last round; `None` where there is none of that
    /// name.
    pub fn why(&self, name: &str) -> Option<&Why> {
        self.states.iter().find(|state| state.workload.name == name).map(|state| &state.why)
    }

    /// Looks and decides nothing, for the reason that `because` gives.
    pub fn look_on(&mut self, now: Time, observation: &Observation, because: &str) {
        let tick = self.config.tick;
        for state in &mut self.states {
            state.observe(now, tick, observation);
            state.given = state.replicas.desired;
            state.why = words::looking_on(state, because);
        }
    }

    /// A whole round: every rule sees its queue, and the result is allocated.
    pub fn step(&mut self, now: Time, observation: &Observation) -> Vec<Decision> {
        let tick = self.config.tick;
        for state in &mut self.states {
            let reading = state.observe(now, tick, observation);
            state.consult(now, reading, observation);
        }
        self.decide(now)
    }

    /// Gives out slots that have come free since the last round, by its recommendations.
    pub fn fill(&mut self, now: Time, observation: &Observation) -> Vec<Decision> {
        let tick = self.config.tick;
        for state in &mut self.states {
            state.observe(now, tick, observation);
        }
        self.decide(now)
    }

    fn decide(&mut self, now: Time) -> Vec<Decision> {
        for state in &mut self.states {
            state.careful = now < self.careful_until;
            state.room.update(now, &state.replicas);
        }
        let claims: Vec<Claim> = self.states.iter().map(State::claim).collect();
        let budget = self.budget();
        let given = allocate(budget, &claims);
        for (state, given) in self.states.iter_mut().zip(given) {
            state.given = given;
        }
        let mut decisions = self.cuts();
        // While somebody's containers are unknown, nobody knows what is free.
        if self.states.iter().all(|state| state.is_known) {
            decisions.extend(self.raises());
        }
        self.explain(now);
        decisions
    }

    /// The capacity, less what others have started over it: that is made up for by those who
    /// come last, until it is gone.
    fn budget(&mut self) -> u32 {
        let (live, capacity) = (self.live(), self.config.capacity);
        if live <= capacity {
            self.capacity_before = capacity;
        }
        capacity.saturating_sub(live.saturating_sub(self.capacity_before))
    }

    fn live(&self) -> u32 {
        self.states.iter().map(|state| state.replicas.live()).sum()
    }

    fn cuts(&mut self) -> Vec<Decision> {
        let because = words::preempted(self.first_gainer(), self.config.capacity, self.live());
        let cut = |state: &mut State| {
            let (from, to) = (state.replicas.desired, state.given);
            if state.is_frozen() || to >= from {
                return None;
            }
            state.replicas.desired = to;
            let preempted = to < state.wanted();
            let reason = if preempted { Reason::Preempted } else { Reason::ScaledDown };
            Some(words::decision(state, from, to, reason, &because))
        };
        self.states.iter_mut().filter_map(cut).collect()
    }

    /// The most urgent of those that are to get more than they have.
    fn first_gainer(&self) -> Option<&str> {
        let gains = |s: &&State| !s.is_frozen() && s.given > s.replicas.desired;
        self.states.iter().find(gains).map(|s| s.workload.name.as_str())
    }

    /// Raises go only into slots that are free at this moment.
    fn raises(&mut self) -> Vec<Decision> {
        let occupied: u32 = self.states.iter().map(|s| s.replicas.occupied()).sum();
        let mut free = self.config.capacity.saturating_sub(occupied);
        let mut decisions = Vec::new();
        for state in &mut self.states {
            let from = state.replicas.desired;
            let room = free + state.replicas.occupied();
            let to = state.given.min(from + free);
            if state.is_frozen() || to <= from {
                continue;
            }
            state.replicas.desired = to;
            free = room.saturating_sub(state.replicas.occupied());
            decisions.push(words::decision(state, from, to, Reason::ScaledUp, ""));
        }
        decisions
    }

    fn explain(&mut self, now: Time) {
        let holders = words::Holders::among(&self.states);
        let whys: Vec<Why> = self.states.iter().map(|s| words::why(s, &holders, now)).collect();
        for (state, why) in self.states.iter_mut().zip(whys) {
            state.why = why;
        }
    }
}

impl State {
    fn new(workload: Workload) -> State {
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
            first_look: None,
            falls_back: false,
            why: Why::default(),
        }
    }

    /// The same with another configuration; another rule begins from what is there.
    fn with(self, workload: Workload) -> State {
        let same = self.workload.rule == workload.rule;
        let (policy, first_look) = (self.policy, self.first_look.filter(|_| same));
        State { policy: policy.filter(|_| same), first_look, workload, ..self }
    }

    /// Takes in what is there, and how old the reading is; the reading.
    fn observe(&mut self, now: Time, tick: Time, seen: &Observation) -> Option<Reading> {
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
        if self.freshness != Freshness::Fresh {
            self.readings_before_cuts = READINGS_BEFORE_CUTS;
        }
        reading.copied()
    }

    /// Asks the rule. Without a fresh reading it is not asked.
    fn consult(&mut self, now: Time, reading: Option<Reading>, seen: &Observation) {
        if self.is_blind() || self.is_frozen() {
            return;
        }
        let desired = self.replicas.desired;
        let policy = self.policy.get_or_insert_with(|| Policy::new(&self.workload.rule, desired));
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

    fn claim(&self) -> Claim {
        let frozen = self.is_frozen();
        let keeps = self.careful || self.is_recovering();
        let least = if keeps { self.replicas.desired } else { 0 };
        let bounded = self.wanted().max(least).clamp(self.workload.min, self.workload.max);
        let possible = bounded.min(self.room.most().max(self.workload.min));
        Claim {
            priority: self.workload.priority,
            min: self.workload.min,
            wanted: if frozen { self.wanted() } else { possible },
            takes_rest: self.workload.rule.target().is_none(),
            frozen,
        }
    }
}
