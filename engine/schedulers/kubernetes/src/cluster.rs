//! Reads the state of the scaled namespace, and writes to it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use control::{Decision, Reason};
use futures::FutureExt;
use futures::future::BoxFuture;
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::Pod;
use kube::api::DeleteParams;
use kube::runtime::events::EventType;
use kube::{Api, Client, ResourceExt};
use model::configure::Change;
use model::scheduler::Lacks;
use model::settings::Described;
use model::warning::Warning;
use model::{Clock, MayWrite, ScaleError, Scheduler, Status, Written};
use tokio::sync::watch;

use super::annotations;
use super::counts::{self, Waiting};
use super::deployments::{Manifests, grace, is_ours, pods_of, seen, selectors, serves};
use super::events::Events;
use super::expectations::Expectations;
use super::forbidden::Forbidden;
use super::orphans::Orphans;
use super::other_autoscalers::OtherAutoscalers;
use super::other_pods::OtherPods;
use super::permissions::{Rights, no_kill};
use super::watch::{Health, Watched};
use super::writer::{self, Write};

/// A namespace whose Deployments are watched and scaled.
pub struct Cluster {
    deployments: Watched<Deployment>,
    pods: Watched<Pod>,
    other_autoscalers: OtherAutoscalers,
    forbidden: Forbidden,
    /// The nodes and pods of the whole cluster; `None` unless `--capacity auto` is set.
    other_pods: Option<OtherPods>,
    rights: Rights,
    api: Api<Deployment>,
    /// Deletes pods of the namespace, for kill commands.
    victims: Api<Pod>,
    events: Events,
    clock: Clock,
    may_write: MayWrite,
    shared: Arc<Mutex<Shared>>,
    changes: watch::Receiver<u64>,
    /// Counts watch events and this engine's successful writes; a new count wakes the control loop.
    notify: watch::Sender<u64>,
}

impl std::fmt::Debug for Cluster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cluster").field("health", &self.health()).finish_non_exhaustive()
    }
}

/// State that observations and writes share. Its lock is never held across an await.
#[derive(Debug, Default)]
struct Shared {
    expectations: BTreeMap<String, Expectations>,
    /// A lock for each Deployment, so that its writes are sent one at a time.
    turns: BTreeMap<String, Arc<tokio::sync::Mutex<()>>>,
    waiting: Waiting,
    orphans: Orphans,
    manifests: Manifests,
}

impl Cluster {
    /// Starts to watch a namespace. `instance` names this engine in its Events.
    pub fn start(
        client: Client,
        namespace: &str,
        instance: &str,
        clock: Clock,
        may_write: MayWrite,
    ) -> Cluster {
        let (notify, changes) = watch::channel(0);
        let api: Api<Deployment> = Api::namespaced(client.clone(), namespace);
        let pods: Api<Pod> = Api::namespaced(client.clone(), namespace);
        Cluster {
            deployments: Watched::start(api.clone(), notify.clone()),
            pods: Watched::start(pods.clone(), notify.clone()),
            other_autoscalers: OtherAutoscalers::start(&client, namespace, &notify),
            forbidden: Forbidden::default(),
            other_pods: None,
            rights: Rights::start(client.clone(), namespace),
            api,
            victims: pods,
            events: Events::new(client, instance),
            clock,
            may_write,
            shared: Arc::default(),
            changes,
            notify,
        }
    }

    /// Also watches the nodes and pods of the whole cluster, to compute its spare capacity.
    pub fn watch_tenants(&mut self, client: Client, namespace: &str) {
        self.other_pods = Some(OtherPods::start(client, namespace));
    }

    /// The health of the Deployments' watch or of the pods' watch, whichever is worse.
    pub fn health(&self) -> Health {
        let both = [self.deployments.health(), self.pods.health()];
        let warnings = [Health::Forbidden, Health::Fails, Health::Beginning];
        warnings.into_iter().find(|health| both.contains(health)).unwrap_or(Health::Works)
    }

    /// The named Deployment as the watch last showed it; `None` if it does not exist.
    pub fn deployment(&self, name: &str) -> Option<Arc<Deployment>> {
        self.deployments.store.find(|deployment| deployment.name_any() == name)
    }
}

