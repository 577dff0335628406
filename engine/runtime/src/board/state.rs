//! The API's JSON: what `/api/v1/state` answers.

use std::collections::BTreeMap;
use std::time::Duration;

use control::{Decision, Freshness, Rule, StartUp, Why, Workload};
use model::ControlMode;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::controls::Controls;
use super::rates::{self, Rates};
use super::round::{Fixed, Round};

/// The engine at one moment. Times are in seconds since it began, or since the last reset.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct State {
    /// Which decision round this is.
    pub tick: u64,
    /// What is told apart by a reset or another engine, in hexadecimal digits.
    pub run: String,
    /// The time.
    pub uptime_s: f64,
    /// Where the containers run.
    pub scheduler: &'static str,
    /// The namespace; null in the box.
    pub namespace: Option<String>,
    /// By which of kubectl's contexts the cluster is seen; null in a pod and in the box.
    pub context: Option<String>,
    /// Whether this engine decides (alone, leader), or who does.
    pub standing: String,
    /// What it does now: live, held, looks_on, or replay.
    pub mode: Mode,
    /// Why it looks on; null where it does not.
    pub because: Option<String>,
    /// How many containers there are, those that are not scaled included.
    pub containers: usize,
    /// What is wrong with the configuration.
    pub troubles: Vec<String>,
    /// How long a start is made to take.
    pub start_delay_s: f64,
    /// The budget in containers.
    pub capacity: u32,
    /// Live containers of scaled workloads, those on their way out included.
    pub used: u32,
    /// Jobs lost since then: dead, or too old before anybody took them; null until a queue was
    /// read.
    pub lost: Option<u64>,
    /// The one sentence.
    pub headline: String,
    /// Which of the page's controls cannot be used, and why.
    pub controls: Controls,
    /// The configuration's version, which is another one with each change.
    pub config: u64,
    /// What others add, each under a key of its own.
    #[serde(flatten)]
    pub contributed: BTreeMap<&'static str, Value>,
    /// What is scaled, by priority.
    pub workloads: Vec<WorkloadState>,
    /// Deployments that are not scaled: what makes the load, and the queue.
    pub deployments: Vec<DeploymentState>,
    /// The queues that are watched.
    pub queues: Vec<QueueState>,
    /// The last decisions, newest first.
    pub decisions: Vec<DecisionState>,
}

/// What the engine does now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// It decides.
    Live,
    /// A person holds all scaling.
    Held,
    /// It looks on.
    LooksOn,
    /// It shows a recording.
    Replay,
}

/// A scaled workload.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WorkloadState {
    /// Its name.
    pub name: String,
    /// 1 is served first.
    pub priority: u32,
    /// How its wanted count is found.
    pub rule: &'static str,
    /// The queue that it follows; null where it follows none.
    pub queue: Option<String>,
    /// The queue's length that it keeps; null where it follows none.
    pub target: Option<u32>,
    /// Its least count.
    pub min: u32,
    /// Its greatest count.
    pub max: u32,
    /// How many it was told to have.
    pub desired: u32,
    /// Those at work.
    pub ready: u32,
    /// Those not at work yet.
    pub starting: u32,
    /// Those told to stop and not gone yet.
    pub terminating: u32,
    /// What nine of ten of its containers took to start, at most; null until one was seen to.
    pub start_up_s: Option<f64>,
    /// Whether it is frozen.
    pub paused: bool,
    /// Why it has what it has.
    pub why: WhyState,
}

/// Why a workload has what it has.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct WhyState {
    /// The whole sentence.
    pub text: String,
    /// How many its rule wants.
    pub wanted: u32,
    /// The rule's arithmetic.
    pub terms: Vec<TermState>,
    /// What keeps it from that, or from fewer; null where nothing does.
    pub limited_by: Option<&'static str>,
    /// When that changes by itself, in seconds of uptime; null where that is not known.
    pub until: Option<f64>,
}

/// A quantity in a rule's arithmetic.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TermState {
    /// Its name.
    pub name: &'static str,
    /// Its value.
    pub value: f64,
}

/// A Deployment that is not scaled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeploymentState {
    /// Its name.
    pub name: String,
    /// How many it was told to have.
    pub desired: u32,
    /// Those at work.
    pub ready: u32,
    /// Those not at work yet.
    pub starting: u32,
    /// Those told to stop and not gone yet.
    pub terminating: u32,
    /// Whether it makes the load: it serves nobody else.
    pub load: bool,
}

/// A queue that is watched.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct QueueState {
    /// Its name.
    pub name: String,
    /// Messages that wait; null until it was read.
    pub ready: Option<u64>,
    /// Messages that are worked on; null until it was read.
    pub in_flight: Option<u64>,
    /// The length it shall keep.
    pub target: u32,
    /// The reading's age; null until it was read.
    pub age_s: Option<f64>,
    /// fresh, stale or failed.
    pub status: &'static str,
    /// Messages that arrive a second; null while that is not known.
    pub arrive_s: Option<f64>,
    /// Messages that are done a second; null while that is not known.
    pub done_s: Option<f64>,
}

/// A decision.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DecisionState {
    /// When, in seconds of uptime.
    pub at: f64,
    /// Whose.
    pub workload: String,
    /// From how many.
    pub from: u32,
    /// To how many.
    pub to: u32,
    /// scaled_up, scaled_down or preempted.
    pub reason: &'static str,
    /// The whole sentence.
    pub text: String,
}

impl State {
    /// Whether a Deployment does background work.
    pub fn is_background(&self, name: &str) -> bool {
        self.workloads.iter().any(|workload| workload.name == name && workload.is_background())
    }
}

