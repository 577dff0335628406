use std::collections::BTreeMap;
use std::time::Duration;

use control::{Autoscaler, Config, Observation};
use model::{Actor, ControlMode};
use serde_json::Value;

use super::*;
use crate::contribution::{Contribution, Contributions};
use crate::snapshots::log::{Kind, LogEvent};
use crate::snapshots::{Controls, Fixed, Round, SnapshotBuilder};

/// A contribution for these tests: a picture of tiles.
#[derive(Debug, Default)]
struct Wall {
    picture: Mutex<Value>,
    tiles: Mutex<Vec<Value>>,
}

impl Contribution for Wall {
    fn keys(&self, _now: Duration) -> Vec<(&'static str, Value)> {
        vec![("tiles_s", Value::Null)]
    }

    fn first(&self) -> Option<(&'static str, Value)> {
        Some(("picture", self.picture.lock().unwrap().clone()))
    }

    fn fresh(&self) -> Option<(&'static str, Vec<Value>)> {
        Some(("tiles", std::mem::take(&mut *self.tiles.lock().unwrap())))
    }
}

/// A builder whose snapshots go into a feed.
struct Stage {
    core: Autoscaler,
    builder: SnapshotBuilder,
    ticks: u64,
    contributions: Contributions,
    wall: Arc<Wall>,
}

impl Stage {
    fn new() -> (Stage, Feed) {
        let tick = Duration::from_millis(500);
        let core = Autoscaler::new(Config { capacity: 10, tick, workloads: Vec::new() }).unwrap();
        let fixed = Fixed {
            scheduler: "process",
            namespace: None,
            context: None,
            start_delay: Duration::ZERO,
        };
        let wall = Arc::new(Wall::default());
        let contributions = Contributions::new(vec![wall.clone()]);
        let builder = SnapshotBuilder::new(fixed, 7);
        let mut stage = Stage { core, builder, ticks: 0, contributions, wall };
        let first = stage.snapshot(false);
        let feed = Feed::new(&first, stage.contributions.clone());
        (stage, feed)
    }

    fn now(&self) -> Duration {
        Duration::from_millis(500) * self.ticks as u32
    }

    fn snapshot(&mut self, is_tick: bool) -> Snapshot {
        self.ticks += u64::from(is_tick);
        self.builder.after(Round {
            now: self.now(),
            tick: self.ticks,
            is_tick,
            core: &self.core,
            observation: &Observation::default(),
            deployments: BTreeMap::new(),
            decisions: &[],
            start_ups: &BTreeMap::new(),
            standing: "alone".to_owned(),
            mode: ControlMode::Decides,
            warnings: &BTreeMap::new(),
            controls: Controls::default(),
            config: 0,
            contributed: self.contributions.at(self.now()),
        })
    }

    fn tick(&mut self, feed: &Feed) {
        feed.push(&self.snapshot(true));
    }

    fn happens(&mut self, text: &str) {
        let news = LogEvent::marked(Kind::Load, text, Actor::Page);
        self.builder.tell(self.now(), news);
    }
}

/// A page's state from the pieces it receives, as in the page's script.
#[derive(Debug, Default)]
struct Page {
    heard: Option<Position>,
    times: Vec<f64>,
    log: Vec<u64>,
}

impl Page {
    fn hear(&mut self, feed: &Feed) {
        for piece in feed.after(self.heard) {
            match piece {
                Piece::Full(position, text) => {
                    let all: Value = serde_json::from_str(&text).unwrap();
                    let times = all["history"]["t"].as_array().unwrap();
                    self.times = times.iter().filter_map(Value::as_f64).collect();
                    self.log = ids(&all["log"]);
                    self.heard = Some(position);
                }
                Piece::Frame(position, text) => {
                    let frame: Value = serde_json::from_str(&text).unwrap();
                    assert_eq!(frame["seq"], position.seq);
                    assert_eq!(position.seq, self.heard.unwrap().seq + 1);
                    self.times.extend(frame["t"].as_f64().filter(|_| frame["step"] == true));
                    self.log.extend(ids(&frame["log"]));
                    self.heard = Some(position);
                }
            }
        }
    }
}

fn ids(log: &Value) -> Vec<u64> {
    log.as_array().into_iter().flatten().filter_map(|entry| entry["id"].as_u64()).collect()
}

fn is_snapshot(pieces: &[Piece]) -> bool {
    matches!(pieces, [Piece::Full(..)])
}

