use std::pin::Pin;

use futures::StreamExt;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::*;

type Pieces = Pin<Box<dyn Stream<Item = Piece> + Send>>;

/// A run of ten seconds: in each second a frame of one tick, with a queue that grows by ten.
fn recording() -> Recording {
    let line = |ms: u64, event: &str, data: Value| {
        let id = format!("00000007-{}", data["seq"]);
        json!({"ms": ms, "event": event, "id": id, "data": data}).to_string()
    };
    let queue = |ready: u64| json!({"queue/jobs": {"ready": ready, "status": "fresh"}});
    let first = json!({"run": "00000007", "seq": 1, "t": 0.0, "tick": 0, "state": queue(0),
        "history": {"t": [0.0], "queues": {"jobs": [0]}, "live": {}, "load": {}}, "log": []});
    let frame = |n: u64| {
        let entry = json!({"id": n, "at": n, "kind": "load", "text": "load", "mark": "load"});
        json!({"seq": n + 1, "t": n as f64, "tick": n, "step": true, "more": false,
            "set": queue(10 * n), "log": if n == 4 { json!([entry]) } else { json!([]) }})
    };
    let frames = (1..=10).map(|n| line(1000 * n, "frame", frame(n)));
    let lines: Vec<_> = std::iter::once(line(0, "snapshot", first)).chain(frames).collect();
    Recording::read(lines.join("\n").as_bytes()).unwrap()
}

async fn open(player: &Player) -> Pieces {
    Box::pin(player.clone().stream(None).await)
}

async fn next(page: &mut Pieces) -> (u64, Value) {
    let piece = timeout(Duration::from_secs(60), page.next()).await.unwrap().unwrap();
    let (Piece::Full(position, text) | Piece::Frame(position, text)) = piece;
    (position.seq, serde_json::from_str(&text).unwrap())
}

async fn go_to(player: &Player, seconds: u64) -> Status {
    let time = Some(Duration::from_secs(seconds));
    player.change(Change { time, ..Change::default() }).await.unwrap()
}

async fn play(player: &Player, playing: bool) -> Status {
    player.change(Change { playing: Some(playing), ..Change::default() }).await.unwrap()
}

async fn status(player: &Player) -> (Doing, f64) {
    let status = player.change(Change::default()).await.unwrap();
    (status.state, status.t)
}

#[tokio::test(start_paused = true)]
async fn it_begins_when_the_first_page_comes_and_plays_to_its_end() {
    let player = Player::start(recording(), 1.0);
    tokio::time::advance(Duration::from_secs(60)).await;
    assert_eq!(status(&player).await, (Doing::Waiting, 0.0));
    let mut page = open(&player).await;
    for seq in 1..=11 {
        let (at, data) = next(&mut page).await;
        assert_eq!(at, seq);
        assert_eq!(data.get("history").is_some(), seq == 1, "the recorded events themselves");
    }
    assert_eq!(status(&player).await, (Doing::Ended, 10.0));
    let (at, data) = next(&mut page).await;
    assert!(at == 12 && data.get("set").is_none(), "{data}");
    assert_eq!(play(&player, true).await.state, Doing::Playing, "it begins again");
    assert_eq!(next(&mut page).await.0, 1);
}

#[tokio::test(start_paused = true)]
async fn while_it_pauses_pages_get_frames_without_a_change_and_go_on_later() {
    let player = Player::start(recording(), 1.0);
    let mut page = open(&player).await;
    for _ in 0..3 {
        next(&mut page).await;
    }
    assert_eq!(play(&player, false).await.state, Doing::Paused);
    for _ in 0..5 {
        let (seq, data) = next(&mut page).await;
        assert!(seq == 3 && data.get("set").is_none(), "{data}");
    }
    assert_eq!(status(&player).await.0, Doing::Paused);
    play(&player, true).await;
    assert_eq!(next(&mut page).await.0, 4);
}

#[tokio::test(start_paused = true)]
async fn all_pages_go_to_the_same_moment_and_get_its_state() {
    let player = Player::start(recording(), 1.0);
    let (mut one, mut other) = (open(&player).await, open(&player).await);
    next(&mut one).await;
    next(&mut other).await;
    play(&player, false).await;
    for (to, seq) in [(7, 8), (2, 3), (10, 11), (0, 1)] {
        assert_eq!(go_to(&player, to).await.t, to as f64);
        for page in [&mut one, &mut other] {
            let (at, state) = next(page).await;
            assert_eq!((at, &state["seq"]), (seq, &json!(seq)));
            assert_eq!(state["state"]["queue/jobs"]["ready"], 10 * to);
            let queue: Vec<u64> = (0..=to).map(|n| 10 * n).collect();
            assert_eq!(state["history"]["queues"]["jobs"], json!(queue));
        }
    }
    go_to(&player, 7).await;
    let mut late = open(&player).await;
    assert_eq!(next(&mut late).await.1["state"]["queue/jobs"]["ready"], 70, "it begins there");
    play(&player, true).await;
    assert_eq!(next(&mut late).await.0, 9);
}

#[tokio::test(start_paused = true)]
async fn a_page_that_comes_again_goes_on_only_if_the_replay_still_is_there() {
    let player = Player::start(recording(), 1.0);
    let mut page = open(&player).await;
    next(&mut page).await;
    play(&player, false).await;
    go_to(&player, 7).await;
    let again = async |heard: &str| {
        let mut page: Pieces = Box::pin(player.clone().stream(heard.parse().ok()).await);
        next(&mut page).await
    };
    let (seq, data) = again("00000007-8").await;
    assert!(seq == 8 && data.get("state").is_none(), "it has that state: {data}");
    let (seq, data) = again("00000007-3").await;
    assert!(seq == 8 && data.get("state").is_some(), "it has another state: {data}");
}

#[tokio::test(start_paused = true)]
async fn a_slow_replay_sends_something_before_a_page_is_stale() {
    let player = Player::start(recording(), 0.1);
    let mut page = open(&player).await;
    next(&mut page).await;
    let began = Instant::now();
    let mut seen = Vec::new();
    while began.elapsed() < Duration::from_secs(11) {
        seen.push(next(&mut page).await.0);
    }
    assert!(seen.len() >= 7 && seen.contains(&2), "{seen:?}");
}

#[tokio::test]
async fn its_marks_have_their_times() {
    let player = Player::start(recording(), 1.0);
    assert_eq!(player.marks(), [Mark { t: 4.0, text: "load".to_owned() }]);
}
