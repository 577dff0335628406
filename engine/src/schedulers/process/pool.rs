//! Which replicas there are, and which shall go.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use control::Replicas;
use rustix::process::{Pid, Signal, kill_process};
use service::{Shutdown, Trigger};
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

use super::localize::Addresses;
use super::recipe::Recipe;
use super::replica::Replica;
use super::run_folder::RunFolder;
use crate::configure::{self, Change};
use crate::manifest;
use crate::manifest::annotations::is_scalable;
use crate::schedulers::{Instance, Phase, ScaleError, Status};
use crate::settings::{Edit, Settings};
use crate::trouble::Troubles;

/// A server says within this time where it listens, or something is wrong with it.
const SERVER_START: Duration = Duration::from_secs(10);

/// A number is not given again for so long: the queue turns away whom it was told to retire for a
/// while, and knows them by their names.
const RESTS: Duration = Duration::from_secs(11);

/// A replica's Deployment and number.
pub(super) type Key = (String, u32);

/// All replicas of a manifest's Deployments on this machine.
#[derive(Debug)]
pub struct Pool {
    shared: Shared,
    start_delay: Duration,
    changes: watch::Receiver<u64>,
    /// Where processes write, where any of them does.
    folder: Option<RunFolder>,
}

/// What the pool and its replicas know together. The lock is held for moments only.
#[derive(Debug, Clone)]
pub(super) struct Shared {
    inner: Arc<Mutex<Inner>>,
    /// Counts changes, for those who wait for one.
    changes: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Inner {
    deployments: BTreeMap<String, Deployment>,
    addresses: Addresses,
    /// Ages of replicas, so that the youngest goes first.
    births: u64,
    /// The manifest's Deployments with the annotations that they have by now.
    described: Vec<manifest::Deployment>,
}

#[derive(Debug)]
struct Deployment {
    recipe: Recipe,
    desired: u32,
    replicas: BTreeMap<u32, Member>,
    /// When replicas with these numbers were gone.
    gone: BTreeMap<u32, Instant>,
    left: BTreeMap<String, f64>,
}

#[derive(Debug)]
struct Member {
    instance: Instance,
    born: u64,
    stop: Trigger,
}

impl Pool {
    /// Starts every Deployment with the replicas of its manifest; those behind a Service first,
    /// since the others need to know where they are. At the word to leave it ends again: `None`.
    ///
    /// # Errors
    /// When there is no place for what processes write, or a server does not say in time where it
    /// listens.
    pub async fn start(
        recipes: Vec<Recipe>,
        start_delay: Duration,
        shutdown: &Shutdown,
    ) -> anyhow::Result<Option<Pool>> {
        let folder = RunFolder::for_those(&recipes)?;
        let (sender, changes) = watch::channel(0);
        let shared = Shared { inner: Arc::default(), changes: sender };
        let mut pool = Pool { shared, start_delay, changes, folder };
        let started = tokio::select! {
            started = pool.begin_all(recipes) => started.map(|()| true),
            () = shutdown.wait() => Ok(false),
        };
        if !matches!(started, Ok(true)) {
            pool.shutdown().await;
        }
        Ok(started?.then_some(pool))
    }

    async fn begin_all(&mut self, recipes: Vec<Recipe>) -> anyhow::Result<()> {
        let (servers, others): (Vec<_>, Vec<_>) = recipes.into_iter().partition(Recipe::is_server);
        self.begin(servers);
        self.servers_listen().await?;
        self.begin(others);
        Ok(())
    }

    /// Takes in what the manifest says of the Deployments, which can be edited from now on.
    #[must_use]
    pub fn described(self, all: Vec<manifest::Deployment>) -> Pool {
        self.shared.lock().described = all;
        self
    }

    /// Reads the annotations as they are now; `None` where nothing has changed.
    pub fn edits(&self, settings: &mut Settings) -> Option<Edit> {
        let inner = self.shared.lock();
        settings.update(&inner.described, &Troubles::new(), &BTreeSet::new())
    }

    /// Edits annotations.
    pub fn configure(&self, changes: &[Change]) {
        let mut inner = self.shared.lock();
        let Inner { deployments, described, .. } = &mut *inner;
        configure::apply(described, changes);
        for it in described {
            if let Some(deployment) = deployments.get_mut(&it.name) {
                deployment.recipe.set_scaled(is_scalable(it));
            }
        }
    }

    fn begin(&self, recipes: Vec<Recipe>) {
        for recipe in recipes {
            let (name, replicas) = (recipe.deployment.clone(), recipe.replicas);
            let (replicas_now, left) = (BTreeMap::new(), BTreeMap::new());
            let gone = BTreeMap::new();
            let deployment = Deployment { recipe, desired: 0, replicas: replicas_now, gone, left };
            self.shared.lock().deployments.insert(name.clone(), deployment);
            self.set(&name, replicas, &[]);
        }
    }

    async fn servers_listen(&mut self) -> anyhow::Result<()> {
        let shared = self.shared.clone();
        let all_listen = self.changes.wait_for(|_| shared.lock().missing_server().is_none());
        if timeout(SERVER_START, all_listen).await.is_err() {
            let name = self.shared.lock().missing_server().unwrap_or_default();
            anyhow::bail!("deployment/{name} did not say in {SERVER_START:?} where it listens");
        }
        Ok(())
    }

    /// Where a Service is on this machine.
    pub fn addresses(&self) -> Addresses {
        self.shared.addresses()
    }

    /// All Deployments as they are, by name.
    pub fn observe(&self) -> BTreeMap<String, Status> {
        let inner = self.shared.lock();
        let all = inner.deployments.iter();
        all.map(|(name, deployment)| (name.clone(), deployment.status())).collect()
    }

