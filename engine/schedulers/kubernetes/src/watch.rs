//! Lists and watches that never stop, and when they last said something.

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

/// The server ends a watch after this time, and it is begun again; one that has died silently is
/// noticed five seconds later.
const WATCH_S: u32 = 10;
/// A watch that is refused is refused sooner than this.
const DOUBT: Duration = Duration::from_millis(250);

/// How a watch fares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Health {
    /// The first list is not there yet.
    #[default]
    Beginning,
    /// What it shows is what there is.
    Works,
    /// It is being begun again; what it shows is old.
    Fails,
    /// The engine may not watch this.
    Forbidden,
}

impl Health {
    fn is_failure(self) -> bool {
        matches!(self, Health::Fails | Health::Forbidden)
    }
}

/// A kind of object in a namespace, kept up to date.
#[derive(Debug)]
pub struct Watched<K: Resource + 'static>
where
    K::DynamicType: Debug + Eq + Hash,
{
    /// The objects, as of the last event.
    pub store: Store<K>,
    fares: watch::Receiver<Fares>,
    /// What to say where it may not be watched.
    refusal: String,
    /// Whose lack explains that; there is none over all namespaces.
    binding: Option<Binding>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Fares {
    health: Health,
    /// Whether there ever was a whole list; nothing is known before.
    listed: bool,
}

impl<K> Watched<K>
where
    K: Resource<DynamicType = ()> + Clone + DeserializeOwned + Debug + Send + Sync + 'static,
{
    /// Begins to watch; `changes` counts events for those who wait for one.
    pub fn start(api: Api<K>, changes: watch::Sender<u64>) -> Watched<K> {
        let (store, writer) = reflector::store();
        let (sender, fares) = watch::channel(Fares::default());
        let refusal = refusal(&api);
        let client = api.clone().into_client();
        let binding = api.namespace().map(|namespace| Binding::of(client, namespace));
        let task = Watch {
            writer,
            fares: sender,
            refusal: refusal.clone(),
            binding: binding.clone(),
            is_told: false,
            changes,
            failures: 0,
            is_in_doubt: false,
        };
        tokio::spawn(task.run(api));
        Watched { store, fares, refusal, binding }
    }

    /// How the watch fares.
    pub fn health(&self) -> Health {
        self.fares.borrow().health
    }

    /// Whether the objects were ever known.
    pub fn was_listed(&self) -> bool {
        self.fares.borrow().listed
    }

    /// The right that is missing, with the line that grants it.
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

/// The task behind it.
struct Watch<K: Resource<DynamicType = ()> + Clone + 'static> {
    writer: Writer<K>,
    fares: watch::Sender<Fares>,
    refusal: String,
    binding: Option<Binding>,
    /// Whether it was said that it may not be watched.
    is_told: bool,
    changes: watch::Sender<u64>,
    /// How often in a row it had to begin again.
    failures: u32,
    /// Whether there is a list after a failure, and no word yet of whether it can be watched.
    is_in_doubt: bool,
}

impl<K> Watch<K>
where
    K: Resource<DynamicType = ()> + Clone + DeserializeOwned + Debug + Send + Sync + 'static,
{
    /// Begins with a list after each failure: a watch that is merely taken up again says nothing
    /// until something happens, and until then nobody would know that it works.
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

    /// How long a silence proves nothing.
    fn doubt(&self) -> Duration {
        if self.is_in_doubt { DOUBT } else { Duration::MAX }
    }

    fn take(&mut self, event: &watcher::Event<K>) {
        self.writer.apply_watcher_event(event);
        match event {
            watcher::Event::Init | watcher::Event::InitApply(_) => {}
            // A list says nothing of whether it may be watched, too.
            watcher::Event::InitDone if self.fares.borrow().health.is_failure() => {
                self.is_in_doubt = true;
                self.fares.send_modify(|fares| fares.listed = true);
            }
            watcher::Event::InitDone => self.works(),
            watcher::Event::Apply(_) | watcher::Event::Delete(_) => {
                self.failures = 0;
                self.works();
            }
        }
    }

    fn works(&mut self) {
        (self.is_in_doubt, self.is_told) = (false, false);
        self.binding.iter().for_each(Binding::is_there);
        let before = self.fares.send_replace(Fares { health: Health::Works, listed: true });
        if before.health.is_failure() {
            tracing::info!("{}s are watched again", K::kind(&()));
        }
        self.changes.send_modify(|count| *count += 1);
    }

    /// Each kind of failure is told once, until the watch works again.
    async fn fails(&mut self, error: &watcher::Error) {
        self.is_in_doubt = false;
        let health = if is_forbidden(error) { Health::Forbidden } else { Health::Fails };
        if health == Health::Forbidden {
            self.tell_refusal().await;
        }
        let listed = self.fares.borrow().listed;
        let before = self.fares.send_replace(Fares { health, listed });
        self.changes.send_modify(|count| *count += 1);
        if before.health != health && health == Health::Fails {
            tracing::warn!("{}s cannot be watched: {error}", K::kind(&()));
        }
    }

    /// Where all rights are missing, the Lease's candidate says so; it is one trouble.
    async fn tell_refusal(&mut self) {
        if self.is_told {
            return;
        }
        let of_all = match &self.binding {
            Some(binding) => binding.ask().await,
            None => None,
        };
        if of_all.is_none() {
            tracing::warn!("{}", self.refusal);
            self.is_told = true;
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

/// The wait before the next try: a tenth of a second at first, at most one second.
fn pause(failures: u32) -> Duration {
    let wait = Duration::from_millis(100) * 2_u32.pow(failures.min(4));
    wait.min(Duration::from_secs(1))
}
