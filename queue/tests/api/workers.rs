//! Busy workers, and workers that are retired before they stop.

use crate::*;
use futures::FutureExt;
use tokio::time::{Instant, sleep};

const WAIT: &str = "POST /jobs/messages/receive?wait_s=20&worker=";

async fn take_as(api: &Api, worker: &str) -> Value {
    let call = format!("POST /jobs/messages/receive?worker={worker}");
    api.ok(&call, "").await["messages"][0].clone()
}

/// Each worker's name, leases, and messages taken and acked.
async fn listed(api: &Api) -> Value {
    let workers = api.ok("GET /jobs/workers", "").await;
    let look = |it: &Value| json!([it["name"], it["leases"], it["taken"], it["done"]]);
    workers["workers"].as_array().unwrap().iter().map(look).collect()
}

#[tokio::test(start_paused = true)]
async fn a_queue_lists_its_workers_and_the_age_of_their_leases() {
    let api = Api::new();
    for _ in 0..4 {
        api.publish("a").await;
    }
    let first = take_as(&api, "bob").await;
    sleep(seconds(2.0)).await;
    take_as(&api, "bob").await;
    take_as(&api, "ann%20b").await;
    api.take().await;
    assert_eq!(listed(&api).await, json!([["ann b", 1, 1, 0], ["bob", 2, 2, 0]]));
    let workers = api.ok("GET /jobs/workers", "").await;
    let bob = &workers["workers"][1];
    assert_eq!((&workers["nameless_leases"], &bob["retired"]), (&json!(1), &json!(false)));
    let since = humantime::parse_rfc3339(bob["since"].as_str().unwrap()).unwrap();
    let ago = since.elapsed().unwrap().as_secs_f64();
    assert!((1.9..10.0).contains(&ago), "{ago}");
    let rounded = |it: &Value| (it["for_s"].as_f64().unwrap(), it["ends_s"].as_f64().unwrap());
    let held: Vec<_> = bob["held"].as_array().unwrap().iter().map(rounded).collect();
    assert_eq!(held, [(2.0, 28.0), (0.0, 30.0)]);
    let stats = api.stats().await;
    assert_eq!((&stats["busy_workers"], &stats["nameless_leases"]), (&json!(3), &json!(1)));
    api.ok("POST /jobs/messages/ack", receipts(&[&first])).await;
    assert_eq!(listed(&api).await, json!([["ann b", 1, 1, 0], ["bob", 1, 2, 1]]));
}

#[tokio::test(start_paused = true)]
async fn an_idle_worker_is_listed_for_a_minute_and_is_not_busy() {
    let api = Api::new();
    api.publish("a").await;
    let held = take_as(&api, "ann").await;
    api.ok("POST /jobs/messages/nack", receipts(&[&held])).await;
    assert_eq!(api.stats().await["busy_workers"], 0);
    let workers = api.ok("GET /jobs/workers", "").await;
    assert_eq!(
        (&workers["workers"][0]["name"], &workers["workers"][0]["since"]),
        (&json!("ann"), &Value::Null)
    );
    sleep(seconds(59.9)).await;
    assert_eq!(listed(&api).await, json!([["ann", 0, 1, 0]]));
    sleep(seconds(0.2)).await;
    assert_eq!(listed(&api).await, json!([]));
}

