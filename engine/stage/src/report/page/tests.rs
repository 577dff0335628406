//! What a report says of a run, which is made from events as the stream has them.

use runtime::feed::{Piece, Position};
use serde_json::{Value, json};

use super::page;
use crate::comparison::answer::Answer;
use crate::report::figures::figures;
use crate::report::load::{Rivals, stage};
use crate::report::made::{Made, Source};
use crate::report::reader::Reader;
use crate::report::run::Run;

const RUN: u32 = 7;

fn piece(seq: u64, data: &Value) -> Piece {
    let position = Position { run: RUN, seq };
    let text = data.to_string().into();
    if seq == 1 { Piece::Full(position, text) } else { Piece::Frame(position, text) }
}

fn workload(name: &str, background: bool, ready: u32) -> (String, Value) {
    let settings = json!({"max_delta": null, "fallback": null, "window_s": 60.0, "average_s": 15.0,
        "service_time_s": null});
    let rule = if background { "remainder" } else { "rate" };
    let queue = (!background).then_some("jobs");
    let value = json!({"priority": 1 + u32::from(background), "rule": rule, "queue": queue,
        "target": queue.map(|_| 20), "min": u32::from(!background), "max": 10, "ready": ready,
        "starting": 0, "terminating": 0, "background": background, "start_up_s": 1.0,
        "settings": settings});
    (format!("workload/{name}"), value)
}

fn queue(ready: u64, totals: Option<(u64, u64)>) -> (String, Value) {
    let value = json!({"ready": ready, "in_flight": 2, "target": 20, "status": "fresh",
        "published_total": totals.map(|it| it.0), "acked_total": totals.map(|it| it.1)});
    ("queue/jobs".to_owned(), value)
}

fn first() -> Value {
    let state: serde_json::Map<String, Value> = [
        queue(0, Some((100, 100))),
        workload("consumer", false, 1),
        workload("remainder", true, 9),
        ("capacity".to_owned(), json!(10)),
        ("tick_s".to_owned(), json!(0.5)),
        ("lost".to_owned(), json!(0)),
        ("status".to_owned(), json!({"scheduler": "process", "start_delay_s": 1.0})),
    ]
    .into_iter()
    .collect();
    json!({"seq": 1, "t": 0.0, "state": state, "history": {}, "log": []})
}

fn entry(id: u64, at: f64, kind: &str, text: &str, by: Option<&str>) -> Value {
    let mark = (kind == "load").then_some(text);
    json!({"id": id, "at": at, "kind": kind, "text": text, "by": by, "mark": mark})
}

/// The frame of a tick, two of which make a second.
fn frame(tick: u64, set: &[(String, Value)], log: &[Value]) -> Value {
    let set: serde_json::Map<String, Value> = set.iter().cloned().collect();
    json!({"seq": tick + 1, "t": tick as f64 / 2.0, "step": true, "set": set, "log": log})
}

/// A minute in which 10 jobs a second come, and 28 at once; for 5 s 30 of them wait. Decisions and
/// steps come with it, one of them with markup in its text.
fn events(totals: bool) -> Vec<Piece> {
    let scene = |step: u64| {
        let caption = format!("Caption {step} <script>alert({step})</script>");
        json!({"name": "lunch <b>rush</b>", "step": step, "of": 2, "caption": caption})
    };
    let mut pieces = vec![piece(1, &first())];
    for tick in 1..=120_u64 {
        let ready = if (20..30).contains(&tick) { 30 } else { 2 };
        let published = 100 + 5 * tick + if tick < 20 { 0 } else { 28 };
        let known = totals.then_some((published, published - ready - 2));
        let mut set = vec![queue(ready, known)];
        let mut log = Vec::new();
        if tick == 2 || tick == 60 {
            set.push(("scenario".to_owned(), scene(1 + tick / 60)));
        }
        if tick == 10 {
            log.push(entry(0, 5.0, "load", "producers 1 -> 3", Some("the page")));
            let why = "consumer 1 -> 8: <img src=x onerror=alert(1)>";
            log.push(entry(1, 5.0, "decision", why, None));
            set.extend([workload("consumer", false, 8), workload("remainder", true, 2)]);
        }
        if tick > 60 && tick % 2 == 0 {
            let n = (tick - 60) / 2;
            let text = format!("remainder 2 -> {n}: reason {n}");
            log.push(entry(1 + n, tick as f64 / 2.0, "decision", &text, None));
        }
        pieces.push(piece(tick + 1, &frame(tick, &set, &log)));
    }
    pieces
}

fn run(pieces: &[Piece]) -> Run {
    let mut reader = Reader::default();
    for piece in pieces {
        assert_eq!(reader.take(piece).map(|before| before.is_none()), Ok(true));
    }
    reader.run.unwrap()
}

