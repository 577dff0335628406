//! Settings, numbers, purge, and the list.

use crate::*;

#[tokio::test(start_paused = true)]
async fn a_put_creates_the_queue_and_returns_its_settings() {
    let api = Api::new();
    let settings = json!({"lease_s": 1.5, "max_attempts": 3, "dead_letter_queue": "dead",
        "max_depth": 10, "max_bytes": 5000, "max_message_bytes": 1000, "max_age_s": 60.0});
    let made = api.call("PUT /jobs", settings.to_string()).await;
    assert_eq!(made, (StatusCode::CREATED, settings.clone()));
    let again = api.call("PUT /jobs", settings.to_string()).await;
    assert_eq!(again, (StatusCode::OK, settings.clone()));
    assert_eq!(api.stats().await["settings"], settings);
}

#[tokio::test(start_paused = true)]
async fn times_are_whole_microseconds_as_in_the_log() {
    let api = Api::new();
    let settings = api.ok("PUT /jobs", r#"{"lease_s": 1e-9, "max_age_s": 1.0000004}"#).await;
    assert_eq!((&settings["lease_s"], &settings["max_age_s"]), (&json!(1e-6), &json!(1.000001)));
    api.refused("PUT /jobs", r#"{"lease_s": 1e15}"#).await;
}

#[tokio::test(start_paused = true)]
async fn a_setting_left_out_takes_its_default_again() {
    let api = Api::new();
    api.ok("PUT /jobs", r#"{"max_attempts": 3, "dead_letter_queue": "dead"}"#).await;
    let defaults = json!({"lease_s": 30.0, "max_attempts": 5, "dead_letter_queue": null,
        "max_depth": 100_000, "max_bytes": 67_108_864, "max_message_bytes": 1_048_576,
        "max_age_s": null});
    assert_eq!(api.ok("PUT /jobs", "{}").await, defaults);
    assert_eq!(api.ok("PUT /jobs", "").await, defaults);
}

#[tokio::test(start_paused = true)]
async fn a_queue_shows_its_numbers() {
    let api = Api::new();
    for body in ["done", "back", "flying", "ready"] {
        api.publish(body).await;
    }
    api.ok("POST /jobs/messages?delay_ms=60000", "delayed").await;
    let (done, back) = (api.take().await, api.take().await);
    api.ok("POST /jobs/messages/ack", receipts(&[&done])).await;
    api.ok("POST /jobs/messages/nack", receipts(&[&back])).await;
    api.ok("POST /jobs/messages/receive?max=2", "").await;
    tokio::time::sleep(seconds(2.0)).await;
    let mut stats = api.stats().await;
    assert!((2.0..2.01).contains(&stats["oldest_age_s"].as_f64().unwrap()));
    assert!((2.0..2.01).contains(&stats["clock_s"].as_f64().unwrap()));
    stats["oldest_age_s"].take();
    stats["clock_s"].take();
    stats["settings"].take();
    let can = stats["capabilities"].take();
    assert!(can.as_object().unwrap().values().all(|it| it == true), "{can}");
    let expected = json!({"name": "jobs", "clock_s": null, "ready": 1, "in_flight": 2,
        "delayed": 1, "waiting": 0, "busy_workers": 2, "nameless_leases": 2, "ack_p90_s": 0.0,
        "bytes": 22, "idempotency_keys": 0, "paused": false, "oldest_age_s": null,
        "published_total": 5, "publish_replayed_total": 0, "delivered_total": 4,
        "undelivered_total": 0,
        "acked_total": 1, "nacked_total": 1, "released_total": 0, "lease_expired_total": 0,
        "dead_total": 0,
        "purged_total": 0, "expired_total": 0, "receive_empty_total": 0,
        "capabilities": null, "settings": null});
    assert_eq!(stats, expected);
}

#[tokio::test(start_paused = true)]
async fn without_a_ready_message_there_is_no_age() {
    let api = Api::new();
    api.ok("PUT /jobs", "").await;
    assert_eq!(api.stats().await["oldest_age_s"], Value::Null);
}

#[tokio::test(start_paused = true)]
async fn a_message_past_its_attempts_is_found_in_the_dead_letter_queue() {
    let api = Api::new();
    api.ok("PUT /jobs", r#"{"max_attempts": 2, "dead_letter_queue": "dead"}"#).await;
    api.publish("poison").await;
    for _ in 0..2 {
        let message = api.take().await;
        api.ok("POST /jobs/messages/nack", receipts(&[&message])).await;
    }
    assert_eq!(api.stats().await["dead_total"], 1);
    let received = api.ok("POST /dead/messages/receive", "").await;
    assert_eq!(received["messages"][0]["body"], "poison");
}

#[tokio::test(start_paused = true)]
async fn a_purge_deletes_everything_and_makes_receipts_stale() {
    let api = Api::new();
    api.publish("flying").await;
    let message = api.take().await;
    api.publish("ready").await;
    api.ok("POST /jobs/messages?delay_ms=1000", "delayed").await;
    assert_eq!(api.ok("POST /jobs/purge", "").await, json!({"purged": 3}));
    let call = format!("DELETE /jobs/messages/{}", message["receipt"].as_str().unwrap());
    assert_eq!(api.refused(&call, "").await.0, 410);
    assert_eq!(api.stats().await["purged_total"], 3);
}

#[tokio::test(start_paused = true)]
async fn a_paused_queue_accepts_messages_but_delivers_none_until_it_is_resumed() {
    let api = Api::new();
    assert_eq!(api.ok("POST /jobs/pause", "").await, json!({"paused": true}));
    api.publish("later").await;
    assert_eq!(count(&api.ok("POST /jobs/messages/receive", "").await), 0);
    assert_eq!(api.stats().await["paused"], true);
    let waiting = async { api.ok("POST /jobs/messages/receive?wait_s=20", "").await };
    let resuming = async {
        tokio::time::sleep(seconds(1.0)).await;
        api.ok("POST /jobs/resume", "").await
    };
    let (received, resumed) = tokio::join!(waiting, resuming);
    assert_eq!((count(&received), resumed), (1, json!({"paused": false})));
}

#[tokio::test(start_paused = true)]
async fn an_expired_message_is_dropped_and_counted() {
    let api = Api::new();
    api.ok("PUT /jobs", r#"{"max_age_s": 10}"#).await;
    api.publish("old").await;
    tokio::time::sleep(seconds(9.9)).await;
    api.publish("young").await;
    tokio::time::sleep(seconds(0.2)).await;
    assert_eq!(api.take().await["body"], "young");
    let stats = api.stats().await;
    assert_eq!((&stats["expired_total"], &stats["ready"]), (&json!(1), &json!(0)));
}

#[tokio::test(start_paused = true)]
async fn a_queue_whose_bytes_are_used_up_says_so_with_429() {
    let api = Api::new();
    api.ok("PUT /jobs", r#"{"max_bytes": 8}"#).await;
    api.publish("12345").await;
    let (status, answer) = api.call("POST /jobs/messages", "6789").await;
    assert_eq!((status.as_u16(), &answer["error"]["code"]), (429, &json!("full")));
    let message = answer["error"]["message"].as_str().unwrap();
    assert!(message.contains("holds 5 of at most 8 bytes"), "{message}");
}

#[tokio::test(start_paused = true)]
async fn dead_messages_go_back_to_their_queue_without_attempts() {
    let api = Api::new();
    api.ok("PUT /jobs", r#"{"max_attempts": 1, "dead_letter_queue": "dead"}"#).await;
    for body in ["a", "b", "c"] {
        api.publish(body).await;
        let message = api.take().await;
        api.ok("POST /jobs/messages/nack", receipts(&[&message])).await;
    }
    assert_eq!(api.ok("POST /dead/redrive?max=2", "").await, json!({"redriven": 2}));
    assert_eq!(api.ok("POST /dead/redrive?to=other", "").await, json!({"redriven": 1}));
    let message = api.take().await;
    assert_eq!((&message["body"], &message["attempts"]), (&json!("a"), &json!(1)));
    let dead = api.ok("GET /dead", "").await;
    assert_eq!((&dead["published_total"], &dead["acked_total"]), (&json!(3), &json!(3)));
    for (call, words) in [
        ("POST /jobs/redrive", "no queue has jobs as its dead_letter_queue"),
        ("POST /dead/redrive?to=dead", "dead is this queue itself"),
        ("POST /dead/redrive?max=0", "max must be a whole number"),
    ] {
        let (status, answer) = api.call(call, "").await;
        assert_eq!(status.as_u16(), 400);
        assert!(answer["error"]["message"].as_str().unwrap().contains(words), "{answer}");
    }
}

#[tokio::test(start_paused = true)]
async fn all_queues_are_listed_by_name() {
    let api = Api::new();
    assert_eq!(api.ok("GET ", "").await, json!({"queues": []}));
    api.ok("POST /b/messages", "x").await;
    api.ok("POST /a/messages/receive", "").await;
    let a = json!({"name": "a", "ready": 0, "in_flight": 0, "delayed": 0});
    let b = json!({"name": "b", "ready": 1, "in_flight": 0, "delayed": 0});
    assert_eq!(api.ok("GET ", "").await, json!({"queues": [a, b]}));
}

#[tokio::test(start_paused = true)]
async fn every_letter_a_name_may_have_works_in_a_path() {
    let api = Api::new();
    for name in ["a", "A-Z_0.9", &"n".repeat(80)] {
        api.ok(&format!("PUT /{name}"), "").await;
        assert_eq!(api.ok(&format!("GET /{name}"), "").await["name"], name);
    }
}
