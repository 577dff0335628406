//! Publishing.

use crate::*;

#[tokio::test(start_paused = true)]
async fn a_publish_creates_the_queue_and_returns_the_id_as_text() {
    let api = Api::new();
    let (status, answer) = api.call("POST /jobs/messages", "hello").await;
    assert_eq!((status, &answer["ids"]), (StatusCode::CREATED, &json!(["1"])));
    assert_eq!(api.stats().await["ready"], 1);
}

#[tokio::test(start_paused = true)]
async fn a_publish_returns_how_many_messages_its_queue_has_accepted() {
    let api = Api::new();
    let total = async |call: &str| api.ok(call, "x").await["published_total"].clone();
    assert_eq!(total("POST /jobs/messages").await, 1);
    assert_eq!(total("POST /tiles/messages").await, 1);
    assert_eq!(total("POST /jobs/messages").await, 2);
    api.ok("POST /jobs/purge", "").await;
    assert_eq!(total("POST /jobs/messages").await, 3, "deleted messages count");
}

#[tokio::test(start_paused = true)]
async fn all_bytes_are_received_unchanged() {
    use base64::Engine;
    let api = Api::new();
    let all: Vec<u8> = (0..=255).collect();
    let one_by_one = all.iter().map(|byte| vec![*byte]);
    for body in one_by_one.chain([all.clone(), vec![], "grün ✓ \"\\\n\0".into()]) {
        api.ok("POST /jobs/messages", body.clone()).await;
        let message = api.take().await;
        let decode = |text: &str| base64::engine::general_purpose::STANDARD.decode(text).unwrap();
        let text = message["body"].as_str().map(|text| text.as_bytes().to_vec());
        let base64 = message["body_base64"].as_str().map(decode);
        assert_ne!(text.is_some(), base64.is_some(), "{message}");
        assert_eq!(text.or(base64), Some(body));
    }
}

#[tokio::test(start_paused = true)]
async fn a_delayed_message_is_hidden_for_its_delay() {
    let api = Api::new();
    api.ok("POST /jobs/messages?delay_ms=1500", "later").await;
    assert_eq!(api.stats().await["delayed"], 1);
    tokio::time::sleep(seconds(1.49)).await;
    assert_eq!(count(&api.ok("POST /jobs/messages/receive", "").await), 0);
    tokio::time::sleep(seconds(0.02)).await;
    assert_eq!(api.take().await["body"], "later");
}

#[tokio::test(start_paused = true)]
async fn each_line_of_a_batch_is_one_unchanged_message() {
    let api = Api::new();
    let types = ["application/x-ndjson", "Application/X-NDJSON; charset=utf-8"];
    for (kind, lines) in types.iter().zip(["{\"n\":1}\n not json \r\n", "{\"n\":1}\n not json \r"])
    {
        let (status, answer) =
            read(api.send(batch("POST /jobs/messages", kind, lines)).await).await;
        assert_eq!(status, StatusCode::CREATED);
        assert_eq!(answer["ids"].as_array().unwrap().len(), 2);
        let received = api.ok("POST /jobs/messages/receive?max=100", "").await;
        assert_eq!(received["messages"][0]["body"], "{\"n\":1}");
        assert_eq!(received["messages"][1]["body"], " not json \r");
        assert_eq!(count(&received), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn without_the_type_of_a_batch_lines_are_one_message() {
    let api = Api::new();
    api.ok("POST /jobs/messages", "a\nb\n").await;
    assert_eq!(api.take().await["body"], "a\nb\n");
}

#[tokio::test(start_paused = true)]
async fn no_message_of_a_bad_batch_is_published() {
    let api = Api::new();
    api.ok("PUT /jobs", r#"{"max_depth": 3, "max_message_bytes": 4}"#).await;
    let bad = [
        ("", 400),
        ("\n", 400),
        ("a\n\nb\n", 400),
        ("a\n\n", 400),
        ("a\nfive5\n", 413),
        ("a\nb\nc\nd\n", 429),
    ];
    for (lines, status) in bad {
        let refused = api.send(batch("POST /jobs/messages", "application/x-ndjson", lines)).await;
        assert_eq!(refused.status(), status, "{lines:?}");
    }
    assert_eq!(api.stats().await["published_total"], 0);
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_says_when_to_retry() {
    let api = Api::new();
    api.ok("PUT /jobs", r#"{"max_depth": 1}"#).await;
    api.publish("a").await;
    let answer = api.send(request("POST /jobs/messages", "b")).await;
    assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(answer.headers()[header::RETRY_AFTER], "1");
    assert_eq!(read(answer).await.1["error"]["code"], "full");
}

#[tokio::test(start_paused = true)]
async fn the_limit_of_a_message_is_1_mib_or_the_queue_s_setting() {
    let api = Api::new();
    let large = || vec![b'x'; (1 << 20) + 1];
    api.ok("POST /jobs/messages", large()[1..].to_vec()).await;
    assert_eq!(api.refused("POST /jobs/messages", large()).await, (413, "too_large".to_owned()));
    api.ok("PUT /jobs", r#"{"max_message_bytes": 2000000}"#).await;
    api.ok("POST /jobs/messages", large()).await;
}

#[tokio::test(start_paused = true)]
async fn a_batch_is_limited_as_a_whole() {
    let api = Api::new();
    let lines = "x".repeat((1 << 20) - 1) + "\n";
    let send =
        |lines: String| api.send(batch("POST /jobs/messages", "application/x-ndjson", lines));
    assert_eq!(send(lines.repeat(16)).await.status(), StatusCode::CREATED);
    assert_eq!(send(lines.repeat(16) + "x").await.status(), StatusCode::PAYLOAD_TOO_LARGE);
}
