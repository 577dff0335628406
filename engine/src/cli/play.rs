//! `engine play --for 60s`: plays one minute of load in a new box and prints the results. With a
//! file, plays the steps of a scenario (`present`).
//!
//! The load is one producer at first, three after a quarter of the time, and none after 60 % of it,
//! so that the queue drains. "Jobs in" is the count of accepted jobs that the producers report.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::time::Duration;

use client::{Client, QueueArgs, QueueStats, Url};
use runtime::snapshots::state::DeploymentState;
use serde::Deserialize;
use service::output::{broken, say};
use service::shutdown::exit;
use service::{Signalled, Signals};
use tokio::time::{Instant, sleep};

use super::own_box::OwnBox;
use super::report_file::{ReportFile, reported};
use super::summary::Summary;
use super::{Engine, present};
use crate::args::PlayArgs;

/// The time between two requests for the state; short, so that measured seconds are exact.
const LOOK: Duration = Duration::from_millis(50);
/// How long the queue may take to drain.
const DRAIN: Duration = Duration::from_secs(30);
/// The number of ready consumers that is enough for three producers.
const ENOUGH: u64 = 7;
const PRODUCER: &str = "producer";
/// The queue that producers fill by default.
const JOBS: &str = "jobs";
const PUBLISHED: &str = "producer_jobs_published_total";

/// The fields of the engine's state that are used here.
#[derive(Debug, Deserialize)]
struct State {
    capacity: u64,
    used: u64,
    workloads: Vec<Workload>,
    deployments: Vec<DeploymentState>,
    queues: Vec<Queue>,
    decisions: Vec<Decision>,
}

#[derive(Debug, Deserialize)]
struct Workload {
    rule: String,
    ready: u64,
    min: u64,
}

#[derive(Debug, Deserialize)]
struct Queue {
    name: String,
    ready: Option<u64>,
    #[serde(default)]
    source: Option<String>,
}

impl Queue {
    /// Whether it is a metric, which has a value but no jobs.
    fn is_metric(&self) -> bool {
        self.source.as_deref().is_some_and(|source| source != "queue")
    }
}

#[derive(Debug, Deserialize)]
struct Decision {
    at: f64,
    workload: String,
}

#[derive(Debug, Deserialize)]
struct Processes {
    queue_url: String,
    left: BTreeMap<String, BTreeMap<String, f64>>,
}

#[derive(Debug, Default)]
struct Report {
    capacity: u64,
    largest_queue: u64,
    /// Whether no workload follows a queue, so that the largest value is that of a metric.
    metrics_alone: bool,
    most_live: u64,
    decisions: BTreeSet<(u64, String)>,
    third_producer: Option<Instant>,
    enough: Option<Duration>,
    load_ended: Option<Instant>,
    background_back: Option<Duration>,
}

/// A running engine, its queue, and the measurements so far.
struct Stage {
    engine: Engine,
    queue: Client,
    report: Report,
}

/// Plays the load or a scenario and prints the results as a table.
///
/// # Errors
/// When no box answers, a job was lost, the capacity was exceeded, or the report cannot be written
/// to a new file.
pub async fn run(args: &PlayArgs) -> anyhow::Result<()> {
    let report = args.report.as_deref().map(ReportFile::create).transpose()?;
    if let Some(file) = &args.file {
        return scenario(file, args, report).await;
    }
    if let Some(url) = &args.engine_url {
        let engine = Engine::at(&Url::parse(url)?)?;
        let since = engine.uptime_s().await?;
        let played = play(&engine.url, args).await?;
        return reported(&engine, report, Some(since), played).await.print().await;
    }
    let own = OwnBox::start(&args.manifest, args.listen, &[]).await?;
    let (engine, time) = (Engine::at(&own.url)?, humantime::format_duration(args.time));
    say(&format!("Playing {time} at {}", own.url));
    play_in(own, async {
        Ok(reported(&engine, report, None, play(&engine.url, args).await?).await)
    })
    .await
}

