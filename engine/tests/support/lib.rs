//! A box for tests: the real programs, used only over their public interfaces.

#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, missing_docs)] // helpers of tests

pub mod fake;
pub mod manifest;
pub mod stream;

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

pub const LOOK: Duration = Duration::from_millis(50);

/// A running box. When this is dropped, its engine ends, and all its processes with it.
pub struct TestBox {
    pub engine: Child,
    pub url: String,
    http: reqwest::Client,
}

/// The engine's program, beside the folder that this test is in.
pub fn program() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.ancestors().nth(2).unwrap().join("engine")
}

pub fn engine() -> Command {
    let program = program();
    for name in ["engine", "queue", "producer", "consumer", "remainder"] {
        let sibling = program.with_file_name(name);
        assert!(sibling.is_file(), "{} is missing; cargo build --workspace", sibling.display());
    }
    let mut command = Command::new(program);
    command.env("RUST_LOG", "warn").env_remove("MICROSCALING_LISTEN").kill_on_drop(true);
    command
}

pub fn demo_yaml() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo.yaml")
}

impl TestBox {
    pub async fn start(args: &[&str]) -> TestBox {
        TestBox::start_manifest(&demo_yaml(), args).await
    }

    pub async fn start_manifest(manifest: &Path, args: &[&str]) -> TestBox {
        let mut command = engine();
        command
            .args(["--scheduler", "process", "--listen", "127.0.0.1:0", "--manifest"])
            .arg(manifest)
            .args(args)
            .env("MICROSCALING_PARENT", "pipes")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut engine = command.spawn().unwrap();
        let mut lines = BufReader::new(engine.stdout.take().unwrap()).lines();
        let url = loop {
            let line = lines.next_line().await.unwrap().expect("the engine has ended");
            if let Some(address) = line.strip_prefix("listening ") {
                break format!("http://{address}");
            }
        };
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        TestBox { engine, url, http }
    }

    pub async fn get(&self, path: &str) -> Value {
        let answer = self.http.get(format!("{}{path}", self.url)).send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.json().await.unwrap()
    }

    pub async fn state(&self) -> State {
        State(self.get("/api/v1/state").await)
    }

    pub async fn scale(&self, name: &str, replicas: u32) -> (u16, Value) {
        let url = format!("{}/api/v1/deployments/{name}/scale", self.url);
        let body = serde_json::json!({"replicas": replicas});
        let answer = self.http.put(url).json(&body).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    pub async fn put(&self, path: &str, body: Value) -> (u16, Value) {
        self.send(self.http.put(format!("{}{path}", self.url)).json(&body)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        self.send(self.http.post(format!("{}{path}", self.url)).json(&body)).await
    }

    pub async fn put_text(&self, path: &str, body: &str) -> (u16, Value) {
        self.send(self.http.put(format!("{}{path}", self.url)).body(body.to_owned())).await
    }

    pub async fn delete(&self, path: &str) -> (u16, Value) {
        self.send(self.http.delete(format!("{}{path}", self.url))).await
    }

    /// The status and body of any answer.
    pub async fn ask(&self, path: &str) -> (u16, Value) {
        self.send(self.http.get(format!("{}{path}", self.url))).await
    }

    async fn send(&self, call: reqwest::RequestBuilder) -> (u16, Value) {
        let answer = call.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// The data of the first event of a stream.
    pub async fn first_event(&self, path: &str) -> Value {
        let answer = self.http.get(format!("{}{path}", self.url)).send().await;
        let (mut answer, mut text) = (answer.unwrap(), String::new());
        loop {
            let chunk = answer.chunk().await.unwrap().expect("the stream has ended");
            text += std::str::from_utf8(&chunk).unwrap();
            if let Some((event, _)) = text.split_once("\n\n") {
                let data = event.lines().find_map(|line| line.strip_prefix("data: "));
                return serde_json::from_str(data.unwrap()).unwrap();
            }
        }
    }

    /// The queue's own numbers.
    pub async fn jobs(&self) -> Value {
        let processes = self.get("/api/v1/processes").await;
        let url = format!("{}v1/queues/jobs", processes["queue_url"].as_str().unwrap());
        self.http.get(url).send().await.unwrap().json().await.unwrap()
    }

    /// The ids of all processes behind the Deployments.
    pub async fn pids(&self) -> Vec<u32> {
        let processes = self.get("/api/v1/processes").await;
        let all = processes["processes"].as_array().unwrap().iter();
        all.filter_map(|p| p["pid"].as_u64()).map(|pid| pid as u32).collect()
    }

    /// Waits until a condition holds for the state.
    pub async fn until(
        &self,
        what: &str,
        within: Duration,
        holds: impl Fn(&State) -> bool,
    ) -> State {
        let end = Instant::now() + within;
        loop {
            let state = self.state().await;
            if holds(&state) {
                return state;
            }
            assert!(Instant::now() < end, "{what}: not within {within:?}; {}", state.0);
            tokio::time::sleep(LOOK).await;
        }
    }
}

/// The engine's state, as the API gives it.
pub struct State(pub Value);

impl State {
    pub fn workload(&self, name: &str, count: &str) -> u64 {
        let all = self.0["workloads"].as_array().unwrap();
        all.iter().find(|w| w["name"] == name).unwrap()[count].as_u64().unwrap()
    }

    pub fn deployment(&self, name: &str, count: &str) -> u64 {
        let all = self.0["deployments"].as_array().unwrap();
        all.iter().find(|d| d["name"] == name).unwrap()[count].as_u64().unwrap()
    }

    /// Ready messages; `None` before the first reading.
    pub fn queue(&self) -> Option<u64> {
        self.0["queues"][0]["ready"].as_u64()
    }

    pub fn tick(&self) -> u64 {
        self.0["tick"].as_u64().unwrap()
    }

    pub fn used(&self) -> u64 {
        self.0["used"].as_u64().unwrap()
    }
}

/// Whether a process exists and is no zombie.
pub fn is_alive(pid: u32) -> bool {
    let status = std::process::Command::new("ps")
        .args(["-o", "stat=", "-p", &pid.to_string()])
        .output()
        .unwrap();
    let stat = String::from_utf8_lossy(&status.stdout).trim().to_owned();
    !stat.is_empty() && !stat.starts_with('Z')
}

pub fn kill_9(pid: u32) {
    let status = std::process::Command::new("kill").args(["-9", &pid.to_string()]).status();
    assert!(status.unwrap().success());
}

/// Waits until all these processes have ended.
pub async fn all_gone(pids: &[u32], within: Duration) {
    let end = Instant::now() + within;
    loop {
        let left: Vec<_> = pids.iter().filter(|pid| is_alive(**pid)).collect();
        if left.is_empty() {
            return;
        }
        assert!(Instant::now() < end, "{left:?} are still there after {within:?}");
        tokio::time::sleep(LOOK).await;
    }
}
