//! The control loop runs the pure decision core with a clock and sockets. At each tick (twice a
//! second) it observes, decides and scales. Between ticks it gives out slots as soon as they become
//! free. Nothing else in the engine scales.
//!
//! # Layout
//! - [`handle`]: the interface to the loop, and its commands
//! - [`commands`]: how the loop carries out commands
//! - `leaving`: idle containers are stopped first
//! - `configure`: edits of annotations, by this engine and by others
//! - `restart` and `reset`: the reset to second 0, and its progress

pub mod commands;
mod configure;
pub mod handle;
mod leaving;
mod reset;
mod restart;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use control::{Autoscaler, Decision, Observation, StartUp};
use model::{Authority, Clock, ControlMode, RecoveredJob, ScaleError, Scheduler, Settings, Status};
use service::Shutdown;
use sources::Sources;
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval_at, timeout};

use crate::contribution::Contributions;
use crate::feed::Feed;
use crate::metrics::Metrics;
use crate::refusals::Refusals;
use crate::retire::Retiring;
use crate::retire::calls::Calls;
use crate::snapshots::log::{Kind, LogEvent};
use crate::snapshots::{Controls, Fixed, Round, Snapshot, SnapshotBuilder};
use handle::Request;
pub use handle::{Command, Handle};
use reset::Reset;

/// How many commands may wait for the loop, which takes them between rounds.
const COMMANDS: usize = 64;

/// How long an engine that shuts down waits for its writes; each write may take 1 s.
const FAREWELL: Duration = Duration::from_secs(3);

/// How long changes are gathered before an extra round; 4 % of the default tick.
const SETTLE: Duration = Duration::from_millis(20);

/// The parts that a control loop is made of.
#[derive(Debug)]
pub struct Components {
    /// The decision core.
    pub core: Autoscaler,
    /// The scheduler that starts and stops the containers.
    pub scheduler: Box<dyn Scheduler>,
    /// The sources of queue readings.
    pub sources: Sources,
    /// The clock of all times in the engine.
    pub clock: Clock,
    /// The parts of a snapshot that never change.
    pub fixed: Fixed,
    /// The engine's Prometheus metrics.
    pub metrics: Metrics,
    /// The annotations, which may change while the engine runs.
    pub settings: Settings,
    /// Decides whether this engine may scale.
    pub authority: Box<dyn Authority>,
    /// Replicas of the load's Deployments at the start, by name; a reset restores them.
    pub opening: BTreeMap<String, u32>,
    /// Whether workloads are scaled to their minimums when the engine shuts down.
    pub reset_on_exit: bool,
}

/// The control loop.
#[derive(Debug)]
pub struct ControlLoop {
    components: Components,
    /// The values that other parts add to each snapshot.
    contributions: Contributions,
    builder: SnapshotBuilder,
    ticks: u64,
    /// The time of the last round.
    last: Duration,
    /// When the last known term of this engine as leader began; `None` before the first.
    term: Option<Duration>,
    commands: mpsc::Receiver<Request>,
    snapshots: watch::Sender<Arc<Snapshot>>,
    feed: Feed,
    refusals: Arc<Refusals>,
    /// Writes that are under way.
    writes: JoinSet<()>,
    /// How long containers take to start, by Deployment.
    start_ups: BTreeMap<String, StartUp>,
    /// Which containers are busy, and which are retired.
    retiring: Retiring,
    retire_calls: Calls,
    /// Containers that a command killed, remembered for the log entries about their jobs.
    killed: BTreeSet<String>,
    /// The channel to which writes send their log events once they have succeeded.
    log_tx: mpsc::UnboundedSender<LogEvent>,
    log_rx: mpsc::UnboundedReceiver<LogEvent>,
    /// Makes the loop start a round, even if nothing has changed.
    waker: Arc<Notify>,
    reset: Option<Reset>,
}