async fn scenario(file: &Path, args: &PlayArgs, report: Option<ReportFile>) -> anyhow::Result<()> {
    let name = present::read(file)?.name;
    if let Some(url) = &args.engine_url {
        let engine = Engine::at(&Url::parse(url)?)?;
        let since = engine.uptime_s().await?;
        present::begin(&engine, file, args.step).await?;
        let played = present::follow(&engine, args.step).await?;
        return reported(&engine, report, Some(since), played).await.print().await;
    }
    let mut flags = vec!["--scenario".as_ref(), file.as_os_str()];
    flags.extend(args.step.then_some(OsStr::new("--stage")));
    let own = OwnBox::start(&args.manifest, args.listen, &flags).await?;
    let engine = Engine::at(&own.url)?;
    say(&format!("Playing {name} at {}", own.url));
    play_in(own, async {
        Ok(reported(&engine, report, None, present::follow(&engine, args.step).await?).await)
    })
    .await
}

/// Plays in a new box and ends the box before the results are printed. The box also ends
/// properly after a signal, or when nothing reads the output any more.
async fn play_in(
    own: OwnBox,
    play: impl Future<Output = anyhow::Result<Summary>>,
) -> anyhow::Result<()> {
    let mut signals = Signals::listen()?;
    let played = tokio::select! {
        played = play => played,
        broken = broken() => Err(broken.into()),
        signal = signals.next() => Err(signal.into()),
    };
    let ended = tokio::select! {
        ended = own.end() => ended,
        Signalled(code) = signals.next() => exit(code.into()),
    };
    let summary = played?;
    ended?;
    tokio::select! {
        printed = summary.print() => printed,
        signal = signals.next() => Err(signal.into()),
    }
}

async fn play(url: &Url, args: &PlayArgs) -> anyhow::Result<Summary> {
    let mut stage = Stage::at(url, args.queue_token_file.clone()).await?;
    stage.settle().await?;
    let before = stage.totals().await?;
    let (already, _) = stage.look().await?;
    stage.play(args.time).await?;
    stage.settle().await?;
    let after = stage.totals().await?;
    stage.see_the_background_back().await?;
    stage.report.decisions.retain(|decision| !already.contains(decision));
    Ok(stage.report.summary(&before, &after))
}

/// The counters of the producers, and of the queue (`None` before its first message).
struct Totals {
    published: f64,
    queue: Option<QueueStats>,
}

impl Totals {
    fn acked(&self) -> f64 {
        self.queue.as_ref().map_or(0.0, |stats| stats.acked_total as f64)
    }

    fn queued(&self) -> f64 {
        self.queue.as_ref().map_or(0.0, |s| (s.ready + s.in_flight + s.delayed) as f64)
    }
}

impl Stage {
    async fn at(url: &Url, queue_token_file: Option<PathBuf>) -> anyhow::Result<Stage> {
        let engine = Engine::at(url)?;
        let state: State = engine.get("api/v1/state").await?;
        let queue = state.queues.iter().find(|queue| !queue.is_metric());
        let queue = match queue.or(state.queues.first()) {
            Some(queue) if !queue.is_metric() => queue.name.clone(),
            // If workloads follow metrics alone, nothing but the default names the load's queue.
            Some(_) => JOBS.to_owned(),
            None => anyhow::bail!("this box reads no queue"),
        };
        let processes: Processes = engine.get("api/v1/processes").await?;
        let queue_url = Url::parse(&processes.queue_url)?;
        let queue = Client::new(&QueueArgs { queue_url, queue, queue_token_file })?;
        let report = Report { capacity: state.capacity, ..Report::default() };
        Ok(Stage { engine, queue, report })
    }

    async fn play(&mut self, time: Duration) -> anyhow::Result<()> {
        let began = Instant::now();
        for (share, producers) in [(0.0, 1), (0.25, 3), (0.6, 0)] {
            self.look_until(began + time.mul_f64(share)).await?;
            self.engine.scale(PRODUCER, producers).await?;
        }
        self.look_until(began + time).await
    }

    async fn look_until(&mut self, end: Instant) -> anyhow::Result<()> {
        while Instant::now() < end {
            self.look().await?;
            sleep(LOOK).await;
        }
        Ok(())
    }

    /// Waits until no producer is left and the queue is empty.
    async fn settle(&mut self) -> anyhow::Result<()> {
        self.engine.scale(PRODUCER, 0).await?;
        let end = Instant::now() + DRAIN;
        loop {
            let (_, producers) = self.look().await?;
            if producers == 0 && self.totals().await?.queued() == 0.0 {
                return Ok(());
            }
            anyhow::ensure!(Instant::now() < end, "the queue did not drain within {DRAIN:?}");
            sleep(LOOK).await;
        }
    }

