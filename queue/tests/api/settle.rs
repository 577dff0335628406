//! Ends of deliveries.

use crate::*;

#[tokio::test(start_paused = true)]
async fn each_receipt_of_an_ack_is_ok_or_stale() {
    let api = Api::new();
    api.publish("a").await;
    let message = api.take().await;
    let receipt = message["receipt"].as_str().unwrap();
    let body = json!({"receipts": [receipt, receipt, "not ours", ""]}).to_string();
    let answer = api.ok("POST /jobs/messages/ack", body).await;
    let statuses = answer["results"].as_array().unwrap().iter().map(|result| &result["status"]);
    assert_eq!(statuses.collect::<Vec<_>>(), ["ok", "stale", "stale", "stale"]);
    assert_eq!(answer["results"][2]["receipt"], "not ours");
    assert_eq!(api.stats().await["acked_total"], 1);
}

#[tokio::test(start_paused = true)]
async fn a_nacked_message_comes_back_at_once_or_after_its_delay() {
    let api = Api::new();
    api.publish("a").await;
    let first = api.take().await;
    let answer = api.ok("POST /jobs/messages/nack", receipts(&[&first])).await;
    assert_eq!(answer["results"], json!([{"receipt": first["receipt"], "status": "ok"}]));
    let second = api.take().await;
    assert_eq!(second["attempts"], 2);
    let body = json!({"receipts": [second["receipt"]], "delay_ms": 500}).to_string();
    api.ok("POST /jobs/messages/nack", body).await;
    assert_eq!(api.stats().await["delayed"], 1);
    let third = api.ok("POST /jobs/messages/receive?wait_s=1", "").await;
    assert_eq!(third["messages"][0]["attempts"], 3);
}

#[tokio::test(start_paused = true)]
async fn a_released_message_goes_to_its_old_place_with_its_old_attempts() {
    let api = Api::new();
    api.publish("a").await;
    api.publish("b").await;
    let nacked = api.take().await;
    api.ok("POST /jobs/messages/nack", receipts(&[&nacked])).await;
    let first = api.ok("POST /jobs/messages/receive?worker=ann", "").await["messages"][0].clone();
    let body = json!({"receipts": [first["receipt"], first["receipt"], ""]}).to_string();
    let answer = api.ok("POST /jobs/messages/release", body).await;
    let statuses = answer["results"].as_array().unwrap().iter().map(|result| &result["status"]);
    assert_eq!(statuses.collect::<Vec<_>>(), ["ok", "stale", "stale"]);
    let stats = api.stats().await;
    let counts = ["ready", "released_total", "nacked_total"].map(|name| &stats[name]);
    assert_eq!(counts, [&json!(2), &json!(1), &json!(1)]);
    let again = api.take().await;
    assert_eq!((&again["body"], &again["attempts"]), (&json!("a"), &json!(2)));
    let stories = api.ok("GET /jobs/redelivered", "").await;
    let released = &stories["redelivered"][0];
    assert_eq!((&released["reason"], &released["worker"]), (&json!("released"), &json!("ann")));
}

