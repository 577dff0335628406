//! Starts and stops the replicas of all Deployments.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::{BoxFuture, ready};
use model::annotations::is_scalable;
use model::configure::{self, Change};
use model::settings::Described;
use model::{Instance, Phase, ScaleError, Scheduler, Status, Written};
use rustix::process::{Pid, Signal, kill_process};
use service::Shutdown;
use tokio::sync::watch;
use tokio::time::timeout;

use super::localize::Addresses;
use super::members::{Deployment, Inner, Member, Shared};
use super::recipe::Recipe;
use super::replica::Replica;
use super::run_folder::RunFolder;

/// How long a server may take to report its address.
const SERVER_START: Duration = Duration::from_secs(10);

/// The scheduler of the box: all replicas of a manifest's Deployments, as local processes.
#[derive(Debug)]
pub struct Pool {
    shared: Shared,
    start_delay: Duration,
    changes: watch::Receiver<u64>,
    /// The run's folder, below which processes write; `None` if no process writes files.
    folder: Option<RunFolder>,
}

impl Pool {
    /// Starts every Deployment with its initial replicas. Servers start first, because other
    /// processes need their addresses. If a shutdown begins, ends all processes and returns `None`.
    ///
    /// # Errors
    /// When the run's folder cannot be created, or a server does not report its address in time.
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

    /// Sets the manifest's Deployments. From then on, their annotations can be edited.
    #[must_use]
    pub fn described(self, all: Vec<manifest::Deployment>) -> Pool {
        self.shared.lock().described = all;
        self
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
            anyhow::bail!("deployment/{name} did not report its address within {SERVER_START:?}");
        }
        Ok(())
    }

    /// The local addresses of all Services that lead to a process.
    pub fn addresses(&self) -> Addresses {
        self.shared.addresses()
    }

    fn try_to_scale(&self, name: &str, replicas: u32, first: &[String]) -> Result<(), ScaleError> {
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

    fn try_to_kill(&self, deployment: &str, replica: &str) -> Result<(), ScaleError> {
        let gone = || ScaleError::Refused(format!("{replica} has no process"));
        let inner = self.shared.lock();
        let mut members = inner.deployments.get(deployment).ok_or_else(gone)?.replicas.values();
        let found = members.find(|member| member.instance.name == replica).ok_or_else(gone)?;
        let pid = found.instance.pid.and_then(|pid| Pid::from_raw(pid as i32)).ok_or_else(gone)?;
        // While the lock is held, the process cannot be reaped, so its number is not reused.
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
            ..Instance::default()
        };
        let recipe = deployment.recipe.clone();
        // Servers start without delay, because the other processes wait for their addresses.
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

    async fn end(&self, which: impl Fn(&Recipe) -> bool) {
        let chosen: Vec<String> = {
            let inner = self.shared.lock();
            let chosen = inner.deployments.values().filter(|d| which(&d.recipe));
            chosen.map(|d| d.recipe.deployment.clone()).collect()
        };
        chosen.iter().for_each(|name| self.set(name, 0, &[]));
        let gone = |it: &Inner| chosen.iter().all(|name| it.deployments[name].replicas.is_empty());
        let mut changes = self.changes.clone();
        let _ = changes.wait_for(|_| gone(&self.shared.lock())).await;
    }
}

impl Scheduler for Pool {
    fn observe(&self) -> BTreeMap<String, Status> {
        let inner = self.shared.lock();
        let all = inner.deployments.iter();
        all.map(|(name, deployment)| (name.clone(), deployment.status())).collect()
    }

    fn changed(&mut self) -> BoxFuture<'_, ()> {
        // The sender is a field of this pool, so the wait never fails.
        self.changes.changed().map(drop).boxed()
    }

    fn described(&self) -> Option<Described> {
        let deployments = self.shared.lock().described.clone();
        Some(Described { deployments, ..Described::default() })
    }

    /// The future fails if the Deployment is unknown or cannot have that many replicas.
    fn scale(&self, name: &str, replicas: u32, first: &[String]) -> Written {
        ready(self.try_to_scale(name, replicas, first)).boxed()
    }

    fn configure(&self, changes: &[Change]) -> Written {
        let mut inner = self.shared.lock();
        let Inner { deployments, described, .. } = &mut *inner;
        configure::apply(described, changes);
        for it in described {
            if let Some(deployment) = deployments.get_mut(&it.name) {
                deployment.recipe.set_scaled(is_scalable(it));
            }
        }
        ready(Ok(())).boxed()
    }

    /// Kills the replica's process. The replica then starts a new process.
    fn kill(&self, deployment: &str, replica: &str) -> Written {
        ready(self.try_to_kill(deployment, replica)).boxed()
    }

    fn chooses(&self) -> bool {
        true
    }

    /// Ends all processes: first the clients of servers, then the servers.
    fn shutdown(&self) -> BoxFuture<'_, ()> {
        async {
            self.end(|recipe| !recipe.is_server()).await;
            self.end(|_| true).await;
        }
        .boxed()
    }
}
