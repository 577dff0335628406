//! Messages through the queue, with fills and drains in between.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use super::load::{BATCH, Load, Phase};
use super::{asked, disk, mib};
use crate::program::{Folder, Program};

/// How many messages are in the queue under a steady load, and after a fill.
const DEPTH: usize = 10_000;
const FILLED: usize = 100_000;
/// How often it is filled and drained.
const ROUNDS: u64 = 10;
const CLIENTS: usize = 4;
/// How much more memory the program may have at the end than at its start, in KiB.
const MOST_KIB: u64 = 32 << 10;
/// How long 1 million of 10 million messages may take.
const LONGEST: Duration = Duration::from_secs(600);
/// How long the cleanup may take once all messages are done.
const SOON: Duration = Duration::from_secs(10);
/// How many segments may be left when all messages are done.
const SEGMENTS: usize = 2;

/// The program's memory and disk, now and at their peaks.
struct Watch<'a> {
    program: &'a Program,
    folder: &'a Folder,
    began: Instant,
    start: u64,
    most: (u64, u64),
}

impl Watch<'_> {
    fn look(&mut self) -> (u64, usize, u64) {
        let kib = self.program.kib("VmRSS:");
        let (segments, bytes) = disk(self.folder.path());
        self.most = (self.most.0.max(kib), self.most.1.max(bytes));
        (kib, segments, bytes)
    }

    fn tell(&mut self, load: &Load) {
        let (kib, segments, bytes) = self.look();
        println!(
            "{:6.1} s: {} published, {} acked; memory {:.1} MiB, disk {:.1} MiB in {segments}",
            self.began.elapsed().as_secs_f64(),
            load.published(),
            load.acked(),
            mib(kib),
            mib(bytes >> 10),
        );
    }

    /// Checks repeatedly until `so` is true.
    async fn until(&mut self, what: &str, longest: Duration, so: impl Fn() -> bool) {
        let mut ticks = interval(Duration::from_millis(20));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let began = Instant::now();
        while !so() {
            assert!(began.elapsed() < longest, "not so in {longest:?}: {what}");
            self.look();
            ticks.tick().await;
        }
    }
}

/// Fills and drains the queue at each tenth, and prints the results.
async fn play(load: &Arc<Load>, total: u64, watch: &mut Watch<'_>) {
    let filled = FILLED.min((total / ROUNDS) as usize / 2);
    for round in 1..=ROUNDS {
        let next = total * round / ROUNDS - filled as u64;
        watch.until("published", LONGEST, || load.published() >= next).await;
        load.phase.send_replace(Phase::Fill);
        let more = filled.saturating_sub(DEPTH);
        load.room.add_permits(more);
        let full = || load.room.available_permits() < BATCH as usize;
        watch.until("filled", LONGEST, || full() || load.published() == total).await;
        watch.tell(load);
        load.phase.send_replace(Phase::Drain);
        watch.until("drained", LONGEST, || load.acked() == load.published()).await;
        watch.tell(load);
        load.room.forget_permits(more);
        load.phase.send_replace(Phase::Steady);
    }
    watch.until("all done", LONGEST, || load.acked() == total).await;
    load.phase.send_replace(Phase::Over);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_messages_leave_neither_memory_nor_disk_behind() {
    let total = asked("MESSAGES", 300_000);
    let folder = Folder::new("soak");
    let program = Program::start(folder.path());
    let load = Load::new(program.address(), total, DEPTH);
    load.prepare().await;
    let (start, began) = (program.kib("VmRSS:"), Instant::now());
    let mut watch = Watch { program: &program, folder: &folder, began, start, most: (0, 0) };
    let mut clients = JoinSet::new();
    for _ in 0..CLIENTS {
        clients.spawn(load.clone().publish());
        clients.spawn(load.clone().work());
    }
    play(&load, total, &mut watch).await;
    clients.join_all().await;
    let seconds = began.elapsed().as_secs_f64();
    // The writer deletes unneeded segments once the last acks are on the disk.
    watch.until("two segments left", SOON, || disk(folder.path()).0 <= SEGMENTS).await;
    let (kib, segments, bytes) = watch.look();
    println!(
        "{total} messages in {seconds:.0} s, {:.0} a second; memory {:.1} MiB at the start, {:.1} \
         at most, {:.1} at the end; disk {:.1} MiB at most, {:.1} in {segments} segments at the end",
        total as f64 / seconds,
        mib(watch.start),
        mib(watch.most.0),
        mib(kib),
        mib(watch.most.1 >> 10),
        mib(bytes >> 10),
    );
    let stats = program.client().stats().await.unwrap();
    assert_eq!((stats.published_total, stats.acked_total), (total, total));
    assert_eq!((stats.ready, stats.in_flight), (0, 0));
    assert!(kib <= start + MOST_KIB, "{start} KiB grew to {kib} KiB");
    program.leave();
}
