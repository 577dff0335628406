//! What others see of the settings, and what they say of edits.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use control::Workload;
use manifest::invalid::InvalidAnnotation;
use manifest::{Deployment, Program};
use tokio::sync::watch;

use super::Settings;
use super::configured::Configured;
use crate::actor::Actor;
use crate::annotations::engine_name;
use crate::configure::changed::{Edited, differences};
use crate::configure::check::{CheckContext, check};
use crate::configure::overview::{CapacityView, OtherView, Overview, SettingsView, WorkloadView};
use crate::configure::{Change, Ours, ours};

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
    pub fn check(&self, changes: &[Change]) -> Result<(), Vec<InvalidAnnotation>> {
        check(self.all(), changes, &self.ground())
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

    fn ground(&self) -> CheckContext {
        CheckContext {
            capacity: self.budget.capacity,
            measured: self.last_spare,
            tick: self.budget.tick,
            servers: self.configured.servers.clone(),
        }
    }

    pub(super) fn renew_overview(&mut self) {
        let overview = self.look_over();
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

    /// The overview without who may edit and who did.
    fn look_over(&self) -> Overview {
        let all = self.all();
        let ours = all.iter().map(|it| (it.name.clone(), ours(it))).collect();
        let images = all.iter().filter_map(|it| Some((it.name.clone(), image(it)?)));
        let mut workloads: Vec<_> = all.iter().filter_map(|it| self.workload(it)).collect();
        workloads.sort_by(|a, b| {
            (a.settings.priority, &a.deployment).cmp(&(b.settings.priority, &b.deployment))
        });
        let ground = self.ground();
        let others = all.iter().filter(|it| self.scaled(&it.name).is_none() && !it.is_engine());
        Overview {
            capacity: self.capacity_view(),
            others: others.map(|it| self.other(it, &ground)).collect(),
            differs: differences(&self.configured.first, &ours),
            images: images.collect(),
            first: self.configured.first.clone(),
            workloads,
            all: ours,
            ..Overview::default()
        }
    }

    fn all(&self) -> &[Deployment] {
        self.from.as_ref().map(|from| from.deployments.as_slice()).unwrap_or_default()
    }

    fn scaled(&self, name: &str) -> Option<&Workload> {
        self.last.as_ref()?.workload(name)
    }

    fn defaults(&self, deployment: &Deployment) -> Ours {
        self.configured.first.get(&deployment.name).cloned().unwrap_or_default()
    }

    fn warning(&self, name: &str) -> Option<String> {
        self.warnings.get(name).map(|warning| warning.text.clone())
    }

    fn capacity_view(&self) -> CapacityView {
        let engine = self.all().iter().find(|it| it.is_engine());
        CapacityView {
            value: self.last.as_ref().map_or(self.typed, |last| last.capacity),
            measured: self.last_spare.is_some(),
            deployment: engine.map(|it| it.name.clone()),
            annotations: engine.map(ours).unwrap_or_default(),
            defaults: engine.map(|it| self.defaults(it)).unwrap_or_default(),
            warning: self.warning(engine_name(self.all())),
        }
    }

    fn workload(&self, deployment: &Deployment) -> Option<WorkloadView> {
        let workload = self.scaled(&deployment.name)?;
        Some(WorkloadView {
            deployment: deployment.name.clone(),
            image: image(deployment),
            annotations: ours(deployment),
            defaults: self.defaults(deployment),
            settings: SettingsView::of(workload),
            warning: self.warning(&deployment.name),
            queue_warning: self.queue_warning(workload),
        })
    }

    /// A queue that is not there is no error: its first publisher or receiver makes it.
    fn queue_warning(&self, workload: &Workload) -> Option<String> {
        let queue = &workload.rule.target()?.queue;
        let absent = self.configured.absent.get(queue)?;
        let all = self.last.iter().flat_map(|config| &config.workloads);
        let used = all.filter_map(|it| Some(&it.rule.target()?.queue));
        let used: BTreeSet<&str> = used
            .filter(|name| !self.configured.absent.contains(*name))
            .map(String::as_str)
            .collect();
        let used = Vec::from_iter(used).join(", ");
        let known = if used.is_empty() { String::new() } else { format!(" (in use: {used})") };
        let name = &workload.name;
        Some(format!("nobody has used a queue {absent} yet{known}; until then {name} holds"))
    }

    fn other(&self, deployment: &Deployment, ground: &CheckContext) -> OtherView {
        OtherView {
            deployment: deployment.name.clone(),
            image: image(deployment),
            annotations: ours(deployment),
            defaults: self.defaults(deployment),
            cannot: ground.cannot_scale(deployment),
            unfit: makes_load(deployment).then(|| "it makes the load".to_owned()),
        }
    }
}

fn image(deployment: &Deployment) -> Option<String> {
    deployment.main()?.image.clone()
}

/// Who puts jobs on a queue does not get more to do with it.
fn makes_load(deployment: &Deployment) -> bool {
    deployment.containers.first().is_some_and(|it| it.runs(Program::Producer))
}
