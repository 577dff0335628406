//! What messages that wait take in memory, and how long the next start takes with them.

use std::time::Instant;

use tokio::task::JoinSet;

use crate::load::Load;
use crate::program::{Folder, Program};
use crate::{asked, mib};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_that_waits_is_there_after_a_restart() {
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
    println!(
        "{count} of 100 bytes ready: {} bytes of memory each; after a kill it listens in {:.2} s, \
         with {:.0} bytes each ({:.1} MiB at most)",
        grown * 1024 / count,
        took.as_secs_f64(),
        (program.kib("VmRSS:").saturating_sub(before) * 1024 / count) as f64,
        mib(program.kib("VmHWM:")),
    );
    program.leave();
}
