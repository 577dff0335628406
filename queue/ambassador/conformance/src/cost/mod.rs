//! What an ambassador costs: the time of a cycle (publish, receive, ack) at 500 jobs a second, and
//! the processor time of a cycle, beside the kit's queue alone and the upstream's own client.
//!
//! # Layout
//! - `http`: cycles over the kit's API
//! - `native`: cycles by the upstream's own client
//! - `nsq`: such a client of NSQ

use std::future::Future;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use service::output;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use crate::program::Program;
use crate::scene::Places;
use crate::server::{Kind, Server};

mod http;
mod native;
mod nsq;

/// How often a cycle begins, and how many are counted.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Pace {
    every: Duration,
    cycles: usize,
    /// Not counted: connections are opened, and caches are cold.
    at_first: usize,
}

/// 500 jobs a second.
const PACE: Pace = Pace { every: Duration::from_millis(2), cycles: 10_000, at_first: 1_000 };
/// 50 jobs a second, because the stand-in for SQS does not keep up with 500 on two cores.
const SLOW: Pace = Pace { every: Duration::from_millis(20), cycles: 1_000, at_first: 200 };

impl Pace {
    fn of(kind: Kind) -> Pace {
        if kind == Kind::Sqs { SLOW } else { PACE }
    }

    fn jobs_a_second(self) -> f64 {
        1.0 / self.every.as_secs_f64()
    }
}

/// What the ambassador may cost: time added to the p99 of a cycle, and processor time of a cycle in
/// that of the queue. The measurement holds bounds three times as wide, because machines differ.
const ADDED: Duration = Duration::from_millis(5);
const TIMES: f64 = 2.0;
const WIDER: u32 = 3;

/// What was measured of one arrangement.
#[derive(Debug, Clone, Copy)]
struct Cost {
    p50: Duration,
    p99: Duration,
    /// Processor time of the measured process for a cycle.
    processor: Duration,
}

/// Measures, and prints a table.
///
/// # Errors
/// When something costs more than it may.
pub(crate) async fn print(kinds: &[Kind], places: &Places) -> anyhow::Result<()> {
    for pace in [PACE, SLOW] {
        let kinds: Vec<Kind> =
            kinds.iter().copied().filter(|kind| Pace::of(*kind) == pace).collect();
        if !kinds.is_empty() {
            at(pace, &kinds, places).await?;
        }
    }
    Ok(())
}

async fn at(pace: Pace, kinds: &[Kind], places: &Places) -> anyhow::Result<()> {
    let head = format!("at {} jobs a second", pace.jobs_a_second());
    output::print(&format!("{head:36} p50 ms   p99 ms   processor ms a cycle")).await?;
    let queue = alone(places, pace).await?;
    row("the kit's queue alone", queue, "of queue").await?;
    for kind in kinds {
        let folder = tempfile::tempdir_in(scratch())?;
        let server = Server::start(*kind, folder.path(), &places.programs).await?;
        let title = kind.title();
        let process = server.process()?.as_raw_nonzero().get() as u32;
        let native = native::cycles(*kind, &server.address()).await?;
        let native = measured(process, pace, native).await?;
        row(&format!("{title}, its own client"), native, "of its server").await?;
        let address = server.address();
        let arguments = [address.as_str(), "--listen=127.0.0.1:0", "--upstream-queue=cost"];
        let ambassador = Program::start(&places.ambassador, &arguments).await?;
        let cost = through(&ambassador, pace).await?;
        row(&format!("{title} behind the ambassador"), cost, "of ambassador").await?;
        let added = cost.p99.saturating_sub(native.p99);
        let times = cost.processor.as_secs_f64() / queue.processor.as_secs_f64();
        let text = format!(
            "  added to the p99: {:.1} ms (at most {}); processor time: {times:.1} times the \
             queue's (at most {TIMES})",
            added.as_secs_f64() * 1000.0,
            ADDED.as_millis(),
        );
        output::print(&text).await?;
        ensure!(added <= ADDED * WIDER && times <= TIMES * f64::from(WIDER), "it costs too much");
    }
    Ok(())
}

/// A file system in memory if there is one: the stalls of a disk are longer than what is measured.
fn scratch() -> PathBuf {
    let memory = PathBuf::from("/dev/shm");
    if memory.is_dir() { memory } else { std::env::temp_dir() }
}

async fn row(name: &str, cost: Cost, whose: &str) -> anyhow::Result<()> {
    let [p50, p99, processor] =
        [cost.p50, cost.p99, cost.processor].map(|it| it.as_secs_f64() * 1000.0);
    let text = format!("{name:36} {p50:6.2}   {p99:6.2}   {processor:6.3} {whose}");
    Ok(output::print(&text).await?)
}

async fn alone(places: &Places, pace: Pace) -> anyhow::Result<Cost> {
    let queue = Program::start(&places.programs.join("queue"), &["--listen=127.0.0.1:0"]).await?;
    through(&queue, pace).await
}

async fn through(program: &Program, pace: Pace) -> anyhow::Result<Cost> {
    let process = program.process().context("it has ended")?;
    measured(process, pace, http::cycles(&program.url)?).await
}

/// Starts cycles at their times, also if earlier ones are late, and measures each.
async fn measured<F>(process: u32, pace: Pace, cycle: impl Fn() -> F) -> anyhow::Result<Cost>
where
    F: Future<Output = anyhow::Result<()>> + Send + 'static,
{
    let Pace { every, cycles, at_first } = pace;
    let mut ticks = tokio::time::interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let (mut running, mut before) = (JoinSet::new(), Duration::ZERO);
    for number in 0..at_first + cycles {
        if number == at_first {
            before = processor_time(process)?;
        }
        ticks.tick().await;
        let cycle = cycle();
        running.spawn(async move {
            let began = Instant::now();
            cycle.await?;
            Ok::<_, anyhow::Error>((number, began.elapsed()))
        });
    }
    let mut times = Vec::with_capacity(cycles);
    while let Some(done) = running.join_next().await {
        let (number, time) = done??;
        times.extend(Some(time).filter(|_| number >= at_first));
    }
    let used = processor_time(process)?.saturating_sub(before);
    times.sort_unstable();
    let percentile = |percent: usize| times[times.len() * percent / 100];
    Ok(Cost { p50: percentile(50), p99: percentile(99), processor: used / cycles as u32 })
}

/// The processor time that a process has used, in user and kernel mode.
fn processor_time(process: u32) -> anyhow::Result<Duration> {
    let file = format!("/proc/{process}/stat");
    let stat = std::fs::read_to_string(Path::new(&file)).context(file)?;
    // The name, in brackets, may contain spaces.
    let (_, rest) = stat.rsplit_once(')').context("no name")?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let ticks = |at: usize| -> anyhow::Result<u64> {
        Ok(fields.get(at).context("too few fields")?.parse()?)
    };
    // The 14th and the 15th of all fields, in hundredths of a second on each Linux.
    Ok(Duration::from_millis(10 * (ticks(11)? + ticks(12)?)))
}
