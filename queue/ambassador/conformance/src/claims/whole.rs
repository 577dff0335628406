//! With the kit's real programs.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};

use crate::program::Program;
use crate::scene::{Places, Scene};
use crate::verdict::{Holds, Verdict};

const JOBS: usize = 2000;
const LONGEST: Duration = Duration::from_secs(180);

pub(super) async fn a_killed_worker(scene: &mut Scene<'_>) -> anyhow::Result<Verdict> {
    let url = format!("--queue-url={}", scene.ambassador.url);
    let queue = format!("--queue={}", scene.queue);
    let consumer = scene.places.programs.join("consumer");
    let start = async |work: &str| {
        let rest = ["--listen=127.0.0.1:0", "--lease=2s", work];
        Program::start(&consumer, &[&[url.as_str(), &queue], rest.as_slice()].concat()).await
    };
    let mut slow = start("--work-time=60s").await?;
    scene.publish("job").await?;
    scene.until("taken", |stats| stats["in_flight"] == 1).await?;
    // Longer than the lease: it is extended.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let stats = scene.stats().await?;
    ensure!(stats["in_flight"] == 1 && stats["lease_expired_total"] == 0, "{stats}");
    let quick = start("--work-time=10ms").await?;
    let killed = Instant::now();
    slow.kill().await?;
    scene.until("done", |stats| stats["acked_total"] == 1).await?;
    ensure!(killed.elapsed().as_secs() < 8, "it was done after {:?}", killed.elapsed());
    drop(quick);
    Ok(Holds)
}

/// A folder with all programs: the engine looks for the others beside itself.
fn together(places: &Places, folder: &Path) -> anyhow::Result<PathBuf> {
    let folder = folder.join("programs");
    std::fs::create_dir(&folder)?;
    for name in ["producer", "consumer", "remainder"] {
        symlink(places.programs.join(name), folder.join(name))?;
    }
    symlink(&places.ambassador, folder.join("ambassador"))?;
    // It finds its own place behind a symbolic link.
    let (engine, here) = (places.programs.join("engine"), folder.join("engine"));
    if std::fs::hard_link(&engine, &here).is_err() {
        std::fs::copy(&engine, &here)?;
    }
    Ok(folder)
}

/// The box of the manifest, with the ambassador in place of the queue.
pub(super) async fn two_thousand(scene: &mut Scene<'_>) -> anyhow::Result<Verdict> {
    let folder = tempfile::tempdir()?;
    let programs = together(scene.places, folder.path())?;
    let manifest = std::fs::read_to_string(&scene.places.manifest)?;
    let manifest = manifest
        .replace(r#"command: ["queue"]"#, r#"command: ["ambassador"]"#)
        .replace(r#""--data-dir=/data""#, &format!("{:?}", scene.server.address()))
        .replace("work-time=200ms", "work-time=20ms");
    let file = folder.path().join("box.yaml");
    std::fs::write(&file, manifest)?;
    let manifest = format!("--manifest={}", file.display());
    let arguments = ["--scheduler=process", "--listen=127.0.0.1:0", &manifest];
    let engine = Program::start(&programs.join("engine"), &arguments).await?;
    let http = reqwest::Client::new();
    let processes = format!("{}/api/v1/processes", engine.url);
    let processes: serde_json::Value = http.get(processes).send().await?.json().await?;
    let queue = processes["queue_url"].as_str().context("no queue")?;
    let queue = format!("{queue}v1/queues/jobs");
    let read = async || {
        let stats = http.get(&queue).send().await?.json::<serde_json::Value>().await?;
        Ok::<_, anyhow::Error>(stats)
    };
    let before = read().await?["acked_total"].as_u64().unwrap_or(0);
    for batch in 0..JOBS / 100 {
        let lines: Vec<String> = (0..100).map(|line| format!("{}", batch * 100 + line)).collect();
        let call = http.post(format!("{queue}/messages"));
        let call = call.header("content-type", "application/x-ndjson").body(lines.join("\n"));
        call.send().await?.error_for_status()?;
    }
    let end = Instant::now() + LONGEST;
    loop {
        let stats = read().await?;
        let done = stats["acked_total"].as_u64().unwrap_or(0).saturating_sub(before);
        if done >= JOBS as u64 {
            let empty = stats["ready"] == 0 && stats["dead_total"] == 0;
            ensure!(empty && done == JOBS as u64, "{stats}");
            return Ok(Holds);
        }
        ensure!(Instant::now() < end, "{done} of {JOBS} are done: {stats}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
