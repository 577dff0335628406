//! The remainder against a stand-in for the queue.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

use std::time::{Duration, Instant};

use axum::http::StatusCode;
use axum::routing::post;
use clap::Parser;
use prometheus::Registry;
use remainder::{Args, Remainder};
use service::Shutdown;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// A queue that answers all publishes with `status`; gives its URL and the bodies.
async fn queue(status: StatusCode) -> (String, UnboundedReceiver<String>) {
    let (heard, bodies) = unbounded_channel();
    let publish = post(async move |body: String| {
        heard.send(body).unwrap();
        (status, r#"{"ids":["1"]}"#)
    });
    let app = axum::Router::new().route("/v1/queues/tiles/messages", publish);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(axum::serve(listener, app).into_future());
    (url, bodies)
}

fn remainder(url: &str, registry: &Registry, shutdown: Shutdown) -> Remainder {
    let url = format!("--queue-url={url}");
    let args = Args::parse_from(["remainder", "--duty=100%", "--queue=tiles", &url]);
    Remainder::new(&args, "remainder-1", registry, shutdown).unwrap()
}

#[tokio::test]
async fn finished_tiles_come_to_the_queue_and_it_leaves_at_once() {
    let (url, mut bodies) = queue(StatusCode::CREATED).await;
    let (registry, (trigger, shutdown)) = (Registry::new(), Shutdown::new());
    let running = tokio::spawn(remainder(&url, &registry, shutdown).run());
    let first = bodies.recv().await.unwrap();
    assert!(first.starts_with(r#"{"worker":"remainder-1","picture":0,"#), "{first}");
    let told = Instant::now();
    trigger.set();
    running.await.unwrap().unwrap();
    assert!(told.elapsed() < Duration::from_millis(200), "{:?}", told.elapsed());
    assert!(service::parent::counters(&registry)["remainder_work_units_total"] >= 1.0);
}

#[tokio::test]
async fn a_queue_that_is_away_does_not_hold_up_the_computing() {
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
