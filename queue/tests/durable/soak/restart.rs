//! The memory of waiting messages, and the time of a start with them.

use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::interval;

use super::load::{Load, Phase};
use super::{asked, mib};
use crate::program::{Folder, Program};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_waiting_messages_survive_a_restart() {
    let count = asked("READY", 20_000);
    let folder = Folder::new("ready");
    let mut program = Program::start(folder.path());
    let load = Load::new(program.address(), count, count as usize);
    load.prepare().await;
    let before = program.kib("VmRSS:");
    let publishers: JoinSet<()> = (0..4).map(|_| load.clone().publish()).collect();
    publishers.join_all().await;
    let grown = program.kib("VmRSS:").saturating_sub(before);
    program.kill();
    let began = Instant::now();
    let program = Program::start(folder.path());
    let took = began.elapsed();
    let stats = program.client().stats().await.unwrap();
    assert_eq!((stats.ready, stats.published_total), (count, count));
    let again = program.kib("VmRSS:").saturating_sub(before);
    drain(&program, count).await;
    let drained = program.kib("VmRSS:");
    println!(
        "{count} of 100 bytes ready: {} bytes of memory each; after a kill it listens in {:.2} s, \
         with {} bytes each; memory {:.1} MiB at the start, {:.1} at most, {:.1} when all is done",
        grown * 1024 / count,
        took.as_secs_f64(),
        again * 1024 / count,
        mib(before),
        mib(program.kib("VmHWM:")),
        mib(drained),
    );
    program.leave();
}

/// Receives and acks all messages.
async fn drain(program: &Program, count: u64) {
    let load = Load::new(program.address(), count, 0);
    let workers: JoinSet<()> = (0..4).map(|_| load.clone().work()).collect();
    let mut ticks = interval(Duration::from_millis(20));
    while load.acked() < count {
        ticks.tick().await;
    }
    load.phase.send_replace(Phase::Over);
    workers.join_all().await;
}
