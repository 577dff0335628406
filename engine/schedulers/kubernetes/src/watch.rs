//! Keeps lists of objects up to date by watches, restarts failed watches, and reports their health.

use std::fmt::Debug;
use std::hash::Hash;
use std::time::Duration;

use futures::StreamExt;
use kube::runtime::reflector::store::Writer;
use kube::runtime::reflector::{self, Store};
use kube::runtime::watcher;
use kube::{Api, Resource};
use serde::de::DeserializeOwned;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::binding::Binding;
use crate::rights::grant;

/// The server ends a watch after this many seconds, and the engine starts it again. If the watch
/// has died silently, the client reports its end 5 s later.
const WATCH_S: u32 = 10;
/// An apiserver that refuses a watch does so within this time.
const DOUBT: Duration = Duration::from_millis(250);

/// The health of a watch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Health {
    /// The first list has not arrived yet.
    #[default]
    Beginning,
    /// The objects are up to date.
    Works,
    /// The watch failed and is being started again; the objects may be outdated.
    Fails,
    /// The engine may not watch these objects.
    Forbidden,
}

impl Health {
    fn is_failure(self) -> bool {
        matches!(self, Health::Fails | Health::Forbidden)
    }
}

/// All objects of one kind in a namespace or in the cluster, kept up to date.
#[derive(Debug)]
pub struct Watched<K: Resource + 'static>
where
    K::DynamicType: Debug + Eq + Hash,
{
    /// The objects, as of the last event.
    pub store: Store<K>,
    status: watch::Receiver<Status>,
    /// The message for the user if the watch is forbidden.
    refusal: String,
    /// The RoleBinding that grants the watch; `None` for a watch of all namespaces.
    binding: Option<Binding>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Status {
    health: Health,
    /// Whether a complete list has ever arrived.
    listed: bool,
}

impl<K> Watched<K>
where
    K: Resource<DynamicType = ()> + Clone + DeserializeOwned + Debug + Send + Sync + 'static,
{
    /// Starts to watch; `changes` counts the events, to wake the control loop.
    pub fn start(api: Api<K>, changes: watch::Sender<u64>) -> Watched<K> {
        let (store, writer) = reflector::store();
        let (sender, status) = watch::channel(Status::default());
        let refusal = refusal(&api);
        let client = api.clone().into_client();
        let binding = api.namespace().map(|namespace| Binding::of(client, namespace));
        let task = Watch {
            writer,
            status: sender,
            refusal: refusal.clone(),
            binding: binding.clone(),
            is_refusal_logged: false,
            changes,
            failures: 0,
            is_in_doubt: false,
        };
        tokio::spawn(task.run(api));
        Watched { store, status, refusal, binding }
    }

    /// Whether [`Self::store`] is up to date.
    pub fn health(&self) -> Health {
        self.status.borrow().health
    }

    /// Whether a complete list has ever arrived.
    pub fn was_listed(&self) -> bool {
        self.status.borrow().listed
    }

    /// The missing right, with the command that grants it; `None` unless the watch is forbidden.
    pub fn refusal(&self) -> Option<String> {
        let all = || self.binding.as_ref().and_then(Binding::refusal);
        (self.health() == Health::Forbidden).then(|| all().unwrap_or_else(|| self.refusal.clone()))
    }
}

fn refusal<K: Resource<DynamicType = ()>>(api: &Api<K>) -> String {
    let (plural, group) = (K::plural(&()), K::group(&()));
    let resource = if group.is_empty() { plural.to_string() } else { format!("{plural}.{group}") };
    let namespace = api.namespace().unwrap_or("default");
    let grant = grant(namespace, "get,list,watch", &resource, None);
    format!("the engine may not watch {plural}; grant it with {grant}")
}

/// The task that keeps a [`Watched`] up to date.
struct Watch<K: Resource<DynamicType = ()> + Clone + 'static> {
    writer: Writer<K>,
    status: watch::Sender<Status>,
    refusal: String,
    binding: Option<Binding>,
    is_refusal_logged: bool,
    changes: watch::Sender<u64>,
    /// The number of the watch's failures in a row.
    failures: u32,
    /// After a failure: whether the list has succeeded, but the watch may still be refused.
    is_in_doubt: bool,
}

