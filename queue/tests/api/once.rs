//! Publishes with a key happen only once, however often they are tried.

use futures::poll;
use queue::Store;

use crate::*;

/// A publish with a key.
fn with_key(call: &str, key: &str, body: &'static str) -> Request<Body> {
    let mut request = request(call, body);
    request.headers_mut().insert("idempotency-key", key.parse().unwrap());
    request
}

fn publish(key: &str, body: &'static str) -> Request<Body> {
    with_key("POST /jobs/messages", key, body)
}

impl Api {
    /// A publish that must succeed: the answer, and whether it was given before.
    async fn once(&self, request: Request<Body>) -> (Value, bool) {
        taken(self.send(request).await).await
    }

    /// A publish that must be refused: the status and the message.
    async fn not_once(&self, request: Request<Body>) -> (u16, String) {
        let (status, answer) = read(self.send(request).await).await;
        (status.as_u16(), answer["error"]["message"].as_str().unwrap().to_owned())
    }
}

async fn taken(response: Response<Reply>) -> (Value, bool) {
    let replayed = response.headers().get("idempotent-replayed").cloned();
    let (status, answer) = read(response).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    assert!(replayed.as_ref().is_none_or(|it| it == "true"), "{replayed:?}");
    (answer["ids"].clone(), replayed.is_some())
}

#[tokio::test(start_paused = true)]
async fn a_repeated_key_publishes_nothing_and_gets_the_same_ids() {
    let api = Api::new();
    let ids = json!(["1"]);
    assert_eq!(api.once(publish("k", "a")).await, (ids.clone(), false));
    assert_eq!(api.once(publish("k", "a")).await, (ids.clone(), true));
    api.take().await;
    api.ok("POST /jobs/purge", "").await;
    assert_eq!(api.once(publish("\"k\"", "a")).await, (ids, true), "the draft standard's form");
    assert_eq!(api.once(publish("K", "a")).await, (json!(["2"]), false), "case matters");
    let other = api.once(with_key("POST /others/messages", "k", "b")).await;
    assert_eq!(other, (json!(["3"]), false), "keys belong to one queue");
    let stats = api.stats().await;
    assert_eq!((&stats["published_total"], &stats["ready"]), (&json!(2), &json!(1)));
    assert_eq!(
        (&stats["publish_replayed_total"], &stats["idempotency_keys"]),
        (&2.into(), &2.into())
    );
}

#[tokio::test(start_paused = true)]
async fn a_key_that_comes_with_something_else_is_422_and_says_what_to_do() {
    let api = Api::new();
    api.once(publish("k", "a")).await;
    for other in [publish("k", "b"), with_key("POST /jobs/messages?delay_ms=1", "k", "a")] {
        let (status, message) = api.not_once(other).await;
        assert_eq!(status, 422);
        assert!(message.contains("use a new key"), "{message}");
    }
    assert!(api.once(publish("k", "a")).await.1);
}

#[tokio::test(start_paused = true)]
async fn a_batch_is_published_once_as_a_whole() {
    let api = Api::new();
    let batch = |lines: &'static str| {
        let mut request = publish("k", lines);
        let kind = "application/x-ndjson".parse().unwrap();
        request.headers_mut().insert(header::CONTENT_TYPE, kind);
        request
    };
    let ids = json!(["1", "2", "3"]);
    assert_eq!(api.once(batch("a\nb\nc\n")).await, (ids.clone(), false));
    assert_eq!(api.once(batch("a\nb\nc")).await, (ids, true));
    assert_eq!(api.not_once(batch("a\nb\n")).await.0, 422);
    assert_eq!(api.stats().await["ready"], 3);
}

#[tokio::test(start_paused = true)]
async fn a_key_is_new_again_after_five_minutes() {
    let api = Api::new();
    api.once(publish("k", "a")).await;
    tokio::time::sleep(seconds(299.9)).await;
    assert!(api.once(publish("k", "a")).await.1);
    tokio::time::sleep(seconds(0.2)).await;
    assert_eq!(api.once(publish("k", "b")).await, (json!(["2"]), false));
}

#[tokio::test(start_paused = true)]
async fn keys_are_forgotten_on_time_without_any_call() {
    let api = Api::new();
    api.once(publish("k", "a")).await;
    let with_key = api.hub.call(|broker, _| broker.bytes());
    tokio::time::sleep(seconds(300.1)).await;
    assert_eq!(api.hub.call(|broker, _| broker.bytes()), with_key - 128);
}

#[tokio::test(start_paused = true)]
async fn after_a_refused_publish_its_key_can_be_used_again() {
    let api = Api::new();
    api.ok("PUT /jobs", r#"{"max_depth": 1, "max_message_bytes": 4}"#).await;
    api.publish("a").await;
    assert_eq!(api.not_once(publish("k", "b")).await.0, 429);
    assert_eq!(api.not_once(publish("k", "large")).await.0, 413);
    api.ok("POST /jobs/purge", "").await;
    assert_eq!(api.once(publish("k", "c")).await, (json!(["2"]), false));
    assert!(api.once(publish("k", "c")).await.1, "even if there is no room now");
}

#[tokio::test(start_paused = true)]
async fn a_bad_key_is_refused_and_publishes_nothing() {
    let api = Api::new();
    let long = "k".repeat(256);
    for key in ["", "a b", "\"\"", &long] {
        let (status, message) = api.not_once(publish(key, "a")).await;
        assert_eq!(status, 400, "{key:?}");
        assert!(message.contains("Idempotency-Key must have 1 to 255"), "{message}");
    }
    let mut two = publish("k", "a");
    two.headers_mut().append("idempotency-key", "k".parse().unwrap());
    assert_eq!(api.not_once(two).await.0, 400);
    assert_eq!(api.ok("GET ", "").await, json!({"queues": []}));
    assert!(!api.once(publish(&long[1..], "a")).await.1);
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_reports_the_bytes_of_its_keys() {
    let api = Api::new();
    api.ok("PUT /jobs", r#"{"max_bytes": 200}"#).await;
    api.once(publish("k", "a")).await;
    let (status, message) = api.not_once(publish("l", "a")).await;
    assert_eq!(status, 429);
    assert!(
        message.contains("128 of them for the Idempotency-Keys of the last five minutes"),
        "{message}"
    );
    api.publish("a").await;
}

/// Nothing is written before the writer is started.
#[tokio::test]
async fn a_repeated_publish_waits_until_the_first_is_on_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let Store { hub, writer } = queue::start(Some(folder.path()), queue::wall_clock).unwrap();
    let (_trigger, shutdown) = Shutdown::new();
    let calls = Calls::new(hub.clone(), Router::new(), None, shutdown);
    let send = |request| Box::pin(calls.answer(request));
    let mut first = send(publish("k", "a"));
    let mut again = send(publish("k", "a"));
    assert!(poll!(&mut first).is_pending() && poll!(&mut again).is_pending());
    let other = read(send(publish("k", "b")).await).await;
    assert_eq!(other.0, StatusCode::UNPROCESSABLE_ENTITY, "that needs no disk");
    assert!(poll!(&mut again).is_pending());
    // The first client may have hung up: its message is published all the same.
    drop(first);
    let writing = std::thread::spawn(|| writer.unwrap().run());
    assert_eq!(taken(again.await).await, (json!(["1"]), true));
    let late = send(publish("k", "a")).await;
    assert_eq!(taken(late).await, (json!(["1"]), true));
    hub.close();
    writing.join().unwrap().unwrap();
}