#[tokio::test(start_paused = true)]
async fn a_delete_ends_a_delivery_once() {
    let api = Api::new();
    api.publish("a").await;
    let call = format!("DELETE /jobs/messages/{}", api.take().await["receipt"].as_str().unwrap());
    assert_eq!(api.call(&call, "").await, (StatusCode::NO_CONTENT, Value::Null));
    assert_eq!(api.refused(&call, "").await, (410, "stale".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_patch_makes_the_lease_end_later() {
    let api = Api::new();
    api.publish("a").await;
    let message = api.take().await;
    let receipt = message["receipt"].as_str().unwrap();
    tokio::time::sleep(seconds(20.0)).await;
    let call = format!("PATCH /jobs/messages/{receipt}");
    let answer = api.ok(&call, r#"{"lease_s": 30.5}"#).await;
    assert_eq!((&answer["receipt"], &answer["lease_s"]), (&json!(receipt), &json!(30.5)));
    humantime::parse_rfc3339(answer["deadline"].as_str().unwrap()).unwrap();
    tokio::time::sleep(seconds(30.0)).await;
    assert_eq!(api.stats().await["in_flight"], 1);
    tokio::time::sleep(seconds(1.0)).await;
    assert_eq!(api.stats().await["lease_expired_total"], 1);
    assert_eq!(api.refused(&call, r#"{"lease_s": 1}"#).await, (410, "stale".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn on_an_unknown_queue_every_receipt_is_stale_and_no_queue_is_created() {
    let api = Api::new();
    for call in ["ack", "nack", "release"] {
        let call = format!("POST /nobody/messages/{call}");
        let answer = api.ok(&call, r#"{"receipts": ["1-1-00000007"]}"#).await;
        assert_eq!(answer["results"][0]["status"], "stale");
    }
    assert_eq!(api.refused("DELETE /nobody/messages/1-1-00000007", "").await.0, 410);
    let patched = api.refused("PATCH /nobody/messages/1-1-00000007", r#"{"lease_s": 1}"#).await;
    assert_eq!(patched.0, 410);
    assert_eq!(api.ok("POST /nobody/purge", "").await, json!({"purged": 0}));
    assert_eq!(api.ok("GET ", "").await, json!({"queues": []}));
}

/// Paths in the usual spelling skip the router, others go through it.
#[tokio::test(start_paused = true)]
async fn the_calls_of_a_job_work_in_every_spelling_of_their_paths() {
    let api = Api::new();
    for (publisher, receiver, done) in [("jobs", "jobs", "jo%62s"), ("jo%62s", "%6aobs", "jobs")] {
        let published = api.call(&format!("POST /{publisher}/messages?delay_ms=0"), "one").await;
        assert_eq!(published.0, StatusCode::CREATED);
        let received = api.ok(&format!("POST /{receiver}/messages/receive?max=2"), "").await;
        assert_eq!(received["messages"][0]["body"], "one", "{received}");
        assert_eq!(received["messages"][0]["id"], published.1["ids"][0]);
        let receipt = received["messages"][0]["receipt"].as_str().unwrap();
        let ack = format!("DELETE /{done}/messages/{receipt}");
        assert_eq!(api.call(&ack, "").await, (StatusCode::NO_CONTENT, Value::Null));
        assert_eq!(api.refused(&ack, "").await, (410, "stale".to_owned()));
    }
    let usual = api.call("POST /jobs/messages?delay=1", "").await;
    assert_eq!(usual, api.call("POST /jo%62s/messages?delay=1", "").await);
}

/// How a worker loses a message that it still believes to have.
#[derive(Debug, Clone, Copy)]
enum Lost {
    Expired,
    HandedBack,
    Released,
    NeverArrived,
}

impl Lost {
    /// Returns the receipt, which is stale now.
    async fn lose(self, api: &Api) -> String {
        let response = api.send(request("POST /jobs/messages/receive?lease_s=30", "")).await;
        if let Lost::NeverArrived = self {
            drop(response);
            return "1-1-00000007".to_owned();
        }
        let message = read(response).await.1["messages"][0].clone();
        match self {
            Lost::Expired => tokio::time::sleep(seconds(30.0)).await,
            Lost::Released => {
                drop(api.ok("POST /jobs/messages/release", receipts(&[&message])).await);
            }
            _ => drop(api.ok("POST /jobs/messages/nack", receipts(&[&message])).await),
        }
        message["receipt"].as_str().unwrap().to_owned()
    }
}

/// Everything that can be seen of "jobs".
async fn seen(api: &Api) -> [Value; 3] {
    let messages = api.ok("GET /jobs/messages", "").await;
    [api.stats().await, messages, api.ok("GET /jobs/redelivered", "").await]
}

#[tokio::test(start_paused = true)]
async fn a_stale_receipt_is_refused_and_does_not_affect_the_redelivery() {
    for lost in [Lost::Expired, Lost::HandedBack, Lost::Released, Lost::NeverArrived] {
        let api = Api::new();
        api.publish("a").await;
        let stale = lost.lose(&api).await;
        let held = api.take().await;
        assert_ne!(held["receipt"], *stale);
        let before = seen(&api).await;
        let call = |method: &str| format!("{method} /jobs/messages/{stale}");
        let body = json!({ "receipts": [stale] }).to_string();
        assert_eq!(api.refused(&call("DELETE"), "").await, (410, "stale".to_owned()));
        let longer = api.refused(&call("PATCH"), r#"{"lease_s": 9999}"#).await;
        assert_eq!(longer, (410, "stale".to_owned()));
        for call in ["ack", "nack", "release"] {
            let answer = api.ok(&format!("POST /jobs/messages/{call}"), body.clone()).await;
            assert_eq!(answer["results"][0]["status"], "stale", "{lost:?}: {call}");
        }
        assert_eq!(seen(&api).await, before, "{lost:?}");
        // The current lease is valid until its own end.
        tokio::time::sleep(seconds(29.9)).await;
        let held = format!("DELETE /jobs/messages/{}", held["receipt"].as_str().unwrap());
        assert_eq!(api.call(&held, "").await.0, StatusCode::NO_CONTENT, "{lost:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_lease_lasts_while_it_is_extended_and_ends_one_lease_after_the_last_extension() {
    let (api, began) = (Api::new(), tokio::time::Instant::now());
    api.publish("long").await;
    let held = api.ok("POST /jobs/messages/receive?lease_s=1.5", "").await;
    let receipt = held["messages"][0]["receipt"].as_str().unwrap();
    let heartbeat = async {
        // A third of the lease, 30 times: ten leases.
        for _ in 0..30 {
            tokio::time::sleep(seconds(0.5)).await;
            api.ok(&format!("PATCH /jobs/messages/{receipt}"), r#"{"lease_s": 1.5}"#).await;
        }
        let stats = api.stats().await;
        assert_eq!(
            (&stats["delivered_total"], &stats["lease_expired_total"]),
            (&json!(1), &json!(0))
        );
    };
    let other = api.ok("POST /jobs/messages/receive?wait_s=20", "");
    let ((), again) = tokio::join!(heartbeat, other);
    assert_eq!(again["messages"][0]["attempts"], 2);
    assert!((seconds(16.5)..seconds(16.51)).contains(&began.elapsed()), "{:?}", began.elapsed());
}
