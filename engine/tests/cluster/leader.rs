//! Several candidates and one Lease, on a real API server.

use std::time::{Duration, Instant};

use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::api::core::v1::Namespace;
use kube::api::{DeleteParams, Patch, PatchParams, PostParams};
use kube::{Api, Client};
use kubernetes::leader::lease::HOLD;
use kubernetes::leader::{LeaderState, Leadership};
use model::Clock;
use prometheus::Registry;
use serde_json::{Value, json};
use service::{Shutdown, Trigger};
use tokio::runtime::{Builder, Runtime};

use crate::demo::shares;

const LEASE: &str = "engine";
const SOON: Duration = Duration::from_secs(5);

/// An engine's candidate, in its own runtime so that it can be ended without a shutdown.
struct Replica {
    runtime: Option<Runtime>,
    leadership: Leadership,
    trigger: Trigger,
}

impl Replica {
    async fn start(namespace: &str, identity: &'static str) -> Replica {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let (trigger, shutdown) = Shutdown::new();
        let namespace = namespace.to_owned();
        let starting = runtime.spawn(async move {
            let client = Client::try_default().await.unwrap();
            Leadership::start(client, &namespace, LEASE, identity, Clock::start(), shutdown)
        });
        let leadership = starting.await.unwrap();
        Replica { runtime: Some(runtime), leadership, trigger }
    }

    /// Polls until `is_so`; returns how long that took.
    async fn until(&self, limit: Duration, is_so: impl Fn(&Leadership) -> bool) -> Duration {
        let began = Instant::now();
        while !is_so(&self.leadership) {
            assert!(began.elapsed() < limit, "not within {limit:?}: {:?}", self.leadership);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        began.elapsed()
    }

    fn kill(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        self.kill();
    }
}

fn follows(leader: &str) -> impl Fn(&Leadership) -> bool {
    let leader_state = LeaderState::Standby { leader: Some(leader.to_owned()) };
    move |leadership| leadership.leader_state() == leader_state
}

async fn lease(leases: &Api<Lease>) -> Value {
    serde_json::to_value(leases.get(LEASE).await.unwrap()).unwrap()
}

async fn create_lease(leases: &Api<Lease>) {
    let manifest = json!({
        "metadata": {"name": LEASE, "labels": {"app": "engine"}, "annotations": {"note": "mine"}},
    });
    let manifest: Lease = serde_json::from_value(manifest).unwrap();
    leases.create(&PostParams::default(), &manifest).await.unwrap();
}

async fn hold(leases: &Api<Lease>, value: Value) {
    let patch = Patch::Merge(json!({"metadata": {"annotations": {HOLD: value}}}));
    leases.patch(LEASE, &PatchParams::default(), &patch).await.unwrap();
}

/// Runs a test in its own namespace, which is deleted also after a panic.
async fn in_namespace<F: Future<Output = ()> + Send + 'static>(
    play: impl FnOnce(String, Api<Lease>) -> F,
) {
    let _share = shares(1).await;
    let client = Client::try_default().await.unwrap();
    let namespaces: Api<Namespace> = Api::all(client.clone());
    let namespace = json!({"metadata": {"generateName": "leader-"}});
    let namespace = serde_json::from_value(namespace).unwrap();
    let namespace = namespaces.create(&PostParams::default(), &namespace).await.unwrap();
    let name = namespace.metadata.name.unwrap();
    let leases = Api::namespaced(client, &name);
    let played = tokio::spawn(play(name.clone(), leases)).await;
    namespaces.delete(&name, &DeleteParams::default()).await.unwrap();
    played.unwrap();
}

#[tokio::test]
#[ignore = "needs a cluster: scripts/e2e"]
async fn another_engine_acts_after_a_crash_and_at_once_after_a_clean_end() {
    in_namespace(|namespace, leases| async move {
        create_lease(&leases).await;
        let mut first = Replica::start(&namespace, "first").await;
        let took = first.until(SOON, Leadership::may_write).await;
        println!("the first one acts after {took:?}");
        let second = Replica::start(&namespace, "second").await;
        second.until(SOON, follows("first")).await;
        assert!(!second.leadership.may_write());

        first.kill();
        let took = second.until(Duration::from_secs(11), Leadership::may_write).await;
        println!("the second one acts {took:?} after the first was killed");
        assert!(!first.leadership.may_write());
        assert!(second.leadership.since().is_some());

        let third = Replica::start(&namespace, "third").await;
        third.until(SOON, follows("second")).await;
        second.trigger.set();
        assert!(!second.leadership.may_write());
        let leaving = tokio::spawn(second.leadership.clone().released());
        let took = third.until(Duration::from_secs(2), Leadership::may_write).await;
        println!("the third one acts {took:?} after the second left");
        leaving.await.unwrap();

        let after = lease(&leases).await;
        assert_eq!(after["spec"]["holderIdentity"], "third");
        assert_eq!(after["spec"]["leaseTransitions"], 3);
        assert_eq!(after["metadata"]["labels"], json!({"app": "engine"}));
        assert_eq!(after["metadata"]["annotations"], json!({"note": "mine"}));
    })
    .await;
}

#[tokio::test]
#[ignore = "needs a cluster: scripts/e2e"]
async fn all_engines_see_the_hold_and_the_leader_stays() {
    in_namespace(|namespace, leases| async move {
        create_lease(&leases).await;
        let leader = Replica::start(&namespace, "leader").await;
        leader.until(SOON, Leadership::may_write).await;
        let since = leader.leadership.since();
        let standby = Replica::start(&namespace, "standby").await;
        standby.until(SOON, follows("leader")).await;

        let mut changes = standby.leadership.clone();
        hold(&leases, json!("true")).await;
        let took = leader.until(Duration::from_secs(2), Leadership::held).await;
        println!("the leader holds {took:?} after the annotation");
        standby.until(Duration::from_secs(2), Leadership::held).await;
        tokio::time::timeout(SOON, changes.changed()).await.unwrap();
        // Renewals leave it there.
        tokio::time::sleep(Duration::from_secs(3)).await;
        assert_eq!(lease(&leases).await["metadata"]["annotations"][HOLD], "true");
        hold(&leases, Value::Null).await;
        leader.until(Duration::from_secs(2), |leadership| !leadership.held()).await;
        assert_eq!(leader.leadership.since(), since);
    })
    .await;
}

#[tokio::test]
#[ignore = "needs a cluster: scripts/e2e"]
async fn a_missing_lease_is_reported_and_waited_for() {
    in_namespace(|namespace, leases| async move {
        let engine = Replica::start(&namespace, "engine").await;
        engine.until(SOON, |leadership| leadership.problem().is_some()).await;
        let problem = engine.leadership.problem().unwrap().to_string();
        assert_eq!(problem, "there is no Lease engine; it is part of demo.yaml");
        assert_eq!(engine.leadership.leader_state(), LeaderState::Unknown);

        let registry = Registry::new();
        engine.leadership.register(&registry).unwrap();
        let leads = || registry.gather()[0].get_metric()[0].get_gauge().get_value();
        assert!(leads() < 1.0);
        create_lease(&leases).await;
        engine.until(SOON, Leadership::may_write).await;
        assert!(leads() > 0.0);
        assert_eq!(engine.leadership.problem(), None);
    })
    .await;
}
