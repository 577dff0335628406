//! Others scale the same Deployments: another autoscaler, and people.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::demo::{CAPACITY, Demo, LOOK, READY};
use crate::forward::{troubled, workload};
use crate::seen::State;

const SOON: Duration = Duration::from_secs(3);
/// Two ticks are one second.
const CORRECTED: Duration = Duration::from_secs(3);

#[tokio::test]
#[ignore = "needs a cluster: scripts/e2e"]
async fn the_engine_keeps_its_hands_off_what_another_autoscaler_scales() {
    let demo = Demo::start().await;
    let (engine, queue) = (demo.engine().await, demo.queue().await);
    let autoscaler = json!({
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "mine"},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "consumer"},
            "minReplicas": 1,
            "maxReplicas": 10,
            "metrics": [{"type": "Resource", "resource": {
                "name": "cpu", "target": {"type": "Utilization", "averageUtilization": 99},
            }}],
        },
    });
    demo.type_in(&["create", "-f", "-"], &autoscaler.to_string()).await;
    let words = ["deployment/consumer", "horizontalpodautoscaler/mine"];
    engine.until("the trouble", SOON, |state| troubled(state, &words)).await;
    let event = ["Deployment/consumer ScaledByOther", words[1]];
    println!("{}", demo.event("Warning", &event, SOON).await);

    let began = queue.publish(200).await;
    engine.ticks(6).await;
    assert_eq!(demo.seen.changes_since(began), []);
    println!("{}", workload(&engine.state().await, "consumer")["why"]["text"]);

    demo.kubectl(&["delete", "horizontalpodautoscaler", "mine"]).await;
    let deleted = Instant::now();
    let grown = |seen: &State| seen.replicas("consumer") >= 5;
    let at = demo.seen.until("it goes on", Duration::from_secs(15), grown).await;
    println!("it goes on {:.1?} after the other one was deleted", at - deleted);
    assert!(!troubled(&engine.state().await, &words));
}

#[tokio::test]
#[ignore = "needs a cluster: scripts/e2e"]
async fn the_engine_keeps_its_hands_off_what_a_scaled_object_scales() {
    let demo = Demo::start_alone().await;
    let engine = demo.engine().await;
    let definition = Definition::make(&demo).await;
    let object = json!({
        "apiVersion": "keda.sh/v1alpha1",
        "kind": "ScaledObject",
        "metadata": {"name": "mine"},
        "spec": {"scaleTargetRef": {"name": "consumer"}, "triggers": []},
    });
    demo.type_in(&["create", "-f", "-"], &object.to_string()).await;
    let words = ["deployment/consumer", "scaledobject/mine"];
    let told = |state: &Value| troubled(state, &words);
    // What a ScaledObject is became known only now, and is looked for every ten seconds.
    engine.until("the trouble", Duration::from_secs(30), told).await;
    println!("{}", workload(&engine.state().await, "consumer")["why"]["text"]);
    demo.kubectl(&["delete", "scaledobject", "mine"]).await;
    engine.until("it goes on", SOON, |state| !told(state)).await;
    definition.delete(&demo).await;
}

/// What a ScaledObject is, as much of it as is needed; nothing where the cluster has KEDA.
struct Definition(Option<String>);

impl Definition {
    async fn make(demo: &Demo) -> Definition {
        if demo.succeeds(&["get", "crd", "scaledobjects.keda.sh"]).await {
            return Definition(None);
        }
        let any = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
        let definition = json!({
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": "scaledobjects.keda.sh"},
            "spec": {
                "group": "keda.sh",
                "scope": "Namespaced",
                "names": {
                    "kind": "ScaledObject", "plural": "scaledobjects", "singular": "scaledobject",
                },
                "versions": [{
                    "name": "v1alpha1", "served": true, "storage": true,
                    "schema": {"openAPIV3Schema": any},
                }],
            },
        });
        let definition = definition.to_string();
        demo.type_in(&["create", "-f", "-"], &definition).await;
        // Before it has any condition kubectl has nothing to wait for, and fails.
        let established =
            ["wait", "--for=condition=Established", "--timeout=1s", "crd/scaledobjects.keda.sh"];
        let end = Instant::now() + READY;
        while !demo.succeeds(&established).await {
            assert!(Instant::now() < end, "what a ScaledObject is was not made known");
            tokio::time::sleep(LOOK).await;
        }
        Definition(Some(definition))
    }

