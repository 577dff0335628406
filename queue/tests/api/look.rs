//! Reading messages and redeliveries changes nothing.

use crate::*;

#[tokio::test(start_paused = true)]
async fn a_peek_shows_messages_in_all_places_without_receipts() {
    let api = Api::new();
    api.publish("flying").await;
    api.take().await;
    api.publish("ready").await;
    api.ok("POST /jobs/messages?delay_ms=1000", vec![0xff]).await;
    let peeked = api.ok("GET /jobs/messages", "").await;
    let expected = [("1", 1, "in_flight"), ("2", 0, "ready"), ("3", 0, "delayed")];
    for (message, (id, attempts, state)) in
        peeked["messages"].as_array().unwrap().iter().zip(expected)
    {
        assert_eq!((&message["id"], &message["attempts"]), (&json!(id), &json!(attempts)));
        assert_eq!((&message["state"], &message["receipt"]), (&json!(state), &Value::Null));
    }
    assert_eq!(peeked["messages"][1]["body"], "ready");
    assert_eq!(peeked["messages"][2]["body_base64"], "/w==");
    assert_eq!(count(&api.ok("GET /jobs/messages?max=2", "").await), 2);
}

#[tokio::test(start_paused = true)]
async fn a_peek_shows_ten_unless_asked_otherwise() {
    let api = Api::new();
    for _ in 0..12 {
        api.publish("a").await;
    }
    for (asked, seen) in [("", 10), ("?max=1", 1), ("?max=100", 12)] {
        assert_eq!(count(&api.ok(&format!("GET /jobs/messages{asked}"), "").await), seen);
    }
}

#[tokio::test(start_paused = true)]
async fn a_redelivery_names_the_workers_that_lost_got_and_acked_the_message() {
    let api = Api::new();
    api.publish("a").await;
    let receive = |worker: &str| format!("POST /jobs/messages/receive?wait_s=20&worker={worker}");
    api.ok("POST /jobs/messages/receive?lease_s=2&worker=ann", "").await;
    let second = api.ok(&receive("bob"), "").await;
    api.ok("POST /jobs/messages/nack", receipts(&[&second["messages"][0]])).await;
    let open = api.ok("GET /jobs/redelivered?max=1", "").await;
    let handed_back = json!({"id": "1", "worker": "bob", "reason": "handed_back", "after_s": null,
        "next_worker": null, "done": false, "done_by": null});
    assert_eq!(open["redelivered"], json!([handed_back]));
    let third = api.ok(&receive("eve"), "").await;
    api.ok("POST /jobs/messages/ack", receipts(&[&third["messages"][0]])).await;
    let stories = api.ok("GET /jobs/redelivered", "").await;
    let expired = &stories["redelivered"][1];
    assert_eq!((&expired["worker"], &expired["reason"]), (&json!("ann"), &json!("expired")));
    assert!((2.0..2.01).contains(&expired["after_s"].as_f64().unwrap()));
    assert_eq!((&expired["next_worker"], &expired["done_by"]), (&json!("bob"), &json!("eve")));
    assert_eq!(expired["done"], true);
}
