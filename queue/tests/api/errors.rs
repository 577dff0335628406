//! Calls that are refused, and their errors.

use crate::*;

#[tokio::test(start_paused = true)]
async fn the_refusal_of_a_bad_argument_names_it() {
    let api = Api::new();
    let bad = [
        (
            "POST /jobs/messages?delay_ms=",
            ["-1", "43200001", "1.5", "x", ""].as_slice(),
            "delay_ms",
        ),
        ("POST /jobs/messages/receive?max=", &["0", "101", "-1", "1.5", ""], "max"),
        ("POST /jobs/messages/receive?wait_s=", &["-0.1", "20.1", "nan", "inf", "x", ""], "wait_s"),
        (
            "POST /jobs/messages/receive?lease_s=",
            &["0", "-1", "43200.1", "NaN", "inf", "1e-12", ""],
            "lease_s",
        ),
        ("POST /jobs/messages/receive?worker=", &["", "a%0Ab", "%00"], "worker"),
        ("GET /jobs/messages?max=", &["0", "101", "x"], "max"),
        ("GET /jobs/redelivered?max=", &["0", "101", "x"], "max"),
    ];
    for (call, values, name) in bad {
        for value in values {
            let (status, answer) = api.call(&format!("{call}{value}"), "").await;
            assert_eq!(status, StatusCode::BAD_REQUEST, "{call}{value}");
            assert_eq!(answer["error"]["code"], "bad_argument");
            assert!(answer["error"]["message"].as_str().unwrap().contains(name), "{answer}");
        }
    }
    assert_eq!(api.ok("GET ", "").await, json!({"queues": []}), "no bad call creates a queue");
}

#[tokio::test(start_paused = true)]
async fn the_limits_of_every_range_are_valid() {
    let api = Api::new();
    let worker = "w".repeat(80);
    api.ok("POST /jobs/messages?delay_ms=43200000", "").await;
    api.ok("POST /jobs/messages?delay_ms=0", "").await;
    for asked in
        ["max=100", "wait_s=0", "wait_s=20", "lease_s=43200", "lease_s=0.001", "worker=%C3%BC"]
    {
        api.ok(&format!("POST /jobs/messages/receive?{asked}"), "").await;
    }
    api.ok(&format!("POST /jobs/messages/receive?worker={worker}"), "").await;
    let refused = api.refused(&format!("POST /jobs/messages/receive?worker={worker}w"), "").await;
    assert_eq!(refused.0, 400);
}