impl Scheduler for Cluster {
    fn changed(&mut self) -> BoxFuture<'_, ()> {
        // The wait cannot fail, because `self` holds a sender.
        self.changes.changed().map(drop).boxed()
    }

    fn warning(&self) -> Option<String> {
        match self.health() {
            Health::Works => None,
            Health::Beginning => Some("the cluster has not been read yet".to_owned()),
            Health::Fails => {
                Some("the apiserver does not answer; scaling waits until it does".to_owned())
            }
            Health::Forbidden => self.deployments.refusal().or(self.pods.refusal()),
        }
    }

    fn described(&self) -> Option<Described> {
        if self.health() != Health::Works || !self.other_autoscalers.are_known() {
            return None;
        }
        let all = self.deployments.store.state();
        let spare = match &self.other_pods {
            // `None` before the first answer, because the configured capacity might be too large.
            Some(other_pods) => Some(other_pods.spare(&all)?),
            None => None,
        };
        let deployments = lock(&self.shared).manifests.update(&all);
        let mut not_ours = self.forbidden.warnings();
        not_ours.extend(self.other_autoscalers.conflicts());
        let leaving = lock(&self.shared).orphans.update(selectors(&all), &self.pods.store.state());
        let leaving = leaving.into_keys().collect();
        Some(Described { deployments, not_ours, leaving, spare })
    }

    fn warn(&self, name: &str, warning: &Warning) {
        let (events, warning) = (self.events.clone(), warning.clone());
        let (found, may_write) = (self.deployment(name), (self.may_write)());
        if let Some(deployment) = found.filter(|_| may_write) {
            tokio::spawn(async move {
                let reason = warning.kind.name();
                events.publish(&deployment, EventType::Warning, reason, &warning.text).await;
            });
        }
    }

    fn lacks(&self) -> Lacks {
        self.rights.lacks()
    }

    /// Edits annotations. The engine uses the new values once the watch shows them.
    fn configure(&self, changes: &[Change]) -> Written {
        let (api, changes) = (self.api.clone(), changes.to_vec());
        let may_write = self.may_write.clone();
        async move { annotations::edit(&api, &changes, &may_write).await }.boxed()
    }

    fn kill(&self, _deployment: &str, pod: &str) -> Written {
        let (pods, pod) = (self.victims.clone(), pod.to_owned());
        let may_write = self.may_write.clone();
        async move {
            if !may_write() {
                return Err(ScaleError::Refused("this engine does not lead".to_owned()));
            }
            let at_once = DeleteParams { grace_period_seconds: Some(0), ..DeleteParams::default() };
            let answer = tokio::time::timeout(writer::REQUEST, pods.delete(&pod, &at_once)).await;
            match answer {
                Ok(Ok(_)) => Ok(()),
                Ok(Err(kube::Error::Api(status))) if status.code == 403 => {
                    Err(ScaleError::Forbidden(no_kill(pods.namespace().unwrap_or_default())))
                }
                Ok(Err(error)) => Err(ScaleError::Refused(error.to_string())),
                Err(_) => {
                    let text = format!("the apiserver did not answer; {pod} may have been deleted");
                    Err(ScaleError::Unanswered(text))
                }
            }
        }
        .boxed()
    }

    fn announcement(&self, decision: &Decision) -> BoxFuture<'static, ()> {
        let reason = match decision.reason {
            Reason::ScaledUp => "ScaledUp",
            Reason::ScaledDown => "ScaledDown",
            Reason::Preempted => "Preempted",
        };
        let (events, note) = (self.events.clone(), decision.text.clone());
        let found = self.deployment(&decision.workload);
        async move {
            if let Some(deployment) = found {
                events.publish(&deployment, EventType::Normal, reason, &note).await;
            }
        }
        .boxed()
    }

    /// The status of each Deployment by name; empty until Deployments and pods have been listed.
    fn observe(&self) -> BTreeMap<String, Status> {
        if !(self.deployments.was_listed() && self.pods.was_listed()) {
            return BTreeMap::new();
        }
        let now = self.clock.now();
        let pods = self.pods.store.state();
        let mut shared = lock(&self.shared);
        shared.waiting.update(now, pods.iter().map(|pod| &**pod));
        let all = self.deployments.store.state();
        let known = all.iter().map(|deployment| {
            let name = deployment.name_any();
            let status = shared.status(&name, deployment, &pods, now);
            (name, status)
        });
        let mut seen: BTreeMap<String, Status> = known.collect();
        for (name, own) in shared.orphans.update(selectors(&all), &pods) {
            let replicas = counts::count(own.iter().map(|pod| &**pod), &shared.waiting, now);
            let instances = counts::instances(own.iter().map(|pod| &**pod), &name);
            seen.insert(name, Status { replicas, instances, ..Status::default() });
        }
        seen
    }

    /// Writes a Deployment's replica count. The engine uses the new count at once, and the future
    /// fails if the write does. Writes to one Deployment are sent one after the other, each based
    /// on the result of the previous write. A waiting write that is superseded is not sent.
    fn scale(&self, name: &str, to: u32, _first: &[String]) -> Written {
        if self.deployment(name).is_none() {
            let known = self.deployments.store.state().iter().map(|d| d.name_any()).collect();
            let unknown = ScaleError::Unknown { name: name.to_owned(), known };
            return futures::future::ready(Err(unknown)).boxed();
        }
        let turn = {
            let mut shared = lock(&self.shared);
            shared.expectations.entry(name.to_owned()).or_default().intend(to);
            shared.turns.entry(name.to_owned()).or_default().clone()
        };
        let (api, shared, notify) = (self.api.clone(), self.shared.clone(), self.notify.clone());
        let (store, may_write) = (self.deployments.store.clone(), self.may_write.clone());
        let (name, forbidden, clock) = (name.to_owned(), self.forbidden.clone(), self.clock);
        async move {
            let _turn = turn.lock().await;
            if !lock(&shared).intends(&name, to) {
                return Err(ScaleError::Superseded);
            }
            let found = store.find(|deployment| deployment.name_any() == name);
            let (from, version) = lock(&shared).base(&name, found.as_deref());
            let mut write = Write { name: name.clone(), from, to, version };
            let wanted = || still_wanted(&shared, &name, to, &may_write);
            let result = writer::write(&api, &mut write, wanted).await;
            lock(&shared).ended(&write, &result, clock.now());
            if let Err(ScaleError::Forbidden(why)) = &result {
                forbidden.note(api, &name, why.clone(), notify.clone());
            }
            // A failed write does not wake the control loop, which would retry without a pause.
            if result.is_ok() {
                notify.send_modify(|count| *count += 1);
            }
            result.map(drop)
        }
        .boxed()
    }
}

