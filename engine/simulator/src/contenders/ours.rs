//! Our core, driven in the same way as by the engine's loop. Queues are read at the tick, and
//! [`Autoscaler::step`] runs a tenth of a tick later. [`Autoscaler::fill`] runs 20 ms after a
//! container starts or ends. Containers are retired before they leave, so that none takes a job
//! before it stops; in the simulation, retiring takes no time.

use std::collections::BTreeMap;

use control::{
    Autoscaler, Decision, Followed, Observation, QueueSample, Reading, Replicas, Rule, Stage,
    StartUp,
};

use super::common::phase;
use super::rules;
use crate::Time;
use crate::random::Random;
use crate::scenario::{Scenario, Workload};
use crate::steps::Situation;
use crate::world::{Wake, World};

/// How long changes are collected before [`Autoscaler::fill`] runs, as in the engine.
const SETTLE: Time = Time::from_millis(20);
/// The reason that is given for all counts while a step holds scaling.
const HELD: &str = "scaling is held";

/// One round of our core: the input and the result.
#[derive(Debug)]
#[allow(missing_docs)] // the names say it
pub struct Round<'a> {
    pub now: Time,
    /// Whether the round is at a tick, not between two ticks.
    pub is_tick: bool,
    /// The core after the round.
    pub core: &'a Autoscaler,
    pub observation: &'a Observation,
    pub decisions: &'a [Decision],
    /// The containers after the round, by workload.
    pub replicas: BTreeMap<String, Replicas>,
    /// The lasting effects of the presenter's steps so far.
    pub situation: &'a Situation,
}

/// A function that is called with each round of our core.
pub type Watch<'a> = dyn FnMut(&Round<'_>) + 'a;

/// The core and its last inputs.
#[derive(Debug)]
pub(crate) struct Ours {
    core: Autoscaler,
    tick: Time,
    readings: BTreeMap<String, Reading>,
    start_ups: BTreeMap<String, StartUp>,
    /// Whether changes are being collected for [`Autoscaler::fill`].
    settling: bool,
}

pub(super) fn settings(scenario: &Scenario) -> String {
    let workloads = scenario.workloads.iter().map(|it| match &it.queue {
        Some(_) => on_queue(it),
        None => format!("{} {} to {}, uses spare capacity", it.name, it.min, it.max),
    });
    let workloads: Vec<String> = workloads.collect();
    format!("tick {:?}, capacity {}; {}", scenario.tick, scenario.capacity, workloads.join("; "))
}

fn on_queue(workload: &Workload) -> String {
    let Workload { name, min, max, target, .. } = workload;
    let words = format!("{name} {min} to {max}, target {target}");
    match rules::rule(workload) {
        Ok(Rule::PerContainer(it)) => {
            let (target, window) = (it.target.get(), it.window.as_secs_f64());
            let interval = it.followed.interval(Time::ZERO).as_secs_f64();
            let words = format!("{target} a container, window {window} s, read every {interval} s");
            format!("{name} {min} to {max}, {words}")
        }
        Ok(Rule::Rate(rate)) => {
            let (window, average) = (rate.window.as_secs_f64(), rate.average.as_secs_f64());
            format!("{words}, window {window} s, average {average} s")
        }
        _ => words,
    }
}

impl Ours {
    pub(super) fn new(
        world: &mut World,
        random: &mut Random,
        rule: Option<&str>,
    ) -> Result<Ours, String> {
        let scenario = match rule {
            Some(rule) => world.scenario().clone().with_rule(rule),
            None => world.scenario().clone(),
        };
        let first = |problems: Vec<control::ConfigError>| {
            problems.first().map_or_else(String::new, ToString::to_string)
        };
        let core = Autoscaler::new(rules::config(&scenario)?).map_err(first)?;
        let (tick, begins) = (scenario.tick, phase(random, scenario.tick));
        world.wake_at(begins, Wake::Read(0));
        world.wake_at(begins + tick / 10, Wake::Decide(0));
        let (readings, start_ups) = (BTreeMap::new(), BTreeMap::new());
        Ok(Ours { core, tick, readings, start_ups, settling: false })
    }

    pub(super) fn wake(&mut self, world: &mut World, wake: Wake, watch: &mut Watch<'_>) {
        let next = world.now() + self.tick;
        match wake {
            Wake::Read(_) => {
                self.read(world);
                world.wake_at(next, wake);
            }
            Wake::Decide(_) => {
                self.round(world, true, watch);
                world.wake_at(next, wake);
            }
            Wake::Changed => {
                self.settling = false;
                self.round(world, false, watch);
            }
        }
    }

