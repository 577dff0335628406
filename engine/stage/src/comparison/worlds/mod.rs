//! The two worlds side by side: ours and another one, advanced by the simulator as the jobs come.
//! Pure.
//!
//! All worlds begin together when somebody first looks, on the load that was recorded until then.
//! After that each look only plays what was read since the look before. What was not read yet is
//! not played.
//!
//! # Layout
//! - [`other`]: who stands beside ours; [`answer`]: the JSON

pub mod answer;
pub mod other;

use std::collections::BTreeMap;
use std::time::Duration;

use control::Config;
use simulator::arrivals::Arrivals;
use simulator::{Kind, Live, Scenario};

use super::model::{self, Stage};
use super::record::Load;
use super::trace::Trace;
use answer::{Answer, Side};
use other::Other;

/// The most jobs that may wait in a world. Each is in memory until it is done, and where nobody
/// scales there is no end to them.
const MOST_WAITING: u64 = 100_000;

/// All worlds.
#[derive(Debug)]
pub struct Worlds {
    run: u32,
    /// The settings with which the worlds were made.
    config: Config,
    /// The scenario without arrivals.
    scenario: Scenario,
    /// The time at which the worlds began, in seconds since the reset.
    since: f64,
    /// The time to which the worlds were advanced, in seconds since the reset.
    until: f64,
    /// The time until which the worlds know the arrivals, by queue.
    known: BTreeMap<String, f64>,
    others: Vec<(Other, World)>,
    ours: World,
}

/// One world with its words for the page.
#[derive(Debug)]
struct World {
    label: String,
    settings: String,
    live: Live,
    /// Whether it was left behind, because too many jobs wait in it.
    is_full: bool,
}

impl Worlds {
    /// Worlds that have played the recorded load.
    ///
    /// # Errors
    /// The reason why nothing can be simulated yet.
    pub fn begin(load: &Load) -> Result<Worlds, String> {
        let stage = load.stage()?;
        let since = stage.from - stage.scenario.warm_up.as_secs_f64();
        let scenario = without_arrivals(&stage.scenario);
        let other = |it: Other| Ok((it, other_world(it, &stage, &scenario)?));
        let mut worlds = Worlds {
            run: load.run,
            config: settings(load),
            since,
            until: since,
            known: load.queues.keys().map(|queue| (queue.clone(), since)).collect(),
            others: Other::ALL.into_iter().map(other).collect::<Result<_, String>>()?,
            ours: World::new(&scenario, &Kind::Ours, stage.scenario.seed, |_| {
                ("Microscaling".to_owned(), Kind::Ours.settings(&scenario))
            })?,
            scenario,
        };
        worlds.go_on(load)?;
        Ok(worlds)
    }

    /// Whether the worlds can go on with this load. They cannot after a reset or another setting,
    /// or if a part of the load was not seen in time.
    pub fn fit(&self, load: &Load) -> bool {
        let same = self.run == load.run && self.config == settings(load);
        let no_gap = |(queue, trace): (&String, &Trace)| {
            let known = self.known.get(queue);
            known.is_some_and(|known| trace.came.front().is_none_or(|first| first.from <= *known))
        };
        // A world's first jobs may be later than its beginning.
        let young = self.until <= self.since;
        same && self.known.len() == load.queues.len() && (young || load.queues.iter().all(no_gap))
    }

    /// Plays what was read since the last call.
    ///
    /// # Errors
    /// If the time of a job is not known.
    pub fn go_on(&mut self, load: &Load) -> Result<(), String> {
        self.learn(load)?;
        let since = self.since;
        for (i, queue) in self.scenario.queues.iter().enumerate() {
            let Some((trace, known)) =
                load.queues.get(&queue.name).zip(self.known.get_mut(&queue.name))
            else {
                continue;
            };
            let moments: Vec<Duration> =
                trace.moments(*known).map(|at| Duration::from_secs_f64(at - since)).collect();
            *known = known.max(trace.until());
            let all = self.others.iter_mut().map(|(_, world)| world).chain([&mut self.ours]);
            all.for_each(|world| world.arrive(i, &moments));
        }
        // What is not known of one queue is played in no world.
        self.until = self.known.values().copied().fold(f64::INFINITY, f64::min).max(self.until);
        let now = Duration::from_secs_f64(self.until - since);
        self.all().for_each(|world| world.advance(now));
        Ok(())
    }