    async fn delete(self, demo: &Demo) {
        if let Some(definition) = self.0 {
            demo.type_in(&["delete", "-f", "-"], &definition).await;
        }
    }
}

#[tokio::test]
#[ignore = "needs a cluster: scripts/e2e"]
async fn consumers_that_somebody_took_away_come_back_as_slots_come_free() {
    let demo = Demo::start().await;
    let queue = demo.queue().await;
    queue.publish(800).await;
    let grown = |seen: &State| seen.all("consumer", 9);
    demo.seen.until("consumers take all they can", Duration::from_secs(30), grown).await;
    let began = Instant::now();
    demo.scale("consumer", 4).await;
    let cut = |seen: &State| seen.changed("consumer", began, |to| to == 4);
    let at = demo.seen.until("somebody's cut", SOON, cut).await;
    let back = |seen: &State| seen.replicas("consumer") == 9;
    let back = demo.seen.until("the cut is made good", Duration::from_secs(15), back).await;
    println!("a cut of the consumer by hand is made good after {:.1?}", back - at);
    queue.all_done(Duration::from_secs(90)).await;
    assert!(demo.seen.take_most() <= CAPACITY);
}

#[tokio::test]
#[ignore = "needs a cluster: scripts/e2e"]
async fn a_count_set_by_hand_is_corrected_where_it_is_scaled_and_seen_where_not() {
    let demo = Demo::start().await;
    let engine = demo.engine().await;
    // One that has just begun removes nothing yet.
    let settled = |state: &Value| state["uptime_s"].as_f64().unwrap() > 10.0;
    engine.until("it has settled", Duration::from_secs(15), settled).await;
    let began = Instant::now();
    demo.scale("consumer", 4).await;
    let set = |seen: &State| seen.changed("consumer", began, |to| to == 4);
    let at = demo.seen.until("somebody's raise", SOON, set).await;
    let back = |seen: &State| seen.replicas("consumer") == 1;
    let back = demo.seen.until("the raise is taken back", CORRECTED, back).await;
    println!("a raise by hand is taken back after {:.0?}", back - at);
    println!("{} lived at most of {CAPACITY}", demo.seen.take_most());
    demo.at_rest(Duration::from_secs(30)).await;
    let over = engine.metric("microscaling_over_capacity_seconds_total").await;
    println!("over the capacity for {over:.3} s, as counted");
    assert!(over > 0.0);

    let began = Instant::now();
    demo.seen.take_most();
    demo.scale("remainder", 4).await;
    let set = |seen: &State| seen.changed("remainder", began, |to| to == 4);
    let at = demo.seen.until("somebody's cut", SOON, set).await;
    let back = |seen: &State| seen.changed("remainder", began, |to| to == 9);
    let back = demo.seen.until("the cut is made good", Duration::from_secs(30), back).await;
    demo.at_rest(Duration::from_secs(30)).await;
    println!("a cut by hand is made good after {:.1?}", back - at);
    assert!(demo.seen.take_most() <= CAPACITY);

    demo.scale("producer", 1).await;
    let seen = |state: &Value| {
        let all = state["deployments"].as_array().unwrap();
        all.iter().any(|d| d["name"] == "producer" && d["desired"] == 1)
    };
    let took = engine.until("the producer is seen", SOON, seen).await;
    println!("a producer is seen after {took:.0?}");
    assert_eq!(demo.seen.replicas("producer"), 1);
}
