//! Publishes tiles to a queue, and never delays the thread that computes them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use client::{Backoff, Error, QueueSettings, WorkQueue};
use prometheus::IntCounter;
use serde::Serialize;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::ticket::Tickets;
use crate::tile::{COLUMNS, ROWS, Tile};

/// The maximum number of waiting tiles. It covers a short outage, and takes little memory.
const WAITING: usize = 16;

/// The settings that every remainder process sends to the queue. While nobody receives tiles, the
/// queue keeps only the tiles of the last few seconds.
const SETTINGS: QueueSettings = QueueSettings { max_depth: 1000, max_age_s: 5.0 };

/// The first message of a worker. It contains no tile. Its answer is the ticket for the first tile.
#[derive(Debug, Serialize)]
struct Hello<'a> {
    worker: &'a str,
}

/// The message for a finished tile. The field `picture` has the number of the tile's frame.
#[derive(Debug, Serialize)]
struct Body<'a> {
    worker: &'a str,
    picture: u64,
    column: u32,
    row: u32,
    columns: u32,
    rows: u32,
    /// The shades of the thumbnail, in base64: 12 rows of 12 bytes.
    pixels: String,
}

/// Accepts finished tiles, and never waits.
#[derive(Debug)]
pub struct Outbox {
    worker: String,
    bodies: Sender<Vec<u8>>,
    dropped: IntCounter,
}

/// Publishes the tiles of an [`Outbox`].
#[derive(Debug)]
pub struct Carrier<Q> {
    worker: String,
    queue: Q,
    tickets: Tickets,
    /// Whether the queue has its settings. After a failed publish, the settings are sent again,
    /// because a restarted queue may have lost them.
    is_configured: bool,
    bodies: Receiver<Vec<u8>>,
    dropped: IntCounter,
    backoff: Backoff,
}

/// Creates an outbox for the tiles of `worker`, and the carrier that publishes them. For each
/// published message the carrier puts a ticket in `tickets`. `dropped` counts unpublished tiles.
pub fn outbox<Q>(
    worker: &str,
    queue: Q,
    tickets: Tickets,
    dropped: IntCounter,
) -> (Outbox, Carrier<Q>) {
    let (sender, bodies) = channel(WAITING);
    let (worker, is_configured, backoff) = (worker.to_owned(), false, Backoff::default());
    let outbox = Outbox { worker: worker.clone(), bodies: sender, dropped: dropped.clone() };
    (outbox, Carrier { worker, queue, tickets, is_configured, bodies, dropped, backoff })
}

impl Outbox {
    /// Adds a finished tile, or drops it if there is no room.
    pub fn put(&self, tile: &Tile) {
        let taken = body(&self.worker, tile).is_some_and(|body| self.bodies.try_send(body).is_ok());
        if !taken {
            self.dropped.inc();
        }
    }
}

/// The message for a tile: JSON without spaces.
fn body(worker: &str, tile: &Tile) -> Option<Vec<u8>> {
    let (place, pixels) = (tile.place(), STANDARD.encode(tile.thumbnail()));
    let (picture, column, row) = (place.frame, place.column, place.row);
    let (columns, rows) = (COLUMNS, ROWS);
    let body = Body { worker, picture, column, row, columns, rows, pixels };
    serde_json::to_vec(&body).ok()
}

impl<Q: WorkQueue> Carrier<Q> {
    /// Publishes tiles until the outbox is dropped. If the queue does not accept a tile, the tile
    /// is dropped and the carrier pauses; meanwhile, new tiles wait in the outbox.
    pub async fn run(mut self) {
        let hello = serde_json::to_vec(&Hello { worker: &self.worker }).unwrap_or_default();
        self.bring(hello, false).await;
        while let Some(body) = self.bodies.recv().await {
            self.bring(body, true).await;
        }
    }

    async fn bring(&mut self, body: Vec<u8>, is_tile: bool) {
        match self.publish(body).await {
            // The count includes this message, and tiles are numbered from 0.
            Ok(total) => total.iter().for_each(|it| self.tickets.put(it.saturating_sub(1))),
            Err(error) => {
                self.dropped.inc_by(is_tile.into());
                self.rest_after(&error).await;
            }
        }
    }

    /// Publishes a message. Returns how many messages the queue ever accepted, if it reports that.
    async fn publish(&mut self, body: Vec<u8>) -> Result<Option<u64>, Error> {
        if !self.is_configured {
            self.queue.configure(&SETTINGS).await?;
            self.is_configured = true;
        }
        let total = self.queue.publish_counted(body).await?;
        if self.backoff.succeeded() {
            tracing::info!("the queue accepts tiles again");
        }
        Ok(total)
    }

    async fn rest_after(&mut self, error: &Error) {
        self.is_configured = false;
        let (wait, is_news) = self.backoff.failed();
        if is_news {
            tracing::warn!("{error}; dropping tiles until the queue accepts them again");
        }
        tokio::time::sleep(wait).await;
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use client::Client;

    use super::*;
    use crate::args::Args;

    fn client() -> Client {
        let args = Args::parse_from(["remainder", "--queue=tiles"]);
        Client::new(&args.tiles.queue_args().unwrap()).unwrap()
    }

    #[test]
    fn a_tile_is_one_small_line_of_json() {
        let body = String::from_utf8(body("remainder-1", &Tile::new(1)).unwrap()).unwrap();
        let (place, size) = (r#""picture":0,"column":5,"row":1"#, r#""columns":8,"rows":5"#);
        let black = STANDARD.encode([0; 144]);
        let expected = format!(r#"{{"worker":"remainder-1",{place},{size},"pixels":"{black}"}}"#);
        assert_eq!(body, expected);
    }

    #[test]
    fn a_full_outbox_drops_and_counts() {
        let dropped = IntCounter::new("dropped", "dropped").unwrap();
        let (outbox, _carrier) =
            outbox("remainder-1", client(), Tickets::default(), dropped.clone());
        (0..WAITING as u64 + 3).for_each(|number| outbox.put(&Tile::new(number)));
        assert_eq!(dropped.get(), 3);
    }
}
