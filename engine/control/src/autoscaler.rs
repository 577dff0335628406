//! One decision round: measurements become recommendations, recommendations become granted counts,
//! and granted counts become decisions that never exceed the capacity.

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

/// The decision core. Call [`Autoscaler::step`] once a tick, and [`Autoscaler::fill`] whenever
/// containers have started or ended between two ticks.
#[derive(Debug)]
pub struct Autoscaler {
    config: Config,
    states: Vec<State>,
    /// Groups of workloads that share a queue, as indices into `states`.
    shared: Vec<Vec<usize>>,
    /// When this core took over from another core; `None` if it did not.
    took_over: Option<Time>,
    /// The capacity before it was lowered, kept until the live containers fit the new capacity.
    /// Until then, the containers over the new capacity are already leaving.
    capacity_before: u32,
}

impl Autoscaler {
    /// Makes a core for a configuration.
    ///
    /// # Errors
    /// All reasons why the configuration cannot run.
    pub fn new(config: Config) -> Result<Autoscaler, Vec<ConfigError>> {
        runnable(&config)?;
        let capacity_before = config.capacity;
        let (states, shared) = (Vec::new(), Vec::new());
        let mut core = Autoscaler { config, states, shared, took_over: None, capacity_before };
        core.arrange();
        Ok(core)
    }

    /// Switches to another configuration. Workloads of the same name and rule keep what they have
    /// learned.
    ///
    /// # Errors
    /// All reasons why the new configuration cannot run; the old one then stays in use.
    pub fn reconfigure(&mut self, config: Config) -> Result<(), Vec<ConfigError>> {
        runnable(&config)?;
        self.capacity_before = self.capacity_before.max(config.capacity);
        self.config = config;
        self.arrange();
        Ok(())
    }

    /// Sorts the workloads by priority and name. Workloads that existed before keep their state.
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

    /// Starts over at `now`, because this core takes over from another core and lacks its
    /// knowledge. Each rule sees two readings before it decides anything. During
    /// [`Rule::care`](crate::Rule::care), only a higher priority takes containers from a workload.
    pub fn take_over(&mut self, now: Time) {
        self.took_over = Some(now);
        for state in &mut self.states {
            *state = State::taken_over(state.workload.clone());
        }
    }

    #[allow(missing_docs)] // the name says it
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Why a workload had its count in the last round; `None` if no workload has this name.
    pub fn why(&self, name: &str) -> Option<&Why> {
        self.states.iter().find(|state| state.workload.name == name).map(|state| &state.why)
    }

    /// Runs the rules so that they go on learning, but decides nothing; `because` says why not.
    pub fn look_on(&mut self, now: Time, observation: &Observation, because: &str) {
        self.consult(now, observation, true);
        for state in &mut self.states {
            state.forget_wish();
            state.given = state.replicas.desired;
            state.why = words::looking_on(state, because);
        }
    }

    /// Runs a whole round: every rule sees its queue, then the wanted counts become decisions.
    pub fn step(&mut self, now: Time, observation: &Observation) -> Vec<Decision> {
        self.consult(now, observation, false);
        self.decide(now)
    }

    /// Runs all rules and divides each queue's need among workloads. If `frozen`, rules only learn.
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
        // A workload alone on its queue covers the whole need of that queue.
        self.states.iter_mut().for_each(|state| state.take_part(state.need()));
    }

    /// Returns, for each workload, how many containers should leave once they are known to be idle,
    /// as the last round decided. The caller gives these containers no more work and then calls
    /// [`Autoscaler::fill`], which removes them.
    pub fn to_retire(&self) -> impl Iterator<Item = (&str, u32)> {
        let counts = self.states.iter().map(|it| (it.workload.name.as_str(), it.to_retire()));
        counts.filter(|(_, count)| *count > 0)
    }

    /// Assigns the slots that have come free since the last round, without running the rules again.
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
        // While one workload's containers are unknown, the free slots are unknown.
        if self.states.iter().all(|state| state.is_known) {
            decisions.extend(self.raises());
        }
        self.explain(now);
        decisions
    }

    /// The slots to allocate: the capacity, less the excess containers that something else has
    /// started. Until these are gone, the workloads that are served last give up slots for them.
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

    /// Of the workloads that are granted more than they have, the one with the highest priority.
    fn first_gainer(&self) -> Option<&Workload> {
        let gains = |s: &&State| !s.is_frozen() && s.given > s.replicas.desired;
        self.states.iter().find(gains).map(|s| &s.workload)
    }

    /// Raises the desired counts to the granted counts, as far as slots are free now.
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
