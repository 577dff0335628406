//! Plays the load in a box of real processes and records samples of it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use client::{Client, Error, QueueArgs};
use serde_json::Value;

use support::{LOOK, TestBox, all_gone};

/// The times of one producer and then of three: long enough for a rise, a peak and a return each.
const ONE: Duration = Duration::from_secs(12);
const THREE: Duration = Duration::from_secs(14);
const SOON: Duration = Duration::from_secs(60);

/// The box at one moment.
pub struct Sample {
    /// Seconds since the begin of the recording.
    pub at: f64,
    /// Jobs that wait.
    pub waiting: u64,
    pub published: u64,
    pub acked: u64,
    /// Each container's phase, by name.
    pub phases: BTreeMap<String, String>,
}

impl Sample {
    /// The number of a Deployment's containers in a phase.
    pub fn count(&self, deployment: &str, phase: &str) -> usize {
        let own = self.phases.iter().filter(|(name, _)| is_of(name, deployment));
        own.filter(|(_, it)| *it == phase).count()
    }
}

pub fn is_of(container: &str, deployment: &str) -> bool {
    container.rsplit_once('-').is_some_and(|(name, _)| name == deployment)
}

/// The samples of one load.
pub struct Samples {
    pub looks: Vec<Sample>,
    /// When one producer was requested, then three, then none.
    pub one: f64,
    pub three: f64,
    pub none: f64,
}

impl Samples {
    pub fn last(&self) -> &Sample {
        self.looks.last().unwrap()
    }

    /// The sample nearest to a time.
    pub fn at(&self, time: f64) -> &Sample {
        let far = |look: &&Sample| (look.at - time).abs();
        self.looks.iter().min_by(|a, b| far(a).total_cmp(&far(b))).unwrap()
    }
}

/// Plays the load in a box, and waits until the box and all its processes have ended.
pub async fn play() -> Samples {
    let mut demo = TestBox::start(&["--start-delay", "1s"]).await;
    let recording = Recorder::new(&demo).await.play().await;
    let pids = demo.pids().await;
    drop(demo.engine.stdin.take());
    tokio::time::timeout(SOON, demo.engine.wait()).await.unwrap().unwrap();
    all_gone(&pids, SOON).await;
    recording
}

struct Recorder<'a> {
    demo: &'a TestBox,
    queue: Client,
    began: Instant,
    looks: Vec<Sample>,
}

impl Recorder<'_> {
    async fn new(demo: &TestBox) -> Recorder<'_> {
        let began = Instant::now();
        let processes = demo.get("/api/v1/processes").await;
        let queue_url = processes["queue_url"].as_str().unwrap().parse().unwrap();
        let queue =
            Client::new(&QueueArgs { queue_url, queue: "jobs".to_owned(), queue_token_file: None })
                .unwrap();
        Recorder { demo, queue, began, looks: Vec::new() }
    }

    async fn play(mut self) -> Samples {
        let at_rest = |look: &Sample| look.count("remainder", "ready") == 9;
        self.until("the background has nine slots", at_rest).await;
        let one = self.scale(1).await;
        self.during(ONE).await;
        let three = self.scale(3).await;
        self.during(THREE).await;
        let none = self.scale(0).await;
        self.until("the background is back", at_rest).await;
        Samples { looks: self.looks, one, three, none }
    }

    fn now(&self) -> f64 {
        self.began.elapsed().as_secs_f64()
    }

    /// Sets the number of producers; returns the time of that.
    async fn scale(&self, producers: u32) -> f64 {
        let asked = self.now();
        let (status, answer) = self.demo.scale("producer", producers).await;
        assert_eq!(status, 200, "{answer}");
        asked
    }

    async fn until(&mut self, what: &str, holds: impl Fn(&Sample) -> bool) {
        let end = Instant::now() + SOON;
        loop {
            let look = self.look().await;
            let done = holds(&look);
            self.looks.push(look);
            if done {
                return;
            }
            assert!(Instant::now() < end, "{what}: not within {SOON:?}");
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn during(&mut self, time: Duration) {
        let end = Instant::now() + time;
        self.until("a part of the load is over", |_| Instant::now() >= end).await;
    }

    async fn look(&self) -> Sample {
        let (waiting, published, acked) = self.jobs().await;
        let at = self.now();
        let processes = self.demo.get("/api/v1/processes").await;
        let all = processes["processes"].as_array().unwrap().iter();
        let text = |it: &Value, key: &str| it[key].as_str().unwrap().to_owned();
        let phases = all.map(|it| (text(it, "name"), text(it, "phase"))).collect();
        Sample { at, waiting, published, acked, phases }
    }

    /// The numbers of jobs that wait, that were published and that are done.
    async fn jobs(&self) -> (u64, u64, u64) {
        match self.queue.stats().await {
            Ok(stats) => (stats.ready, stats.published_total, stats.acked_total),
            // The queue has no message yet.
            Err(Error::Unknown(_)) => (0, 0, 0),
            Err(error) => panic!("{error}"),
        }
    }
}