impl ControlLoop {
    /// Creates the loop, which observes the Deployments once, and the handle to it.
    pub fn new(components: Components, contributions: Contributions) -> (ControlLoop, Handle) {
        let mut builder = SnapshotBuilder::new(components.fixed.clone(), rand::random());
        let observation = Observation::default();
        let first = builder.after(Round {
            now: components.clock.now(),
            tick: 0,
            is_tick: false,
            core: &components.core,
            observation: &observation,
            deployments: components.scheduler.observe(),
            decisions: &[],
            start_ups: &BTreeMap::new(),
            standing: components.authority.name(),
            mode: components.authority.mode(),
            warnings: components.settings.warnings(),
            controls: Controls::default(),
            config: 0,
            contributed: contributions.at(components.clock.now()),
        });
        let feed = Feed::new(&first, contributions.clone());
        let (snapshots, seen) = watch::channel(Arc::new(first));
        let (sender, commands) = mpsc::channel(COMMANDS);
        let (log_tx, log_rx) = mpsc::unbounded_channel();
        let overviews = components.settings.overviews();
        let waker = Arc::new(Notify::new());
        let retiring = Retiring::new(components.scheduler.chooses());
        let retire_calls = Calls::new(components.core.config().tick, waker.clone());
        let this = ControlLoop {
            components,
            contributions,
            builder,
            ticks: 0,
            last: Duration::ZERO,
            term: None,
            commands,
            snapshots,
            feed: feed.clone(),
            refusals: Arc::default(),
            writes: JoinSet::new(),
            start_ups: BTreeMap::new(),
            retiring,
            retire_calls,
            killed: BTreeSet::new(),
            log_tx,
            log_rx,
            waker,
            reset: None,
        };
        (this, Handle { commands: sender, snapshots: seen, feed, overviews })
    }

