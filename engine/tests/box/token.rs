//! A box whose queue requires a token.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;

use support::{LOOK, State, TestBox, demo_yaml, engine};

const SOON: Duration = Duration::from_secs(20);

fn file(name: &str, text: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, text).unwrap();
    path
}

/// The demo with a token file: the queue requires the token, and the clients send it.
fn manifest(token: &Path) -> PathBuf {
    let token = token.to_str().unwrap();
    let queue = r#"command: ["queue"]"#;
    let client = "- {name: MICROSCALING_QUEUE_URL, value: \"http://queue:4151\"}";
    let wants =
        format!("{queue}\n          env: [{{name: MICROSCALING_TOKEN_FILE, value: {token}}}]");
    let shows = "- {name: MICROSCALING_QUEUE_TOKEN_FILE, value: ";
    let shows = format!("{client}\n            {shows}{token}}}");
    let demo = fs::read_to_string(demo_yaml()).unwrap();
    assert_eq!((demo.matches(queue).count(), demo.matches(client).count()), (1, 4));
    file("demo-with-token.yaml", &demo.replace(queue, &wants).replace(client, &shows))
}

/// The processes of Deployments that are not scaled.
async fn lasting(demo: &TestBox) -> Vec<Value> {
    let all = demo.get("/api/v1/processes").await;
    let of = |process: &&Value| process["workload"] == "queue" || process["workload"] == "producer";
    let processes = all["processes"].as_array().unwrap().iter().filter(of);
    processes.map(|process| process["pid"].clone()).collect()
}

/// The number of jobs done, read with this token; `None` if the queue refuses it.
async fn acked(demo: &TestBox, token: &str) -> Option<u64> {
    let processes = demo.get("/api/v1/processes").await;
    let url = format!("{}v1/queues/jobs", processes["queue_url"].as_str().unwrap());
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let stats: Value = http.get(url).bearer_auth(token).send().await.unwrap().json().await.unwrap();
    stats["acked_total"].as_u64()
}

/// Waits until more jobs are done, read with this token.
async fn jobs_go_on(demo: &TestBox, token: &str) {
    let (mut first, end) = (None, Instant::now() + SOON);
    loop {
        if let Some(acked) = acked(demo, token).await
            && acked > *first.get_or_insert(acked) + 5
        {
            return;
        }
        assert!(Instant::now() < end, "no jobs are done with {token}");
        tokio::time::sleep(LOOK).await;
    }
}

#[tokio::test]
async fn all_programs_of_a_box_send_the_token_and_follow_when_it_changes() {
    let token = file("box-token", "first");
    let flag = format!("--queue-token-file={}", token.display());
    let demo = TestBox::start_manifest(&manifest(&token), &[&flag]).await;
    demo.scale("producer", 1).await;
    jobs_go_on(&demo, "first").await;
    let fresh = |state: &State| state.0["queues"][0]["status"] == "fresh";
    demo.until("the queue is read", SOON, fresh).await;
    assert_eq!(acked(&demo, "second").await, None);

    let before = lasting(&demo).await;
    fs::write(&token, "second").unwrap();
    jobs_go_on(&demo, "second").await;
    assert_eq!(acked(&demo, "first").await, None);
    let tick = demo.state().await.tick();
    let read_again = |state: &State| state.tick() > tick + 5 && fresh(state);
    demo.until("the queue is read again", SOON, read_again).await;
    assert_eq!(lasting(&demo).await, before, "nothing was started again");
}

#[tokio::test]
async fn an_engine_whose_token_file_is_missing_ends_with_an_error() {
    let missing = "--queue-token-file=/nowhere/token";
    let mut engine = engine();
    engine.args([missing, "--listen=127.0.0.1:0", "--manifest"]).arg(demo_yaml());
    let ended = engine.stdin(Stdio::null()).output().await.unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert_eq!((ended.status.code(), said.lines().count()), (Some(1), 1), "{said}");
    assert!(said.starts_with("error: the token file /nowhere/token cannot be read"), "{said}");
}
