//! A queue with a few jobs that records all requests.

use std::net::TcpListener;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{patch, post};
use serde_json::{Value, json};
use tokio::sync::watch;

/// An event at the queue, with the number of the job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Script {
    Receive(u32),
    /// The consumer is retired, and asks with this wait in milliseconds.
    Retired(u32),
    /// No job is left, so the consumer waits for one.
    Wait,
    /// The consumer stops waiting.
    WaitCancelled,
    Extend(u32),
    Ack(u32),
    Release(u32),
}

#[derive(Default)]
struct Inner {
    jobs: AtomicU32,
    given_out: AtomicU32,
    stale: AtomicBool,
    retired: AtomicBool,
    calls_to_lose: AtomicU32,
    worker: Mutex<String>,
    story: watch::Sender<Vec<Script>>,
}

impl Inner {
    fn add(&self, event: Script) {
        self.story.send_modify(|story| story.push(event));
    }

    fn loses_a_call(&self) -> bool {
        let one_less = |left: u32| left.checked_sub(1);
        self.calls_to_lose.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less).is_ok()
    }
}

pub(crate) struct Queue {
    pub(crate) url: String,
    inner: Arc<Inner>,
}

impl Queue {
    /// A queue that gives out the jobs 1 to `jobs`.
    pub(crate) async fn with_jobs(jobs: u32) -> Queue {
        Queue::on_port(0, jobs).await
    }

    pub(crate) async fn on_port(port: u16, jobs: u32) -> Queue {
        let inner = Arc::new(Inner { jobs: jobs.into(), ..Inner::default() });
        let app = axum::Router::new()
            .route("/v1/queues/jobs/messages/receive", post(receive))
            .route("/v1/queues/jobs/messages/ack", post(ack))
            .route("/v1/queues/jobs/messages/release", post(release))
            .route("/v1/queues/jobs/messages/{receipt}", patch(extend))
            .with_state(inner.clone());
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(axum::serve(listener, app).into_future());
        Queue { url, inner }
    }

    /// From now on every lease has expired.
    pub(crate) fn end_all_leases(&self) {
        self.inner.stale.store(true, Ordering::SeqCst);
    }

    /// From now on the consumer is retired, or no longer.
    pub(crate) fn retire(&self, retired: bool) {
        self.inner.retired.store(retired, Ordering::SeqCst);
    }

    /// Fails the next `n` acks as if the queue were unreachable.
    pub(crate) fn lose_calls(&self, n: u32) {
        self.inner.calls_to_lose.store(n, Ordering::SeqCst);
    }

    /// Everything that happened so far.
    pub(crate) fn story(&self) -> Vec<Script> {
        self.inner.story.borrow().clone()
    }

    /// The name that the last receiver gave.
    pub(crate) fn worker(&self) -> String {
        self.inner.worker.lock().unwrap().clone()
    }

    /// Waits until `event` has happened.
    pub(crate) async fn has_heard(&self, event: Script) {
        let mut story = self.inner.story.subscribe();
        let heard = story.wait_for(|story| story.contains(&event));
        tokio::time::timeout(Duration::from_secs(10), heard).await.unwrap().unwrap();
    }

    /// Waits until at least `events` have happened.
    pub(crate) async fn has_heard_at_least(&self, events: usize) {
        let mut story = self.inner.story.subscribe();
        let heard = story.wait_for(|story| story.len() >= events);
        tokio::time::timeout(Duration::from_secs(10), heard).await.unwrap().unwrap();
    }
}

/// A port on which no one listens now.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Records that a waiting receive was dropped.
struct Waiting(Arc<Inner>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.add(Script::WaitCancelled);
    }
}

async fn receive(State(inner): State<Arc<Inner>>, Query(query): Query<Value>) -> Json<Value> {
    *inner.worker.lock().unwrap() = query["worker"].as_str().unwrap().to_owned();
    assert_eq!(query["max"], "1");
    if inner.retired.load(Ordering::SeqCst) {
        let wait: f64 = query["wait_s"].as_str().unwrap().parse().unwrap();
        // Answered at once the first time, as the queue does.
        let is_first = !inner.story.borrow().iter().any(|it| matches!(it, Script::Retired(_)));
        inner.add(Script::Retired((wait * 1000.0) as u32));
        if !is_first {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        return Json(json!({"messages": [], "retired": true}));
    }
    let id = inner.given_out.fetch_add(1, Ordering::SeqCst) + 1;
    if id > inner.jobs.load(Ordering::SeqCst) {
        let _waiting = Waiting(inner.clone());
        inner.add(Script::Wait);
        std::future::pending::<()>().await;
    }
    inner.add(Script::Receive(id));
    let id = id.to_string();
    let message = json!({"id": id, "receipt": id, "attempts": 1, "enqueued_at": "", "body": "x"});
    Json(json!({"messages": [message]}))
}

fn job(receipts: &Value) -> u32 {
    receipts["receipts"][0].as_str().unwrap().parse().unwrap()
}

fn end(inner: &Inner, receipts: &Value, event: Script) -> Response {
    if inner.loses_a_call() {
        return StatusCode::BAD_GATEWAY.into_response();
    }
    inner.add(event);
    let status = if inner.stale.load(Ordering::SeqCst) { "stale" } else { "ok" };
    let receipt = &receipts["receipts"][0];
    Json(json!({"results": [{"receipt": receipt, "status": status}]})).into_response()
}

async fn ack(State(inner): State<Arc<Inner>>, Json(receipts): Json<Value>) -> Response {
    end(&inner, &receipts, Script::Ack(job(&receipts)))
}

async fn release(State(inner): State<Arc<Inner>>, Json(receipts): Json<Value>) -> Response {
    end(&inner, &receipts, Script::Release(job(&receipts)))
}

async fn extend(State(inner): State<Arc<Inner>>, Path(receipt): Path<u32>) -> Response {
    inner.add(Script::Extend(receipt));
    if inner.stale.load(Ordering::SeqCst) {
        let over = json!({"error": {"code": "stale", "message": "the lease is over"}});
        return (StatusCode::GONE, Json(over)).into_response();
    }
    Json(json!({})).into_response()
}
