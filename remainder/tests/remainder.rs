//! The remainder against a stand-in for the queue.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[path = "../../queue/client/tests/another/memory.rs"]
mod memory;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use axum::routing::{post, put};
use clap::Parser;
use client::Client;
use memory::Memory;
use prometheus::Registry;
use remainder::tile::Place;
use remainder::{Args, Remainder};
use serde_json::{Value, json};
use service::Shutdown;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// A queue that answers all publishes with `status`; returns its URL and what it receives:
/// settings and messages.
async fn queue(status: StatusCode) -> (String, UnboundedReceiver<Value>) {
    let (heard, bodies) = unbounded_channel();
    let sent = heard.clone();
    let total = Arc::new(AtomicU64::new(0));
    let publish = post(async move |body: String| {
        heard.send(serde_json::from_str(&body).unwrap()).unwrap();
        let published_total = total.fetch_add(1, Ordering::SeqCst) + 1;
        (status, json!({"ids": ["1"], "published_total": published_total}).to_string())
    });
    let configure = put(async move |body: String| {
        sent.send(serde_json::from_str(&body).unwrap()).unwrap();
        "{}"
    });
    let app = axum::Router::new()
        .route("/v1/queues/tiles", configure)
        .route("/v1/queues/tiles/messages", publish);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(axum::serve(listener, app).into_future());
    (url, bodies)
}

fn remainder(url: &str, registry: &Registry, shutdown: Shutdown) -> Remainder<Client> {
    working("90%", url, registry, shutdown)
}

fn working(duty: &str, url: &str, registry: &Registry, shutdown: Shutdown) -> Remainder<Client> {
    let (duty, url) = (format!("--duty={duty}"), format!("--queue-url={url}"));
    let args = Args::parse_from(["remainder", &duty, "--queue=tiles", &url]);
    let queue = Client::new(&args.tiles.queue_args().unwrap()).unwrap();
    Remainder::new(&args, Some(queue), "remainder-1", registry, shutdown).unwrap()
}

fn number(tile: &Value) -> u64 {
    let picture = tile["picture"].as_u64().unwrap();
    let place = |number: &u64| {
        let Place { column, row, .. } = Place::of_tile(*number);
        (&tile["column"], &tile["row"]) == (&json!(column), &json!(row))
    };
    (picture * 40..(picture + 1) * 40).find(place).unwrap()
}

#[tokio::test]
async fn finished_tiles_are_published_and_it_stops_at_once() {
    let (url, mut bodies) = queue(StatusCode::CREATED).await;
    let (registry, (trigger, shutdown)) = (Registry::new(), Shutdown::new());
    let running = tokio::spawn(remainder(&url, &registry, shutdown).run());
    let settings = json!({"max_depth": 1000, "max_age_s": 5.0});
    assert_eq!(bodies.recv().await.unwrap(), settings, "the settings come first");
    assert_eq!(bodies.recv().await.unwrap(), json!({"worker": "remainder-1"}));
    let first = bodies.recv().await.unwrap();
    assert_eq!((&first["worker"], &first["picture"]), (&json!("remainder-1"), &json!(0)));
    let begun = Instant::now();
    trigger.set();
    running.await.unwrap().unwrap();
    assert!(begun.elapsed() < Duration::from_millis(200), "{:?}", begun.elapsed());
    assert!(service::parent::counters(&registry)["remainder_work_units_total"] >= 1.0);
}

#[tokio::test]
async fn several_remainders_make_one_film_and_no_tile_twice() {
    let (url, mut bodies) = queue(StatusCode::CREATED).await;
    let (trigger, shutdown) = Shutdown::new();
    // Their rests are long enough for an answer to come on a busy machine.
    let work = |_| working("2%", &url, &Registry::new(), shutdown.clone()).run();
    let running: Vec<_> = (0..4).map(work).map(tokio::spawn).collect();
    let mut numbers = BTreeSet::new();
    while numbers.len() < 12 {
        let tile = bodies.recv().await.unwrap();
        if tile.get("pixels").is_some() {
            assert!(numbers.insert(number(&tile)), "{tile} was painted before; {numbers:?}");
        }
    }
    // Each of the others may still be computing a tile in between.
    assert!(numbers.last() < Some(&(12 + 4)), "{numbers:?}");
    trigger.set();
    for one in running {
        one.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn an_unreachable_queue_does_not_delay_the_computing() {
    let (url, _bodies) = queue(StatusCode::BAD_GATEWAY).await;
    let (registry, (trigger, shutdown)) = (Registry::new(), Shutdown::new());
    let running = tokio::spawn(remainder(&url, &registry, shutdown).run());
    let count = |name| service::parent::counters(&registry)[name];
    while count("remainder_tiles_dropped_total") < 3.0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(count("remainder_work_units_total") >= count("remainder_tiles_dropped_total"));
    trigger.set();
    running.await.unwrap().unwrap();
}

#[tokio::test]
async fn without_a_count_of_the_queue_a_remainder_numbers_its_tiles_itself() {
    let (queue, (trigger, shutdown)) = (Memory::new(), Shutdown::new());
    let args = Args::parse_from(["remainder", "--duty=90%", "--queue=tiles"]);
    let remainder =
        Remainder::new(&args, Some(queue.clone()), "remainder-1", &Registry::new(), shutdown);
    let running = tokio::spawn(remainder.unwrap().run());
    queue.until(|stats| stats.ready > 3).await;
    trigger.set();
    running.await.unwrap().unwrap();
    let tile = |body: &String| number(&serde_json::from_str(body).unwrap());
    let numbers: Vec<u64> = queue.bodies()[1..4].iter().map(tile).collect();
    assert_eq!(numbers, [0, 1, 2]);
}