    /// Runs one round. While a step holds scaling, nothing is decided.
    fn round(&mut self, world: &mut World, is_tick: bool, watch: &mut Watch<'_>) {
        let now = world.now();
        let seen = self.observe(world);
        let situation = world.scenario().situation_at(now);
        self.pause(&situation);
        let mut decisions = match (situation.held, is_tick) {
            (true, _) => {
                self.core.look_on(now, &seen, HELD);
                Vec::new()
            }
            (false, true) => self.core.step(now, &seen),
            (false, false) => self.core.fill(now, &seen),
        };
        carry_out(world, &decisions);
        if !situation.held {
            decisions.extend(self.let_idle_ones_go(world));
        }
        watch(&Round {
            now,
            is_tick,
            core: &self.core,
            observation: &seen,
            decisions: &decisions,
            replicas: replicas(world),
            situation: &situation,
        });
    }

    /// Retires the containers that should leave and have no job, and removes them.
    fn let_idle_ones_go(&mut self, world: &mut World) -> Vec<Decision> {
        let mut retired = 0;
        for (name, count) in self.core.to_retire() {
            retired += world.scenario().workload(name).map_or(0, |i| world.retire(i, count));
        }
        if retired == 0 {
            return Vec::new();
        }
        let seen = self.observe(world);
        let decisions = self.core.fill(world.now(), &seen);
        carry_out(world, &decisions);
        world.call_back();
        decisions
    }

    /// Pauses exactly the workloads that the steps pause.
    fn pause(&mut self, situation: &Situation) {
        let paused = |name: &String| situation.paused.get(name).copied().unwrap_or(false);
        if self.core.config().workloads.iter().all(|it| it.paused == paused(&it.name)) {
            return;
        }
        let mut config = self.core.config().clone();
        config.workloads.iter_mut().for_each(|it| it.paused = paused(&it.name));
        // The new configuration differs from the running one by the pauses only, so it is valid.
        let _ = self.core.reconfigure(config);
    }

    pub(super) fn changed(&mut self, world: &mut World) {
        if !std::mem::replace(&mut self.settling, true) {
            world.wake_at(world.now() + SETTLE, Wake::Changed);
        }
    }

    /// Reads all queues and metrics that are due. After a failed read the last good reading stays,
    /// with its time.
    fn read(&mut self, world: &mut World) {
        let queues: Vec<String> =
            world.scenario().queues.iter().map(|it| it.name.clone()).collect();
        let now = world.now();
        for queue in queues {
            let metric = self.metric(&queue).map(|metric| metric.interval(self.tick));
            let last = self.readings.get(&queue).map(|reading| reading.taken_at);
            if let (Some(interval), Some(last)) = (metric, last)
                && now < last + interval
            {
                continue;
            }
            let Some(mut sample) = world.read(&queue) else { continue };
            if metric.is_some() {
                sample = QueueSample::metric(sample.value());
            }
            self.readings.insert(queue, Reading { sample, taken_at: now });
        }
    }

    /// The metric of this name, if a workload follows one.
    fn metric(&self, name: &str) -> Option<&Followed> {
        let mut all = self.core.config().workloads.iter().filter_map(|it| it.rule.followed());
        all.find(|followed| followed.name == name && !followed.is_queue())
    }

    fn learn(&mut self, world: &World) {
        for (i, workload) in world.scenario().workloads.iter().enumerate() {
            let all: Vec<(String, Stage)> =
                world.instances(i).map(|(number, stage)| (number.to_string(), stage)).collect();
            let start_up = self.start_ups.entry(workload.name.clone()).or_default();
            start_up.see(world.now(), all.iter().map(|(name, stage)| (name.as_str(), *stage)));
        }
    }

    fn observe(&mut self, world: &World) -> Observation {
        self.learn(world);
        let starts = self.start_ups.iter();
        let names = || world.scenario().workloads.iter().enumerate();
        // A metric does not say which containers are busy.
        let on_queue =
            |it: &Workload| it.queue.as_ref().is_some_and(|it| self.metric(it).is_none());
        let work = names().filter(|(_, it)| on_queue(it));
        let work = work.filter_map(|(i, it)| Some((it.name.clone(), world.at_work(i)?)));
        Observation {
            replicas: replicas(world),
            readings: self.readings.clone(),
            start_ups: starts.filter_map(|(name, it)| Some((name.clone(), it.p90()?))).collect(),
            work: work.collect(),
        }
    }
}

fn replicas(world: &World) -> BTreeMap<String, Replicas> {
    let workloads = world.scenario().workloads.iter().enumerate();
    workloads.map(|(i, it)| (it.name.clone(), world.replicas(i))).collect()
}

fn carry_out(world: &mut World, decisions: &[Decision]) {
    for decision in decisions {
        if let Some(i) = world.scenario().workload(&decision.workload) {
            world.scale(i, decision.to);
        }
    }
}
