//! The history of the namespace, from watches.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures::StreamExt;
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::Pod;
use kube::runtime::watcher::{self, Event};
use kube::runtime::{WatchStreamExt, watcher as watch_all};
use kube::{Api, Client, ResourceExt};
use tokio::sync::watch;

const SCALED: [&str; 2] = ["consumer", "remainder"];

/// All events so far.
#[derive(Clone)]
pub struct Seen {
    state: Arc<Mutex<State>>,
    changes: watch::Receiver<()>,
}

#[derive(Default)]
pub struct State {
    pods: BTreeMap<String, PodSeen>,
    replicas: BTreeMap<String, u32>,
    /// Each change of a Deployment's replicas.
    changes: Vec<Change>,
    /// The most scaled pods that lived at one moment.
    most: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub at: Instant,
    pub deployment: String,
    pub from: u32,
    pub to: u32,
}

impl std::fmt::Display for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} -> {}", self.deployment, self.from, self.to)
    }
}

#[derive(Clone)]
struct PodSeen {
    of: String,
    live: bool,
    ready: bool,
    restarts: i32,
}

impl Seen {
    pub fn start(client: Client, namespace: &str) -> Seen {
        let state = Arc::new(Mutex::new(State::default()));
        let (sender, changes) = watch::channel(());
        let sender = Arc::new(sender);
        let pods: Api<Pod> = Api::namespaced(client.clone(), namespace);
        let deployments: Api<Deployment> = Api::namespaced(client, namespace);
        follow(pods, state.clone(), sender.clone(), State::pod);
        follow(deployments, state.clone(), sender, State::deployment);
        Seen { state, changes }
    }

    pub fn with<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut self.state.lock().unwrap())
    }

    /// Returns when `is_so`, which is checked after every event.
    pub async fn until(
        &self,
        what: &str,
        within: Duration,
        is_so: impl Fn(&State) -> bool,
    ) -> Instant {
        let mut changes = self.changes.clone();
        let waited = tokio::time::timeout(within, async {
            while !self.with(|state| is_so(state)) {
                changes.changed().await.unwrap();
            }
        });
        let done = waited.await;
        assert!(done.is_ok(), "{what}: not within {within:?}; {}", self.with(|s| s.in_words()));
        Instant::now()
    }

    pub fn replicas(&self, deployment: &str) -> u32 {
        self.with(|state| state.replicas(deployment))
    }

    /// The most scaled pods that lived at one moment since the last call.
    pub fn take_most(&self) -> usize {
        self.with(|state| {
            let live = state.scaled_live();
            std::mem::replace(&mut state.most, live)
        })
    }

    /// The changes of the scaled Deployments' replicas since `began`.
    pub fn changes_since(&self, began: Instant) -> Vec<Change> {
        self.with(|state| {
            let scaled = |c: &&Change| SCALED.contains(&&*c.deployment) && c.at >= began;
            state.changes.iter().filter(scaled).cloned().collect()
        })
    }
}

impl State {
    pub fn replicas(&self, deployment: &str) -> u32 {
        self.replicas.get(deployment).copied().unwrap_or_default()
    }

    /// Pods that hold a slot, including those that are stopping.
    pub fn live(&self, of: &str) -> usize {
        self.pods.values().filter(|pod| pod.of == of && pod.live).count()
    }

    pub fn ready(&self, of: &str) -> usize {
        self.pods.values().filter(|pod| pod.of == of && pod.live && pod.ready).count()
    }

    /// Whether replicas, live pods and ready pods are all equal to `count`.
    pub fn all(&self, of: &str, count: u32) -> bool {
        let [live, ready] = [self.live(of), self.ready(of)];
        self.replicas(of) == count && [live, ready] == [count as usize; 2]
    }

    pub fn scaled_live(&self) -> usize {
        SCALED.iter().map(|name| self.live(name)).sum()
    }

    pub fn restarts(&self) -> i32 {
        self.pods.values().map(|pod| pod.restarts).sum()
    }

    pub fn changed(&self, deployment: &str, since: Instant, is: impl Fn(u32) -> bool) -> bool {
        self.changes.iter().any(|c| c.deployment == deployment && c.at >= since && is(c.to))
    }

    fn in_words(&self) -> String {
        let names = ["queue", "producer", "consumer", "remainder", "engine"];
        let words = names.map(|name| {
            let (desired, live, ready) = (self.replicas(name), self.live(name), self.ready(name));
            format!("{name}: {desired} desired, {live} live, {ready} ready")
        });
        words.join("; ")
    }

    fn pod(&mut self, event: &Event<Pod>) {
        match event {
            Event::Init => self.pods.clear(),
            Event::Apply(pod) | Event::InitApply(pod) => {
                self.pods.insert(pod.uid().unwrap(), PodSeen::from(pod));
            }
            Event::Delete(pod) => drop(self.pods.remove(&pod.uid().unwrap())),
            Event::InitDone => {}
        }
        self.most = self.most.max(self.scaled_live());
    }

    fn deployment(&mut self, event: &Event<Deployment>) {
        let (Event::Apply(deployment) | Event::InitApply(deployment)) = event else { return };
        let replicas = deployment.spec.as_ref().and_then(|spec| spec.replicas).unwrap_or_default();
        let (name, to) = (deployment.name_any(), u32::try_from(replicas).unwrap());
        let from = self.replicas.insert(name.clone(), to).unwrap_or_default();
        if from != to {
            self.changes.push(Change { at: Instant::now(), deployment: name, from, to });
        }
    }
}

impl From<&Pod> for PodSeen {
    fn from(pod: &Pod) -> PodSeen {
        let status = pod.status.clone().unwrap_or_default();
        let ended = matches!(status.phase.as_deref(), Some("Failed" | "Succeeded"));
        let conditions = status.conditions.unwrap_or_default();
        let restarts = status.container_statuses.unwrap_or_default();
        PodSeen {
            of: pod.labels().get("app.kubernetes.io/name").cloned().unwrap_or_default(),
            live: !ended,
            ready: conditions.iter().any(|c| c.type_ == "Ready" && c.status == "True")
                && pod.metadata.deletion_timestamp.is_none(),
            restarts: restarts.iter().map(|container| container.restart_count).sum(),
        }
    }
}

fn follow<K>(
    api: Api<K>,
    state: Arc<Mutex<State>>,
    sender: Arc<watch::Sender<()>>,
    take: fn(&mut State, &Event<K>),
) where
    K: kube::Resource<DynamicType = ()> + Clone + std::fmt::Debug + Send + Sync + 'static,
    K: serde::de::DeserializeOwned,
{
    tokio::spawn(async move {
        let mut events = watch_all(api, watcher::Config::default()).default_backoff().boxed();
        while let Some(event) = events.next().await {
            match event {
                Ok(event) => take(&mut state.lock().unwrap(), &event),
                Err(error) => println!("a watch begins again: {error}"),
            }
            sender.send_replace(());
        }
    });
}
