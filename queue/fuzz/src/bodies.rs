//! The inputs of single calls: paths, arguments and bodies.

use axum::body::Body;
use axum::http::{HeaderValue, Request, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::calls;
use super::world::{World, paused};

const JOBS: &str = "/v1/queues/jobs";
const METHODS: [&str; 7] = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"];

/// Any path, with every method.
pub fn paths(data: &[u8]) {
    let Ok(path) = std::str::from_utf8(data) else { return };
    paused(async {
        let mut world = World::new();
        publish_one(&mut world).await;
        for method in METHODS {
            world.call(&format!("{method} {path}"), "{}").await;
            world.call(&format!("{method} {JOBS}/messages/{path}"), "{}").await;
            world.queues();
        }
    });
}

/// Any arguments, with every call that takes some.
pub fn arguments(data: &[u8]) {
    let Ok(arguments) = std::str::from_utf8(data) else { return };
    paused(async {
        let mut world = World::new();
        publish_one(&mut world).await;
        for call in [
            "POST messages",
            "GET messages",
            "POST messages/receive",
            "GET redelivered",
            "GET workers",
            "POST workers/w/retire",
            "POST redrive",
            "POST purge",
        ] {
            let (method, path) = call.split_once(' ').expect("a method and a path");
            world.call(&format!("{method} {JOBS}/{path}?{arguments}"), "").await;
            world.queues();
        }
    });
}

/// Accepted settings are those that are shown, and are accepted again.
pub fn settings(data: &[u8]) {
    paused(async {
        let mut world = World::new();
        let put = format!("PUT {JOBS}");
        let Some(answer) = world.call(&put, data.to_vec()).await else { return };
        if !answer.status.is_success() {
            return;
        }
        let shown = world.call(&format!("GET {JOBS}"), "").await.expect("a call").json;
        assert_eq!(shown["settings"], answer.json);
        let again = world.call(&put, answer.json.to_string()).await.expect("a call");
        assert_eq!((again.status.as_u16(), &again.json), (200, &answer.json));
        publish_one(&mut world).await;
        world.call(&format!("POST {JOBS}/messages/receive"), "").await;
        world.queues();
    });
}

/// Any bytes can be published, and are received unchanged.
pub fn publish(data: &[u8]) {
    paused(async {
        let mut world = World::new();
        let call = format!("POST {JOBS}/messages");
        let answer = world.call(&call, data.to_vec()).await.expect("a call");
        assert_eq!(answer.status.as_u16(), 201);
        for call in ["GET", "POST"] {
            let path = if call == "GET" { "messages" } else { "messages/receive" };
            let seen = world.call(&format!("{call} {JOBS}/{path}"), "").await.expect("a call");
            assert_eq!(body(&seen.json["messages"][0]), data);
        }
        world.queues();
    });
}

/// Either each line of a batch becomes a message, or none does.
pub fn batch(data: &[u8]) {
    paused(async {
        let mut world = World::new();
        let request = Request::post(format!("{JOBS}/messages"))
            .header(header::CONTENT_TYPE, "application/x-ndjson")
            .body(Body::from(data.to_vec()))
            .expect("a request");
        let answer = world.send(request).await;
        let lines = data.strip_suffix(b"\n").unwrap_or(data).split(|byte| *byte == b'\n');
        let lines: Vec<&[u8]> = lines.collect();
        let ids = answer.json["ids"].as_array().map_or(0, Vec::len);
        if lines.iter().any(|line| line.is_empty()) {
            assert_eq!((answer.status.as_u16(), ids), (400, 0));
        } else {
            assert_eq!((answer.status.as_u16(), ids), (201, lines.len()));
            let call = format!("POST {JOBS}/messages/receive?max=100");
            let received = world.call(&call, "").await.expect("a call").json;
            let messages = received["messages"].as_array().expect("messages");
            assert!(messages.iter().map(body).eq(lines.into_iter().take(100)));
        }
        world.queues();
    });
}

/// Any key: a repeated publish adds nothing, and a different publish with the key is refused.
pub fn keys(data: &[u8]) {
    let Ok(key) = HeaderValue::from_bytes(data) else { return };
    paused(async {
        let mut world = World::new();
        let mut answers = Vec::new();
        for body in ["one", "one", "other"] {
            let request = Request::post(format!("{JOBS}/messages")).header("idempotency-key", &key);
            answers.push(world.send(request.body(Body::from(body)).expect("a request")).await);
        }
        let statuses: Vec<u16> = answers.iter().map(|it| it.status.as_u16()).collect();
        let published: u64 = world.queues().iter().map(|(_, stats)| stats.total.published).sum();
        match statuses[..] {
            [400, 400, 400] => assert_eq!(published, 0),
            [201, 201, 422] => assert_eq!((&answers[0].json, published), (&answers[1].json, 1)),
            _ => panic!("{key:?}: {statuses:?}"),
        }
    });
}

/// Any body of an ack, a nack, a release, and an extension, while one message is in flight.
pub fn settle(data: &[u8]) {
    let ends = ["POST messages/ack", "POST messages/nack", "POST messages/release"];
    for call in ends.into_iter().chain(["PATCH messages/{receipt}"]) {
        let (method, path) = call.split_once(' ').expect("a method and a path");
        let before = format!("POST {JOBS}/messages\n===\nPOST {JOBS}/messages/receive\n===\n");
        let script = format!("{before}{method} {JOBS}/{path}\n\n");
        calls::calls(&[script.as_bytes(), data].concat());
    }
}

async fn publish_one(world: &mut World) {
    world.call(&format!("POST {JOBS}/messages"), "a").await;
}

/// A message's bytes, as a worker reads them.
fn body(message: &Value) -> Vec<u8> {
    match (&message["body"], &message["body_base64"]) {
        (Value::String(text), Value::Null) => text.clone().into_bytes(),
        (Value::Null, Value::String(text)) => STANDARD.decode(text).expect("base64"),
        _ => panic!("not one body: {}", json!(message)),
    }
}
