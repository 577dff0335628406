//! Workloads that follow metrics: a fake Prometheus and a fake document fail in every known way, and
//! no count changes. `scripts/test-prometheus` shows the same with a real Prometheus.

use std::path::PathBuf;
use std::time::Duration;

use control::{Followed, Source};
use model::{MetricSource, ReadError};
use sources::{Kit, MetricServers, Origin};
use support::fake::{Answer, FakeQueue};
use support::manifest::deployment;
use support::{State, TestBox};

/// The limit for anything that should take no time.
const SOON: Duration = Duration::from_secs(20);
/// Short, so that an answer that never ends is late soon.
const SHORT: Duration = Duration::from_millis(250);

/// The paths under which the fake server is asked.
const QUERY: &str = "api/v1/query";
const DOCUMENT: &str = "status";

fn source(fake: &FakeQueue, source: Source, interval: Duration) -> Box<dyn MetricSource> {
    let server = fake.url.parse().unwrap();
    let servers = MetricServers::new(Some(server));
    let kit = Kit::new(fake.url.parse().unwrap(), None).with_metrics(servers);
    kit.source(&Followed { source, ..Followed::queue("open") }, interval).unwrap()
}

fn prometheus() -> Source {
    Source::Prometheus { query: "sum(open)".to_owned() }
}

fn document(fake: &FakeQueue) -> Source {
    let (url, pointer) = (format!("{}/{DOCUMENT}", fake.url), "/open".to_owned());
    Source::Http { url, pointer }
}

