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
}

/// A kind of object in a namespace, kept up to date.
pub struct Watched<K: Resource + 'static>
where
    K::DynamicType: Eq + Hash,
{
    /// The objects, as of the last event.
    pub store: Store<K>,
    health: watch::Receiver<Health>,
}

impl<K> Watched<K>
where
    K: Resource<DynamicType = ()> + Clone + DeserializeOwned + Debug + Send + Sync + 'static,
{
    /// Begins to watch; `changes` counts events for those who wait for one.
    pub fn start(api: Api<K>, changes: watch::Sender<u64>) -> Watched<K> {
        let (store, writer) = reflector::store();
        let (sender, health) = watch::channel(Health::default());
        tokio::spawn(async move {
            let config = watcher::Config::default().timeout(WATCH_S);
            let stream = watcher(api, config).backoff(Patience::default()).reflect(writer);
            let mut stream = std::pin::pin!(stream);
            while let Some(event) = stream.next().await {
                tell(&sender, &event);
                changes.send_modify(|count| *count += 1);
            }
        });
        Watched { store, health }
    }

    /// How the watch fares.
    pub fn health(&self) -> Health {
        *self.health.borrow()
    }
}

fn tell<K: Resource<DynamicType = ()>>(
    health: &watch::Sender<Health>,
    event: &Result<watcher::Event<K>, watcher::Error>,
) {
    let kind = K::kind(&());
    let now = match event {
        Ok(watcher::Event::Init | watcher::Event::InitApply(_)) => return,
        Ok(_) => Health::Works,
        Err(error) if *health.borrow() != Health::Fails => {
            tracing::warn!("{kind}s cannot be watched: {error}");
            Health::Fails
        }
        Err(_) => Health::Fails,
    };
    let before = health.send_replace(now);
    if before == Health::Fails && now == Health::Works {
        tracing::info!("{kind}s are watched again");
    }
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
