//! The metrics for Prometheus.

use crate::*;
use prometheus::{Registry, TextEncoder};
use queue::Metrics;

fn scrape(registry: &Registry) -> String {
    TextEncoder::new().encode_to_string(&registry.gather()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn every_queue_has_its_numbers_at_each_scrape() {
    let (api, registry) = (Api::new(), Registry::new());
    registry.register(Box::new(Metrics::new(api.hub.clone()).unwrap())).unwrap();
    assert_eq!(scrape(&registry), "");
    api.publish("a").await;
    api.publish("b").await;
    api.take().await;
    tokio::time::sleep(seconds(31.0)).await;
    let back = api.take().await;
    api.ok("POST /jobs/messages/release", receipts(&[&back])).await;
    api.take().await;
    tokio::time::sleep(seconds(1.0)).await;
    let text = scrape(&registry);
    let expected = [
        ("queue_messages_ready", "1"),
        ("queue_messages_in_flight", "1"),
        ("queue_messages_delayed", "0"),
        ("queue_busy_workers", "1"),
        ("queue_messages_published_total", "2"),
        ("queue_messages_delivered_total", "3"),
        ("queue_messages_acked_total", "0"),
        ("queue_messages_nacked_total", "0"),
        ("queue_messages_released_total", "1"),
        ("queue_messages_dead_total", "0"),
        ("queue_messages_purged_total", "0"),
        ("queue_messages_expired_total", "0"),
        ("queue_paused", "0"),
        ("queue_idempotency_keys", "0"),
        ("queue_publish_replayed_total", "0"),
        ("queue_leases_expired_total", "1"),
        ("queue_receive_empty_total", "0"),
    ];
    for (name, value) in expected {
        assert!(text.contains(&format!("\n{name}{{queue=\"jobs\"}} {value}\n")), "{name}: {text}");
    }
    assert!(text.contains("queue_oldest_message_age_seconds{queue=\"jobs\"} 32"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn the_oldest_age_is_absent_if_no_message_is_ready() {
    let (api, registry) = (Api::new(), Registry::new());
    registry.register(Box::new(Metrics::new(api.hub.clone()).unwrap())).unwrap();
    api.ok("PUT /jobs", "").await;
    assert!(!scrape(&registry).contains("queue_oldest_message_age_seconds"));
}
