//! Lists and watches that never stop, and when they last said something.

use std::fmt::Debug;
use std::hash::Hash;
use std::time::Duration;

use futures::StreamExt;
use kube::runtime::reflector::Store;
use kube::runtime::utils::Backoff;
use kube::runtime::{WatchStreamExt, reflector, watcher};
use kube::{Api, Resource};
use serde::de::DeserializeOwned;
use tokio::sync::watch;

use crate::rights::grant;

/// The server ends a watch after this time, and it is begun again; one that has died silently is
/// noticed five seconds later.
const WATCH_S: u32 = 10;

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

/// A kind of object in a namespace, kept up to date.
pub struct Watched<K: Resource + 'static>
where
    K::DynamicType: Eq + Hash,
{
    /// The objects, as of the last event.
    pub store: Store<K>,
    fares: watch::Receiver<Fares>,
    /// What to say where it may not be watched.
    refusal: String,
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
        let (kind, why_not) = (K::kind(&()), refusal.clone());
        tokio::spawn(async move {
            let config = watcher::Config::default().timeout(WATCH_S);
            let stream = watcher(api, config).backoff(Patience::default()).reflect(writer);
            let mut stream = std::pin::pin!(stream);
            while let Some(event) = stream.next().await {
                match event {
                    Ok(watcher::Event::Init | watcher::Event::InitApply(_)) => {}
                    Ok(_) => works(&sender, &kind),
                    Err(error) => fails(&sender, &kind, &error, &why_not),
                }
                changes.send_modify(|count| *count += 1);
            }
        });
        Watched { store, fares, refusal }
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
        (self.health() == Health::Forbidden).then(|| self.refusal.clone())
    }
}

fn refusal<K: Resource<DynamicType = ()>>(api: &Api<K>) -> String {
    let (plural, group) = (K::plural(&()), K::group(&()));
    let resource = if group.is_empty() { plural.to_string() } else { format!("{plural}.{group}") };
    let namespace = api.namespace().unwrap_or("default");
    let grant = grant(namespace, "get,list,watch", &resource, None);
    format!("the engine may not watch {plural}; grant it with {grant}")
}

fn works(sender: &watch::Sender<Fares>, kind: &str) {
    let before = sender.send_replace(Fares { health: Health::Works, listed: true });
    if matches!(before.health, Health::Fails | Health::Forbidden) {
        tracing::info!("{kind}s are watched again");
    }
}

/// Each kind of failure is told once, until the watch works again.
fn fails(sender: &watch::Sender<Fares>, kind: &str, error: &watcher::Error, why_not: &str) {
    let health = if is_forbidden(error) { Health::Forbidden } else { Health::Fails };
    let listed = sender.borrow().listed;
    let before = sender.send_replace(Fares { health, listed });
    if before.health == health {
        return;
    }
    if health == Health::Forbidden {
        tracing::warn!("{why_not}");
    } else {
        tracing::warn!("{kind}s cannot be watched: {error}");
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

/// Waits between tries: a tenth of a second at first, at most one second.
#[derive(Debug, Default)]
struct Patience {
    failures: u32,
}

impl Iterator for Patience {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        let wait = Duration::from_millis(100) * 2_u32.pow(self.failures.min(4));
        self.failures += 1;
        Some(wait.min(Duration::from_secs(1)))
    }
}

impl Backoff for Patience {
    fn reset(&mut self) {
        self.failures = 0;
    }
}
