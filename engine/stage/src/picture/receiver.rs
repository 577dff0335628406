//! Receives tiles from their queue and acks them at once.

use std::time::Duration;

use client::{Backoff, ReceiveOptions, WorkQueue};
use model::{Clock, MayWrite};
use service::Shutdown;
use tokio::time::sleep;

use super::{SharedPicture, Tile};

/// The most tiles received in one call.
const MOST: u32 = 100;
/// How long a receive waits for a tile; short, because each answer shows that the queue is alive.
const WAIT: Duration = Duration::from_secs(1);
/// How much longer than `WAIT` a call may take.
const PATIENCE: Duration = Duration::from_secs(1);
/// The lease of a tile; it is never extended, because tiles are acked at once.
const LEASE: Duration = Duration::from_secs(5);
/// The pause after a call that returned tiles, so that the next call returns several together.
const REST: Duration = Duration::from_millis(250);
/// How often a standby checks whether it is the leader now.
const LOOK: Duration = Duration::from_millis(500);

/// Receives tiles and paints them.
#[derive(Debug)]
pub struct TileReceiver<Q> {
    queue: Q,
    picture: SharedPicture,
    clock: Clock,
    options: ReceiveOptions,
    backoff: Backoff,
}

impl<Q: WorkQueue> TileReceiver<Q> {
    /// A receiver that reads from `queue` under the name `worker` and paints on `picture`.
    pub fn new(queue: Q, worker: &str, picture: SharedPicture, clock: Clock) -> TileReceiver<Q> {
        let worker = worker.to_owned();
        let options = ReceiveOptions { max: MOST, wait: WAIT, lease: LEASE, worker };
        let (queue, backoff) = (queue.with_timeout(PATIENCE), Backoff::default());
        TileReceiver { queue, picture, clock, options, backoff }
    }

    /// Receives tiles until shutdown, but only while `may` returns true, as it does for the leader.
    pub async fn run(mut self, may: MayWrite, shutdown: Shutdown) {
        tokio::select! {
            () = shutdown.wait() => {}
            () = self.take_on(may) => {}
        }
    }

    async fn take_on(&mut self, may: MayWrite) {
        loop {
            if may() {
                self.take().await;
            } else {
                // Another engine receives the tiles now, so these old tiles would mislead.
                self.picture.clear();
                sleep(LOOK).await;
            }
        }
    }

    async fn take(&mut self) {
        match self.receive().await {
            Ok(any) => {
                if self.backoff.succeeded() {
                    tracing::info!("tiles can be received again");
                }
                if any {
                    sleep(REST).await;
                }
            }
            Err(error) => {
                self.picture.lock().picture.deafen();
                let (wait, is_news) = self.backoff.failed();
                if is_news {
                    tracing::warn!("tiles cannot be received: {error}");
                }
                sleep(wait).await;
            }
        }
    }