#[test]
fn a_page_that_polls_seldom_misses_nothing_and_gets_nothing_twice() {
    let (mut stage, feed) = Stage::new();
    let (mut always, mut sometimes) = (Page::default(), Page::default());
    for n in 0..500 {
        if n % 3 == 0 {
            stage.happens("producers 1 -> 2");
        }
        stage.tick(&feed);
        always.hear(&feed);
        // This page reads rarely, and once pauses for longer than frames are kept.
        if n % 37 == 0 && !(40..400).contains(&n) {
            sometimes.hear(&feed);
        }
    }
    sometimes.hear(&feed);
    assert_eq!(always.times.len(), 500);
    assert_eq!(always.times, sometimes.times);
    assert_eq!(always.log, sometimes.log);
}

#[test]
fn a_position_of_another_run_or_of_the_future_begins_with_a_snapshot() {
    let (mut stage, feed) = Stage::new();
    (0..10).for_each(|_| stage.tick(&feed));
    assert!(is_snapshot(&feed.after(None)));
    assert!(is_snapshot(&feed.after(Some(Position { run: 8, seq: 5 }))));
    assert!(is_snapshot(&feed.after(Some(Position { run: 7, seq: 1000 }))));
    assert_eq!(feed.after(Some(Position { run: 7, seq: 5 })).len(), 6);
    assert_eq!(feed.after(Some(Position { run: 7, seq: 11 })), []);
}

#[test]
fn a_reset_replaces_everything() {
    let (mut stage, feed) = Stage::new();
    let mut page = Page::default();
    stage.happens("producers 1 -> 2");
    (0..10).for_each(|_| stage.tick(&feed));
    page.hear(&feed);
    assert_eq!((page.times.len(), page.log.len()), (10, 1));
    stage.builder.begin_anew(stage.now(), 9);
    stage.tick(&feed);
    page.hear(&feed);
    assert_eq!((page.times.clone(), page.log.len()), (vec![0.5], 0));
    assert_eq!(page.heard.map(|heard| heard.run), Some(9));
}

#[test]
fn a_round_without_changes_sends_no_frame_and_a_tick_always_does() {
    let (mut stage, feed) = Stage::new();
    let heard = Some(Position { run: 7, seq: 1 });
    stage.tick(&feed);
    let frames = feed.after(heard).len();
    // The passing of time alone is no change.
    feed.push(&stage.snapshot(false));
    assert_eq!(feed.after(heard).len(), frames);
    stage.tick(&feed);
    assert_eq!(feed.after(heard).len(), frames + 1);
}

#[test]
fn tiles_come_once_in_frames_and_a_page_that_comes_late_gets_the_picture() {
    let (mut stage, feed) = Stage::new();
    let heard = match feed.after(None).remove(0) {
        Piece::Full(position, text) => {
            let all: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(all["picture"], Value::Null);
            position
        }
        Piece::Frame(..) => panic!("a page begins with a snapshot"),
    };
    let tiles: Vec<Value> = (160..320).map(|number| json!([number, "CQ".repeat(43)])).collect();
    *stage.wall.picture.lock().unwrap() = json!({"number": 1, "tiles": &tiles});
    *stage.wall.tiles.lock().unwrap() = tiles;
    stage.tick(&feed);
    let mut numbers = Vec::new();
    for piece in feed.after(Some(heard)) {
        let Piece::Frame(_, text) = piece else { panic!("no frame was missed") };
        assert!(text.len() <= frame::LONGEST, "{}", text.len());
        let frame: Value = serde_json::from_str(&text).unwrap();
        let tiles = frame["tiles"].as_array().unwrap().iter();
        numbers.extend(tiles.map(|tile| tile[0].as_u64().unwrap()));
    }
    assert_eq!(numbers, (160..320).collect::<Vec<_>>());
    let Piece::Full(_, text) = feed.after(None).remove(0) else { panic!("it is a new page") };
    let all: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(all["picture"]["number"], 1);
    assert_eq!(all["picture"]["tiles"].as_array().unwrap().len(), 160);
}

#[test]
fn a_claim_that_would_fill_a_frame_is_null() {
    let (mut stage, _) = Stage::new();
    let mut snapshot = stage.snapshot(true);
    assert_eq!(keys::of(&snapshot)["claim"], serde_json::json!([{"kind": "no_cluster"}]));
    for (letters, fits) in [(2000, true), (4000, false)] {
        snapshot.state.claim = "x".repeat(letters).into();
        assert_eq!(keys::of(&snapshot)["claim"].is_string(), fits, "{letters} letters");
    }
}
