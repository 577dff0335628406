//! The state that the pool and its replicas share.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use control::Replicas;
use model::{Instance, Phase, Status};
use service::Trigger;
use tokio::sync::watch;
use tokio::time::Instant;

use super::localize::Addresses;
use super::recipe::Recipe;

/// How long after a replica's end its number is not reused. The queue refuses a retired worker for
/// a while, by the worker's name, which contains the number.
const RESTS: Duration = Duration::from_secs(11);

/// The name of a replica's Deployment, and the replica's number.
pub(super) type Key = (String, u32);

/// The state that the pool and its replicas share. Its lock is never held across an await.
#[derive(Debug, Clone)]
pub(super) struct Shared {
    pub(super) inner: Arc<Mutex<Inner>>,
    /// Counts the changes of the state, so that other tasks can wait for the next change.
    pub(super) changes: watch::Sender<u64>,
}

#[derive(Debug, Default)]
pub(super) struct Inner {
    pub(super) deployments: BTreeMap<String, Deployment>,
    pub(super) addresses: Addresses,
    /// Counts the started replicas, to order them by age: the youngest replica stops first.
    pub(super) births: u64,
    /// The manifest's Deployments, with the annotations as edited so far.
    pub(super) described: Vec<manifest::Deployment>,
}

#[derive(Debug)]
pub(super) struct Deployment {
    pub(super) recipe: Recipe,
    pub(super) desired: u32,
    pub(super) replicas: BTreeMap<u32, Member>,
    /// When replicas ended, by their numbers. An ended replica's number is not reused at once.
    pub(super) gone: BTreeMap<u32, Instant>,
    /// The final counters of all ended processes, summed up by metric.
    pub(super) left: BTreeMap<String, f64>,
}

#[derive(Debug)]
pub(super) struct Member {
    pub(super) instance: Instance,
    pub(super) born: u64,
    pub(super) stop: Trigger,
}

impl Deployment {
    pub(super) fn status(&self) -> Status {
        let mut replicas = Replicas { desired: self.desired, ..Replicas::default() };
        for member in self.replicas.values() {
            match member.instance.phase {
                Phase::Starting => replicas.starting += 1,
                Phase::Ready | Phase::Retiring => replicas.ready += 1,
                Phase::Terminating => replicas.terminating += 1,
            }
        }
        let instances = self.replicas.values().map(|member| Instance {
            is_unready: member.instance.phase == Phase::Starting,
            ..member.instance.clone()
        });
        let (serves, left) = (self.recipe.is_server(), self.left.clone());
        let (instances, grace) = (instances.collect(), self.recipe.grace);
        Status { replicas, instances, serves, ours: true, grace, left }
    }

    pub(super) fn staying(&self) -> impl Iterator<Item = &Member> {
        self.replicas.values().filter(|m| m.instance.phase != Phase::Terminating)
    }

    /// The replica to stop next; `None` if all are stopping. First come those named in `first`, in
    /// that order; then, as in Kubernetes, starting replicas, and then the youngest.
    pub(super) fn next_to_go(&mut self, first: &[String]) -> Option<&mut Member> {
        let staying = self.replicas.values_mut().filter(|m| m.instance.phase != Phase::Terminating);
        let place = |m: &Member| first.iter().rev().position(|name| *name == m.instance.name);
        staying.max_by_key(|m| (place(m), m.instance.phase == Phase::Starting, m.born))
    }

    pub(super) fn free_number(&self) -> u32 {
        let mut numbers = 1..;
        let rests = |n: &u32| self.gone.get(n).is_some_and(|gone| gone.elapsed() < RESTS);
        let free = |n: &u32| !self.replicas.contains_key(n) && !rests(n);
        numbers.find(free).unwrap_or(u32::MAX)
    }
}

impl Inner {
    /// The name of a server that has not reported its address yet; `None` if all servers have.
    pub(super) fn missing_server(&self) -> Option<String> {
        let servers = self.deployments.values().filter(|d| d.recipe.is_server());
        let missing = servers.map(|d| &d.recipe).find(|recipe| {
            recipe.serves.iter().any(|service| !self.addresses.contains_key(service))
        });
        missing.map(|recipe| recipe.deployment.clone())
    }
}

impl Shared {
    pub(super) fn lock(&self) -> MutexGuard<'_, Inner> {
        // A poisoned lock is used, because no panic can leave its contents half changed.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn tell(&self) {
        self.changes.send_modify(|count| *count += 1);
    }

    pub(super) fn addresses(&self) -> Addresses {
        self.lock().addresses.clone()
    }

    pub(super) fn address(&self, (name, number): &Key) -> Option<SocketAddr> {
        self.lock().deployments.get(name)?.replicas.get(number)?.instance.address
    }

    pub(super) fn update(&self, (name, number): &Key, change: impl FnOnce(&mut Instance)) {
        if let Some(deployment) = self.lock().deployments.get_mut(name)
            && let Some(member) = deployment.replicas.get_mut(number)
        {
            change(&mut member.instance);
        }
        self.tell();
    }

    pub(super) fn ready(&self, key: &Key) {
        self.update(key, |instance| {
            if instance.phase == Phase::Starting {
                instance.phase = Phase::Ready;
            }
        });
    }

    pub(super) fn listening(&self, key: &Key, address: SocketAddr, recipe: &Recipe) {
        let services = recipe.serves.iter().cloned();
        self.lock().addresses.extend(services.map(|service| (service, address)));
        self.update(key, |instance| instance.address = Some(address));
    }

    pub(super) fn left(&self, (name, _): &Key, counters: &BTreeMap<String, f64>) {
        if let Some(deployment) = self.lock().deployments.get_mut(name) {
            for (counter, sum) in counters {
                *deployment.left.entry(counter.clone()).or_default() += sum;
            }
        }
    }

    pub(super) fn remove(&self, (name, number): &Key) {
        if let Some(deployment) = self.lock().deployments.get_mut(name) {
            deployment.replicas.remove(number);
            deployment.gone.retain(|_, gone| gone.elapsed() < RESTS);
            deployment.gone.insert(*number, Instant::now());
        }
        self.tell();
    }
}