fn made() -> Made {
    let source = Source::Recording { file: "my run.ndjson".to_owned(), runs: 1, cut: None };
    Made { at: "2026-03-01 14:05:10 UTC".to_owned(), version: "1.2.3", source }
}

fn rivals(run: &Run) -> Rivals {
    stage(run).and_then(|stage| Answer::played(&stage))
}

fn html(run: &Run) -> String {
    page(run, &rivals(run), &made()).into_string()
}

/// The text of a row of a table whose first cell is `head`.
fn row(html: &str, head: &str) -> String {
    let rest = html.split(&format!(">{head}</th>")).nth(1).unwrap_or_else(|| panic!("{head}"));
    let row = rest.split("</tr>").next().unwrap();
    row.split(['<', '>']).skip(2).step_by(4).collect::<Vec<_>>().join(" ").trim().to_owned()
}

#[test]
fn the_report_has_each_step_and_each_decision_with_its_time_and_reason() {
    let html = html(&run(&events(true)));
    for says in [
        "Lunch &lt;b&gt;rush&lt;/b&gt;</h1>",
        "Made 2026-03-01 14:05:10 UTC by version 1.2.3, from the recording my run.ndjson.",
        "Step 1 of 2.</b> Caption 1",
        "Step 2 of 2.</b> Caption 2",
        "<td class=\"at\">0:05</td><td class=\"by\">the page</td><td>producers 1 \u{2192} 3</td>",
        "engine replay 'my run.ndjson' --report run.html",
    ] {
        assert!(html.contains(says), "{says}");
    }
    assert!((1..=30).all(|n| html.contains(&format!("reason {n}</td>"))), "all decisions");
    assert_eq!(row(&html, "Decisions"), "31");
}

#[test]
fn nothing_from_the_stream_becomes_markup_and_nothing_is_run_or_loaded() {
    let html = html(&run(&events(true)));
    for markup in ["<script", "<img", "onerror=alert(1)>", "<b>rush", "<link", "@import", "url(h"] {
        assert!(!html.contains(markup), "{markup}");
    }
    assert!(html.contains("&lt;script&gt;alert(1)") && html.contains("&lt;img src=x"));
    assert!(html.contains("default-src 'none'"), "the policy forbids the rest");
}

#[test]
fn the_figures_are_those_of_the_values() {
    let run = run(&events(true));
    let html = html(&run);
    for (head, value) in [
        ("Jobs in", "627"),
        ("In the queue at the end", "4"),
        ("Jobs done", "623"),
        ("Largest queue", "30 at 0:10"),
        ("Time over the target", "5.0 s"),
        ("Mean wait", "0.41 s"),
        ("Most containers at once", "10 of 10"),
        ("Jobs lost", "0"),
        ("Measured time", "0:59"),
    ] {
        assert_eq!(row(&html, head), value, "{head}");
    }
    let sentence = "627 jobs came in, 623 were done and none was lost; the queue was longer than \
                    its target of 20 for 5.0 s.";
    assert!(html.contains(sentence));
    // 4.5 s with one container and 55 s with eight.
    let expected = [("consumer".to_owned(), 444.5), ("remainder".to_owned(), 150.5)];
    assert_eq!(figures(&run).container_s, expected);
}

#[test]
fn what_is_not_known_is_a_dash_and_never_a_zero() {
    let mut pieces = events(false);
    let mut data = first();
    data["state"]["lost"] = Value::Null;
    data["state"]["status"] = json!({});
    pieces[0] = piece(1, &data);
    let html = html(&run(&pieces));
    for head in ["Jobs in", "Jobs done", "Mean wait", "Jobs lost", "Scheduler", "Start delay"] {
        assert_eq!(row(&html, head), "\u{2013}", "{head}");
    }
    assert!(html.contains("How many jobs came is not known; how many were lost is not known"));
    assert!(html.contains("There is no comparison: the readings have no counters"));
}

#[test]
fn a_recording_of_an_earlier_version_has_no_comparison_and_the_report_says_why() {
    let mut data = first();
    for name in ["consumer", "remainder"] {
        let key = format!("workload/{name}");
        data["state"][&key].as_object_mut().unwrap().remove("settings");
    }
    let mut pieces = events(true);
    pieces[0] = piece(1, &data);
    pieces.truncate(10);
    let html = html(&run(&pieces));
    assert!(html.contains("There is no comparison: the settings of the rules are not known"));
}

