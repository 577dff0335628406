//! The background's picture in a whole box: its containers paint one picture together, and visibly
//! more slowly while urgent workloads need the slots.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::TURN;
use support::stream::Stream;
use support::{State, TestBox};

/// An idle machine needs a tenth of this; on a busy one the background is the last to get time.
const SOON: Duration = Duration::from_secs(180);

/// The ticket of a tile: tickets 0, 1, 2, .. go to places 0, 37, 74, ..
fn ticket(number: u64) -> u64 {
    number / 160 * 160 + number % 160 * 13 % 160
}

/// The picture, as a page sees it.
struct Page {
    stream: Stream,
    tickets: BTreeSet<u64>,
    tiles_s: Option<f64>,
}

impl Page {
    async fn open(demo: &TestBox) -> Page {
        let stream = Stream::open(&format!("{}/page/stream", demo.url)).await;
        Page { stream, tickets: BTreeSet::new(), tiles_s: None }
    }

    async fn hear(&mut self) {
        let event = self.stream.next().await.expect("the engine is there");
        let json = event.json();
        let set = if event.name == "snapshot" { &json["state"] } else { &json["set"] };
        if let Some(rate) = set.get("tiles_s") {
            self.tiles_s = rate.as_f64();
        }
        let (painted, fresh) = (json["picture"]["tiles"].as_array(), json["tiles"].as_array());
        // A snapshot's tiles have places in its picture, which is the first one here.
        for tile in painted.or(fresh).unwrap_or(&Vec::new()) {
            self.tickets.insert(ticket(tile[0].as_u64().unwrap()));
        }
    }

    async fn until(&mut self, what: &str, holds: impl Fn(&Page) -> bool) {
        let end = Instant::now() + SOON;
        while !holds(self) {
            self.hear().await;
            let Page { tickets, tiles_s, .. } = self;
            assert!(Instant::now() < end, "{what}: {} tiles, {tiles_s:?}", tickets.len());
        }
    }
}

/// The queue of tiles.
async fn tiles(demo: &TestBox) -> Value {
    let processes = demo.get("/api/v1/processes").await;
    let url = format!("{}v1/queues/tiles", processes["queue_url"].as_str().unwrap());
    reqwest::get(url).await.unwrap().json().await.unwrap()
}

#[tokio::test]
async fn all_paint_one_picture_and_more_slowly_while_urgent_workloads_need_the_slots() {
    let _turn = TURN.lock().await;
    let demo = TestBox::start(&[]).await;
    let mut page = Page::open(&demo).await;
    let full = |state: &State| state.workload("remainder", "ready") == 9;
    demo.until("the background has nine slots", SOON, full).await;
    let enough = |page: &Page| page.tickets.len() >= 25 && page.tiles_s.is_some();
    page.until("tiles come", enough).await;
    let at_rest = page.tiles_s.unwrap();
    let (painted, of) = (page.tickets.len() as u64, page.tickets.last().unwrap() + 1);
    let published = tiles(&demo).await["published_total"].as_u64().unwrap() - 9;
    println!("{published} tiles, {painted} places of {of}, {at_rest} tiles a second");
    // A container whose ticket comes late counts on by itself, so a busy machine costs some places.
    // If nine containers painted a picture each, only a ninth of the tiles would be new.
    assert!(published <= 2 * painted + 9, "{painted} of {published} tiles are there");
    assert!(of <= 2 * painted, "{painted} of {of}");

    // A load so high that the background has its minimum, a ninth of its containers.
    demo.scale("producer", 10).await;
    let least = |state: &State| state.workload("remainder", "ready") == 1;
    demo.until("the background gives way", SOON, least).await;
    page.until("the picture stalls", |page| page.tiles_s < Some(at_rest / 2.0)).await;
    println!("{:?} tiles a second beside urgent work", page.tiles_s);

    let tiles = tiles(&demo).await;
    assert!(tiles["ready"].as_u64() < Some(100), "{tiles}");
    assert_eq!(tiles["settings"]["max_depth"], 1000, "{tiles}");
    assert_eq!(tiles["settings"]["max_age_s"], 5.0, "{tiles}");
    demo.scale("producer", 0).await;
    demo.until("the background is back", SOON, full).await;
    let before = page.tickets.len();
    page.until("the picture goes on", |page| page.tickets.len() >= before + 10).await;
}