    /// Runs the loop until shutdown; then stops the scheduler and gives the Lease back.
    pub async fn run(mut self, shutdown: Shutdown) {
        let tick = self.components.core.config().tick;
        // A round begins a tenth of a tick late, because the queues are read at the tick.
        let mut ticks = interval_at(self.components.clock.began() + tick / 10, tick);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            tokio::select! {
                () = shutdown.wait() => break,
                _ = ticks.tick() => self.round(true),
                () = settled_change(&mut *self.components.scheduler) => self.round(false),
                () = self.waker.notified() => self.round(false),
                Some(command) = self.commands.recv() => self.obey(command),
            }
        }
        if self.components.reset_on_exit {
            self.back_to_minimums().await;
        }
        self.components.scheduler.shutdown().await;
        // Another engine may act as soon as the Lease is given back, so the writes must end first.
        if self.writes_end().await {
            self.components.authority.release().await;
        } else {
            tracing::warn!("a write was not answered, so the Lease is left to expire");
        }
    }

    /// Waits for the writes that are under way. Returns whether they have all ended.
    async fn writes_end(&mut self) -> bool {
        let all = async { while self.writes.join_next().await.is_some() {} };
        timeout(FAREWELL, all).await.is_ok()
    }

    /// Scales workloads down to their minimums. No count rises, so no free slots are needed.
    async fn back_to_minimums(&self) {
        match self.mode() {
            ControlMode::Decides => {}
            ControlMode::Held => return tracing::info!("nothing is reset: scaling is held"),
            ControlMode::LooksOn(because) => return tracing::info!("nothing is reset: {because}"),
        }
        let Components { core, scheduler, .. } = &self.components;
        let seen = scheduler.observe();
        let ours = core.config().workloads.iter().filter(|w| !w.paused && w.blocked.is_none());
        let too_many =
            ours.filter(|w| seen.get(&w.name).is_some_and(|s| s.replicas.desired > w.min));
        let resets = too_many.map(async |w| {
            match scheduler.scale(&w.name, w.min, &self.leavers(&w.name)).await {
                Ok(()) => tracing::info!("{} reset to {}", w.name, w.min),
                Err(error) => tracing::warn!("{} was not reset: {error}", w.name),
            }
        });
        futures::future::join_all(resets).await;
    }

    fn round(&mut self, is_tick: bool) {
        let began = Instant::now();
        let now = self.components.clock.now();
        self.ticks += u64::from(is_tick);
        while self.writes.try_join_next().is_some() {}
        self.take_settings(now);
        self.go_on_with_reset(now);
        self.hear(now);
        let seen = self.look_around(now);
        self.learn(now, &seen);
        let observation = self.observation(now, &seen);
        let decisions = self.decide(now, is_tick, &observation);
        for decision in &decisions {
            self.carry_out(now, decision, &seen);
        }
        self.retire_idle_ones(now, &seen);
        self.components.metrics.decided(&decisions, began.elapsed());
        let deployments = if decisions.is_empty() { seen } else { self.look_around(now) };
        let snapshot = self.builder.after(Round {
            now,
            tick: self.ticks,
            is_tick,
            core: &self.components.core,
            observation: &observation,
            deployments,
            decisions: &decisions,
            start_ups: &self.start_ups,
            standing: self.components.authority.name(),
            mode: self.mode(),
            warnings: self.components.settings.warnings(),
            controls: self.controls(),
            config: self.components.settings.overview().version,
            contributed: self.contributions.at(now),
        });
        let since_last = now.saturating_sub(std::mem::replace(&mut self.last, now));
        self.components.metrics.show(&snapshot.state, since_last);
        self.feed.push(&snapshot);
        self.snapshots.send_replace(Arc::new(snapshot));
    }

    /// Logs the events of writes and the recovered jobs of queues, and counts lost jobs.
    fn hear(&mut self, now: Duration) {
        while let Ok(news) = self.log_rx.try_recv() {
            self.builder.tell(now, news);
        }
        for story in self.components.sources.recovered_jobs() {
            let text = self.in_words(&story);
            self.builder.tell(now, LogEvent::new(Kind::RecoveredJob, text));
        }
        let looks = self.components.sources.looks();
        self.builder.see_workers(&looks);
        for (queue, look) in looks {
            if let Some(lost) = look.lost {
                self.builder.count_lost(&queue, lost);
            }
        }
    }

    fn in_words(&self, story: &RecoveredJob) -> String {
        let RecoveredJob { worker, after_s, done_by } = story;
        let lost = if self.killed.contains(worker) { "killed" } else { "lost" };
        format!(
            "{worker} was {lost} while it held 1 job; the job was redelivered after {after_s:.1} s \
             and done by {done_by}"
        )
    }

    /// Which of the page's controls cannot be used, and why.
    fn controls(&self) -> Controls {
        match self.mode() {
            ControlMode::LooksOn(because) => Controls::none(&because),
            ControlMode::Decides | ControlMode::Held => {
                Controls::without(self.components.scheduler.lacks())
            }
        }
    }

    fn decide(&mut self, now: Duration, is_tick: bool, seen: &Observation) -> Vec<Decision> {
        let because = match self.mode() {
            _ if self.reset.is_some() => Some("a reset is under way".to_owned()),
            ControlMode::Decides => None,
            ControlMode::Held => Some("scaling is held".to_owned()),
            ControlMode::LooksOn(because) => Some(because),
        };
        let Components { core, authority, scheduler, settings, .. } = &mut self.components;
        if let Some(because) = because {
            core.look_on(now, seen, &because);
            return Vec::new();
        }
        let term = authority.term();
        if term != self.term {
            self.term = term;
            core.take_over(now);
            // Only a leader publishes Kubernetes Events, so a new leader repeats all warnings.
            for (deployment, warning) in settings.warnings() {
                scheduler.warn(deployment, warning);
            }
        }
        if is_tick { core.step(now, seen) } else { core.fill(now, seen) }
    }

    /// Whether the engine scales, is held, or only observes, as it does while the scheduler warns.
    fn mode(&self) -> ControlMode {
        match self.components.scheduler.warning() {
            Some(warning) => ControlMode::LooksOn(warning),
            None => self.components.authority.mode(),
        }
    }

    fn learn(&mut self, now: Duration, seen: &BTreeMap<String, Status>) {
        self.start_ups.retain(|name, _| seen.contains_key(name));
        for (name, status) in seen {
            let containers = status.instances.iter().map(|it| (it.name.as_str(), it.stage()));
            self.start_ups.entry(name.clone()).or_default().see(now, containers);
        }
    }

    fn observation(&mut self, now: Duration, seen: &BTreeMap<String, Status>) -> Observation {
        let work = self.work(now, seen);
        let (replicas, starts) = (seen.iter(), self.start_ups.iter());
        Observation {
            replicas: replicas.map(|(name, status)| (name.clone(), status.replicas)).collect(),
            readings: self.components.sources.readings(),
            start_ups: starts.filter_map(|(name, it)| Some((name.clone(), it.p90()?))).collect(),
            work,
        }
    }

    fn carry_out(&mut self, now: Duration, decision: &Decision, seen: &BTreeMap<String, Status>) {
        let first = match decision.to < decision.from {
            true => self.leave_order(now, &decision.workload, seen),
            false => Vec::new(),
        };
        let written = self.components.scheduler.scale(&decision.workload, decision.to, &first);
        let announced = self.components.scheduler.announcement(decision);
        let (name, text) = (decision.workload.clone(), decision.text.clone());
        let refusals = self.refusals.clone();
        self.writes.spawn(async move {
            let result = written.await;
            let is_news = refusals.is_news(&name, result.as_ref().err());
            match result {
                Ok(()) => {
                    tracing::info!("{text}");
                    announced.await;
                }
                // A superseded write is no error. A missing permission is shown as a warning.
                Err(ScaleError::Superseded | ScaleError::Forbidden(_)) => {}
                Err(error) if is_news => tracing::warn!("{name} was not scaled: {error}"),
                Err(_) => {}
            }
        });
    }
}

/// Returns 20 ms after a change. Several containers often stop at nearly the same time, and one
/// round can then give out all their slots.
async fn settled_change(scheduler: &mut dyn Scheduler) {
    scheduler.changed().await;
    tokio::time::sleep(SETTLE).await;
}
