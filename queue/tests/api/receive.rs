//! Receiving.

use crate::*;
use futures::FutureExt;
use tokio::time::Instant;

#[tokio::test(start_paused = true)]
async fn a_received_message_has_an_id_a_receipt_its_attempt_and_its_time() {
    let api = Api::new();
    api.publish("hello").await;
    let message = api.take().await;
    assert_eq!((&message["id"], &message["attempts"]), (&json!("1"), &json!(1)));
    assert!(!message["receipt"].as_str().unwrap().is_empty());
    let enqueued_at = message["enqueued_at"].as_str().unwrap();
    assert_eq!((enqueued_at.len(), &enqueued_at[19..20]), (24, "."));
    humantime::parse_rfc3339(enqueued_at).unwrap();
    assert_eq!(message.as_object().unwrap().len(), 5);
}

#[tokio::test(start_paused = true)]
async fn an_empty_queue_gives_an_empty_list_at_once() {
    let (api, began) = (Api::new(), Instant::now());
    let received = api.ok("POST /jobs/messages/receive", "").await;
    assert_eq!((received, began.elapsed()), (json!({"messages": []}), seconds(0.0)));
    assert_eq!(api.stats().await["receive_empty_total"], 1);
}

#[tokio::test(start_paused = true)]
async fn a_wait_in_vain_ends_with_an_empty_list_on_time() {
    let (api, began) = (Api::new(), Instant::now());
    let received = api.ok("POST /jobs/messages/receive?wait_s=2.5", "").await;
    assert_eq!(count(&received), 0);
    assert!((seconds(2.5)..seconds(2.51)).contains(&began.elapsed()));
    let stats = api.stats().await;
    assert_eq!((&stats["receive_empty_total"], &stats["waiting"]), (&json!(1), &json!(0)));
}

#[tokio::test(start_paused = true)]
async fn a_waiter_gets_a_message_as_soon_as_it_is_published() {
    let (api, began) = (Api::new(), Instant::now());
    let waiting = api.ok("POST /jobs/messages/receive?wait_s=20", "");
    let publishing = async {
        tokio::time::sleep(seconds(3.0)).await;
        api.publish("hello").await;
    };
    let (received, ()) = tokio::join!(waiting, publishing);
    assert_eq!(received["messages"][0]["body"], "hello");
    assert!(began.elapsed() < seconds(3.01));
}

#[tokio::test(start_paused = true)]
async fn a_waiter_gets_a_message_whose_lease_or_delay_ends() {
    let api = Api::new();
    api.publish("expired").await;
    api.ok("POST /jobs/messages/receive?lease_s=1.5", "").await;
    api.ok("POST /jobs/messages?delay_ms=2000", "delayed").await;
    for body in ["expired", "delayed"] {
        let received = api.ok("POST /jobs/messages/receive?wait_s=5", "").await;
        assert_eq!(received["messages"][0]["body"], body);
    }
}

#[tokio::test(start_paused = true)]
async fn a_sooner_deadline_wakes_the_sleeping_timer() {
    let (api, began) = (Api::new(), Instant::now());
    api.ok("POST /jobs/messages?delay_ms=60000", "late").await;
    tokio::time::sleep(seconds(1.0)).await;
    api.ok("POST /jobs/messages?delay_ms=1000", "soon").await;
    let received = api.ok("POST /jobs/messages/receive?wait_s=20", "").await;
    assert_eq!(received["messages"][0]["body"], "soon");
    assert!(began.elapsed() < seconds(2.01));
}

