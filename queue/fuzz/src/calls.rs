//! Many calls one after the other, written as text, so that people can read and change them.
//!
//! ```text
//! POST /v1/queues/jobs/messages?delay_ms=5
//! content-type: application/x-ndjson
//!
//! one
//! ===
//! WAIT 1000
//! ===
//! DELETE /v1/queues/jobs/messages/{receipt}
//! ```

use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use axum::http::request::Builder;

use super::world::{World, paused};

/// The separator of two calls.
const BETWEEN: &[u8] = b"\n===\n";
/// The placeholder for the last receipt.
const RECEIPT: &str = "{receipt}";
/// The longest wait: no time in the queue is longer.
const LONGEST_MS: u64 = 366 * 24 * 3600 * 1000;

/// Any calls in any order: each answer is as documented, and no message is lost.
pub fn calls(data: &[u8]) {
    paused(async {
        let mut world = World::new();
        let clock = world.hub.clone();
        let clock = tokio::spawn(async move { clock.keep_time().await });
        play(&mut world, data).await;
        clock.abort();
        world.queues();
    });
}

/// Makes the calls in `data`.
pub async fn play(world: &mut World, mut data: &[u8]) {
    while !data.is_empty() {
        let (call, rest) = split(data, BETWEEN);
        step(world, call).await;
        world.queues();
        data = rest;
    }
}

async fn step(world: &mut World, call: &[u8]) {
    let (head, body) = split(call, b"\n\n");
    let Ok(head) = std::str::from_utf8(head) else { return };
    if let Some(text) = head.strip_prefix("WAIT ") {
        let wait = text.parse().unwrap_or(0).min(LONGEST_MS);
        return world.wait(Duration::from_millis(wait)).await;
    }
    let receipt = world.receipts.last().map_or("", String::as_str);
    let head = head.replace(RECEIPT, receipt);
    let body = with_receipt(body, receipt);
    if let Some(request) = request(&head).and_then(|it| it.body(Body::from(body)).ok()) {
        world.send(request).await;
    }
}

/// The head of a request; `None` if an HTTP server would refuse it.
fn request(head: &str) -> Option<Builder> {
    let mut lines = head.lines();
    let (method, uri) = lines.next()?.split_once(' ')?;
    let begun = Request::builder().method(method).uri(uri);
    let headers = lines.filter_map(|line| line.split_once(": "));
    Some(headers.fold(begun, |request, (name, value)| request.header(name, value)))
}

/// Fills in the receipt in bodies that are text; other bodies stay as they are.
fn with_receipt(body: &[u8], receipt: &str) -> Vec<u8> {
    match std::str::from_utf8(body) {
        Ok(text) => text.replace(RECEIPT, receipt).into_bytes(),
        Err(_) => body.to_vec(),
    }
}

/// The bytes before the first `mark`, and those after it.
fn split<'a>(data: &'a [u8], mark: &[u8]) -> (&'a [u8], &'a [u8]) {
    match data.windows(mark.len()).position(|it| it == mark) {
        Some(at) => (&data[..at], &data[at + mark.len()..]),
        None => (data, &[]),
    }
}
