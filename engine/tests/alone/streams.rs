//! Many pages at once.

use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::task::JoinSet;

use crate::TURN;
use support::TestBox;

/// A room full of people.
const STREAMS: usize = 300;
/// How long they look.
const LOOK: Duration = Duration::from_secs(6);

/// The frames that a page gets within a time, after its snapshot.
async fn listen(url: String, time: Duration) -> Vec<Value> {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut answer = http.get(format!("{url}/page/stream")).send().await.unwrap();
    let (mut text, mut frames) = (String::new(), Vec::new());
    let end = Instant::now() + time;
    while let Ok(Ok(Some(chunk))) =
        tokio::time::timeout(end.saturating_duration_since(Instant::now()), answer.chunk()).await
    {
        text += std::str::from_utf8(&chunk).unwrap();
        while let Some((event, rest)) = text.split_once("\n\n") {
            let data = event.lines().find_map(|line| line.strip_prefix("data: "));
            let is_frame = event.contains("event: frame");
            assert!(!is_frame || data.unwrap().len() <= 4096, "a frame is too long");
            frames.extend(data.filter(|_| is_frame).map(|d| serde_json::from_str(d).unwrap()));
            text = rest.to_owned();
        }
    }
    frames
}

/// The mean deviation of the time between ticks from half a second, in milliseconds.
fn unevenness(frames: &[Value]) -> f64 {
    let steps = frames.iter().filter(|frame| frame["step"] == true);
    let times: Vec<f64> = steps.map(|frame| frame["t"].as_f64().unwrap()).collect();
    let gaps: Vec<f64> = times.windows(2).map(|two| (two[1] - two[0] - 0.5).abs()).collect();
    gaps.iter().sum::<f64>() / gaps.len() as f64 * 1000.0
}

fn assert_no_gap(frames: &[Value]) {
    let number = |frame: &Value, name: &str| frame[name].as_u64().unwrap();
    for two in frames.windows(2) {
        assert_eq!(number(&two[1], "seq"), number(&two[0], "seq") + 1);
    }
    let ticks: Vec<u64> = frames
        .iter()
        .filter(|frame| frame["step"] == true)
        .map(|frame| number(frame, "tick"))
        .collect();
    assert!(ticks.len() > 6, "{ticks:?}");
    assert!(ticks.windows(2).all(|two| two[1] == two[0] + 1), "a tick was skipped: {ticks:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_hundred_pages_get_every_tick_and_delay_none() {
    let _turn = TURN.lock().await;
    let demo = TestBox::start(&[]).await;
    demo.scale("producer", 1).await;
    let alone = listen(demo.url.clone(), LOOK).await;
    let mut pages = JoinSet::new();
    for _ in 0..STREAMS {
        pages.spawn(listen(demo.url.clone(), LOOK));
    }
    let heard = pages.join_all().await;
    println!(
        "a tick is {:.1} ms off with one page, {:.1} ms with {STREAMS}",
        unevenness(&alone),
        unevenness(&heard[0]),
    );
    assert_eq!(heard.len(), STREAMS);
    heard.iter().for_each(|frames| assert_no_gap(frames));
}
