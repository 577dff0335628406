//! The overlays in `deploy/`, and scripts/check-cluster and scripts/open.

use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{ChildStdout, Command};

use crate::demo::{Demo, LOOK, READY};

/// Three times the promised 3 s until the page is back.
const BACK: Duration = Duration::from_secs(9);

#[tokio::test]
#[ignore = "needs a cluster: scripts/e2e"]
async fn each_overlay_gives_its_right_and_takes_it_back() {
    let demo = Demo::start().await;
    let engine = format!("--as=system:serviceaccount:{}:engine", demo.namespace);
    let rights = [
        ("kill", ["delete", "pods"]),
        ("configure", ["patch", "deployments.apps/consumer"]),
        ("capacity-auto", ["list", "nodes"]),
    ];
    for (overlay, [verb, resource]) in rights {
        let can = ["auth", "can-i", verb, resource, &engine, "--quiet"];
        assert!(!demo.succeeds(&can).await, "{overlay} is needed");
        let manifest = overlay_of(&demo, overlay).await;
        demo.type_in(&["apply", "-f", "-"], &manifest).await;
        assert!(demo.succeeds(&can).await, "{overlay} is enough");
        demo.type_in(&["delete", "-f", "-"], &manifest).await;
        assert!(!demo.succeeds(&can).await, "{overlay} is gone");
    }
    let volume = overlay_of(&demo, "pvc").await;
    demo.type_in(&["apply", "-f", "-"], &volume).await;
    for (patch, expected) in [("queue", "persistentVolumeClaim"), ("undo", "emptyDir")] {
        let file = format!("--patch-file={}/pvc/{patch}.yaml", deploy());
        demo.kubectl(&["patch", "deployment", "queue", &file, "--dry-run=server"]).await;
        demo.kubectl(&["patch", "deployment", "queue", &file]).await;
        let volumes = "jsonpath={.spec.template.spec.volumes}";
        let volumes = demo.kubectl(&["get", "deployment", "queue", "-o", volumes]).await;
        assert!(volumes.contains(expected), "{patch}: {volumes}");
    }
}

pub async fn overlay_of(demo: &Demo, name: &str) -> String {
    let manifest = demo.kubectl(&["kustomize", &format!("{}/{name}", deploy())]).await;
    manifest.replace("namespace: default", &format!("namespace: {}", demo.namespace))
}

fn deploy() -> String {
    format!("{}/../../deploy", env!("CARGO_MANIFEST_DIR"))
}

fn script(name: &str, demo: &Demo) -> Command {
    let mut script = Command::new(format!("{}/../../scripts/{name}", env!("CARGO_MANIFEST_DIR")));
    script.args(["-n", &demo.namespace]).stdout(Stdio::piped()).kill_on_drop(true);
    script
}

#[tokio::test]
#[ignore = "needs a cluster: scripts/e2e"]
async fn check_cluster_finds_no_fault() {
    let demo = Demo::start_alone().await;
    let done = script("check-cluster", &demo).output().await.unwrap();
    let said = String::from_utf8_lossy(&done.stdout);
    println!("{said}");
    assert!(done.status.success(), "{said}");
    for part in ["kubectl reaches", "your rights", "DNS", "room for 16 pods", "the nodes have"] {
        let ok = |line: &str| line.starts_with("ok: ") && line.contains(part);
        assert!(said.lines().any(ok), "{part}: {said}");
    }
}

#[tokio::test]
#[ignore = "needs a cluster: scripts/e2e"]
async fn scripts_open_leads_to_the_next_engine_when_the_leader_is_killed() {
    let demo = Demo::start().await;
    demo.scale("engine", 2).await;
    demo.seen.until("two engines", READY, |seen| seen.ready("engine") == 2).await;
    let mut open = script("open", &demo).args(["--port", "18080"]).spawn().unwrap();
    let mut lines = BufReader::new(open.stdout.take().unwrap()).lines();
    let first = lines.next_line().await.unwrap().expect("it prints the address");
    let url = first.strip_prefix("Open ").and_then(|line| line.split(' ').next()).unwrap();
    let leader = r#"jsonpath={.spec.holderIdentity}"#;
    let leader = demo.kubectl(&["get", "lease", "engine", "-o", leader]).await;
    leads_to(&mut lines, |pod| pod == leader).await;
    answers(url).await;

    let killed = Instant::now();
    demo.kubectl(&["delete", "pod", &leader, "--force", "--grace-period=0"]).await;
    leads_to(&mut lines, |pod| pod != leader).await;
    answers(url).await;
    println!("the page is back {:.1?} after the leader was killed", killed.elapsed());
    let id = open.id().unwrap().to_string();
    // As on Ctrl-C, the script ends its port-forward and succeeds.
    std::process::Command::new("kill").args(["-TERM", &id]).status().unwrap();
    assert!(open.wait().await.unwrap().success());
}

/// Waits until the script prints such a pod.
async fn leads_to(lines: &mut Lines<BufReader<ChildStdout>>, is_it: impl Fn(&str) -> bool) {
    let found = tokio::time::timeout(BACK, async {
        loop {
            let line = lines.next_line().await.unwrap().expect("it goes on");
            println!("{line}");
            let mut words = line.split([' ', ',']);
            if words.any(|word| word.starts_with("engine-") && is_it(word)) {
                return;
            }
        }
    });
    found.await.expect("it leads there in time");
}

/// Waits until the page answers.
async fn answers(url: &str) {
    let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(1));
    let http = http.pool_max_idle_per_host(0).build().unwrap();
    let began = Instant::now();
    loop {
        let answer = http.get(format!("{url}api/v1/state")).send().await;
        if answer.is_ok_and(|answer| answer.status().is_success()) {
            return;
        }
        assert!(began.elapsed() < BACK, "{url} does not answer");
        tokio::time::sleep(LOOK).await;
    }
}
