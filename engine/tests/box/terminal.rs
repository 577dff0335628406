//! Programs that get a signal, or whose output is closed, full or not read: they go on or end, and
//! leave nothing behind.

use std::fs::{File, OpenOptions};
use std::io::{PipeReader, PipeWriter, Read, Write, pipe};
use std::net::TcpListener;
use std::path::Path;
use std::process::{ExitStatus, Output, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use serde_json::Value;
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::time::timeout;

use support::{LOOK, all_gone, demo_yaml, engine, kill_9};

const SOON: Duration = Duration::from_secs(20);

/// An engine without pipes to a parent, as if it was started by hand.
struct ByHand {
    engine: Child,
    url: String,
    /// Its TMPDIR.
    place: Arc<TempDir>,
}

impl ByHand {
    fn start(command: Command, out: impl Into<Stdio>, errors: impl Into<Stdio>) -> ByHand {
        ByHand::start_in(tempfile::tempdir().unwrap().into(), command, out, errors)
    }

    fn start_in(
        place: Arc<TempDir>,
        mut command: Command,
        out: impl Into<Stdio>,
        errors: impl Into<Stdio>,
    ) -> ByHand {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        command.arg("--manifest").arg(demo_yaml()).arg(format!("--listen={address}"));
        command.env("TMPDIR", place.path()).stdout(out).stderr(errors);
        let url = format!("http://{address}");
        ByHand { engine: command.spawn().unwrap(), url, place }
    }

    async fn ask(&self, path: &str) -> Option<String> {
        let http = reqwest::Client::builder().no_proxy().timeout(SOON).build().unwrap();
        http.get(format!("{}{path}", self.url)).send().await.ok()?.text().await.ok()
    }

    async fn json(&self, path: &str) -> Value {
        let text = self.ask(path).await.unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// Waits until something holds of its state.
    async fn until(&self, what: &str, holds: impl Fn(&Value) -> bool) {
        let end = Instant::now() + SOON;
        loop {
            let state = self.json("/api/v1/state").await;
            if holds(&state) {
                return;
            }
            assert!(Instant::now() < end, "{what}: not within {SOON:?}; {state}");
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Waits until all its processes run and the queue was read.
    async fn runs(&self) {
        let is = |it: &Value| it["name"] == "remainder" && it["ready"] == 9;
        self.until("the background has nine slots", |state| {
            state["workloads"].as_array().is_some_and(|all| all.iter().any(is))
        })
        .await;
    }

    /// Waits until some ticks have passed.
    async fn goes_on(&self) {
        let tick = |state: &Value| state["tick"].as_u64();
        let now = tick(&self.json("/api/v1/state").await);
        self.until("it goes on", |state| tick(state) > now.map(|now| now + 2)).await;
    }

    async fn pids(&self) -> Vec<u32> {
        let all = self.json("/api/v1/processes").await;
        let all = all["processes"].as_array().unwrap().iter();
        all.filter_map(|it| it["pid"].as_u64()).map(|pid| pid as u32).collect()
    }

    /// The folders of runs in its TMPDIR.
    fn folders(&self) -> Vec<String> {
        folders(self.place.path())
    }

    /// Sends signals, and waits until the engine and all its processes have ended.
    async fn end(&mut self, signals: &[&str]) -> ExitStatus {
        let pids = self.pids().await;
        signals.iter().for_each(|signal| send(signal, &self.engine));
        let ended = timeout(SOON, self.engine.wait()).await.expect("it does not end").unwrap();
        all_gone(&pids, SOON).await;
        ended
    }
}

fn send(signal: &str, to: &Child) {
    let process = to.id().unwrap().to_string();
    let sent = std::process::Command::new("kill").args(["-s", signal, &process]).status();
    assert!(sent.unwrap().success(), "{signal}");
}

fn folders(place: &Path) -> Vec<String> {
    let all = std::fs::read_dir(place).unwrap();
    all.map(|it| it.unwrap().file_name().into_string().unwrap()).collect()
}

/// A pipe that is full.
fn full_pipe() -> (PipeReader, PipeWriter) {
    let (reader, mut writer) = pipe().unwrap();
    let flags = fcntl_getfl(&writer).unwrap();
    fcntl_setfl(&writer, flags | OFlags::NONBLOCK).unwrap();
    while writer.write(&[b'\n'; 1 << 10]).is_ok() {}
    while writer.write(b"\n").is_ok() {}
    fcntl_setfl(&writer, flags).unwrap();
    (reader, writer)
}

fn closed_pipe() -> PipeWriter {
    pipe().unwrap().1
}

fn full_disk() -> File {
    OpenOptions::new().write(true).open("/dev/full").unwrap()
}

#[tokio::test]
async fn a_box_whose_output_nobody_reads_ticks_answers_and_ends_with_all_its_processes() {
    let (mut reader, writer) = full_pipe();
    let mut command = engine();
    // Each program prints more than its buffer may hold.
    command.env("RUST_LOG", "trace");
    let mut demo = ByHand::start(command, writer.try_clone().unwrap(), writer);
    demo.runs().await;
    demo.goes_on().await;
    assert!(demo.ask("/livez").await.is_some());
    let began = Instant::now();
    assert_eq!(demo.end(&["TERM"]).await.code(), Some(0));
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    assert_eq!(demo.folders(), [""; 0]);
    let mut said = Vec::new();
    reader.read_to_end(&mut said).unwrap();
    assert!(said.iter().all(|byte| *byte == b'\n'), "the pipe was full all the time");
}

#[tokio::test]
async fn an_error_does_not_wait_for_a_reader_either() {
    for args in [&["--capacity", "0"][..], &["validate", "-f", "nowhere.yaml"]] {
        let (_reader, writer) = full_pipe();
        let ended = engine().args(args).stderr(writer).status();
        let ended = timeout(SOON, ended).await.expect("it waits").unwrap();
        assert!(!ended.success(), "{args:?}");
    }
}

#[tokio::test]
async fn every_signal_that_ends_a_box_leaves_nothing_of_it() {
    // The box also runs if nobody can read the invitation or the log.
    let mut all = [
        ("HUP", ByHand::start(engine(), closed_pipe(), Stdio::inherit())),
        ("QUIT", ByHand::start(engine(), full_disk(), Stdio::inherit())),
        ("USR1", ByHand::start(engine(), Stdio::null(), closed_pipe())),
    ];
    for (signal, demo) in &mut all {
        demo.runs().await;
        assert_eq!(demo.folders().len(), 1, "{signal}");
        assert_eq!(demo.end(&[signal]).await.code(), Some(0), "{signal}");
        assert_eq!(demo.folders(), [""; 0], "{signal}");
    }
}

#[tokio::test]
async fn a_second_signal_ends_a_box_at_once_and_leaves_nothing_of_it() {
    let mut demo = ByHand::start(engine(), Stdio::null(), Stdio::inherit());
    demo.runs().await;
    let ended = demo.end(&["TERM", "HUP"]).await;
    assert!(matches!(ended.code(), Some(0 | 129 | 143)), "{ended}");
    assert_eq!(demo.folders(), [""; 0]);
}

#[tokio::test]
async fn a_signal_while_a_box_starts_ends_it_and_leaves_nothing_of_it() {
    let mut demo = ByHand::start(engine(), Stdio::null(), Stdio::inherit());
    let end = Instant::now() + SOON;
    while demo.folders().is_empty() {
        assert!(Instant::now() < end, "it makes no folder");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    send("TERM", &demo.engine);
    let ended = timeout(SOON, demo.engine.wait()).await.expect("it does not end").unwrap();
    assert_eq!(ended.code(), Some(0));
    assert_eq!(demo.folders(), [""; 0]);
}

#[tokio::test]
async fn the_next_box_removes_the_folder_of_a_killed_one_and_not_that_of_a_running_one() {
    let start = |place| ByHand::start_in(place, engine(), Stdio::null(), Stdio::inherit());
    let mut killed = start(tempfile::tempdir().unwrap().into());
    killed.runs().await;
    let (pids, left) = (killed.pids().await, killed.folders());
    kill_9(killed.engine.id().unwrap());
    killed.engine.wait().await.unwrap();
    all_gone(&pids, SOON).await;
    assert_eq!(killed.folders(), left);

    let first = start(killed.place.clone());
    first.runs().await;
    let its_own = first.folders();
    assert!(its_own.len() == 1 && its_own != left, "{its_own:?}");
    // A second box does not remove the folder of a running one.
    let second = start(first.place.clone());
    second.runs().await;
    let both = second.folders();
    assert!(both.len() == 2 && both.contains(&its_own[0]), "{both:?}");
}

#[tokio::test]
async fn a_box_that_ignores_sighup_goes_on() {
    let program = engine();
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' HUP; exec \"$@\"", "sh"]).arg(program.as_std().get_program());
    command.env("RUST_LOG", "warn").kill_on_drop(true);
    let mut demo = ByHand::start(command, Stdio::null(), Stdio::inherit());
    demo.runs().await;
    send("HUP", &demo.engine);
    demo.goes_on().await;
    assert_eq!(demo.end(&["TERM"]).await.code(), Some(0));
}

/// Runs a command whose standard output is `out`.
async fn with_output(args: &[&str], out: impl Into<Stdio>) -> Output {
    let mut command = engine();
    // Without the warnings of a box that ends, only the command's own errors are left.
    command.env("RUST_LOG", "error");
    command.args(args).stdout(out).stderr(Stdio::piped()).stdin(Stdio::null());
    let ended = command.spawn().unwrap().wait_with_output();
    timeout(Duration::from_secs(60), ended).await.expect("it does not end").unwrap()
}

#[tokio::test]
async fn a_command_ends_quietly_if_its_reader_has_left_and_reports_a_full_disk() {
    let demo = demo_yaml();
    let scenario = demo.with_file_name("scenarios/steady.yaml");
    let (demo, scenario) = (demo.to_str().unwrap(), scenario.to_str().unwrap());
    for args in [
        &["validate", "-f", demo][..],
        &["simulate", scenario],
        &["completions", "bash"],
        &["--help"],
        &["--version"],
        &["play", "--for", "4s", "--manifest", demo, "--listen", "127.0.0.1:0"],
    ] {
        let closed = with_output(args, closed_pipe()).await;
        let said = String::from_utf8_lossy(&closed.stderr);
        assert_eq!((closed.status.code(), &*said), (Some(0), ""), "{args:?}");
        let full = with_output(args, full_disk()).await;
        let said = String::from_utf8_lossy(&full.stderr);
        assert_eq!(full.status.code(), Some(1), "{args:?}: {said}");
        assert_eq!(said.lines().count(), 1, "{said}");
        let begin = "error: standard output cannot be written: No space left on device";
        assert!(said.starts_with(begin), "{said}");
    }
}