fn vector(values: &[&str]) -> Answer {
    let series = values.iter().enumerate().map(|(i, value)| {
        format!(r#"{{"metric": {{"host": "h{i}"}}, "value": [1.5, "{value}"]}}"#)
    });
    let result = series.collect::<Vec<_>>().join(",");
    let data = format!(r#"{{"resultType": "vector", "result": [{result}]}}"#);
    Answer::Whole(200, format!(r#"{{"status": "success", "data": {data}}}"#))
}

fn open(value: &str) -> Answer {
    Answer::Whole(200, format!(r#"{{"open": {value}}}"#))
}

/// All ways to fail that both kinds of source have, each with a part of its line.
fn failures() -> Vec<(Answer, &'static str)> {
    let whole = |status, body: &str| Answer::Whole(status, body.to_owned());
    vec![
        (Answer::Nothing, "did not answer within 0.2 s"),
        (Answer::Trickle, "did not answer within 0.2 s"),
        (Answer::Flood, "answered with more than 1 MiB"),
        (whole(200, &" ".repeat(2 << 20)), "answered with more than 1 MiB"),
        (whole(302, ""), "answered 302 Found; redirects are not followed"),
        (whole(503, "it\nburns"), "answered 503 Service Unavailable"),
        (whole(200, "<html>"), "expected value at line 1"),
        (whole(200, ""), "EOF while parsing"),
        (Answer::Half(" ".repeat(100)), "did not answer: "),
        (Answer::HangUp, "did not answer: "),
        (Answer::Reset(" ".repeat(100)), "did not answer: "),
        (Answer::OtherProtocol, "did not answer: invalid HTTP"),
    ]
}

/// Those that only an answer of Prometheus has.
fn of_prometheus() -> Vec<(Answer, &'static str)> {
    let refused = r#"{"status": "error", "errorType": "bad_data", "error": "1:5: parse error"}"#;
    vec![
        (vector(&["NaN"]), "the value is NaN, and not a number from 0"),
        (vector(&["+Inf"]), "the value is inf, and not a number from 0"),
        (vector(&["1", "2"]), r#"gives 2 series ({host="h0"}, {host="h1"}); sum them"#),
        (Answer::Whole(400, refused.to_owned()), "answered 400 Bad Request: 1:5: parse error"),
        (Answer::Whole(200, "{\"open\": 7}".to_owned()), "is not that of a Prometheus server"),
    ]
}

/// Those that only a document has.
fn of_documents() -> Vec<(Answer, &'static str)> {
    vec![
        (open("\"7\""), "/open is the text \"7\", and not a number"),
        (open("-1"), "the value at /open is -1, and not a number from 0"),
        (open("null"), "/open is null, and not a number"),
        (Answer::Whole(200, "{}".to_owned()), "the document has nothing at /open"),
    ]
}

/// Reads once; a failure must be one short line that says this.
async fn fails(mut source: Box<dyn MetricSource>, answer: &Answer, words: &str) {
    let error = source.read(Duration::ZERO).await.unwrap_err();
    println!("{error}");
    assert!(matches!(error, ReadError::Failed(_)), "{answer:?}: {error:?}");
    let line = error.to_string();
    assert!(line.contains(words), "{answer:?}: {line}");
    assert!(line.len() < 300 && !line.contains(char::is_control), "{line:?}");
}

#[tokio::test]
async fn each_failed_read_of_a_metric_says_its_cause_in_one_line() {
    let fake = FakeQueue::start();
    for (path, own, what) in
        [(QUERY, of_prometheus(), prometheus()), (DOCUMENT, of_documents(), document(&fake))]
    {
        for (answer, words) in failures().into_iter().chain(own) {
            fake.set(path, answer.clone());
            // Only for answers that never end, the time is short.
            let endless = matches!(answer, Answer::Nothing | Answer::Trickle);
            let interval = if endless { SHORT } else { SOON };
            fails(source(&fake, what.clone(), interval), &answer, words).await;
        }
    }
}

#[tokio::test]
async fn an_empty_vector_is_absent_and_a_server_that_is_gone_is_named() {
    let mut fake = FakeQueue::start();
    fake.set(QUERY, vector(&[]));
    let absent = source(&fake, prometheus(), SOON).read(Duration::ZERO).await.unwrap_err();
    assert_eq!(absent, ReadError::Absent("the query finds no series".to_owned()));
    fake.refuse().await;
    let gone = source(&fake, prometheus(), SOON).read(Duration::ZERO).await.unwrap_err();
    let line = format!("{} cannot be reached: ", fake.url);
    assert!(gone.to_string().starts_with(&line), "{gone}");
}

/// A box with a workload on the fake Prometheus, one on the fake document, and the background.
async fn start(fake: &FakeQueue) -> TestBox {
    let rule = "microscaling.com/rule: per-container, microscaling.com/target-per-container: \"5\", \
                microscaling.com/source-interval: 200ms, microscaling.com/scale-down-window: 1s";
    let query = "microscaling.com/source: prometheus, microscaling.com/query: sum(open), \
                 microscaling.com/metric-name: open sessions";
    let document = format!(
        "microscaling.com/source: http, microscaling.com/url: \"{}/{DOCUMENT}\", \
         microscaling.com/pointer: /open, microscaling.com/max-containers: \"4\"",
        fake.url
    );
    let text = deployment("asked", &format!("{rule}, {query}"))
        + &deployment("shown", &format!("{rule}, {document}"))
        + &deployment("rest", "microscaling.com/rule: remainder, microscaling.com/priority: \"2\"");
    let file: PathBuf = std::env::temp_dir().join(format!("metrics-{}.yaml", std::process::id()));
    std::fs::write(&file, text).unwrap();
    let flags = ["--queue-url", &fake.url, "--prometheus", &fake.url, "--tick", "200ms"];
    let demo = TestBox::start_manifest(&file, &flags).await;
    std::fs::remove_file(file).unwrap();
    demo
}

fn metric(state: &State, name: &str) -> serde_json::Value {
    let all = state.0["queues"].as_array().unwrap();
    all.iter().find(|metric| metric["name"] == name).unwrap().clone()
}

fn why(state: &State, name: &str) -> String {
    let all = state.0["workloads"].as_array().unwrap();
    let workload = all.iter().find(|workload| workload["name"] == name).unwrap();
    workload["why"]["text"].as_str().unwrap().to_owned()
}

fn counts(state: &State) -> [u64; 3] {
    ["asked", "shown", "rest"].map(|name| state.workload(name, "ready"))
}

#[tokio::test]
async fn while_a_metric_fails_its_count_is_kept_and_the_other_one_is_followed() {
    let fake = FakeQueue::start();
    fake.set(QUERY, vector(&["13.5"]));
    fake.set(DOCUMENT, open("7"));
    let demo = start(&fake).await;
    let begun = demo.until("both are followed", SOON, |state| counts(state) == [3, 2, 5]).await;
    let reason = "open sessions value 13.5, target 5 a container: 3 wanted";
    assert!(why(&begun, "asked").starts_with(reason), "{}", why(&begun, "asked"));
    assert_eq!(metric(&begun, "open sessions")["value"], 13.5);
    assert_eq!(metric(&begun, "shown")["source"], "http");
    let failing = [Answer::Nothing, vector(&["NaN"]), vector(&["1", "2"]), vector(&[])];
    for (answer, shown) in failing.into_iter().zip(["17", "7", "17", "7"]) {
        fake.set(QUERY, answer.clone());
        fake.set(DOCUMENT, open(shown));
        let other = if shown == "17" { 4 } else { 2 };
        let held = |state: &State| {
            assert_eq!(state.workload("asked", "desired"), 3, "{answer:?}: {}", state.0);
            metric(state, "open sessions")["status"] == "stale"
                && state.workload("shown", "ready") == other
        };
        let state = demo.until("the other one is followed", SOON, held).await;
        let said = why(&state, "asked");
        let words = "kept at 3: the last reading of metric open sessions is ";
        assert!(said.starts_with(words), "{answer:?}: {said}");
        fake.set(QUERY, vector(&["13.5"]));
        let fresh = |state: &State| metric(state, "open sessions")["status"] == "fresh";
        demo.until("it can be read again", SOON, fresh).await;
    }
    fake.set(QUERY, vector(&["23"]));
    demo.until("it goes on", SOON, |state| state.workload("asked", "ready") == 5).await;
    // The configuration says why a metric cannot be read, and an edit counts at once.
    fake.set(QUERY, vector(&["1", "2"]));
    let told = async || {
        let config = demo.get("/api/v1/config").await;
        let all = config["workloads"].as_array().unwrap();
        let it = all.iter().find(|it| it["deployment"] == "asked").unwrap();
        it["queue_warning"].as_str().unwrap_or_default().to_owned()
    };
    let warned = "metric open sessions: the query gives 2 series";
    until(async || told().await.starts_with(warned)).await;
    let document = serde_json::json!({
        "microscaling.com/source": "http", "microscaling.com/pointer": "/open",
        "microscaling.com/url": format!("{}/{DOCUMENT}", fake.url),
        "microscaling.com/metric-name": "others",
    });
    let changes = serde_json::json!({
        "changes": [{"deployment": "asked", "annotations": document}],
    });
    let (status, answer) = demo.put("/api/v1/config", changes).await;
    assert_eq!(status, 200, "{answer}");
    demo.until("it follows the document", SOON, |state| {
        metric(state, "others")["value"] == 7.0 && state.workload("asked", "ready") == 2
    })
    .await;
}

async fn until(holds: impl AsyncFn() -> bool) {
    let waiting = async {
        while !holds().await {
            tokio::time::sleep(support::LOOK).await;
        }
    };
    assert!(tokio::time::timeout(SOON, waiting).await.is_ok(), "not within {SOON:?}");
}

#[tokio::test]
async fn a_box_without_the_server_that_its_manifest_needs_does_not_start() {
    let query = "microscaling.com/source: prometheus, microscaling.com/query: up, \
                 microscaling.com/rule: per-container, microscaling.com/target-per-container: \"5\"";
    let file = std::env::temp_dir().join(format!("no-server-{}.yaml", std::process::id()));
    std::fs::write(&file, deployment("asked", query)).unwrap();
    let mut command = support::engine();
    command.args(["--listen", "127.0.0.1:0", "--queue-url", "http://127.0.0.1:1", "--manifest"]);
    let output = command.arg(&file).output().await.unwrap();
    std::fs::remove_file(file).unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("asked follows a query to Prometheus; give --prometheus URL"), "{said}");
}