impl<K> Watch<K>
where
    K: Resource<DynamicType = ()> + Clone + DeserializeOwned + Debug + Send + Sync + 'static,
{
    /// Watches for ever. After each failure it starts with a new list: a watch that resumes without
    /// a list is silent until the first event, and until then nothing shows that it works.
    async fn run(mut self, api: Api<K>) {
        loop {
            let config = watcher::Config::default().timeout(WATCH_S);
            let mut stream = std::pin::pin!(watcher(api.clone(), config));
            loop {
                match timeout(self.doubt(), stream.next()).await {
                    Err(_) => self.works(),
                    Ok(Some(Ok(event))) => self.take(&event),
                    Ok(Some(Err(error))) => {
                        self.fails(&error).await;
                        break;
                    }
                    Ok(None) => break,
                }
            }
            sleep(pause(self.failures)).await;
            self.failures += 1;
        }
    }

    /// How long to wait for an event. If none comes, a watch in doubt counts as accepted.
    fn doubt(&self) -> Duration {
        if self.is_in_doubt { DOUBT } else { Duration::MAX }
    }

    fn take(&mut self, event: &watcher::Event<K>) {
        self.writer.apply_watcher_event(event);
        match event {
            watcher::Event::Init | watcher::Event::InitApply(_) => {}
            // The list succeeded, but a right to list does not imply a right to watch.
            watcher::Event::InitDone if self.status.borrow().health.is_failure() => {
                self.is_in_doubt = true;
                self.status.send_modify(|status| status.listed = true);
            }
            watcher::Event::InitDone => self.works(),
            watcher::Event::Apply(_) | watcher::Event::Delete(_) => {
                self.failures = 0;
                self.works();
            }
        }
    }

    fn works(&mut self) {
        (self.is_in_doubt, self.is_refusal_logged) = (false, false);
        self.binding.iter().for_each(Binding::is_there);
        let before = self.status.send_replace(Status { health: Health::Works, listed: true });
        if before.health.is_failure() {
            tracing::info!("{}s are watched again", K::kind(&()));
        }
        self.changes.send_modify(|count| *count += 1);
    }

    /// Logs each kind of failure once, until the watch works again.
    async fn fails(&mut self, error: &watcher::Error) {
        self.is_in_doubt = false;
        let health = if is_forbidden(error) { Health::Forbidden } else { Health::Fails };
        if health == Health::Forbidden {
            self.log_refusal().await;
        }
        let listed = self.status.borrow().listed;
        let before = self.status.send_replace(Status { health, listed });
        self.changes.send_modify(|count| *count += 1);
        if before.health != health && health == Health::Fails {
            tracing::warn!("{}s cannot be watched: {error}", K::kind(&()));
        }
    }

    /// Logs a missing right once. A missing RoleBinding is logged by the leader election instead.
    async fn log_refusal(&mut self) {
        if self.is_refusal_logged {
            return;
        }
        let of_all = match &self.binding {
            Some(binding) => binding.ask().await,
            None => None,
        };
        if of_all.is_none() {
            tracing::warn!("{}", self.refusal);
            self.is_refusal_logged = true;
        }
    }
}

fn is_forbidden(error: &watcher::Error) -> bool {
    use watcher::Error::{InitialListFailed, WatchStartFailed};
    matches!(
        error,
        InitialListFailed(kube::Error::Api(status)) | WatchStartFailed(kube::Error::Api(status))
            if status.code == 403
    )
}

/// How long to wait before the next try: 100 ms at first, at most 1 s.
fn pause(failures: u32) -> Duration {
    let wait = Duration::from_millis(100) * 2_u32.pow(failures.min(4));
    wait.min(Duration::from_secs(1))
}