#[tokio::test(start_paused = true)]
async fn an_unknown_or_doubled_argument_is_refused() {
    let api = Api::new();
    for call in [
        "POST /jobs/messages?delay=1",
        "POST /jobs/messages/receive?wait=1",
        "POST /jobs/messages/receive?max=1&max=2",
        "GET /jobs/messages?maximum=1",
    ] {
        assert_eq!(api.refused(call, "").await, (400, "bad_argument".to_owned()), "{call}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_bad_name_is_refused_everywhere() {
    let api = Api::new();
    let long = "n".repeat(81);
    for name in ["a%20b", "a%2Fb", "%C3%BC", "a:b", &long] {
        for call in [
            "GET /{}",
            "PUT /{}",
            "POST /{}/messages",
            "POST /{}/messages/receive",
            "POST /{}/purge",
            "GET /{}/messages",
            "DELETE /{}/messages/1-1-00000007",
        ] {
            let refused = api.refused(&call.replace("{}", name), "").await;
            assert_eq!(refused, (400, "bad_name".to_owned()), "{call} {name}");
        }
    }
    assert_eq!(api.refused("GET /%FF", "").await.0, 400);
}

#[tokio::test(start_paused = true)]
async fn a_bad_setting_is_refused_and_changes_nothing() {
    let api = Api::new();
    let before = api.ok("PUT /jobs", r#"{"max_attempts": 9}"#).await;
    for settings in [
        r#"{"lease_s": 0}"#,
        r#"{"lease_s": -1}"#,
        r#"{"lease_s": 43201}"#,
        r#"{"lease_s": 1e999}"#,
        r#"{"lease_s": "1"}"#,
        r#"{"max_attempts": 0}"#,
        r#"{"max_attempts": 1.5}"#,
        r#"{"max_depth": 0}"#,
        r#"{"max_depth": -1}"#,
        r#"{"max_message_bytes": 0}"#,
        r#"{"max_bytes": 0}"#,
        r#"{"max_age_s": 0}"#,
        r#"{"max_age_s": -1}"#,
        r#"{"max_age_s": 31536001}"#,
        r#"{"dead_letter_queue": "jobs"}"#,
        r#"{"dead_letter_queue": "no name"}"#,
        r#"{"unknown": 1}"#,
        "[]",
        "{",
        "null",
    ] {
        assert_eq!(api.refused("PUT /jobs", settings).await.0, 400, "{settings}");
    }
    assert_eq!(api.stats().await["settings"], before);
}

#[tokio::test(start_paused = true)]
async fn a_bad_json_body_is_refused() {
    let api = Api::new();
    for (call, body) in [
        ("POST /jobs/messages/ack", ""),
        ("POST /jobs/messages/ack", "{}"),
        ("POST /jobs/messages/ack", r#"{"receipts": "x"}"#),
        ("POST /jobs/messages/ack", r#"{"receipts": [1]}"#),
        ("POST /jobs/messages/ack", r#"{"receipts": [], "delay_ms": 1}"#),
        ("POST /jobs/messages/nack", r#"{"receipts": [], "delay_ms": -1}"#),
        ("POST /jobs/messages/nack", r#"{"receipts": [], "delay_ms": 43200001}"#),
        ("POST /jobs/messages/release", "{}"),
        ("POST /jobs/messages/release", r#"{"receipts": [], "delay_ms": 1}"#),
        ("PATCH /jobs/messages/x", "{}"),
        ("PATCH /jobs/messages/x", r#"{"lease_s": 0}"#),
    ] {
        let refused = api.refused(call, body).await;
        assert_eq!(refused, (400, "bad_argument".to_owned()), "{call} {body}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_unknown_queue_is_404_on_a_get() {
    let api = Api::new();
    for call in ["GET /jobs", "GET /jobs/messages", "GET /jobs/redelivered"] {
        assert_eq!(api.refused(call, "").await, (404, "unknown_queue".to_owned()), "{call}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_unknown_path_is_404_and_says_which() {
    let api = Api::new();
    for path in ["/jobs/nothing", "/jobs/", "/jobs/messages/a/b"] {
        let (status, answer) = api.call(&format!("GET {path}"), "").await;
        assert_eq!((status.as_u16(), &answer["error"]["code"]), (404, &json!("unknown_path")));
        assert!(answer["error"]["message"].as_str().unwrap().contains(path), "{answer}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_wrong_method_is_405_and_says_which_are_right() {
    let api = Api::new();
    for (call, right) in [
        ("DELETE /jobs", "PUT,GET,HEAD"),
        ("PUT /jobs/messages", "POST,GET,HEAD"),
        ("GET /jobs/messages/receive", "POST"),
        ("GET /jobs/messages/x", "DELETE,PATCH"),
        ("GET /jobs/purge", "POST"),
        ("POST ", "GET,HEAD"),
    ] {
        let response = api.send(request(call, "")).await;
        assert_eq!(response.headers()[header::ALLOW], right, "{call}");
        assert_eq!(read(response).await.1["error"]["code"], "wrong_method");
    }
}

#[tokio::test(start_paused = true)]
async fn no_setting_and_no_batch_can_exhaust_the_memory() {
    let api = Api::new();
    let more = format!(r#"{{"max_message_bytes": {}}}"#, 1_u64 << 62);
    assert_eq!(api.refused("PUT /jobs", more).await.0, 400);
    api.ok("PUT /jobs", r#"{"max_message_bytes": 16777216}"#).await;
    let lines = |count| batch("POST /jobs/messages", "application/x-ndjson", "x\n".repeat(count));
    assert_eq!(read(api.send(lines(10_000)).await).await.0, StatusCode::CREATED);
    let (status, answer) = read(api.send(lines(10_001)).await).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE, "{answer}");
}

#[tokio::test(start_paused = true)]
async fn clients_cannot_create_more_than_a_thousand_queues() {
    let api = Api::new();
    for n in 0..1000 {
        api.ok(&format!("POST /q{n}/messages"), "x").await;
    }
    let full = (429, "too_many_queues".to_owned());
    let calls = ["messages", "messages/receive", "pause", "resume"];
    for call in calls.map(|call| format!("POST /new/{call}")) {
        assert_eq!(api.refused(&call, "").await, full, "{call}");
    }
    assert_eq!(api.refused("PUT /new", "").await, full);
    assert_eq!(api.refused("POST /q1/redrive?to=new", "").await, full);
    api.ok("POST /q1/messages", "x").await;
}
