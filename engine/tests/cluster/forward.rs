//! The queue and the engines, through port-forwards.

use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::demo::LOOK;

/// A process that makes a server reachable while this lives: kubectl port-forward, or the server.
pub struct Forward {
    process: Child,
    pub url: String,
    http: reqwest::Client,
}

impl Forward {
    pub async fn open(namespace: &str, to: &str, port: u16) -> Forward {
        let mut command = Command::new("kubectl");
        command.args(["-n", namespace, "port-forward", to, &format!(":{port}")]);
        let mut kubectl = command.stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
        let mut lines = BufReader::new(kubectl.stdout.take().unwrap()).lines();
        let first = lines.next_line().await.unwrap().unwrap_or_default();
        let address = first.strip_prefix("Forwarding from ").and_then(|l| l.split(' ').next());
        let address = address.unwrap_or_else(|| panic!("cannot forward to {to}: {first}"));
        let url = format!("http://{address}");
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Forward::at(url, kubectl)
    }

    pub fn at(url: String, process: Child) -> Forward {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Forward { process, url, http }
    }

    async fn get(&self, path: &str) -> String {
        let answer = self.http.get(format!("{}{path}", self.url)).send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.text().await.unwrap()
    }

    async fn post(&self, path: &str, body: String) -> u16 {
        let request = self.http.post(format!("{}{path}", self.url));
        let request = request.header("content-type", "application/x-ndjson").body(body);
        request.send().await.unwrap().status().as_u16()
    }
}

/// The queue of the demo.
pub struct Queue(Forward);

impl Queue {
    pub async fn open(namespace: &str) -> Queue {
        Queue(Forward::open(namespace, "service/queue", 4151).await)
    }

    /// Publishes `count` jobs in one call; returns when the queue has accepted them.
    pub async fn publish(&self, count: u32) -> Instant {
        let batch: Vec<String> = (1..=count).map(|number| format!("job {number}")).collect();
        assert_eq!(self.0.post("/v1/queues/jobs/messages", batch.join("\n")).await, 201);
        Instant::now()
    }

    pub async fn purge(&self) {
        let status = self.0.post("/v1/queues/jobs/purge", String::new()).await;
        assert!((200..300).contains(&status), "{status}");
    }

    pub async fn stats(&self) -> Value {
        serde_json::from_str(&self.0.get("/v1/queues/jobs").await).unwrap()
    }

    pub async fn published(&self) -> u64 {
        self.stats().await["published_total"].as_u64().unwrap()
    }

    /// How many jobs are done, read with this token; `None` if the queue refuses it.
    pub async fn acked(&self, token: Option<&str>) -> Option<u64> {
        let mut call = self.0.http.get(format!("{}/v1/queues/jobs", self.0.url));
        if let Some(token) = token {
            call = call.bearer_auth(token);
        }
        let stats: Value = call.send().await.unwrap().json().await.unwrap();
        match stats["error"]["code"].as_str() {
            Some("unauthorized") => None,
            // No message was published yet.
            Some("unknown_queue") => Some(0),
            _ => Some(stats["acked_total"].as_u64().unwrap()),
        }
    }

    /// Waits until all published jobs are acked once, and none was dead-lettered or purged.
    pub async fn all_done(&self, within: Duration) -> u64 {
        let end = Instant::now() + within;
        loop {
            let stats = self.stats().await;
            let count = |name: &str| stats[name].as_u64().unwrap();
            assert_eq!((count("dead_total"), count("purged_total")), (0, 0), "{stats}");
            if count("acked_total") == count("published_total") {
                let left = count("ready") + count("in_flight") + count("delayed");
                assert_eq!(left, 0, "{stats}");
                return count("acked_total");
            }
            assert!(Instant::now() < end, "not all done within {within:?}: {stats}");
            tokio::time::sleep(LOOK).await;
        }
    }
}

/// The page of one engine.
pub struct Engine(Forward);

impl Engine {
    pub async fn open(namespace: &str, pod: &str) -> Engine {
        Engine(Forward::open(namespace, &format!("pod/{pod}"), 8080).await)
    }

    /// An engine that runs as a process of this machine.
    pub fn at(url: String, process: Child) -> Engine {
        Engine(Forward::at(url, process))
    }

    /// Ends that process with SIGKILL.
    pub fn kill(&mut self) {
        self.0.process.start_kill().unwrap();
    }

    pub async fn state(&self) -> Value {
        serde_json::from_str(&self.0.get("/api/v1/state").await).unwrap()
    }

    /// Sends a command; returns status and body of the answer.
    pub async fn command(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let url = format!("{}{path}", self.0.url);
        let call = self.0.http.request(method.parse().unwrap(), url).json(&body);
        let answer = call.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    pub fn url(&self) -> &str {
        &self.0.url
    }

    /// The sum of a metric's series.
    pub async fn metric(&self, name: &str) -> f64 {
        let metrics = self.0.get("/metrics").await;
        let series = metrics.lines().filter(|line| line.starts_with(name));
        let value = |line: &str| line.rsplit(' ').next().unwrap().parse::<f64>().unwrap();
        let values: Vec<f64> = series.map(value).collect();
        assert!(!values.is_empty(), "{name} is not in {metrics}");
        values.iter().sum()
    }

    /// A metric's series, which does not exist before its first count.
    pub async fn metric_or_zero(&self, series: &str) -> f64 {
        let metrics = self.0.get("/metrics").await;
        let line = metrics.lines().find(|line| line.starts_with(series));
        line.map_or(0.0, |line| line.rsplit(' ').next().unwrap().parse().unwrap())
    }

    /// Polls the state until `is_so`; returns how long that took.
    pub async fn until(
        &self,
        what: &str,
        within: Duration,
        is_so: impl Fn(&Value) -> bool,
    ) -> Duration {
        let began = Instant::now();
        loop {
            let state = self.state().await;
            if is_so(&state) {
                return began.elapsed();
            }
            assert!(began.elapsed() < within, "{what}: not within {within:?}; {state}");
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Waits for `count` more ticks.
    pub async fn ticks(&self, count: u64) {
        let now = self.state().await["tick"].as_u64().unwrap();
        let later = |state: &Value| state["tick"].as_u64().unwrap() >= now + count;
        self.until("the engine ticks", Duration::from_secs(count + 10), later).await;
    }
}

/// A workload in the engine's state.
pub fn workload<'a>(state: &'a Value, name: &str) -> &'a Value {
    let all = state["workloads"].as_array().unwrap();
    all.iter().find(|workload| workload["name"] == name).unwrap_or(&Value::Null)
}

/// Whether one of the engine's warnings has all these words.
pub fn has_warning(state: &Value, words: &[&str]) -> bool {
    let warnings = state["troubles"].as_array().unwrap();
    let has_all = |text: &str| words.iter().all(|word| text.contains(word));
    warnings.iter().any(|warning| has_all(warning.as_str().unwrap()))
}
