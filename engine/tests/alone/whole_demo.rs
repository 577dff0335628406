//! The whole demo with real processes: with load the background gives way, and without load it is
//! back. No job is lost and the capacity is never exceeded, even if a container is killed.

use std::time::{Duration, Instant};

use tokio::time::sleep;

use crate::TURN;
use support::{LOOK, State, TestBox, all_gone, is_alive, kill_9};

const TARGET: u64 = 20;
const CAPACITY: u64 = 10;

/// The queue's lengths for a time; the capacity must not be exceeded at any look.
async fn queue_lengths(demo: &TestBox, time: Duration) -> Vec<u64> {
    let end = Instant::now() + time;
    let mut lengths = Vec::new();
    while Instant::now() < end {
        let state = demo.state().await;
        assert!(state.used() <= CAPACITY, "{}", state.0);
        lengths.extend(state.queue());
        sleep(LOOK).await;
    }
    lengths
}

async fn one_producer_settles(demo: &TestBox) {
    demo.scale("producer", 1).await;
    let began = Instant::now();
    // 10 jobs/s arrive and three consumers do 15 jobs/s; an idle machine needs 15 s.
    demo.until("consumers have caught up", Duration::from_secs(45), |state| {
        assert!(state.used() <= CAPACITY, "{}", state.0);
        state.workload("consumer", "ready") >= 3 && state.queue() <= Some(5)
    })
    .await;
    println!("consumers have caught up after {:.1?}", began.elapsed());
    let lengths = queue_lengths(demo, Duration::from_secs(20)).await;
    let over = lengths.iter().filter(|length| **length > TARGET).count();
    println!("{over} of {} samples over target, {:?} at most", lengths.len(), lengths.iter().max());
    assert!(over * 20 <= lengths.len(), "{over} of {} samples over target", lengths.len());
    assert!(lengths.iter().all(|length| *length <= TARGET + 5), "{:?}", lengths.iter().max());
}

async fn three_producers_take_from_the_background(demo: &TestBox) {
    let before = demo.state().await.workload("remainder", "desired");
    demo.scale("producer", 3).await;
    let began = Instant::now();
    let over = demo
        .until("the queue is over its target", Duration::from_secs(20), |state| {
            assert!(state.used() <= CAPACITY, "{}", state.0);
            state.queue() > Some(TARGET)
        })
        .await;
    let gave_way = demo
        .until("the background gives way", Duration::from_secs(5), |state| {
            state.workload("remainder", "desired") < before
        })
        .await;
    assert!(gave_way.tick() <= over.tick() + 2, "{} {}", over.tick(), gave_way.tick());
    let back_under = |state: &State| {
        assert!(state.used() <= CAPACITY, "{}", state.0);
        state.queue() <= Some(TARGET) && state.workload("consumer", "ready") >= 7
    };
    let within = Duration::from_secs(30).saturating_sub(began.elapsed());
    demo.until("the queue is back under its target", within, back_under).await;
}

/// Kills a consumer in the middle of a job.
async fn a_consumer_is_killed(demo: &TestBox) {
    let processes = demo.get("/api/v1/processes").await;
    let all = processes["processes"].as_array().unwrap();
    let busy = all.iter().find(|p| p["workload"] == "consumer" && p["phase"] == "ready");
    kill_9(busy.unwrap()["pid"].as_u64().unwrap() as u32);
    let name = busy.unwrap()["name"].as_str().unwrap().to_owned();
    let again = |processes: &serde_json::Value| {
        let all = processes["processes"].as_array().unwrap();
        let one = all.iter().find(|p| p["name"] == name.as_str());
        one.is_none_or(|p| p["restarts"] == 1 && p["phase"] == "ready")
    };
    let end = Instant::now() + Duration::from_secs(15);
    while !again(&demo.get("/api/v1/processes").await) {
        assert!(Instant::now() < end, "{name} was not started again");
        assert!(demo.state().await.used() <= CAPACITY);
        sleep(LOOK).await;
    }
}

async fn the_background_is_back(demo: &TestBox) {
    demo.scale("producer", 0).await;
    demo.until("the background is back", Duration::from_secs(60), |state| {
        assert!(state.used() <= CAPACITY, "{}", state.0);
        state.workload("remainder", "ready") == 9
    })
    .await;
}

/// Every job that the producers counted as accepted was done.
async fn no_job_is_lost(demo: &TestBox) {
    let end = Instant::now() + Duration::from_secs(30);
    loop {
        let jobs = demo.jobs().await;
        let waiting = ["ready", "in_flight", "delayed"].map(|n| jobs[n].as_u64().unwrap());
        if waiting == [0, 0, 0] {
            let left = demo.get("/api/v1/processes").await;
            let accepted = &left["left"]["producer"]["producer_jobs_published_total"];
            assert_eq!(accepted.as_f64(), jobs["acked_total"].as_f64(), "{jobs}");
            // The ramp alone brings 30 jobs/s. The exact number depends on how long each step took,
            // which is not tested here.
            assert!(accepted.as_f64() > Some(100.0), "{jobs}");
            assert_eq!(jobs["dead_total"], 0, "{jobs}");
            return;
        }
        assert!(Instant::now() < end, "the queue has not drained: {jobs}");
        sleep(LOOK).await;
    }
}

#[tokio::test]
async fn urgent_work_comes_first_and_the_background_gets_the_rest_of_the_capacity() {
    let _turn = TURN.lock().await;
    let mut demo = TestBox::start(&["--start-delay", "1s"]).await;
    let at_rest = |state: &State| state.workload("remainder", "ready") == 9;
    demo.until("the background has nine slots", Duration::from_secs(20), at_rest).await;
    one_producer_settles(&demo).await;
    three_producers_take_from_the_background(&demo).await;
    a_consumer_is_killed(&demo).await;
    the_background_is_back(&demo).await;
    no_job_is_lost(&demo).await;

    let pids = demo.pids().await;
    assert!(pids.len() >= 11 && pids.iter().all(|pid| is_alive(*pid)), "{pids:?}");
    kill_9(demo.engine.id().unwrap());
    demo.engine.wait().await.unwrap();
    all_gone(&pids, Duration::from_secs(15)).await;
}