fn still_wanted(
    shared: &Mutex<Shared>,
    name: &str,
    to: u32,
    may_write: &MayWrite,
) -> Result<(), ScaleError> {
    if !may_write() {
        return Err(ScaleError::Refused("this engine does not lead".to_owned()));
    }
    if lock(shared).intends(name, to) { Ok(()) } else { Err(ScaleError::Superseded) }
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    // A poisoned lock is used, because no panic can leave its contents half changed.
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    fn intends(&self, name: &str, to: u32) -> bool {
        self.expectations.get(name).is_some_and(|expectations| expectations.still_intends(to))
    }

    /// Returns the replica count and the resourceVersion that the next write is based on.
    fn base(&mut self, name: &str, deployment: Option<&Deployment>) -> (u32, String) {
        let seen = deployment.map(seen).unwrap_or_default();
        let expectations = self.expectations.entry(name.to_owned()).or_default();
        let (replicas, version) = expectations.base(&seen);
        (replicas, version.to_string())
    }

    /// Records the end of a write; `result` holds the new resourceVersion if it succeeded.
    fn ended(&mut self, write: &Write, result: &Result<u64, ScaleError>, now: Duration) {
        let expectations = self.expectations.entry(write.name.clone()).or_default();
        match result {
            Ok(version) => expectations.written(write.to, *version),
            Err(ScaleError::Unanswered(_)) => {
                let version = writer::number(Some(&write.version));
                expectations.unanswered(write.to, version, now);
            }
            Err(_) => expectations.ended(write.to),
        }
    }

    fn status(
        &mut self,
        name: &str,
        deployment: &Deployment,
        pods: &[Arc<Pod>],
        now: Duration,
    ) -> Status {
        let own: Vec<&Pod> = pods_of(deployment, pods);
        let mut replicas = counts::count(own.iter().copied(), &self.waiting, now);
        let seen = seen(deployment);
        let expectations = self.expectations.entry(name.to_owned()).or_default();
        replicas.promised = expectations.update(now, &seen, replicas.ready + replicas.starting);
        replicas.desired = expectations.desired(&seen);
        let instances = counts::instances(own.into_iter(), name);
        let (serves, ours) = (serves(deployment), is_ours(deployment));
        let (grace, left) = (grace(deployment), BTreeMap::new());
        Status { replicas, instances, serves, ours, grace, left }
    }
}
