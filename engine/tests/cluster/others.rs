//! Other autoscalers and people scale the same Deployments.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::demo::{CAPACITY, Demo, LOOK, READY};
use crate::forward::{has_warning, workload};
use crate::seen::State;

const SOON: Duration = Duration::from_secs(3);
/// Three times the promised two ticks of 0.5 s.
const CORRECTED: Duration = Duration::from_secs(3);

#[tokio::test]
#[ignore = "needs a cluster: scripts/e2e"]
async fn the_engine_does_not_scale_what_another_autoscaler_scales() {
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
    engine.until("the warning", SOON, |state| has_warning(state, &words)).await;
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
    println!("it goes on {:.1?} after the other autoscaler was deleted", at - deleted);
    assert!(!has_warning(&engine.state().await, &words));
}

#[tokio::test]
#[ignore = "needs a cluster: scripts/e2e"]
async fn the_engine_does_not_scale_what_a_scaled_object_scales() {
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
    let warned = |state: &Value| has_warning(state, &words);
    // The kind was defined only now, and the engine looks for it every 10 s.
    engine.until("the warning", Duration::from_secs(30), warned).await;
    println!("{}", workload(&engine.state().await, "consumer")["why"]["text"]);
    demo.kubectl(&["delete", "scaledobject", "mine"]).await;
    engine.until("it goes on", SOON, |state| !warned(state)).await;
    definition.delete(&demo).await;
}

/// A minimal definition of the kind ScaledObject; `None` if the cluster has KEDA.
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
            assert!(Instant::now() < end, "the definition of ScaledObject was not established");
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
async fn consumers_that_a_person_removed_come_back_as_slots_become_free() {
    let demo = Demo::start().await;
    let queue = demo.queue().await;
    queue.publish(800).await;
    let grown = |seen: &State| seen.all("consumer", 9);
    demo.seen.until("consumers take all they can", Duration::from_secs(30), grown).await;
    let began = Instant::now();
    demo.scale("consumer", 4).await;
    let cut = |seen: &State| seen.changed("consumer", began, |to| to == 4);
    let at = demo.seen.until("the cut by hand", SOON, cut).await;
    let back = |seen: &State| seen.replicas("consumer") == 9;
    let back = demo.seen.until("the cut is reversed", Duration::from_secs(15), back).await;
    println!("a cut of the consumer by hand is reversed after {:.1?}", back - at);
    queue.all_done(Duration::from_secs(90)).await;
    assert!(demo.seen.take_most() <= CAPACITY);
}

#[tokio::test]
#[ignore = "needs a cluster: scripts/e2e"]
async fn a_count_set_by_hand_is_corrected_if_it_is_scaled_and_shown_if_not() {
    let demo = Demo::start().await;
    let engine = demo.engine().await;
    // An engine that has just started does not scale down yet.
    let settled = |state: &Value| state["uptime_s"].as_f64().unwrap() > 10.0;
    engine.until("it has settled", Duration::from_secs(15), settled).await;
    let began = Instant::now();
    demo.scale("consumer", 4).await;
    let set = |seen: &State| seen.changed("consumer", began, |to| to == 4);
    let at = demo.seen.until("the increase by hand", SOON, set).await;
    let back = |seen: &State| seen.replicas("consumer") == 1;
    let back = demo.seen.until("the increase is reversed", CORRECTED, back).await;
    println!("an increase by hand is reversed after {:.0?}", back - at);
    println!("at most {} of {CAPACITY} lived at one moment", demo.seen.take_most());
    demo.at_rest(Duration::from_secs(30)).await;
    let over = engine.metric("microscaling_over_capacity_seconds_total").await;
    println!("over the capacity for {over:.3} s by the metric");
    assert!(over > 0.0);

    let began = Instant::now();
    demo.seen.take_most();
    demo.scale("remainder", 4).await;
    let set = |seen: &State| seen.changed("remainder", began, |to| to == 4);
    let at = demo.seen.until("the cut by hand", SOON, set).await;
    let back = |seen: &State| seen.changed("remainder", began, |to| to == 9);
    let back = demo.seen.until("the cut is reversed", Duration::from_secs(30), back).await;
    demo.at_rest(Duration::from_secs(30)).await;
    println!("a cut by hand is reversed after {:.1?}", back - at);
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