    /// The other's world and ours.
    ///
    /// # Errors
    /// If too many jobs wait in one of them.
    pub fn answer(&mut self, other: Other) -> Result<Answer, String> {
        let Worlds { since, until, .. } = *self;
        let mut job_s = BTreeMap::new();
        for it in self.scenario.workloads.iter().filter(|it| it.queue.is_some()) {
            let seconds = (it.job.time.as_secs_f64() * 1000.0).round() / 1000.0;
            job_s.insert(it.name.clone(), seconds);
        }
        let beside = self.others.iter_mut().find(|(it, _)| *it == other).map(|(_, world)| world);
        let beside = beside.ok_or_else(|| format!("there is no world of {}", other.name()))?;
        let worlds = [beside.side(&self.scenario, since)?, self.ours.side(&self.scenario, since)?];
        Ok(Answer { since, until, window_s: answer::window(since, until), job_s, worlds })
    }

    fn all(&mut self) -> impl Iterator<Item = &mut World> {
        self.others.iter_mut().map(|(_, world)| world).chain([&mut self.ours])
    }

    /// Takes over the times that are measured now: the next jobs and starts take them.
    fn learn(&mut self, load: &Load) -> Result<(), String> {
        for workload in &load.seen.config.workloads {
            let Some(i) = self.scenario.workload(&workload.name) else { continue };
            let job = model::job(workload, &load.queues)?;
            let start = model::start(&workload.name, &load.seen);
            let known = &mut self.scenario.workloads[i];
            if (known.job, known.start) != (job, start) {
                (known.job, known.start) = (job, start);
                self.all().for_each(|world| world.live.take(i, job, start));
            }
        }
        Ok(())
    }
}

impl World {
    /// A world at its beginning; `words` makes its label and settings from the counts of the start.
    fn new(
        scenario: &Scenario,
        kind: &Kind,
        seed: u64,
        words: impl FnOnce(&str) -> (String, String),
    ) -> Result<World, String> {
        let mut live = Live::new(scenario, kind, seed)?;
        let slots = live.look().slots;
        let count = |i: usize| slots.iter().flatten().filter(|it| it.workload == i).count();
        let counts = scenario.workloads.iter().enumerate();
        let counts: Vec<String> =
            counts.map(|(i, it)| format!("{} {}", it.name, count(i))).collect();
        let (label, settings) = words(&counts.join(", "));
        Ok(World { label, settings, live, is_full: false })
    }

    fn arrive(&mut self, queue: usize, moments: &[Duration]) {
        if !self.is_full {
            self.live.arrive(queue, moments.iter().copied());
        }
    }

    fn advance(&mut self, until: Duration) {
        if !self.is_full {
            self.live.advance(until);
            self.is_full = self.live.look().waiting > MOST_WAITING;
        }
    }

    fn side(&mut self, scenario: &Scenario, since: f64) -> Result<Side, String> {
        if self.is_full {
            let label = &self.label;
            return Err(format!(
                "{label}: more than {MOST_WAITING} jobs wait; reset to begin again"
            ));
        }
        let words = (self.label.clone(), self.settings.clone());
        Ok(Side::new(words, self.live.look(), scenario, since))
    }
}

fn other_world(other: Other, stage: &Stage, scenario: &Scenario) -> Result<World, String> {
    let kind = other.kind(stage);
    World::new(scenario, &kind, stage.scenario.seed, |counts| {
        (other.label(stage), other.settings(scenario, &kind, counts, stage.until))
    })
}

/// The live settings, as far as they matter in a world: there nothing is paused or blocked.
fn settings(load: &Load) -> Config {
    let mut config = load.seen.config.clone();
    for workload in &mut config.workloads {
        (workload.paused, workload.blocked) = (false, None);
    }
    config
}

fn without_arrivals(scenario: &Scenario) -> Scenario {
    let mut scenario = Scenario { warm_up: Duration::ZERO, ..scenario.clone() };
    for queue in &mut scenario.queues {
        queue.arrivals = Some(Arrivals::Recorded { moments: Vec::new() });
    }
    scenario
}

#[cfg(test)]
mod tests;
