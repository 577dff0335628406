//! Each call of the API and each of its errors, without sockets and on a paused clock. Also the
//! client, the token, and the fuzzer's targets.
#![allow(clippy::unwrap_used, reason = "the helpers of a test may fail it")]

#[path = "../support/mod.rs"]
mod support;

mod client_calls;
mod errors;
mod fuzz;
mod look;
mod metrics;
mod once;
mod poison;
mod publish;
mod queues;
mod receive;
mod settle;
mod token;
mod workers;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use queue::Hub;
use queue::api::{Calls, Reply};
use serde_json::{Value, json};
use service::{Shutdown, Trigger};

/// The server's calls without its listener, on a clock by which leases end.
struct Api {
    calls: Calls,
    hub: Arc<Hub>,
    trigger: Trigger,
}

impl Api {
    fn new() -> Api {
        let (trigger, shutdown) = Shutdown::new();
        let hub = Arc::new(Hub::new(7));
        let clock = hub.clone();
        tokio::spawn(async move { clock.keep_time().await });
        Api { calls: Calls::new(hub.clone(), Router::new(), None, shutdown), hub, trigger }
    }

    async fn send(&self, request: Request<Body>) -> Response<Reply> {
        self.calls.answer(request).await
    }

    /// A call as "METHOD PATH" below `/v1/queues`.
    async fn call(&self, call: &str, body: impl Into<Body>) -> (StatusCode, Value) {
        read(self.send(request(call, body)).await).await
    }

    /// A call that must answer 2xx.
    async fn ok(&self, call: &str, body: impl Into<Body>) -> Value {
        let (status, answer) = self.call(call, body).await;
        assert!(status.is_success(), "{call}: {status} {answer}");
        answer
    }

    /// A call that must be refused: the status and the error's code.
    async fn refused(&self, call: &str, body: impl Into<Body>) -> (u16, String) {
        let (status, answer) = self.call(call, body).await;
        assert!(answer["error"]["message"].as_str().unwrap().len() > 10, "{answer}");
        (status.as_u16(), answer["error"]["code"].as_str().unwrap().to_owned())
    }

    async fn publish(&self, body: &'static str) {
        self.ok("POST /jobs/messages", body).await;
    }

    /// Receives one message from "jobs", which must have one.
    async fn take(&self) -> Value {
        let received = self.ok("POST /jobs/messages/receive", "").await;
        assert_eq!(count(&received), 1, "{received}");
        received["messages"][0].clone()
    }

    async fn stats(&self) -> Value {
        self.ok("GET /jobs", "").await
    }
}

fn request(call: &str, body: impl Into<Body>) -> Request<Body> {
    let (method, path) = call.split_once(' ').unwrap();
    let request = Request::builder().method(method).uri(format!("/v1/queues{path}"));
    request.body(body.into()).unwrap()
}

fn batch(call: &str, content_type: &str, body: impl Into<Body>) -> Request<Body> {
    let mut request = request(call, body);
    request.headers_mut().insert(header::CONTENT_TYPE, content_type.parse().unwrap());
    request
}

/// The status and the JSON; null if there is no body.
async fn read(response: Response<Reply>) -> (StatusCode, Value) {
    let status = response.status();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    let json = serde_json::from_slice(&bytes);
    (status, if bytes.is_empty() { Value::Null } else { json.unwrap() })
}

fn count(received: &Value) -> usize {
    received["messages"].as_array().unwrap().len()
}

fn receipts(messages: &[&Value]) -> String {
    let receipts: Vec<_> = messages.iter().map(|message| &message["receipt"]).collect();
    json!({ "receipts": receipts }).to_string()
}

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}
