//! A queue whose answers a test decides, and that keeps the jobs it has accepted.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde_json::json;
use tokio::sync::watch;
use tracing::Dispatch;
use tracing::subscriber::{DefaultGuard, NoSubscriber};

/// The answer to one publish.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Answer {
    Taken,
    /// Accepted, but the answer comes late.
    Slow,
    Full {
        retry_after_s: u64,
    },
    /// A gateway's answer when the queue is unreachable.
    Away,
    /// Accepted, but the answer is the gateway's.
    Lost,
    Refused,
    /// The queue's answer while its disk is full.
    DiskFull,
}

struct Inner {
    answers: Mutex<VecDeque<Answer>>,
    jobs: watch::Sender<Vec<String>>,
    /// The keys of all accepted jobs; a second job with one of them is ignored.
    keys: Mutex<Vec<String>>,
}

pub(crate) struct Queue {
    pub(crate) url: String,
    inner: Arc<Inner>,
}

impl Queue {
    /// Gives `answers` to the first publishes and accepts all later ones.
    pub(crate) async fn start(answers: impl Into<VecDeque<Answer>>) -> Queue {
        let (answers, jobs) = (Mutex::new(answers.into()), watch::Sender::default());
        let inner = Arc::new(Inner { answers, jobs, keys: Mutex::default() });
        let publish = post(publish).with_state(inner.clone());
        let app = axum::Router::new().route("/v1/queues/jobs/messages", publish);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(axum::serve(listener, app).into_future());
        Queue { url, inner }
    }

    /// The jobs accepted so far.
    pub(crate) fn jobs(&self) -> Vec<String> {
        self.inner.jobs.borrow().clone()
    }

    /// Waits until `n` jobs were accepted.
    pub(crate) async fn has_jobs(&self, n: usize) {
        let mut jobs = self.inner.jobs.subscribe();
        let enough = jobs.wait_for(|jobs| jobs.len() >= n);
        tokio::time::timeout(Duration::from_secs(10), enough).await.unwrap().unwrap();
    }
}

/// Whether a publish is the first with its key.
fn is_first(inner: &Inner, headers: &HeaderMap) -> bool {
    let key = headers["idempotency-key"].to_str().unwrap().to_owned();
    let mut keys = inner.keys.lock().unwrap();
    let first = !keys.contains(&key);
    if first {
        keys.push(key);
    }
    first
}

async fn publish(State(inner): State<Arc<Inner>>, headers: HeaderMap, body: String) -> Response {
    let answer = inner.answers.lock().unwrap().pop_front().unwrap_or(Answer::Taken);
    let error = |text| json!({"error": {"code": "refused", "message": text}}).to_string();
    match answer {
        Answer::Full { retry_after_s } => {
            let after = [(header::RETRY_AFTER, retry_after_s.to_string())];
            (StatusCode::TOO_MANY_REQUESTS, after, error("no room")).into_response()
        }
        Answer::Away => StatusCode::BAD_GATEWAY.into_response(),
        Answer::DiskFull => {
            (StatusCode::INSUFFICIENT_STORAGE, error("the disk is full")).into_response()
        }
        Answer::Refused => (StatusCode::PAYLOAD_TOO_LARGE, error("too large")).into_response(),
        Answer::Taken | Answer::Slow | Answer::Lost => {
            if is_first(&inner, &headers) {
                inner.jobs.send_modify(|jobs| jobs.push(body));
            }
            if matches!(answer, Answer::Lost) {
                return StatusCode::BAD_GATEWAY.into_response();
            }
            if matches!(answer, Answer::Slow) {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            (StatusCode::CREATED, json!({"ids": ["1"]}).to_string()).into_response()
        }
    }
}

/// The log lines of this thread.
#[derive(Clone, Default)]
pub(crate) struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    /// Collects lines until the guard is dropped.
    pub(crate) fn capture() -> (Lines, DefaultGuard) {
        // With a single dispatcher, tracing keeps the answer of the first thread that reaches a
        // log line, for all threads. With two dispatchers it asks both each time.
        static ANOTHER: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(NoSubscriber::new()));
        LazyLock::force(&ANOTHER);
        let lines = Lines::default();
        let writer = lines.clone();
        let log = tracing_subscriber::fmt().with_writer(move || writer.clone()).finish();
        (lines, tracing::subscriber::set_default(log))
    }

    /// How many lines hold `text`.
    pub(crate) fn count(&self, text: &str) -> usize {
        let bytes = self.0.lock().unwrap();
        String::from_utf8_lossy(&bytes).lines().filter(|line| line.contains(text)).count()
    }
}

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
