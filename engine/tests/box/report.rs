//! The report of a run: one HTML file, from a play, from a running engine, and from a recording.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use support::{TestBox, demo_yaml, engine};

const SOON: Duration = Duration::from_secs(120);

/// The path of a file that does not exist yet.
fn path(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_file(&path);
    path
}

async fn run(args: &[&str]) -> (Output, String) {
    let mut command = engine();
    command.args(args).stdin(Stdio::null());
    let ended = tokio::time::timeout(SOON, command.output()).await.unwrap().unwrap();
    let said = String::from_utf8_lossy(&[&ended.stdout[..], &ended.stderr[..]].concat()).into();
    (ended, said)
}

/// Takes and removes a report; checks that it is one page that runs and loads nothing.
fn taken(file: &Path) -> String {
    let html = std::fs::read_to_string(file).unwrap();
    std::fs::remove_file(file).unwrap();
    assert!(html.starts_with("<!DOCTYPE html>") && html.ends_with("</html>"), "{html}");
    for way in ["<script", "<link", "<img", "src=", "@import", "href="] {
        assert!(!html.contains(way), "{way}");
    }
    html
}

#[tokio::test]
async fn a_play_and_its_recording_have_the_same_report() {
    let (report, again) = (path("played.html"), path("recorded.html"));
    let recording = path("played.ndjson");
    let (file, recorded) = (report.to_str().unwrap(), recording.to_str().unwrap());
    let mut demo = TestBox::start(&["--record", recorded, "--start-delay=200ms"]).await;
    let (ended, said) =
        run(&["play", "--for=8s", "--engine-url", &demo.url, "--report", file]).await;
    assert!(ended.status.success() && said.contains(&format!("report                   {file}")));
    let played = taken(&report);

    // This load is in the recording alone.
    demo.scale("producer", 1).await;
    demo.until("a job is done", SOON, |state| state.queue() == Some(0)).await;
    let engine = demo.engine.id().unwrap().to_string();
    assert!(std::process::Command::new("kill").arg(&engine).status().unwrap().success());
    tokio::time::timeout(SOON, demo.engine.wait()).await.unwrap().unwrap();
    let name = again.to_str().unwrap();
    let (ended, said) = run(&["replay", recorded, "--report", name]).await;
    assert!(ended.status.success(), "{said}");
    let recorded_page = taken(&again);

    for (which, html) in [("play", &played), ("recording", &recorded_page)] {
        for says in ["A run of ", "KEDA tuned", "gives way to consumer", "none was lost"] {
            assert!(html.contains(says), "{which}: {says}");
        }
        assert!(html.contains("producers 1 \u{2192} 3"), "{which}: the change of the load");
        assert!(!html.contains("There is no comparison"), "{which}");
    }
    // The play's decisions are in the recording's report, too.
    let rows = |html: &str| -> Vec<String> {
        html.split("<td>").filter(|row| row.starts_with("consumer ")).map(str::to_owned).collect()
    };
    let (of_play, of_recording) = (rows(&played), rows(&recorded_page));
    let cells = |row: &String| row.split("</td>").next().unwrap_or_default().to_owned();
    let all: Vec<String> = of_recording.iter().map(cells).collect();
    assert!(!of_play.is_empty() && of_play.iter().all(|row| all.contains(&cells(row))), "{all:?}");
    std::fs::remove_file(recording).unwrap();
}

#[tokio::test]
async fn a_scenario_in_a_box_of_its_own_has_its_steps_in_the_report() {
    let (scenario, report) = (path("short.yaml"), path("scenario.html"));
    let story = include_str!("../../../scenarios/first-five-minutes.yaml");
    let short = ["7s", "28s", "25s"]
        .iter()
        .fold(story.to_owned(), |text, time| text.replace(&format!("for: {time}"), "for: 4s"));
    std::fs::write(&scenario, short).unwrap();
    let manifest = demo_yaml();
    let args = ["play", scenario.to_str().unwrap(), "--listen=127.0.0.1:0", "--manifest"];
    let (report_name, manifest) = (report.to_str().unwrap(), manifest.to_str().unwrap());
    let args = [&args[..], &[manifest, "--report", report_name]].concat();
    let (ended, said) = run(&args).await;
    assert!(ended.status.success(), "{said}");
    let html = taken(&report);
    assert!(html.contains("<h1>First five minutes</h1>"), "{html}");
    for n in 1..=3 {
        assert!(html.contains(&format!("<b>Step {n} of 3.</b>")), "step {n}");
    }
    assert!(html.contains("the scenario</td>"), "who held the scaling");
    std::fs::remove_file(scenario).unwrap();
}

#[tokio::test]
async fn the_engine_answers_with_a_file_and_refuses_a_wrong_query() {
    let demo = TestBox::start(&[]).await;
    demo.until("a tick", SOON, |state| state.tick() > 2).await;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = http.get(format!("{}/api/v1/report", demo.url)).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    assert!(header("content-disposition").starts_with("attachment; filename=\"microscaling-"));
    assert!(header("content-security-policy").starts_with("default-src 'none'"));
    let html = answer.text().await.unwrap();
    assert!(html.contains("There is no comparison"));
    for query in ["since=x", "since=-1", "since=NaN", "until=3"] {
        let (status, error) = demo.ask(&format!("/api/v1/report?{query}")).await;
        assert_eq!(status, 400, "{query}: {error}");
    }
}

#[tokio::test]
async fn errors_of_a_report_are_one_clear_line() {
    let existing = path("existing.html");
    std::fs::write(&existing, "mine").unwrap();
    let name = existing.to_str().unwrap();
    let good = r#"{"ms":0,"event":"snapshot","id":"00000007-1","data":{"seq":1,"t":0.0}}"#;
    let bad = r#"{"ms":5,"event":"frame","id":"00000007-2","data":{"seq":2,"t":"x"}}"#;
    let (fine, damaged) = (path("fine.ndjson"), path("wrong.ndjson"));
    std::fs::write(&fine, format!("{good}\n")).unwrap();
    std::fs::write(&damaged, format!("{good}\n{bad}\n")).unwrap();
    let (fine, damaged) = (fine.to_str().unwrap(), damaged.to_str().unwrap());
    let new = path("new.html");
    let new = new.to_str().unwrap();
    for (args, code, says) in [
        (&["play", "--report", name][..], 1, "name a new file with --report"),
        (&["replay", fine, "--report", name], 1, "name a new file with --report"),
        (&["replay", fine, "--report", "/nowhere/x.html"], 1, "cannot write a report to /nowhere"),
        (&["replay", damaged, "--report", new], 2, "wrong.ndjson: line 2: its data: "),
        (&["replay", fine, "--report", new, "--loop"], 2, "cannot be used with"),
    ] {
        let (ended, said) = run(args).await;
        assert_eq!(ended.status.code(), Some(code), "{said}");
        assert!(said.starts_with("error: ") && said.contains(says), "{said}");
    }
    assert_eq!(std::fs::read_to_string(&existing).unwrap(), "mine", "it is not overwritten");
    assert!(!Path::new(new).exists(), "a report that failed leaves no file");
    let (ended, said) = run(&["replay", fine, "--report"]).await;
    assert!(ended.status.success(), "{said}");
    let html = taken(&Path::new(fine).with_extension("html"));
    assert!(html.contains("No queue was read"), "{html}");
}
