//! What others see of the settings, and what they say of edits.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use control::Config;
use manifest::wrong::Wrong;
use tokio::sync::watch;

use super::Settings;
use super::configured::Configured;
use crate::actor::Actor;
use crate::configure::Change;
use crate::configure::changed::Edited;
use crate::configure::check::{Ground, check};
use crate::configure::overview::{Overview, Seen};

/// So many edits are shown.
const SHOWN: usize = 50;
/// So many edits may be on their way at once; of more nobody remembers whose they were.
const ANNOUNCED: usize = 100;

impl Settings {
    /// Names Deployments that cannot be scaled, and why not.
    #[must_use]
    pub fn with_servers(mut self, servers: BTreeMap<String, String>) -> Settings {
        self.configured.servers = servers;
        self
    }

    /// The overview, as it changes.
    pub fn overviews(&self) -> watch::Receiver<Arc<Overview>> {
        self.configured.shown.subscribe()
    }

    /// The overview as it is.
    pub fn overview(&self) -> Arc<Overview> {
        self.configured.shown.borrow().clone()
    }

    /// Checks edits as a whole.
    ///
    /// # Errors
    /// Every annotation that would be wrong.
    pub fn check(&self, changes: &[Change]) -> Result<(), Vec<Wrong>> {
        let all = self.from.as_ref().map(|from| from.deployments.as_slice()).unwrap_or_default();
        check(all, changes, &self.ground())
    }

    /// The first of these Deployments that is not there, with those that are.
    pub fn unknown(&self, changes: &[Change]) -> Option<(String, Vec<String>)> {
        let known = &self.configured.last;
        let missing = changes.iter().find(|change| !known.contains_key(&change.deployment))?;
        Some((missing.deployment.clone(), known.keys().cloned().collect()))
    }

    /// Says whose edits these are, before they are seen.
    pub fn announce(&mut self, by: Actor, changes: &[Change]) {
        let announced = &mut self.configured.announced;
        announced.extend(changes.iter().map(|change| (by, change.clone())));
        while announced.len() > ANNOUNCED {
            announced.pop_front();
        }
    }

    /// Keeps edits that were seen among those that are shown.
    pub fn remember(&mut self, edited: &[Edited]) {
        let Configured { edits, log, .. } = &mut self.configured;
        *edits += edited.len() as u64;
        edited.iter().for_each(|edited| log.push_front(edited.clone()));
        log.truncate(SHOWN);
        if !edited.is_empty() {
            self.renew_overview();
        }
    }

    /// Begins to count edits anew.
    pub fn forget_edits(&mut self) {
        self.configured.edits = 0;
        self.configured.log.clear();
        self.renew_overview();
    }

    /// Says why nothing can be edited now; `None` where it can.
    pub fn forbid_edits(&mut self, because: Option<String>) {
        if self.configured.read_only != because {
            self.configured.read_only = because;
            self.renew_overview();
        }
    }

    /// Says which queues nobody has used yet.
    pub fn see_absent(&mut self, absent: BTreeSet<String>) {
        if self.configured.absent != absent {
            self.configured.absent = absent;
            self.renew_overview();
        }
    }

    fn ground(&self) -> Ground {
        Ground {
            capacity: self.budget.capacity,
            measured: self.last_spare,
            tick: self.budget.tick,
            servers: self.configured.servers.clone(),
        }
    }

    pub(super) fn renew_overview(&mut self) {
        let nothing =
            Config { capacity: self.typed, tick: self.budget.tick, workloads: Vec::new() };
        let ground = self.ground();
        let overview = Overview::of(&Seen {
            all: self.from.as_ref().map(|from| from.deployments.as_slice()).unwrap_or_default(),
            first: &self.configured.first,
            config: self.last.as_ref().unwrap_or(&nothing),
            troubles: &self.troubles,
            ground: &ground,
            absent: &self.configured.absent,
        });
        let Configured { edits, log, read_only, shown, .. } = &self.configured;
        let new = Overview {
            read_only: read_only.clone(),
            edits: *edits,
            log: log.iter().cloned().collect(),
            ..overview
        };
        shown.send_if_modified(|old| {
            let new = Overview { version: old.version, ..new };
            let is_other = **old != new;
            if is_other {
                *old = Arc::new(Overview { version: old.version + 1, ..new });
            }
            is_other
        });
    }
}
