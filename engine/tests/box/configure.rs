//! Edits of annotations in a running box, over its public interfaces.

use std::collections::BTreeMap;
use std::time::Duration;

use manifest::parse::parse;
use reqwest::{Client, Method};
use serde_json::{Value, json};

use support::{State, TestBox, demo_yaml};

const SOON: Duration = Duration::from_secs(20);
const PREFIX: &str = "microscaling.com/";

/// A request as the page sends it; returns status and body.
async fn call(demo: &TestBox, method: Method, path: &str, body: &Value) -> (u16, Value) {
    let http = Client::builder().no_proxy().build().unwrap();
    let call = http.request(method, format!("{}{path}", demo.url)).json(body);
    let answer = call.header("x-microscaling-client", "page").send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn text(demo: &TestBox, path: &str) -> String {
    let http = Client::builder().no_proxy().build().unwrap();
    http.get(format!("{}{path}", demo.url)).send().await.unwrap().text().await.unwrap()
}

/// A change of a Deployment's annotations; adds the prefix to their names.
fn change(deployment: &str, annotations: &[(&str, Option<&str>)]) -> Value {
    let all = annotations.iter().map(|(name, value)| (format!("{PREFIX}{name}"), *value));
    json!({"deployment": deployment, "annotations": all.collect::<BTreeMap<_, _>>()})
}

async fn edit(demo: &TestBox, changes: &[Value]) -> (u16, Value) {
    call(demo, Method::PUT, "/api/v1/config", &json!({"changes": changes})).await
}

/// The settings of a Deployment.
fn settings(config: &Value, deployment: &str) -> Value {
    let all = config["workloads"].as_array().unwrap();
    all.iter().find(|it| it["deployment"] == deployment).unwrap()["settings"].clone()
}

/// The configuration as a page shows it, without defaults and authors.
async fn shown(demo: &TestBox) -> Value {
    let config = demo.get("/api/v1/config").await;
    let of = |list: &str| -> Vec<Value> {
        let all = config[list].as_array().unwrap().iter();
        all.map(|it| json!([it["deployment"], it["annotations"], it["settings"]])).collect()
    };
    json!([of("workloads"), of("others"), config["capacity"]["value"]])
}

#[tokio::test]
async fn an_edit_takes_effect_at_once_and_is_marked_on_the_chart() {
    let demo = TestBox::start(&[]).await;
    let before = demo.get("/api/v1/config").await;
    assert_eq!(settings(&before, "consumer")["target"], 20);
    assert_eq!(before["workloads"][0]["image"], "localhost/microscaling-in-a-box:0.1.0");
    assert_eq!((&before["read_only"], &before["edits"]), (&Value::Null, &json!(0)));

    let (status, after) =
        edit(&demo, &[change("consumer", &[("target-queue-length", Some("10"))])]).await;
    assert_eq!(status, 200, "{after}");
    assert_eq!(settings(&after, "consumer")["target"], 10);
    let state = demo.state().await.0;
    assert_eq!(state["workloads"][0]["target"], 10);
    assert_eq!(state["config"], after["version"]);
    assert_eq!(after["differs"].as_array().unwrap().len(), 1);
    assert_eq!(after["log"][0]["text"], "target 20 -> 10, consumer");
    let snapshot = demo.first_event("/page/stream").await;
    let log = snapshot["log"].as_array().unwrap();
    let edit = log.iter().find(|entry| entry["kind"] == "edit").unwrap();
    let text = json!("target 20 -> 10, consumer");
    assert_eq!((&edit["by"], &edit["text"], &edit["mark"]), (&json!("the page"), &text, &text));
}

#[tokio::test]
async fn one_invalid_annotation_refuses_the_whole_edit() {
    let demo = TestBox::start(&[]).await;
    // A queue without any message so far is part of the configuration, too.
    demo.until("its queue is read", SOON, |state| state.queue().is_some()).await;
    let before = demo.get("/api/v1/config").await;
    let (status, answer) = edit(
        &demo,
        &[
            change("consumer", &[("target-queue-length", Some("10"))]),
            change("remainder", &[("min-containers", Some("11")), ("paused", Some("yes"))]),
        ],
    )
    .await;
    assert_eq!((status, &answer["error"]["code"]), (422, &json!("bad_configuration")));
    let problems = answer["error"]["problems"].as_array().unwrap();
    let says: Vec<_> = problems.iter().map(|it| it["text"].as_str().unwrap()).collect();
    let paused = "deployment/remainder: annotation microscaling.com/paused is \"yes\"; it must be \
                  \"true\" or \"false\"";
    assert_eq!(says, [paused]);
    assert_eq!(problems[0]["annotation"], "microscaling.com/paused");
    assert_eq!(demo.get("/api/v1/config").await, before);

    let (status, answer) = edit(&demo, &[change("nobody", &[("priority", Some("1"))])]).await;
    assert_eq!(status, 404, "{answer}");
    let body = json!({"changes": [{"deployment": "consumer", "annotations": {}, "x": 1}]});
    assert_eq!(call(&demo, Method::PUT, "/api/v1/config", &body).await.0, 400);
    let server = change("queue", &[("is-scalable", Some("true")), ("rule", Some("remainder"))]);
    let (status, answer) = edit(&demo, &[server]).await;
    assert_eq!(status, 422, "{answer}");
    assert!(answer["error"]["message"].as_str().unwrap().contains("it is behind a Service"));
}

#[tokio::test]
async fn a_deployment_with_a_new_queue_annotation_is_scaled_until_it_is_removed() {
    let demo = TestBox::start(&[]).await;
    let follow = [
        ("is-scalable", Some("true")),
        ("rule", Some("simple-queue")),
        ("queue", Some("jobs")),
        ("target-queue-length", Some("5")),
        ("min-containers", Some("2")),
    ];
    let (status, answer) = edit(&demo, &[change("producer", &follow)]).await;
    assert_eq!(status, 200, "{answer}");
    let text = "producer is scaled: min 2, queue jobs, rule simple-queue, target 5";
    assert_eq!(answer["log"][0]["text"], text);
    let runs = |state: &State| state.workload("producer", "ready") >= 2;
    demo.until("it has its minimum", SOON, runs).await;
    assert!(demo.state().await.used() <= 10);
    let (status, answer) = edit(&demo, &[change("producer", &[("is-scalable", None)])]).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["workloads"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn the_exported_manifest_and_commands_lead_to_the_same_configuration() {
    let demo = TestBox::start(&["--capacity", "9"]).await;
    let (status, answer) = edit(
        &demo,
        &[
            change("consumer", &[("max-delta", Some("2")), ("rate-average", None)]),
            change("engine", &[("capacity", Some("12"))]),
            change("producer", &[("priority", Some("4"))]),
        ],
    )
    .await;
    assert_eq!(status, 200, "{answer}");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("demo.yaml");
    let manifest = text(&demo, "/api/v1/config/demo.yaml").await;
    assert!(manifest.contains("    # Short, so that an audience sees the scale-down."));
    std::fs::write(&file, &manifest).unwrap();
    let again = TestBox::start_manifest(&file, &[]).await;
    assert_eq!(shown(&again).await, shown(&demo).await);

    let lines = text(&demo, "/api/v1/config/annotate").await;
    let fresh = TestBox::start(&[]).await;
    let (status, answer) = edit(&fresh, &by_lines(&lines)).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(shown(&fresh).await, shown(&demo).await);
}

/// The changes that kubectl would make of these lines; nothing in them needs a quote.
fn by_lines(lines: &str) -> Vec<Value> {
    let words = lines.lines().map(|line| line.split(' ').collect::<Vec<_>>());
    words
        .map(|words| {
            assert_eq!(words[..4], ["kubectl", "annotate", "--overwrite", "deployment"]);
            let annotations = words[5..].iter().map(|word| match word.split_once('=') {
                Some((name, value)) => (name.to_owned(), Some(value)),
                None => (word.strip_suffix('-').unwrap().to_owned(), None),
            });
            let annotations: BTreeMap<_, _> = annotations.collect();
            json!({"deployment": words[4], "annotations": annotations})
        })
        .collect()
}

#[tokio::test]
async fn back_to_defaults_restores_the_manifest() {
    let demo = TestBox::start(&[]).await;
    let before = shown(&demo).await;
    edit(
        &demo,
        &[
            change("consumer", &[("rule", Some("queue")), ("scale-down-window", None)]),
            change("engine", &[("capacity", Some("7"))]),
        ],
    )
    .await;
    assert_ne!(shown(&demo).await, before);
    let (status, answer) = call(&demo, Method::DELETE, "/api/v1/config", &json!({})).await;
    assert_eq!((status, &answer["differs"]), (200, &json!([])));
    assert_eq!(shown(&demo).await, before);
    let manifest = text(&demo, "/api/v1/config/demo.yaml").await;
    assert_eq!(manifest, std::fs::read_to_string(demo_yaml()).unwrap());
    assert!(parse(&manifest).is_ok());
}

#[tokio::test]
async fn a_paused_workload_keeps_what_it_has_and_a_reset_frees_it() {
    let demo = TestBox::start(&[]).await;
    let full = |state: &State| state.workload("remainder", "ready") == 9;
    demo.until("the background has nine slots", SOON, full).await;
    let path = "/api/v1/workloads/remainder/pause";
    let (status, answer) = call(&demo, Method::PUT, path, &json!({"paused": true})).await;
    assert_eq!((status, &answer), (200, &json!({"paused": true})));
    assert_eq!(demo.get("/api/v1/config").await["log"][0]["text"], "remainder paused");
    let (status, _) = call(&demo, Method::POST, "/api/v1/burst", &json!({"jobs": 300})).await;
    assert_eq!(status, 200);
    let tick = demo.state().await.tick();
    let state = demo.until("four rounds", SOON, |state| state.tick() > tick + 4).await;
    assert_eq!(
        (state.workload("remainder", "desired"), state.workload("consumer", "desired")),
        (9, 1)
    );
    let (status, _) = call(&demo, Method::POST, "/api/v1/reset", &json!({})).await;
    assert_eq!(status, 200);
    let config = demo.get("/api/v1/config").await;
    assert_eq!(settings(&config, "remainder")["paused"], false);
    assert_eq!((&config["differs"], &config["log"]), (&json!([]), &json!([])));
    let (status, _) =
        call(&demo, Method::PUT, "/api/v1/workloads/producer/pause", &json!({"paused": true}))
            .await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn a_client_that_has_the_configuration_is_not_sent_it_again() {
    let demo = TestBox::start(&[]).await;
    let http = Client::builder().no_proxy().build().unwrap();
    let url = format!("{}/api/v1/config", demo.url);
    let first = http.get(&url).send().await.unwrap();
    let tag = first.headers()["etag"].clone();
    let again = http.get(&url).header("if-none-match", &tag).send().await.unwrap();
    assert_eq!(again.status(), 304);
    edit(&demo, &[change("consumer", &[("max-delta", Some("2"))])]).await;
    let changed = http.get(&url).header("if-none-match", &tag).send().await.unwrap();
    assert_eq!(changed.status(), 200);
}
