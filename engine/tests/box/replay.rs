//! A replay shows a recorded run without changes.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use reqwest::header::HeaderValue;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Child;

use support::stream::{Event, Stream};
use support::{TestBox, demo_yaml, engine};

const SOON: Duration = Duration::from_secs(30);

/// The path of a file that does not exist yet.
fn path(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_file(&path);
    path
}

/// Records a box for a few seconds; returns the events that a page has received meanwhile.
async fn record(file: &Path) -> Vec<Event> {
    let mut demo =
        TestBox::start(&["--record", file.to_str().unwrap(), "--audience=127.0.0.1:0"]).await;
    let mut stream = Stream::open(&format!("{}/page/stream", demo.url)).await;
    demo.scale("producer", 2).await;
    let mut heard = vec![stream.next().await.unwrap()];
    let at_work = |event: &Event| event.data.contains(r#""name":"consumer-2""#);
    while !heard.iter().any(at_work) {
        heard.push(tokio::time::timeout(SOON, stream.next()).await.unwrap().unwrap());
    }
    let engine = demo.engine.id().unwrap().to_string();
    assert!(std::process::Command::new("kill").arg(&engine).status().unwrap().success());
    let left = tokio::time::timeout(SOON, demo.engine.wait()).await.unwrap().unwrap();
    assert_eq!(left.code(), Some(0));
    heard
}

/// Starts the replay of a recording; returns the program and its URL.
async fn replay(file: &Path, args: &[&str]) -> (Child, String) {
    let mut command = engine();
    command.arg("replay").arg(file).args(["--listen", "127.0.0.1:0"]).args(args);
    command.env("MICROSCALING_PARENT", "pipes").stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    loop {
        let line = lines.next_line().await.unwrap().expect("it has ended");
        if let Some(address) = line.strip_prefix("listening ") {
            return (child, format!("http://{address}"));
        }
    }
}

fn as_replay(data: &str) -> String {
    data.replace(r#""mode":"live""#, r#""mode":"replay""#)
}

/// The lines of a recording as events, with the mode of a replay.
fn events(file: &Path) -> Vec<Event> {
    let text = std::fs::read_to_string(file).unwrap();
    let event = |line: &str| {
        let (head, data) = line.split_once(r#","data":"#).unwrap();
        let head: Value = serde_json::from_str(&format!("{head}}}")).unwrap();
        let data = as_replay(data.strip_suffix('}').unwrap());
        let field = |name: &str| head[name].as_str().unwrap().to_owned();
        Event { name: field("event"), id: field("id"), data }
    };
    text.lines().map(event).collect()
}

async fn hear(url: &str, count: usize) -> Vec<Event> {
    let mut stream = Stream::open(url).await;
    let mut heard = Vec::new();
    while heard.len() < count {
        heard.push(tokio::time::timeout(SOON, stream.next()).await.unwrap().unwrap());
    }
    heard
}

#[tokio::test]
async fn a_replay_serves_the_recorded_events_byte_for_byte_in_the_same_order() {
    let file = path("run.ndjson");
    let live = record(&file).await;
    let recorded = events(&file);
    assert_eq!(recorded[0].name, "snapshot");
    // The page came after the recording began, and received the same events from then on.
    for event in live.iter().skip(1) {
        let event = Event { data: as_replay(&event.data), ..event.clone() };
        assert!(recorded.contains(&event), "{event:?}");
    }

    // A recording that is cut off in the middle of a line is replayed up to that line.
    let cut = [std::fs::read(&file).unwrap(), br#"{"ms":99999,"event":"fr"#.to_vec()].concat();
    std::fs::write(&file, cut).unwrap();
    let (_child, url) = replay(&file, &["--speed=20"]).await;
    let stream = format!("{url}/page/stream");
    let heard = hear(&stream, recorded.len() + 2).await;
    assert_eq!(heard[..recorded.len()], recorded[..]);
    assert_eq!(heard[0].json()["state"]["status"]["mode"], "replay");
    let after_the_end = heard.last().unwrap().json();
    assert!(after_the_end.get("set").is_none() && after_the_end["step"] == false);

    let (third, rest) = (&recorded[2], &recorded[3..]);
    let again = hear(&format!("{stream}?after={}", third.id), rest.len()).await;
    assert_eq!(again[..], *rest, "a page that comes again");
    nothing_can_be_changed(&url).await;
    std::fs::remove_file(file).unwrap();
}

fn svg() -> HeaderValue {
    HeaderValue::from_static("image/svg+xml")
}

async fn nothing_can_be_changed(url: &str) {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    for (method, path) in [
        ("PUT", "/api/v1/deployments/producer/scale"),
        ("PUT", "/api/v1/hold"),
        ("POST", "/api/v1/burst"),
        ("POST", "/api/v1/reset"),
        ("DELETE", "/api/v1/config"),
        ("POST", "/page/stream"),
    ] {
        let asked = http.request(method.parse().unwrap(), format!("{url}{path}")).body("{}");
        let answer = asked.send().await.unwrap();
        assert_eq!(answer.status(), 409, "{method} {path}");
        let error: Value = answer.json().await.unwrap();
        assert_eq!(error["error"]["message"], "this is a recording");
    }
    let status = async |path: &str| http.get(format!("{url}{path}")).send().await.unwrap().status();
    assert_eq!(status("/").await, 200);
    assert_eq!(status("/livez").await, 200);
    assert_eq!(status("/api/v1/state").await, 404, "nothing is running");
    let code = http.get(format!("{url}/page/audience.svg")).send().await.unwrap();
    assert_eq!((code.status().as_u16(), &code.headers()["content-type"]), (200, &svg()));
    for path in ["/", "/page/stream", "/api/v1/state"] {
        let forged = http.get(format!("{url}{path}")).header("host", "evil.example");
        assert_eq!(forged.send().await.unwrap().status(), 403, "{path}");
    }
}

#[tokio::test]
async fn a_damaged_line_and_an_existing_file_give_one_clear_error() {
    let file = path("damaged.ndjson");
    let good = r#"{"ms":0,"event":"snapshot","id":"00000007-1","data":{"seq":1}}"#;
    std::fs::write(&file, format!("{good}\n{{\"ms\":5\n{good}\n")).unwrap();
    let name = file.to_str().unwrap();
    for (args, code, says) in [
        (&["replay", name][..], 2, format!("error: {name}: line 2: not a line of a recording")),
        (&["replay", "/nowhere"], 1, "error: /nowhere cannot be read".to_owned()),
        (&["replay", name, "--speed=0"], 2, "error: invalid value '0'".to_owned()),
    ] {
        let ended = engine().args(args).output().await.unwrap();
        let said = String::from_utf8(ended.stderr).unwrap();
        assert_eq!(ended.status.code(), Some(code), "{said}");
        assert!(said.starts_with(&says), "{said}");
    }
    let mut engine = engine();
    engine.args(["--listen=127.0.0.1:0", "--record", name, "--manifest"]).arg(demo_yaml());
    let ended = engine.stdin(Stdio::null()).output().await.unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert_eq!((ended.status.code(), said.lines().count()), (Some(1), 1), "{said}");
    assert!(said.contains("name a new file with --record"), "{said}");
    std::fs::remove_file(file).unwrap();
}
