//! Several engines: takeover, leaving and restart.

use std::time::{Duration, Instant};

use k8s_openapi::api::coordination::v1::Lease;
use kube::Api;
use serde_json::Value;

use crate::demo::{CAPACITY, Demo, LOOK, READY};
use crate::forward::Engine;
use crate::outside::{self, Outside};
use crate::seen::State;

#[tokio::test]
#[ignore = "needs a cluster: scripts/e2e"]
async fn one_of_two_engines_leads_and_the_other_takes_over_when_it_is_killed() {
    let demo = Demo::start().await;
    demo.scale("engine", 2).await;
    demo.seen.until("two engines", READY, |seen| seen.ready("engine") == 2).await;
    let leader = holder(&demo).await;
    for pod in demo.pods("engine").await {
        let state = Engine::open(&demo.namespace, &pod).await.state().await;
        let leader_state = state["standing"].as_str().unwrap().to_owned();
        let expected = match pod == leader {
            true => "leader".to_owned(),
            false => format!("standby; {leader} leads"),
        };
        assert_eq!(leader_state, expected, "{pod}");
    }

    let queue = demo.queue().await;
    let killed = Instant::now();
    demo.kubectl(&["delete", "pod", &leader, "--force", "--grace-period=0"]).await;
    queue.publish(200).await;
    let acts = |seen: &State| seen.changed("remainder", killed, |to| to < 9);
    let at = demo.seen.until("another engine acts", Duration::from_secs(11), acts).await;
    println!("another engine acts {:.1?} after the kill", at - killed);
    assert_ne!(holder(&demo).await, leader);
    queue.all_done(Duration::from_secs(60)).await;
    assert!(demo.seen.take_most() <= CAPACITY);
}

#[tokio::test]
#[ignore = "needs a cluster: scripts/e2e"]
async fn another_engine_acts_within_the_lease_when_the_leader_gets_sigkill() {
    let demo = Demo::start().await;
    demo.scale("engine", 0).await;
    demo.seen.until("no engine", READY, |seen| seen.live("engine") == 0).await;
    let mut outside = Outside::start(&demo).await;
    outside.engine.until("it leads", READY, |state| state["standing"] == "leader").await;
    demo.scale("engine", 1).await;
    demo.seen.until("another engine", READY, |seen| seen.ready("engine") == 1).await;

    let queue = demo.queue().await;
    outside.engine.kill();
    let killed = Instant::now();
    queue.publish(200).await;
    let acts = |seen: &State| seen.changed("remainder", killed, |to| to < 9);
    // The lease time of 6 s, and 5 s.
    let at = demo.seen.until("the other one acts", Duration::from_secs(11), acts).await;
    println!("the other engine acts {:.1?} after the leader was killed", at - killed);
    assert!(!holder(&demo).await.starts_with(outside::NAME));
    queue.all_done(Duration::from_secs(60)).await;
    assert!(demo.seen.take_most() <= CAPACITY);
}

#[tokio::test]
#[ignore = "needs a cluster: scripts/e2e"]
async fn an_engine_that_leaves_resets_the_counts_only_with_reset_on_exit() {
    let demo = Demo::start().await;
    demo.scale("engine", 0).await;
    demo.seen.until("no engine", READY, |seen| seen.live("engine") == 0).await;
    assert_eq!(demo.seen.replicas("remainder"), 9, "an engine that leaves changes nothing");

    demo.kubectl(&["set", "env", "deployment/engine", "MICROSCALING_RESET_ON_EXIT=true"]).await;
    demo.scale("engine", 1).await;
    demo.seen.until("the engine is back", READY, |seen| seen.ready("engine") == 1).await;
    demo.engine().await.until("it leads", READY, |state| state["standing"] == "leader").await;
    demo.scale("engine", 0).await;
    let reset = |seen: &State| seen.all("consumer", 1) && seen.all("remainder", 1);
    demo.seen.until("all is at its minimum", READY, reset).await;
    assert_eq!(holder(&demo).await, "", "the Lease was given back");
}

#[tokio::test]
#[ignore = "needs a cluster: scripts/e2e"]
async fn a_rolling_restart_of_the_engine_changes_no_count() {
    let demo = Demo::start().await;
    demo.scale("producer", 2).await;
    let busy = |seen: &State| seen.ready("consumer") >= 4;
    demo.seen.until("consumers follow", Duration::from_secs(45), busy).await;
    let engine = demo.engine().await;
    let caught_up = |state: &Value| {
        let queue = &state["queues"][0];
        queue["ready"].as_u64().is_some_and(|ready| ready <= queue["target"].as_u64().unwrap())
    };
    engine.until("the backlog is done", Duration::from_secs(60), caught_up).await;
    // The consumers that it needed are removed after the scale-down window of 6 s.
    demo.steady(Duration::from_secs(10)).await;

    let leader = holder(&demo).await;
    let began = Instant::now();
    demo.kubectl(&["rollout", "restart", "deployment/engine"]).await;
    demo.kubectl(&["rollout", "status", "deployment/engine", "--timeout=30s"]).await;
    let end = Instant::now() + READY;
    while holder(&demo).await == leader {
        assert!(Instant::now() < end, "{leader} still leads");
        tokio::time::sleep(LOOK).await;
    }
    println!("the new engine leads {:.1?} after the restart was asked for", began.elapsed());
    demo.engine().await.ticks(4).await;
    assert_eq!(demo.seen.changes_since(began), []);
    demo.scale("producer", 0).await;
    demo.queue().await.all_done(READY).await;
    assert!(demo.seen.take_most() <= CAPACITY);
}

async fn holder(demo: &Demo) -> String {
    let leases: Api<Lease> = Api::namespaced(demo.client.clone(), &demo.namespace);
    let spec = leases.get("engine").await.unwrap().spec;
    spec.and_then(|spec| spec.holder_identity).unwrap_or_default()
}
