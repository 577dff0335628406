//! The server's calls in process, on a paused clock: waits take no real time, but have their exact
//! lengths.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use broker::{Broker, QueueName, Stats};
use http_body_util::BodyExt;
use queue::Hub;
use queue::api::Calls;
use serde_json::Value;
use service::{Shutdown, TokenFile, Trigger};

/// The possible statuses: no disk fails here, and the server never shuts down.
const DOCUMENTED: [u16; 11] = [200, 201, 204, 400, 401, 404, 405, 410, 413, 422, 429];

/// The server without its listener.
pub struct World {
    calls: Calls,
    /// The broker behind it.
    pub hub: Arc<Hub>,
    /// All receipts so far, the latest one last.
    pub receipts: Vec<String>,
    /// Dropping it would shut the server down.
    _trigger: Trigger,
}

/// An answer that is as documented.
#[derive(Debug)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its body; null if it is empty.
    pub json: Value,
}

/// Runs on a paused clock.
pub fn paused<T>(run: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_time().start_paused(true).build().expect("a runtime").block_on(run)
}

impl World {
    /// A server without a log.
    pub fn new() -> World {
        World::around(Arc::new(Hub::new(7)), None)
    }

    /// The calls on this hub. If there is a token, clients must show it.
    pub fn around(hub: Arc<Hub>, token: Option<TokenFile>) -> World {
        let (trigger, shutdown) = Shutdown::new();
        let calls = Calls::new(hub.clone(), Router::new(), token, shutdown);
        World { calls, hub, receipts: Vec::new(), _trigger: trigger }
    }

    /// Makes a call; `None` if an HTTP server would refuse it.
    pub async fn call(&mut self, call: &str, body: impl Into<Body>) -> Option<Answer> {
        let (method, uri) = call.split_once(' ')?;
        let request = Request::builder().method(method).uri(uri).body(body.into()).ok()?;
        Some(self.send(request).await)
    }

    /// Makes a call, and checks that its answer is as documented.
    pub async fn send(&mut self, request: Request<Body>) -> Answer {
        let what = format!("{} {}", request.method(), request.uri());
        let is_head = request.method() == "HEAD";
        let response = self.calls.answer(request).await;
        let status = response.status();
        assert!(DOCUMENTED.contains(&status.as_u16()), "{what}: {status}");
        let bytes = response.into_body().collect().await.expect("a whole body").to_bytes();
        let json = match serde_json::from_slice(&bytes) {
            Ok(json) => json,
            Err(error) => {
                assert!(bytes.is_empty(), "{what}: {error} in {bytes:?}");
                Value::Null
            }
        };
        if !status.is_success() && !is_head {
            let said = |field| json["error"][field].as_str().map_or(0, str::len);
            assert!(said("code") > 3 && said("message") > 10, "{what}: {status} {json}");
        }
        self.keep(&json);
        Answer { status, json }
    }

    /// Collects the receipts of an answer.
    fn keep(&mut self, json: &Value) {
        let messages = json["messages"].as_array().into_iter().flatten();
        let receipts = messages.filter_map(|message| message["receipt"].as_str());
        self.receipts.extend(receipts.map(str::to_owned));
    }

    /// Lets time pass.
    pub async fn wait(&self, time: Duration) {
        tokio::time::advance(time).await;
        self.hub.call(Broker::advance);
    }

    /// All queues and their numbers, which must add up.
    pub fn queues(&self) -> Vec<(QueueName, Stats)> {
        self.hub.call(|broker, now| {
            let conserved = |(name, stats): (&QueueName, Stats)| {
                assert!(is_conserved(&stats), "{name}: {stats:?}");
                (name.clone(), stats)
            };
            broker.all_stats(now).map(conserved).collect()
        })
    }
}

impl Default for World {
    fn default() -> World {
        World::new()
    }
}

/// Whether every published message is counted in exactly one place.
pub fn is_conserved(stats: &Stats) -> bool {
    let here = (stats.ready + stats.in_flight + stats.delayed) as u64;
    let broker::stats::Counters { published, acked, dead, purged, expired, .. } = stats.total;
    published == acked + dead + purged + expired + here
}
