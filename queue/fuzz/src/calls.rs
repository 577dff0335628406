//! Many calls one after the other, written as text, so that they can be read and changed.
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

/// What stands between two calls.
const BETWEEN: &[u8] = b"\n===\n";
/// What stands for the last receipt that was given out.
const RECEIPT: &str = "{receipt}";
/// As long as the longest age; no time of ours is longer.
const LONGEST_MS: u64 = 366 * 24 * 3600 * 1000;

/// Whatever is called, in whatever order: each answer is as documented, and nothing is lost.
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

/// Makes the calls that stand there.
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

/// The head of a request; `None` where a server of HTTP would hand none on.
fn request(head: &str) -> Option<Builder> {
    let mut lines = head.lines();
    let (method, uri) = lines.next()?.split_once(' ')?;
    let begun = Request::builder().method(method).uri(uri);
    let headers = lines.filter_map(|line| line.split_once(": "));
    Some(headers.fold(begun, |request, (name, value)| request.header(name, value)))
}

/// Bodies are any bytes; those that are text may name the receipt.
fn with_receipt(body: &[u8], receipt: &str) -> Vec<u8> {
    match std::str::from_utf8(body) {
        Ok(text) => text.replace(RECEIPT, receipt).into_bytes(),
        Err(_) => body.to_vec(),
    }
}

/// What is before the first `mark`, and what is behind it.
fn split<'a>(data: &'a [u8], mark: &[u8]) -> (&'a [u8], &'a [u8]) {
    match data.windows(mark.len()).position(|it| it == mark) {
        Some(at) => (&data[..at], &data[at + mark.len()..]),
        None => (data, &[]),
    }
}