#[tokio::test(start_paused = true)]
async fn an_extended_lease_stays_with_its_worker_until_it_ends() {
    let api = Api::new();
    api.publish("a").await;
    let held = take_as(&api, "ann").await;
    let patch = format!("PATCH /jobs/messages/{}", held["receipt"].as_str().unwrap());
    api.ok(&patch, r#"{"lease_s": 100}"#).await;
    sleep(seconds(99.0)).await;
    assert_eq!(listed(&api).await, json!([["ann", 1, 1, 0]]));
    sleep(seconds(1.1)).await;
    assert_eq!(listed(&api).await, json!([["ann", 0, 1, 0]]));
}

#[tokio::test(start_paused = true)]
async fn a_message_that_never_reached_its_worker_was_not_taken() {
    let api = Api::new();
    api.publish("a").await;
    drop(api.send(request("POST /jobs/messages/receive?worker=ann", "")).await);
    assert_eq!(listed(&api).await, json!([]));
}

#[tokio::test(start_paused = true)]
async fn the_90th_percentile_of_acks_is_known_from_the_first_one_on() {
    let api = Api::new();
    api.publish("a").await;
    assert_eq!(api.stats().await["ack_p90_s"], Value::Null);
    let held = api.take().await;
    sleep(seconds(1.5)).await;
    api.ok("POST /jobs/messages/ack", receipts(&[&held])).await;
    let took = api.stats().await["ack_p90_s"].as_f64().unwrap();
    assert!((1.5..1.51).contains(&took), "{took}");
}

#[tokio::test(start_paused = true)]
async fn workers_of_an_unused_queue_are_unknown_and_a_retirement_creates_it() {
    let api = Api::new();
    assert_eq!(api.refused("GET /jobs/workers", "").await, (404, "unknown_queue".to_owned()));
    let retired = api.ok("POST /jobs/workers/ann/retire", "").await;
    assert_eq!(retired, json!({"name": "ann", "leases": 0}));
    let workers = api.ok("GET /jobs/workers", "").await;
    assert_eq!(workers, json!({"workers": [], "nameless_leases": 0}));
}

#[tokio::test(start_paused = true)]
async fn a_worker_s_name_in_the_path_is_that_of_its_receives() {
    let api = Api::new();
    let retired = api.ok("POST /jobs/workers/a%20b%2Fc%C3%A4/retire", "").await;
    assert_eq!(retired["name"], "a b/c\u{e4}");
    let call = "POST /jobs/messages/receive?worker=a%20b%2Fc%C3%A4";
    assert_eq!(api.ok(call, "").await, json!({"messages": [], "retired": true}));
    let long = "x".repeat(81);
    for bad in ["a%0Ab", "%FF", &long] {
        let refused = api.refused(&format!("POST /jobs/workers/{bad}/retire"), "").await;
        assert_eq!(refused, (400, "bad_argument".to_owned()), "{bad}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_waiting_receive_ends_at_once_when_its_worker_is_retired() {
    let (api, began) = (Api::new(), Instant::now());
    let (ann, bob) = (format!("{WAIT}ann"), format!("{WAIT}bob"));
    let waiting = api.ok(&ann, "");
    let mut other = Box::pin(api.call(&bob, ""));
    assert!(other.as_mut().now_or_never().is_none());
    let (received, _) = tokio::join!(waiting, api.ok("POST /jobs/workers/ann/retire", ""));
    assert_eq!(
        (received, began.elapsed()),
        (json!({"messages": [], "retired": true}), seconds(0.0))
    );
    api.publish("a").await;
    let (_, received) = other.await;
    assert_eq!((count(&received), &received["retired"]), (1, &Value::Null));
}

/// Otherwise it would ask again at once, without end.
#[tokio::test(start_paused = true)]
async fn a_notified_worker_waits_and_gets_a_message_once_its_retirement_ends() {
    let (api, began) = (Api::new(), Instant::now());
    api.ok("POST /jobs/workers/ann/retire", "").await;
    api.publish("a").await;
    let answer = api.ok(&format!("{WAIT}ann"), "").await;
    assert_eq!((&answer["retired"], began.elapsed()), (&json!(true), seconds(0.0)));
    let short = api.ok("POST /jobs/messages/receive?worker=ann&wait_s=2", "").await;
    assert_eq!((&short, began.elapsed() >= seconds(2.0)), (&answer, true));
    let at_once = api.ok("POST /jobs/messages/receive?worker=ann", "").await;
    assert_eq!((&at_once, began.elapsed() < seconds(2.1)), (&answer, true));
    let received = api.ok(&format!("{WAIT}ann"), "").await;
    assert_eq!((count(&received), &received["retired"]), (1, &Value::Null));
    let took = began.elapsed();
    assert!((seconds(10.0)..seconds(10.01)).contains(&took), "{took:?}");
    assert_eq!(listed(&api).await, json!([["ann", 1, 1, 0]]));
}

#[tokio::test(start_paused = true)]
async fn a_retirement_returns_how_many_leases_its_worker_still_has() {
    let api = Api::new();
    api.publish("a").await;
    let held = take_as(&api, "ann").await;
    assert_eq!(api.ok("POST /jobs/workers/ann/retire", "").await["leases"], 1);
    let workers = api.ok("GET /jobs/workers", "").await;
    assert_eq!(workers["workers"][0]["retired"], true);
    api.ok("POST /jobs/messages/ack", receipts(&[&held])).await;
    assert_eq!(api.ok("POST /jobs/workers/ann/retire", "").await["leases"], 0);
}