    async fn see_the_background_back(&mut self) -> anyhow::Result<()> {
        let end = Instant::now() + DRAIN;
        while self.report.background_back.is_none() && Instant::now() < end {
            self.look().await?;
            sleep(LOOK).await;
        }
        Ok(())
    }

    async fn totals(&self) -> anyhow::Result<Totals> {
        let processes: Processes = self.engine.get("api/v1/processes").await?;
        let left = processes.left.get(PRODUCER).and_then(|counters| counters.get(PUBLISHED));
        let queue = match self.queue.stats().await {
            Ok(stats) => Some(stats),
            // The queue server does not know a queue before its first message.
            Err(client::Error::Unknown(_)) => None,
            Err(error) => return Err(error.into()),
        };
        Ok(Totals { published: left.copied().unwrap_or_default(), queue })
    }

    /// Measures the state once; returns the decisions so far and the number of live producers.
    async fn look(&mut self) -> anyhow::Result<(BTreeSet<(u64, String)>, u32)> {
        let state: State = self.engine.get("api/v1/state").await?;
        let now = Instant::now();
        let producer = state.deployments.iter().find(|d| d.name == PRODUCER);
        let (ready, live) =
            producer.map_or((0, 0), |p| (p.ready, p.ready + p.starting + p.terminating));
        let decisions: BTreeSet<_> =
            state.decisions.iter().map(|d| (d.at.to_bits(), d.workload.clone())).collect();
        self.report.take(now, &state, ready, live);
        self.report.decisions.extend(decisions.iter().cloned());
        Ok((decisions, live))
    }
}

impl Report {
    fn take(&mut self, now: Instant, state: &State, producers_ready: u32, producers_live: u32) {
        self.metrics_alone = state.queues.iter().all(Queue::is_metric);
        let alone = self.metrics_alone;
        let shown = state.queues.iter().filter(|queue| alone || !queue.is_metric());
        let queue = shown.filter_map(|queue| queue.ready).max();
        self.largest_queue = self.largest_queue.max(queue.unwrap_or_default());
        self.most_live = self.most_live.max(state.used);
        if producers_ready >= 3 {
            self.third_producer.get_or_insert(now);
        }
        let consumers = state.workloads.iter().filter(|w| w.rule != "remainder");
        let background = state.workloads.iter().filter(|w| w.rule == "remainder");
        let at_work: u64 = consumers.clone().map(|w| w.ready).sum();
        if let Some(start) = self.third_producer {
            if at_work >= ENOUGH {
                self.enough.get_or_insert(now - start);
            }
            if producers_live == 0 {
                self.load_ended.get_or_insert(now);
            }
        }
        let spare = state.capacity.saturating_sub(consumers.map(|w| w.min).sum());
        if let Some(end) = self.load_ended
            && background.map(|w| w.ready).sum::<u64>() >= spare
        {
            self.background_back.get_or_insert(now - end);
        }
    }

    fn largest(&self) -> &'static str {
        if self.metrics_alone { "largest value" } else { "largest queue" }
    }

    fn summary(&self, before: &Totals, after: &Totals) -> Summary {
        let jobs_in = after.published - before.published;
        let jobs_out = after.acked() - before.acked();
        let lost = jobs_in - jobs_out - after.queued();
        let seconds = |time: Option<Duration>| {
            time.map_or("not reached".to_owned(), |time| format!("{:.1} s", time.as_secs_f64()))
        };
        let lines = [
            format!("  jobs in                  {jobs_in}"),
            format!("  jobs out                 {jobs_out}"),
            format!("  jobs lost                {lost}"),
            format!("  {}            {}", self.largest(), self.largest_queue),
            format!("  most live containers     {} of {}", self.most_live, self.capacity),
            format!("  decisions                {}", self.decisions.len()),
            format!("  7 consumers after        {} (with three producers)", seconds(self.enough)),
            format!(
                "  background full after    {} (since the producers ended)",
                seconds(self.background_back)
            ),
        ];
        let wrong = if lost != 0.0 {
            Some(format!("{lost} jobs were lost"))
        } else {
            (self.most_live > self.capacity).then(|| "the capacity was exceeded".to_owned())
        };
        Summary { text: lines.join("\n"), wrong }
    }
}
