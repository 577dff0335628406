//! The overview of the settings, which pages show, and notes about edits.

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

/// The most edits that are shown.
const SHOWN: usize = 50;
/// The most edits whose authors are remembered until the edits are seen.
const ANNOUNCED: usize = 100;

impl Settings {
    /// Sets the Deployments behind a Service, which cannot be scaled, each with the reason.
    #[must_use]
    pub fn with_servers(mut self, servers: BTreeMap<String, String>) -> Settings {
        self.configured.servers = servers;
        self
    }

    /// A receiver that is notified of each change of the overview.
    pub fn overviews(&self) -> watch::Receiver<Arc<Overview>> {
        self.configured.shown.subscribe()
    }

    /// The current overview.
    pub fn overview(&self) -> Arc<Overview> {
        self.configured.shown.borrow().clone()
    }

    /// Checks edits together.
    ///
    /// # Errors
    /// Returns every annotation that would be invalid after the edits.
    pub fn check(&self, changes: &[Change]) -> Result<(), Vec<InvalidAnnotation>> {
        check(self.all(), changes, &self.check_context())
    }

    /// The first edited Deployment that does not exist, and the names of all Deployments.
    pub fn unknown(&self, changes: &[Change]) -> Option<(String, Vec<String>)> {
        let known = &self.configured.last;
        let missing = changes.iter().find(|change| !known.contains_key(&change.deployment))?;
        Some((missing.deployment.clone(), known.keys().cloned().collect()))
    }

    /// Notes the author of edits that this engine is about to make.
    pub fn announce(&mut self, by: Actor, changes: &[Change]) {
        let announced = &mut self.configured.announced;
        announced.extend(changes.iter().map(|change| (by, change.clone())));
        while announced.len() > ANNOUNCED {
            announced.pop_front();
        }
    }

    /// Adds edits to those that pages show.
    pub fn remember(&mut self, edited: &[Edited]) {
        let Configured { edits, log, .. } = &mut self.configured;
        *edits += edited.len() as u64;
        edited.iter().for_each(|edited| log.push_front(edited.clone()));
        log.truncate(SHOWN);
        if !edited.is_empty() {
            self.renew_overview();
        }
    }

    /// Sets the number of edits to 0 and forgets them, for a reset.
    pub fn forget_edits(&mut self) {
        self.configured.edits = 0;
        self.configured.log.clear();
        self.renew_overview();
    }

    /// Sets why nothing can be edited; `None` allows edits.
    pub fn forbid_edits(&mut self, because: Option<String>) {
        if self.configured.read_only != because {
            self.configured.read_only = because;
            self.renew_overview();
        }
    }

    /// Sets, for warnings, the queues that nobody has used yet, and the metrics that do not exist
    /// or cannot be read, each with the reason.
    pub fn see_missing(&mut self, missing: BTreeMap<String, String>) {
        if self.configured.missing != missing {
            self.configured.missing = missing;
            self.renew_overview();
        }
    }

    fn check_context(&self) -> CheckContext {
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

    /// The overview without the edits, and without the reason why edits are forbidden.
    fn look_over(&self) -> Overview {
        let all = self.all();
        let ours = all.iter().map(|it| (it.name.clone(), ours(it))).collect();
        let images = all.iter().filter_map(|it| Some((it.name.clone(), image(it)?)));
        let mut workloads: Vec<_> = all.iter().filter_map(|it| self.workload(it)).collect();
        workloads.sort_by(|a, b| {
            (a.settings.priority, &a.deployment).cmp(&(b.settings.priority, &b.deployment))
        });
        let context = self.check_context();
        let others = all.iter().filter(|it| self.scaled(&it.name).is_none() && !it.is_engine());
        Overview {
            capacity: self.capacity_view(),
            others: others.map(|it| self.other(it, &context)).collect(),
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

    /// A warning if the workload's queue does not exist yet, or its metric cannot be read. A
    /// missing queue is no error, because the first publish or receive creates it.
    fn queue_warning(&self, workload: &Workload) -> Option<String> {
        let followed = workload.rule.followed()?;
        let because = self.configured.missing.get(&followed.name)?;
        let name = &workload.name;
        if !followed.is_queue() {
            return Some(format!("{followed}: {because}; {name} keeps its count"));
        }
        let all = self.last.iter().flat_map(|config| &config.workloads);
        let queues = all.filter_map(|it| it.rule.followed().filter(|it| it.is_queue()));
        let used: BTreeSet<&str> = queues
            .map(|queue| queue.name.as_str())
            .filter(|name| !self.configured.missing.contains_key(*name))
            .collect();
        let used = Vec::from_iter(used).join(", ");
        let known = if used.is_empty() { String::new() } else { format!(" (in use: {used})") };
        Some(format!("the {followed} has never been used{known}; {name} keeps its count"))
    }

    fn other(&self, deployment: &Deployment, context: &CheckContext) -> OtherView {
        OtherView {
            deployment: deployment.name.clone(),
            image: image(deployment),
            annotations: ours(deployment),
            defaults: self.defaults(deployment),
            cannot: context.cannot_scale(deployment),
            unfit: makes_load(deployment).then(|| "it makes the load".to_owned()),
        }
    }
}

fn image(deployment: &Deployment) -> Option<String> {
    deployment.main()?.image.clone()
}

/// Whether a Deployment makes load. Scaling it would be useless, because it does no jobs.
fn makes_load(deployment: &Deployment) -> bool {
    deployment.containers.first().is_some_and(|it| it.runs(Program::Producer))
}
