//! One decision round: measurements into recommendations, recommendations into given counts,
//! given counts into decisions that never lead over the capacity.

use crate::Time;
use crate::allocation::{Claim, allocate};
use crate::config::{Config, ConfigError};
use crate::decision::{Decision, Reason};
use crate::fleet;
use crate::reading::{Observation, Reading};
use crate::state::{Context, State};
use crate::why::Why;
use crate::words;
use crate::workload::{Fleet, Workload};

/// The decision core. [`Autoscaler::step`] is called once a tick, [`Autoscaler::fill`] whenever
/// containers have come or gone in between.
#[derive(Debug)]
pub struct Autoscaler {
    config: Config,
    states: Vec<State>,
    /// Those of them that share a queue.
    shared: Vec<Vec<usize>>,
    /// When it took over from another core.
    took_over: Option<Time>,
    /// The capacity before it was lowered, until as few containers live; what lives over the new
    /// one by then is on its way out already.
    capacity_before: u32,
}

impl Autoscaler {
    /// A core for a configuration that can be run.
    ///
    /// # Errors
    /// Everything for which the configuration cannot be run.
    pub fn new(config: Config) -> Result<Autoscaler, Vec<ConfigError>> {
        runnable(&config)?;
        let capacity_before = config.capacity;
        let (states, shared) = (Vec::new(), Vec::new());
        let mut core = Autoscaler { config, states, shared, took_over: None, capacity_before };
        core.arrange();
        Ok(core)
    }

    /// Runs another configuration from now on; workloads of the same name and rule keep what they
    /// have learned.
    ///
    /// # Errors
    /// Everything for which the new one cannot be run; the old one stays then.
    pub fn reconfigure(&mut self, config: Config) -> Result<(), Vec<ConfigError>> {
        runnable(&config)?;
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
        self.shared = fleet::shared(&self.states);
    }

    /// Begins anew at `now`, as one that takes over from another and does not know what that one
    /// knew. Each rule sees two readings before it decides anything, and for as long as it says
    /// ([`Rule::care`](crate::Rule::care)) none of its containers are removed but for more urgent
    /// work.
    pub fn take_over(&mut self, now: Time) {
        self.took_over = Some(now);
        for state in &mut self.states {
            *state = State::taken_over(state.workload.clone());
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

    /// Looks and decides nothing, for the reason that `because` gives; the rules go on learning.
    pub fn look_on(&mut self, now: Time, observation: &Observation, because: &str) {
        self.consult(now, observation, true);
        for state in &mut self.states {
            state.forget_wish();
            state.given = state.replicas.desired;
            state.why = words::looking_on(state, because);
        }
    }

    /// A whole round: every rule sees its queue, and the result is allocated.
    pub fn step(&mut self, now: Time, observation: &Observation) -> Vec<Decision> {
        self.consult(now, observation, false);
        self.decide(now)
    }

    /// Every rule sees its queue; those that share one share its need.
    fn consult(&mut self, now: Time, seen: &Observation, frozen: bool) {
        let tick = self.config.tick;
        let observe = |state: &mut State| state.observe(now, tick, seen);
        let readings: Vec<Option<Reading>> = self.states.iter_mut().map(observe).collect();
        let mut fleets: Vec<Fleet> = self.states.iter().map(State::fleet).collect();
        for group in &self.shared {
            let all: Fleet = group.iter().map(|i| fleets[*i]).sum();
            group.iter().for_each(|i| fleets[*i] = all);
        }
        for (i, state) in self.states.iter_mut().enumerate() {
            let start_up = seen.start_ups.get(&state.workload.name).copied();
            state.consult(Context { now, start_up, frozen }, readings[i], fleets[i]);
        }
        for group in &self.shared {
            fleet::share(&mut self.states, group);
        }
        // Those that share nothing have all of it.
        self.states.iter_mut().for_each(|state| state.take_part(state.need()));
    }

    /// How many containers of each workload are to leave as soon as they are known to be idle, as
    /// of the last round. They should get no more work; once that is sure, another
    /// [`Autoscaler::fill`] lets them go.
    pub fn to_retire(&self) -> impl Iterator<Item = (&str, u32)> {
        let counts = self.states.iter().map(|it| (it.workload.name.as_str(), it.to_retire()));
        counts.filter(|(_, count)| *count > 0)
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
            let care = state.workload.rule.care();
            state.careful = self.took_over.is_some_and(|since| now < since + care);
            state.room.update(now, &state.replicas);
        }
        let claims: Vec<Claim> = self.states.iter().map(State::claim).collect();
        let budget = self.budget();
        let given = allocate(budget, &claims);
        for (state, given) in self.states.iter_mut().zip(given) {
            state.given = given;
        }
        let mut decisions = self.cuts(now);
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

    fn cuts(&mut self, now: Time) -> Vec<Decision> {
        let gainer = self.first_gainer();
        let because =
            words::preempted(gainer.map(|it| it.name.as_str()), self.config.capacity, self.live());
        let (tick, gainer) = (self.config.tick, gainer.map(|it| it.priority));
        let cut = |state: &mut State| {
            let (from, to) = (state.replicas.desired, state.cut(now, tick, gainer));
            if state.is_frozen() || to >= from {
                return None;
            }
            let allowed = state.wanted().max(state.keeps()).min(state.workload.max);
            let preempted = state.given < allowed;
            let reason = if preempted { Reason::Preempted } else { Reason::ScaledDown };
            let decision = words::decision(state, from, to, reason, &because);
            state.replicas.desired = to;
            Some(decision)
        };
        self.states.iter_mut().filter_map(cut).collect()
    }

    /// The most urgent of those that are to get more than they have.
    fn first_gainer(&self) -> Option<&Workload> {
        let gains = |s: &&State| !s.is_frozen() && s.given > s.replicas.desired;
        self.states.iter().find(gains).map(|s| &s.workload)
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

fn runnable(config: &Config) -> Result<(), Vec<ConfigError>> {
    let faults = config.faults();
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}