    /// Tells a Deployment how many replicas it shall have. Those named `first` leave first, in
    /// this order.
    ///
    /// # Errors
    /// When there is none of that name, or it cannot have so many.
    pub fn scale(&self, name: &str, replicas: u32, first: &[String]) -> Result<(), ScaleError> {
        let most = {
            let inner = self.shared.lock();
            let known = || inner.deployments.keys().cloned().collect();
            let unknown = || ScaleError::Unknown { name: name.to_owned(), known: known() };
            inner.deployments.get(name).ok_or_else(unknown)?.recipe.most
        };
        if replicas > most {
            let text = format!("deployment {name} can have at most {most} replicas in the box");
            return Err(ScaleError::Refused(text));
        }
        self.set(name, replicas, first);
        Ok(())
    }

    /// Ends a replica without a word to it; it is started again.
    ///
    /// # Errors
    /// When it has no process.
    pub fn kill(&self, deployment: &str, replica: &str) -> Result<(), ScaleError> {
        let gone = || ScaleError::Refused(format!("{replica} has no process"));
        let inner = self.shared.lock();
        let mut members = inner.deployments.get(deployment).ok_or_else(gone)?.replicas.values();
        let found = members.find(|member| member.instance.name == replica).ok_or_else(gone)?;
        let pid = found.instance.pid.and_then(|pid| Pid::from_raw(pid as i32)).ok_or_else(gone)?;
        // While the lock is held nobody has waited for it, so the number is still its own.
        kill_process(pid, Signal::KILL).map_err(|_| gone())
    }

    fn set(&self, name: &str, replicas: u32, first: &[String]) {
        let mut inner = self.shared.lock();
        let Inner { deployments, births, .. } = &mut *inner;
        let Some(deployment) = deployments.get_mut(name) else { return };
        deployment.desired = replicas;
        while deployment.staying().count() < replicas as usize {
            *births += 1;
            let number = deployment.free_number();
            let (member, replica) = self.create(name, number, *births, deployment);
            deployment.replicas.insert(number, member);
            tokio::spawn(replica.live());
        }
        while deployment.staying().count() > replicas as usize {
            let Some(member) = deployment.next_to_go(first) else { break };
            member.instance.phase = Phase::Terminating;
            member.stop.set();
        }
        drop(inner);
        self.shared.tell();
    }

    fn create(
        &self,
        workload: &str,
        number: u32,
        born: u64,
        deployment: &Deployment,
    ) -> (Member, Replica) {
        let name = format!("{workload}-{number}");
        let (stop, told_to_stop) = Shutdown::new();
        let instance = Instance {
            name: name.clone(),
            workload: workload.to_owned(),
            phase: Phase::Starting,
            pid: None,
            address: None,
            restarts: 0,
            waits: false,
            is_unready: false,
        };
        let recipe = deployment.recipe.clone();
        // What the others need in order to begin is not held up.
        let start_delay = if recipe.is_server() { Duration::ZERO } else { self.start_delay };
        let replica = Replica {
            key: (workload.to_owned(), number),
            name,
            recipe,
            start_delay,
            stop: told_to_stop,
            shared: self.shared.clone(),
            folder: self.folder.clone(),
        };
        (Member { instance, born, stop }, replica)
    }

    /// Returns when something has changed since the last call.
    pub async fn changed(&mut self) {
        // The sender lives as long as this pool.
        let _ = self.changes.changed().await;
    }

    /// Ends all processes: first those that use a server, then the servers.
    pub async fn shutdown(&self) {
        self.end(|recipe| !recipe.is_server()).await;
        self.end(|_| true).await;
    }

    async fn end(&self, which: impl Fn(&Recipe) -> bool) {
        let chosen: Vec<String> = {
            let inner = self.shared.lock();
            let chosen = inner.deployments.values().filter(|d| which(&d.recipe));
            chosen.map(|d| d.recipe.deployment.clone()).collect()
        };
        chosen.iter().for_each(|name| self.set(name, 0, &[]));
        let gone = |inner: &Inner| chosen.iter().all(|name| inner.deployments[name].is_gone());
        let mut changes = self.changes.clone();
        let _ = changes.wait_for(|_| gone(&self.shared.lock())).await;
    }
}

impl Deployment {
    fn status(&self) -> Status {
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

    fn staying(&self) -> impl Iterator<Item = &Member> {
        self.replicas.values().filter(|m| m.instance.phase != Phase::Terminating)
    }

    /// Those named `first`, in their order; then those that do no work yet, then the youngest, as
    /// Kubernetes chooses.
    fn next_to_go(&mut self, first: &[String]) -> Option<&mut Member> {
        let staying = self.replicas.values_mut().filter(|m| m.instance.phase != Phase::Terminating);
        let place = |m: &Member| first.iter().rev().position(|name| *name == m.instance.name);
        staying.max_by_key(|m| (place(m), m.instance.phase == Phase::Starting, m.born))
    }

    fn free_number(&self) -> u32 {
        let mut numbers = 1..;
        let rests = |n: &u32| self.gone.get(n).is_some_and(|gone| gone.elapsed() < RESTS);
        let free = |n: &u32| !self.replicas.contains_key(n) && !rests(n);
        numbers.find(free).unwrap_or(u32::MAX)
    }

    fn is_gone(&self) -> bool {
        self.replicas.is_empty()
    }
}

impl Inner {
    /// A Deployment behind a Service that has not said yet where it is.
    fn missing_server(&self) -> Option<String> {
        let servers = self.deployments.values().filter(|d| d.recipe.is_server());
        let missing = servers.map(|d| &d.recipe).find(|recipe| {
            recipe.serves.iter().any(|service| !self.addresses.contains_key(service))
        });
        missing.map(|recipe| recipe.deployment.clone())
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Nothing in here is left half done by a panic elsewhere.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self) {
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
