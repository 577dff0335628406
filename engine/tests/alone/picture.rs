//! The background's film in a whole box: its containers make one film together, and visibly more
//! slowly while urgent workloads need the slots.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::TURN;
use support::stream::Stream;
use support::{State, TestBox};

/// An idle machine needs a tenth of this; on a busy one the background is the last to get time.
const SOON: Duration = Duration::from_secs(180);

/// The ticket of a tile: tickets 0, 1, 2, .. go to places 0, 13, 26, ..
fn ticket(number: u64) -> u64 {
    number / 40 * 40 + number % 40 * 37 % 40
}

/// The numbers of the tiles in a snapshot's `picture`.
fn painted(picture: &Value) -> Vec<u64> {
    let earlier = picture["earlier"].as_array().into_iter().flatten();
    let grids = earlier.chain(picture.is_object().then_some(picture));
    let tiles = grids.flat_map(|grid| {
        let first = grid["number"].as_u64().unwrap() * 40;
        grid["tiles"].as_array().unwrap().iter().map(move |tile| first + tile[0].as_u64().unwrap())
    });
    tiles.collect()
}

/// The film, as a page sees it.
struct Page {
    stream: Stream,
    tickets: BTreeSet<u64>,
    tiles_s: Option<f64>,
    /// The key `film`.
    film: Value,
}

impl Page {
    async fn open(demo: &TestBox) -> Page {
        let stream = Stream::open(&format!("{}/page/stream", demo.url)).await;
        Page { stream, tickets: BTreeSet::new(), tiles_s: None, film: Value::Null }
    }

    async fn hear(&mut self) {
        let event = self.stream.next().await.expect("the engine is there");
        let json = event.json();
        let set = if event.name == "snapshot" { &json["state"] } else { &json["set"] };
        if let Some(rate) = set.get("tiles_s") {
            self.tiles_s = rate.as_f64();
        }
        if let Some(film) = set.get("film") {
            self.film = film.clone();
        }
        let fresh = json["tiles"].as_array().into_iter().flatten();
        let fresh = fresh.map(|tile| tile[0].as_u64().unwrap());
        self.tickets.extend(painted(&json["picture"]).into_iter().chain(fresh).map(ticket));
    }

    async fn until(&mut self, what: &str, holds: impl Fn(&Page) -> bool) {
        let end = Instant::now() + SOON;
        while !holds(self) {
            self.hear().await;
            let Page { tickets, tiles_s, film, .. } = self;
            assert!(Instant::now() < end, "{what}: {} tiles, {tiles_s:?}, {film}", tickets.len());
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
async fn all_make_one_film_and_more_slowly_while_urgent_workloads_need_the_slots() {
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
    // If nine containers made a film each, only a ninth of the tiles would be new.
    assert!(published <= 2 * painted + 9, "{painted} of {published} tiles are there");
    assert!(of <= 2 * painted, "{painted} of {of}");
    page.until("a frame is finished", |page| page.film["frames"].as_u64() >= Some(1)).await;
    let film = demo.get("/page/film").await;
    let frames = film["frames"].as_array().unwrap();
    assert_eq!(film["made"].as_u64(), Some(frames.len() as u64), "all frames are kept");
    assert_eq!(frames[0][1].as_array().map(Vec::len), Some(40), "{}", frames[0]);
    // Nine containers have had this time since the background got its slots.
    let container_s = page.film["container_s"].as_f64().unwrap();
    println!("{} frames in {container_s} s of container time", film["made"]);
    assert!(container_s > 9.0, "{container_s} s");

    // A load so high that the background has its minimum, a ninth of its containers.
    demo.scale("producer", 10).await;
    let least = |state: &State| state.workload("remainder", "ready") == 1;
    demo.until("the background gives way", SOON, least).await;
    page.until("the film stalls", |page| page.tiles_s < Some(at_rest / 2.0)).await;
    println!("{:?} tiles a second beside urgent work", page.tiles_s);

    let tiles = tiles(&demo).await;
    assert!(tiles["ready"].as_u64() < Some(100), "{tiles}");
    assert_eq!(tiles["settings"]["max_depth"], 1000, "{tiles}");
    assert_eq!(tiles["settings"]["max_age_s"], 5.0, "{tiles}");
    demo.scale("producer", 0).await;
    demo.until("the background is back", SOON, full).await;
    let before = page.tickets.len();
    page.until("the film goes on", |page| page.tickets.len() >= before + 10).await;
}