#[test]
fn all_rivals_are_simulated_on_the_recorded_load_with_their_settings() {
    let run = run(&events(true));
    let answer = rivals(&run).unwrap();
    let labels: Vec<&str> = answer.contenders.iter().map(|it| it.label.as_str()).collect();
    assert_eq!(labels[..1], ["ours"]);
    assert!(["HPA", "KEDA", "KEDA tuned"].iter().all(|name| labels.contains(name)), "{labels:?}");
    let html = html(&run);
    assert!(
        html.contains("All are simulated, ours too, with the jobs that came from 0:00 to 1:00")
    );
    for it in &answer.contenders {
        assert!(html.contains(&format!("{}</b>, simulated", it.label)), "{}", it.label);
        assert!(it.settings.is_empty() || html.contains(&it.settings), "{}", it.settings);
    }
}

#[test]
fn a_part_of_a_run_has_only_what_came_in_it() {
    let run = run(&events(true)).since(30.0);
    let html = html(&run);
    assert!(html.contains("The figures begin 0:30 after the beginning of the run"));
    assert!(html.contains("Caption 2") && !html.contains("Caption 1"));
    assert!(!html.contains("producers 1"), "the load changed before");
    assert_eq!(row(&html, "Jobs in"), "304", "4 of them were there already");
    assert!(html.contains("from 0:30 to 1:00"), "the rivals play the same part");
}

#[test]
fn decisions_after_the_fortieth_are_folded_and_missing_ones_are_counted() {
    let mut pieces = events(true);
    let log: Vec<Value> = (0..60)
        .map(|n| entry(100 + n, 60.0, "decision", &format!("consumer 1 -> 2: late {n}"), None))
        .collect();
    pieces.push(piece(122, &frame(121, &[], &log)));
    let html = html(&run(&pieces));
    assert!(html.contains("51 more decisions"), "91 less 40");
    assert!((0..60).all(|n| html.contains(&format!("late {n}</td>"))));
    assert!(html.contains("68 earlier entries of the log were not kept"));
    assert_eq!(row(&html, "Decisions"), "\u{2013}", "how many were made is not known");
}

#[test]
fn an_hour_of_ticks_stays_within_a_few_megabytes() {
    let mut reader = Reader::default();
    reader.take(&piece(1, &first())).unwrap();
    for tick in 1..=9000_u64 {
        let text = format!("consumer 1 -> 2: {}", "because ".repeat(30));
        let log = [entry(tick - 1, tick as f64 / 2.0, "decision", &text, None)];
        let set = [queue(tick % 50, Some((5 * tick, 5 * tick)))];
        reader.take(&piece(tick + 1, &frame(tick, &set, &log))).unwrap();
    }
    let run = reader.run.unwrap();
    assert_eq!((run.points.len(), run.log.len()), (7201, 5000));
    assert_eq!((run.from(), run.missing_entries), (900.0, 4000));
    let html = html(&run);
    println!("{} bytes", html.len());
    assert!(html.len() < 3_000_000, "{}", html.len());
    assert!(html.contains("The figures begin 15:00 after"));
}

#[test]
fn a_run_of_which_nothing_is_known_yet_is_a_report_without_figures() {
    let html = page(&Run::default(), &Err("the queues were not read yet".to_owned()), &made());
    let html = html.into_string();
    assert!(html.contains("No queue was read, so nothing is known about jobs."));
    assert!(html.contains("There is no comparison: the queues were not read yet."));
}

#[test]
fn damaged_data_are_refused_and_never_panic() {
    let mut reader = Reader::default();
    assert!(reader.take(&piece(2, &json!({"seq": 2, "t": 1.0}))).is_err(), "no snapshot yet");
    reader.take(&piece(1, &first())).unwrap();
    for data in [
        json!({"seq": 2}),
        json!({"seq": 2, "t": -1.0}),
        json!({"seq": 2, "t": 1e300}),
        json!({"seq": 2, "t": 1.0, "log": [{}]}),
    ] {
        assert!(reader.take(&piece(2, &data)).unwrap_err().starts_with("its data: "), "{data}");
    }
    let strange = json!({"seq": 2, "t": 1.0, "step": true,
        "set": {"queue/jobs": 5, "workload/consumer": {"ready": -1}, "capacity": "x",
            "queue/other": {"ready": u64::MAX, "status": "fresh", "published_total": u64::MAX,
                "acked_total": 0, "in_flight": 0, "target": 0}},
        "log": [entry(u64::MAX, -5.0, "decision", "", None), entry(0, 1.0, "x", "", None)]});
    reader.take(&piece(2, &strange)).unwrap();
    reader.take(&piece(3, &json!({"seq": 3, "t": 2.0, "step": true}))).unwrap();
    let run = reader.run.unwrap();
    assert!(html(&run).contains("Figures"));
}
