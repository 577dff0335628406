//! The box's smaller promises, over its public interfaces.

use std::time::Duration;

use support::{LOOK, State, TestBox, all_gone, demo_yaml, engine, kill_9};

const SOON: Duration = Duration::from_secs(20);

/// Runs the engine's program to its end; returns its exit code and its output.
async fn said(args: &[&str]) -> (i32, String, String) {
    let output = engine().args(args).output().await.unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

/// The demo's manifest with a change, as a file.
fn changed_demo(name: &str, from: &str, to: &str) -> String {
    let text = std::fs::read_to_string(demo_yaml()).unwrap();
    assert!(text.contains(from), "{from}");
    let path = std::env::temp_dir().join(format!("{name}-{}.yaml", std::process::id()));
    std::fs::write(&path, text.replace(from, to)).unwrap();
    path.to_str().unwrap().to_owned()
}

#[tokio::test]
async fn two_boxes_run_side_by_side() {
    let (first, second) = (TestBox::start(&[]).await, TestBox::start(&[]).await);
    for demo in [&first, &second] {
        demo.until("its queue is read", SOON, |state| state.queue().is_some()).await;
    }
    first.scale("producer", 1).await;
    first.until("its producer runs", SOON, |s| s.deployment("producer", "ready") == 1).await;
    assert_eq!(second.state().await.deployment("producer", "desired"), 0);
}

#[tokio::test]
async fn a_signal_ends_the_box_and_all_its_processes() {
    let mut demo = TestBox::start(&[]).await;
    let full = |state: &State| state.workload("remainder", "ready") == 9;
    demo.until("the background has nine slots", SOON, full).await;
    let pids = demo.pids().await;
    let engine = demo.engine.id().unwrap().to_string();
    assert!(std::process::Command::new("kill").arg(&engine).status().unwrap().success());
    let left = tokio::time::timeout(SOON, demo.engine.wait()).await.unwrap().unwrap();
    assert_eq!(left.code(), Some(0));
    all_gone(&pids, Duration::from_secs(1)).await;
}

#[tokio::test]
async fn a_killed_queue_is_back_at_its_old_address() {
    let demo = TestBox::start(&[]).await;
    demo.scale("producer", 1).await;
    demo.until("jobs come", SOON, |state| state.workload("consumer", "ready") == 1).await;
    let before = demo.get("/api/v1/processes").await;
    let queue = |all: &serde_json::Value| {
        all["processes"].as_array().unwrap().iter().find(|p| p["workload"] == "queue").cloned()
    };
    kill_9(queue(&before).unwrap()["pid"].as_u64().unwrap() as u32);
    let end = std::time::Instant::now() + SOON;
    let again = loop {
        let now = demo.get("/api/v1/processes").await;
        let ready = queue(&now).filter(|q| q["restarts"] == 1 && q["phase"] == "ready");
        if ready.is_some() {
            break now;
        }
        assert!(std::time::Instant::now() < end, "{now}");
        tokio::time::sleep(LOOK).await;
    };
    assert_eq!(again["queue_url"], before["queue_url"]);
    let tick = demo.state().await.tick();
    let read_again =
        |state: &State| state.tick() > tick + 3 && state.0["queues"][0]["status"] == "fresh";
    demo.until("the queue is read again", SOON, read_again).await;
}

#[tokio::test]
async fn a_manual_scale_cannot_exceed_the_capacity_and_the_engine_corrects_others() {
    let demo = TestBox::start(&[]).await;
    let full = |state: &State| state.workload("remainder", "ready") == 9;
    demo.until("the background has nine slots", SOON, full).await;
    let (status, answer) = demo.scale("consumer", 2).await;
    assert_eq!(status, 409, "{answer}");
    assert!(answer["error"]["message"].as_str().unwrap().contains("only 0 of 10 slots are free"));
    let (status, _) = demo.scale("remainder", 4).await;
    assert_eq!(status, 200);
    demo.until("the engine corrects a manual cut", SOON, full).await;
}

#[tokio::test]
async fn an_impossible_scale_is_refused_with_a_reason() {
    let demo = TestBox::start(&[]).await;
    let (status, answer) = demo.scale("nobody", 1).await;
    assert_eq!(status, 404);
    let message = answer["error"]["message"].as_str().unwrap();
    assert!(
        message.contains("the deployments are consumer, producer, queue, remainder"),
        "{message}"
    );
    assert_eq!(demo.scale("queue", 2).await.0, 409);
    assert_eq!(demo.scale("producer", 51).await.0, 409);

    let (code, _, error) =
        said(&["scale", "deployment/nobody", "--replicas=1", "--engine-url", &demo.url]).await;
    assert_eq!(code, 1);
    assert!(error.starts_with("error: there is no deployment nobody"), "{error}");
    let (code, out, _) =
        said(&["scale", "deployment/producer", "--replicas=1", "--engine-url", &demo.url]).await;
    assert_eq!((code, out.as_str()), (0, "deployment.apps/producer scaled\n"));
}

#[tokio::test]
async fn the_page_loads_nothing_from_elsewhere_and_another_host_is_refused() {
    let demo = TestBox::start(&[]).await;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let page = http.get(&demo.url).send().await.unwrap();
    let policy = page.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'self';") && !policy.contains("unsafe"), "{policy}");
    let html = page.text().await.unwrap();
    assert!(html.contains("Waiting for the engine."));
    assert!(!html.contains("http://") && !html.contains("https://") && !html.contains("style="));
    for path in ["/", "/api/v1/state", "/api/v1/events", "/page/stream", "/assets/shell/style.css"]
    {
        let asked = http.get(format!("{}{path}", demo.url)).header("host", "evil.example");
        assert_eq!(asked.send().await.unwrap().status(), 403, "{path}");
    }
    for path in ["/metrics", "/livez", "/readyz"] {
        let asked = http.get(format!("{}{path}", demo.url)).header("host", "10.0.0.1:8080");
        assert_eq!(asked.send().await.unwrap().status(), 200, "{path}");
    }
}

#[tokio::test]
async fn metrics_and_api_have_the_same_numbers() {
    let demo = TestBox::start(&[]).await;
    let full = |state: &State| state.workload("remainder", "ready") == 9;
    demo.until("the background has nine slots", SOON, full).await;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let text = http.get(format!("{}/metrics", demo.url)).send().await.unwrap();
    let text = text.text().await.unwrap();
    assert!(text.contains(r#"microscaling_replicas{state="ready",workload="remainder"} 9"#));
    assert!(text.contains("microscaling_capacity 10"), "{text}");
    for name in [
        "microscaling_tick ",
        "microscaling_decisions_total{",
        "microscaling_decision_duration_seconds_count ",
    ] {
        assert!(text.contains(name), "{name} is missing in {text}");
    }
}

#[tokio::test]
async fn a_bad_manifest_is_refused_before_anything_starts() {
    let file = changed_demo("refused", "min-containers: \"1\"", "min-containers: \"6\"");
    for args in [["--manifest", &file], ["validate", "-f"]] {
        let args: Vec<&str> =
            if args[0] == "validate" { vec![args[0], args[1], &file] } else { args.to_vec() };
        let (code, _, error) = said(&args).await;
        assert_eq!(code, 1, "{error}");
        assert_eq!(error.lines().count(), 1, "{error}");
        assert!(error.contains("deployment/engine: annotation microscaling.com/capacity is 10"));
    }
    std::fs::remove_file(file).unwrap();
}

#[tokio::test]
async fn a_manifest_with_too_many_replicas_begins_within_the_capacity() {
    let consumer = "  name: consumer\n";
    let text = std::fs::read_to_string(demo_yaml()).unwrap();
    let at = text.find(consumer).unwrap();
    let (before, after) = text.split_at(at);
    let text = before.to_owned() + &after.replace("  replicas: 1", "  replicas: 6");
    let path = std::env::temp_dir().join(format!("six-and-six-{}.yaml", std::process::id()));
    std::fs::write(&path, text).unwrap();
    let demo = TestBox::start_manifest(&path, &[]).await;
    let mut most = 0;
    for _ in 0..40 {
        most = most.max(demo.state().await.used());
        tokio::time::sleep(LOOK).await;
    }
    assert!((8..=10).contains(&most), "{most}");
    std::fs::remove_file(path).unwrap();
}

#[tokio::test]
async fn a_deployment_that_cannot_run_without_a_cluster_is_refused_by_name() {
    let cases = [
        ("command: [\"producer\"]", "command: [\"nginx\"]", "deployment/producer: there is no"),
        ("command: [\"producer\"]", "workingDir: /", "deployment/producer: its container has no"),
        (
            "value: \"http://queue:4151\"}\n          ports: [{name: http, containerPort: 8080}]",
            "value: ftp}\n          ports: []",
            "the engine's MICROSCALING_QUEUE_URL is \"ftp\"",
        ),
        (
            "app.kubernetes.io/name: queue}\n  ports",
            "app.kubernetes.io/name: consumer}\n  ports",
            "the Service queue has no process here: it selects deployment/consumer",
        ),
    ];
    for (i, (from, to, says)) in cases.into_iter().enumerate() {
        let file = changed_demo(&format!("cannot-run-{i}"), from, to);
        for args in [vec!["--manifest", &file], vec!["validate", "-f", &file]] {
            let (code, _, error) = said(&args).await;
            assert_eq!(code, 1, "{args:?}: {error}");
            assert!(error.contains(says), "{args:?}: {error}");
        }
        std::fs::remove_file(file).unwrap();
    }
}

#[tokio::test]
async fn validate_finds_nothing_wrong_with_the_kit_s_own_manifest() {
    let (code, out, error) = said(&["validate", "-f", demo_yaml().to_str().unwrap()]).await;
    assert_eq!((code, error.as_str()), (0, ""));
    assert!(out.contains("5 Deployments, 2 scaled (consumer, remainder), capacity 10"), "{out}");
}

#[tokio::test]
async fn a_wrong_command_line_ends_with_2_and_a_busy_port_with_1() {
    for args in [
        &["--tick", "1ms"][..],
        &["--capacity", "0"],
        &["--scheduler", "nomad"],
        &["scale", "producer", "--replicas=1"],
        &["scale", "deployment/producer"],
        &["--opening-load", "producer"],
    ] {
        let (code, _, error) = said(args).await;
        assert_eq!(code, 2, "{args:?}: {error}");
    }
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let manifest = demo_yaml();
    let (code, _, error) =
        said(&["--manifest", manifest.to_str().unwrap(), "--listen", &address]).await;
    assert_eq!(code, 1);
    assert!(error.contains(&format!("cannot listen on {address}")), "{error}");
    assert!(error.contains("--listen"), "{error}");
}

#[tokio::test]
async fn without_an_engine_the_subcommands_say_how_to_start_one() {
    let url = "http://127.0.0.1:9";
    let (code, _, error) =
        said(&["scale", "deployment/producer", "--replicas=1", "--engine-url", url]).await;
    assert_eq!(code, 1);
    let fix = error.trim_end().split_once("; start one with ").unwrap().1;
    let is_there = std::path::Path::new(fix).is_file() && fix.ends_with("/scripts/demo");
    // A program that was built outside of the kit does not know where the kit is.
    assert!(is_there || fix == "the kit's scripts/demo", "{error}");
}
