//! A queue that requires a token, set up as kustomization.yaml in `deploy/token` says.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::demo::{Demo, LOOK, READY};
use crate::forward::Queue;

/// The clients, and last the queue, which requires the token from them.
const WITH_TOKEN: [&str; 5] = ["producer", "consumer", "remainder", "engine", "queue"];
/// Kubernetes updates a Secret in its pods within about a minute.
const KUBELET: Duration = Duration::from_secs(180);

fn deploy() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/token")
}

/// Applies the overlay with this token, from a copy, so that the checkout stays as it is.
async fn apply(demo: &Demo, token: &str) {
    let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join("deploy-token");
    fs::create_dir_all(&copy).unwrap();
    fs::copy(deploy().join("kustomization.yaml"), copy.join("kustomization.yaml")).unwrap();
    fs::write(copy.join("token"), format!("{token}\n")).unwrap();
    demo.kubectl(&["apply", "-k", copy.to_str().unwrap()]).await;
}

async fn patch(demo: &Demo, name: &str, folder: &Path) {
    let file = format!("--patch-file={}", folder.join(name).with_extension("yaml").display());
    demo.kubectl(&["patch", "deployment", name, &file]).await;
    let deployment = format!("deployment/{name}");
    demo.kubectl(&["rollout", "status", &deployment, "--timeout=60s"]).await;
}

/// Waits until jobs are done, read with this token.
async fn jobs_go_on(demo: &Demo, token: &str, within: Duration) {
    let (queue, began) = (demo.queue().await, Instant::now());
    let mut first = None;
    loop {
        if let Some(acked) = queue.acked(Some(token)).await {
            let first = *first.get_or_insert(acked);
            if acked > first + 20 {
                return;
            }
        }
        assert!(began.elapsed() < within, "no jobs are done with {token}");
        tokio::time::sleep(LOOK).await;
    }
}

async fn engine_reads(demo: &Demo) {
    let engine = demo.engine().await;
    let read = |state: &serde_json::Value| state["queues"][0]["status"] == "fresh";
    engine.until("the engine reads the queue", READY, read).await;
}

#[tokio::test]
#[ignore = "needs a cluster: scripts/e2e"]
async fn a_token_is_required_and_a_new_one_is_used_without_a_restart() {
    let demo = Demo::start().await;
    apply(&demo, "first").await;
    for name in WITH_TOKEN {
        patch(&demo, name, &deploy()).await;
    }
    demo.scale("producer", 1).await;
    jobs_go_on(&demo, "first", READY).await;
    engine_reads(&demo).await;
    assert_eq!(demo.queue().await.acked(None).await, None, "no other client is let in");

    let before = (demo.pods("queue").await, demo.pods("producer").await);
    let changed = Instant::now();
    apply(&demo, "second").await;
    jobs_go_on(&demo, "second", KUBELET).await;
    println!("jobs go on {:.0?} after the token was changed", changed.elapsed());
    engine_reads(&demo).await;
    assert_eq!(demo.queue().await.acked(Some("first")).await, None, "the old token is refused");
    assert_eq!((demo.pods("queue").await, demo.pods("producer").await), before);

    for name in WITH_TOKEN.iter().rev() {
        patch(&demo, name, &deploy().join("undo")).await;
    }
    let queue: Queue = demo.queue().await;
    queue.publish(1).await;
}