impl WorkloadState {
    /// Whether it does background work.
    pub fn is_background(&self) -> bool {
        self.rule == Rule::Remainder.name()
    }
}

impl DecisionState {
    pub(super) fn new(now: Duration, decision: &Decision) -> DecisionState {
        DecisionState {
            at: seconds(now),
            workload: decision.workload.clone(),
            from: decision.from,
            to: decision.to,
            reason: decision.reason.name(),
            text: decision.text.clone(),
        }
    }
}

/// What the board knows besides a round.
pub(super) struct Known<'a> {
    pub(super) fixed: &'a Fixed,
    pub(super) run: u32,
    /// When the run began.
    pub(super) origin: Duration,
    pub(super) lost: Option<u64>,
    pub(super) rates: &'a BTreeMap<String, Rates>,
    pub(super) headline: String,
}

pub(super) fn state(
    known: Known<'_>,
    round: &Round<'_>,
    decisions: impl Iterator<Item = DecisionState>,
) -> State {
    let Known { fixed, run, origin, .. } = known;
    let config = round.core.config();
    let mut workloads: Vec<_> =
        config.workloads.iter().map(|w| workload(w, round, origin)).collect();
    workloads.sort_by(|a, b| (a.priority, &a.name).cmp(&(b.priority, &b.name)));
    let live = |w: &WorkloadState| w.ready + w.starting + w.terminating;
    let (mode, because) = mode(&round.mode);
    State {
        tick: round.tick,
        run: format!("{run:08x}"),
        uptime_s: seconds(round.now.saturating_sub(origin)),
        scheduler: fixed.scheduler,
        namespace: fixed.namespace.clone(),
        context: fixed.context.clone(),
        standing: round.standing.clone(),
        mode,
        because,
        containers: round.deployments.values().map(|status| status.instances.len()).sum(),
        troubles: round.troubles.values().map(|trouble| trouble.text.clone()).collect(),
        start_delay_s: seconds(fixed.start_delay),
        capacity: config.capacity,
        used: workloads.iter().map(live).sum(),
        lost: known.lost,
        headline: known.headline,
        controls: round.controls.clone(),
        config: round.config,
        contributed: round.contributed.keys.clone(),
        deployments: unscaled(round),
        queues: queues(round, known.rates),
        decisions: decisions.collect(),
        workloads,
    }
}

fn mode(stand: &ControlMode) -> (Mode, Option<String>) {
    match stand {
        ControlMode::Decides => (Mode::Live, None),
        ControlMode::Held => (Mode::Held, None),
        ControlMode::LooksOn(because) => (Mode::LooksOn, Some(because.clone())),
    }
}

fn workload(workload: &Workload, round: &Round<'_>, origin: Duration) -> WorkloadState {
    let status = round.deployments.get(&workload.name);
    let replicas = status.map(|status| status.replicas).unwrap_or_default();
    let why = round.core.why(&workload.name).cloned().unwrap_or_default();
    WorkloadState {
        name: workload.name.clone(),
        priority: workload.priority,
        rule: workload.rule.name(),
        queue: workload.rule.target().map(|target| target.queue.clone()),
        target: workload.rule.target().map(|target| target.length),
        min: workload.min,
        max: workload.max,
        desired: replicas.desired,
        ready: replicas.ready,
        starting: replicas.starting,
        terminating: replicas.terminating,
        start_up_s: round.start_ups.get(&workload.name).and_then(StartUp::p90).map(seconds),
        paused: workload.paused,
        why: why_state(&why, origin),
    }
}

fn why_state(why: &Why, origin: Duration) -> WhyState {
    let term = |term: &control::Term| TermState { name: term.name, value: rounded(term.value) };
    WhyState {
        text: why.text.clone(),
        wanted: why.wanted,
        terms: why.terms.iter().map(term).collect(),
        limited_by: why.limited_by.map(control::Limit::name),
        until: why.until.map(|until| seconds(until.saturating_sub(origin))),
    }
}

fn unscaled(round: &Round<'_>) -> Vec<DeploymentState> {
    let config = round.core.config();
    let others = round.deployments.iter().filter(|(name, _)| config.workload(name).is_none());
    others
        .map(|(name, status)| DeploymentState {
            name: name.clone(),
            desired: status.replicas.desired,
            ready: status.replicas.ready,
            starting: status.replicas.starting,
            terminating: status.replicas.terminating,
            load: !status.serves,
        })
        .collect()
}

fn queues(round: &Round<'_>, rates: &BTreeMap<String, Rates>) -> Vec<QueueState> {
    let config = round.core.config();
    let mut queues: Vec<QueueState> = Vec::new();
    for target in config.workloads.iter().filter_map(|w| w.rule.target()) {
        if queues.iter().any(|queue| queue.name == target.queue) {
            continue;
        }
        let reading = round.observation.readings.get(&target.queue);
        let rates = rates.get(&target.queue).and_then(|rates| rates.over(rates::WINDOW));
        queues.push(QueueState {
            name: target.queue.clone(),
            ready: reading.map(|reading| reading.sample.ready),
            in_flight: reading.map(|reading| reading.sample.in_flight),
            target: target.length,
            age_s: reading.map(|r| seconds(round.now.saturating_sub(r.taken_at))),
            status: Freshness::of(reading, round.now, config.tick).name(),
            arrive_s: rates.map(|(arrive, _)| rounded(arrive)),
            done_s: rates.map(|(_, done)| rounded(done)),
        });
    }
    queues
}

/// Seconds, to the millisecond.
pub(super) fn seconds(time: Duration) -> f64 {
    time.as_millis() as f64 / 1000.0
}

/// Three places are more than anyone reads; it also keeps -0.0 and long tails off the wire.
fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0 + 0.0
}