#[tokio::test(start_paused = true)]
async fn a_lease_is_the_queue_s_unless_the_receive_asks_for_another() {
    let api = Api::new();
    api.ok("PUT /jobs", r#"{"lease_s": 2.5}"#).await;
    for (asked, lease) in [("", 2.5), ("?lease_s=0.25", 0.25)] {
        api.ok("POST /jobs/purge", "").await;
        api.publish("a").await;
        api.ok(&format!("POST /jobs/messages/receive{asked}"), "").await;
        tokio::time::sleep(seconds(lease - 0.01)).await;
        assert_eq!(api.stats().await["in_flight"], 1);
        tokio::time::sleep(seconds(0.02)).await;
        assert_eq!(api.stats().await["ready"], 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_receive_gets_no_more_than_it_asks_for() {
    let api = Api::new();
    for _ in 0..5 {
        api.publish("a").await;
    }
    for (asked, got) in [("", 1), ("?max=3", 3), ("?max=100", 1)] {
        let received = api.ok(&format!("POST /jobs/messages/receive{asked}"), "").await;
        assert_eq!(count(&received), got, "{asked}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_receive_that_is_dropped_while_it_waits_takes_nothing() {
    let api = Api::new();
    let mut waiting = Box::pin(api.call("POST /jobs/messages/receive?wait_s=20", ""));
    assert!(waiting.as_mut().now_or_never().is_none());
    assert_eq!(api.stats().await["waiting"], 1);
    drop(waiting);
    api.publish("a").await;
    let stats = api.stats().await;
    assert_eq!((&stats["waiting"], &stats["ready"]), (&json!(0), &json!(1)));
}

#[tokio::test(start_paused = true)]
async fn a_receive_that_is_dropped_when_it_was_served_puts_the_message_back() {
    let api = Api::new();
    let mut waiting = Box::pin(api.call("POST /jobs/messages/receive?wait_s=20", ""));
    assert!(waiting.as_mut().now_or_never().is_none());
    api.publish("a").await;
    assert_eq!(api.stats().await["in_flight"], 1);
    drop(waiting);
    let stats = api.stats().await;
    assert_eq!((&stats["ready"], &stats["undelivered_total"]), (&json!(1), &json!(1)));
    assert_eq!(api.take().await["attempts"], 1);
}

#[tokio::test(start_paused = true)]
async fn a_response_that_is_dropped_unread_puts_its_messages_back_in_their_place() {
    let api = Api::new();
    for body in ["a", "b", "c"] {
        api.publish(body).await;
    }
    let response = api.send(request("POST /jobs/messages/receive?max=2", "")).await;
    assert_eq!(api.stats().await["in_flight"], 2);
    drop(response);
    let received = api.ok("POST /jobs/messages/receive?max=3", "").await;
    let line = |n: usize| (&received["messages"][n]["body"], &received["messages"][n]["attempts"]);
    assert_eq!([line(0), line(1), line(2)].map(|(body, _)| body.clone()), ["a", "b", "c"]);
    assert_eq!([line(0), line(1), line(2)].map(|(_, attempts)| attempts.clone()), [1, 1, 1]);
}

#[tokio::test(start_paused = true)]
async fn a_message_that_a_gone_client_left_goes_to_the_next_in_line() {
    let api = Api::new();
    let mut first = Box::pin(api.call("POST /jobs/messages/receive?wait_s=20", ""));
    assert!(first.as_mut().now_or_never().is_none());
    let mut second = Box::pin(api.call("POST /jobs/messages/receive?wait_s=20", ""));
    assert!(second.as_mut().now_or_never().is_none());
    api.publish("a").await;
    drop(first);
    let (_, received) = second.now_or_never().unwrap();
    assert_eq!(received["messages"][0]["attempts"], 1);
}

#[tokio::test(start_paused = true)]
async fn waiting_receives_end_at_the_shutdown() {
    let (api, began) = (Api::new(), Instant::now());
    let waiting = api.ok("POST /jobs/messages/receive?wait_s=20", "");
    let leaving = async { api.trigger.set() };
    let (received, ()) = tokio::join!(waiting, leaving);
    assert_eq!((count(&received), began.elapsed()), (0, seconds(0.0)));
    let late = api.ok("POST /jobs/messages/receive?wait_s=20", "").await;
    assert_eq!((count(&late), began.elapsed()), (0, seconds(0.0)));
}
