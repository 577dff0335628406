//! The part of the configuration that pages show, and the known edits.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use manifest::Deployment;
use tokio::sync::watch;

use crate::actor::Actor;
use crate::configure::changed::{Changed, Edited, differences};
use crate::configure::overview::Overview;
use crate::configure::{Change, Ours, ours};

/// The part of the configuration that pages show, and the known edits.
#[derive(Debug, Default)]
pub(super) struct Configured {
    /// The Deployments behind a Service, which cannot be scaled, each with the reason.
    pub(super) servers: BTreeMap<String, String>,
    /// The engine's annotations on each Deployment when that Deployment was first seen.
    pub(super) first: BTreeMap<String, Ours>,
    /// The engine's annotations on each Deployment when that Deployment was last seen.
    pub(super) last: BTreeMap<String, Ours>,
    /// Edits by this engine that do not show in the annotations yet, with their authors.
    pub(super) announced: VecDeque<(Actor, Change)>,
    pub(super) edits: u64,
    pub(super) log: VecDeque<Edited>,
    pub(super) read_only: Option<String>,
    /// The queues and metrics that do not exist or cannot be read, each with the reason.
    pub(super) missing: BTreeMap<String, String>,
    pub(super) shown: watch::Sender<Arc<Overview>>,
}

impl Configured {
    /// Notes the current annotations; returns the changes since the last call, with their authors.
    pub(super) fn see(&mut self, all: &[Deployment]) -> Vec<Changed> {
        let now: BTreeMap<_, _> = all.iter().map(|it| (it.name.clone(), ours(it))).collect();
        let mut changed = differences(&self.last, &now);
        changed.iter_mut().for_each(|changed| changed.by = Some(self.author(changed)));
        // A Deployment that is deleted and created again starts from its new annotations.
        self.first.retain(|name, _| now.contains_key(name));
        for (name, ours) in &now {
            self.first.entry(name.clone()).or_insert_with(|| ours.clone());
        }
        self.last = now;
        changed
    }

    fn author(&mut self, changed: &Changed) -> Actor {
        let is_it = |change: &Change| {
            let value = change.annotations.get(&changed.annotation);
            change.deployment == changed.deployment && value == Some(&changed.to)
        };
        let Some(found) = self.announced.iter().position(|(_, change)| is_it(change)) else {
            return Actor::Outside;
        };
        let (by, change) = &mut self.announced[found];
        let by = *by;
        change.annotations.remove(&changed.annotation);
        if change.annotations.is_empty() {
            self.announced.remove(found);
        }
        by
    }
}