    /// Receives and paints tiles; returns whether any message came.
    async fn receive(&self) -> Result<bool, client::Error> {
        let jobs = self.queue.receive(&self.options).await?.jobs;
        let now = self.clock.now();
        let receipts: Vec<&str> = jobs.iter().map(|it| it.receipt.as_str()).collect();
        if !receipts.is_empty() {
            self.queue.ack_all(&receipts).await?;
        }
        let picture = &mut self.picture.lock().picture;
        let tiles = jobs.iter().filter_map(|it| Tile::from_message(&it.body));
        for tile in tiles {
            picture.paint(now, tile);
        }
        picture.heard(now);
        Ok(!jobs.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::{Arc, Mutex};

    use axum::extract::State;
    use axum::http::StatusCode;
    use axum::routing::post;
    use axum::{Json, Router};
    use client::{Client, QueueArgs};
    use serde_json::{Value, json};

    use super::*;

    /// A fake queue: the messages that it delivers next, and the receipts that were acked.
    #[derive(Debug, Clone, Default)]
    struct Queue {
        ready: Arc<Mutex<Vec<Value>>>,
        acked: Arc<Mutex<Vec<Value>>>,
        sick: Arc<AtomicBool>,
    }

    impl Queue {
        fn put(&self, receipt: &str, body: &str) {
            let message = json!({"id": receipt, "receipt": receipt, "attempts": 1, "body": body});
            self.ready.lock().unwrap().push(message);
        }

        fn tile(&self, column: u64) {
            let pixels = super::super::tile::text(&[column as u8; 144]);
            let body = json!({
                "picture": 0, "column": column, "row": 0, "columns": 8, "rows": 5,
                "pixels": pixels
            });
            self.put(&format!("tile-{column}"), &body.to_string());
        }
    }

    async fn receive(State(queue): State<Queue>) -> (StatusCode, Json<Value>) {
        if queue.sick.load(Ordering::SeqCst) {
            return (StatusCode::SERVICE_UNAVAILABLE, Json(json!({})));
        }
        let messages = std::mem::take(&mut *queue.ready.lock().unwrap());
        if messages.is_empty() {
            sleep(Duration::from_millis(10)).await;
        }
        (StatusCode::OK, Json(json!({ "messages": messages })))
    }

    async fn ack(State(queue): State<Queue>, Json(asked): Json<Value>) -> Json<Value> {
        queue.acked.lock().unwrap().extend(asked["receipts"].as_array().unwrap().clone());
        Json(json!({"results": []}))
    }

    async fn until(what: &str, holds: impl Fn() -> bool) {
        let end = std::time::Instant::now() + Duration::from_secs(20);
        while !holds() {
            assert!(std::time::Instant::now() < end, "{what}");
            sleep(Duration::from_millis(5)).await;
        }
    }

    /// Starts a receiver of a fake queue, which is the leader while the returned flag is set.
    async fn receiver() -> (Queue, SharedPicture, Clock, Arc<AtomicBool>, service::Trigger) {
        let (queue, picture, clock) = (Queue::default(), SharedPicture::default(), Clock::start());
        let app = Router::new()
            .route("/v1/queues/tiles/messages/receive", post(receive))
            .route("/v1/queues/tiles/messages/ack", post(ack))
            .with_state(queue.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let queue_url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        tokio::spawn(axum::serve(listener, app).into_future());
        let queue_args = QueueArgs { queue_url, queue: "tiles".into(), queue_token_file: None };
        let receiver = TileReceiver::new(
            Client::new(&queue_args).unwrap(),
            "engine-1",
            picture.clone(),
            clock,
        );
        let leads = Arc::new(AtomicBool::new(true));
        let (trigger, shutdown) = Shutdown::new();
        let may = leads.clone();
        tokio::spawn(receiver.run(Arc::new(move || may.load(Ordering::SeqCst)), shutdown));
        (queue, picture, clock, leads, trigger)
    }

    #[tokio::test]
    async fn tiles_are_painted_and_acked_and_other_messages_are_only_acked() {
        let (queue, picture, clock, _leads, _trigger) = receiver().await;
        queue.put("hello", r#"{"worker":"remainder-1"}"#);
        queue.tile(3);
        until("the tile is painted", || picture.lock().picture.newest().is_some()).await;
        assert_eq!(picture.lock().picture.take_fresh().len(), 1);
        assert_eq!(*queue.acked.lock().unwrap(), ["hello", "tile-3"]);
        until("the rate is known", || picture.lock().picture.rate(clock.now()).is_some()).await;
        queue.sick.store(true, Ordering::SeqCst);
        until("a failure is no rate", || picture.lock().picture.rate(clock.now()).is_none()).await;
    }

    #[tokio::test]
    async fn only_the_leader_receives_tiles_and_a_former_leader_shows_none() {
        let (queue, picture, _clock, leads, _trigger) = receiver().await;
        queue.tile(1);
        until("the tile is painted", || picture.lock().picture.newest().is_some()).await;
        leads.store(false, Ordering::SeqCst);
        until("the picture is gone", || picture.lock().picture.newest().is_none()).await;
        queue.tile(2);
        sleep(2 * LOOK).await;
        assert_eq!(queue.ready.lock().unwrap().len(), 1, "it is left to the leader");
        leads.store(true, Ordering::SeqCst);
        until("it leads again", || picture.lock().picture.newest().is_some()).await;
    }
}
