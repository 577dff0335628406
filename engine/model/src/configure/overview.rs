//! The whole configuration, as the page and the API show it.

use std::collections::{BTreeMap, BTreeSet};

use control::{Amount, Rule, Workload};
use manifest::PREFIX;
use serde::Serialize;

use super::changed::{Changed, Edited};
use super::{Change, Ours, annotate, ours, yaml};
use crate::annotations::CAPACITY;

/// The whole configuration at one moment.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[allow(missing_docs)] // the names say it
pub struct Overview {
    /// Increases with each change of any other field.
    pub version: u64,
    /// Why annotations cannot be edited; null if they can.
    pub read_only: Option<String>,
    pub capacity: CapacityView,
    /// The scaled Deployments, by priority.
    pub workloads: Vec<WorkloadView>,
    /// The Deployments that are neither scaled nor the engine's own.
    pub others: Vec<OtherView>,
    /// The annotations that have changed since their Deployments were first seen.
    pub differs: Vec<Changed>,
    /// The number of edits since the last reset.
    pub edits: u64,
    /// The last edits, the newest first.
    pub log: Vec<Edited>,
    /// The engine's annotations on each Deployment, by the Deployment's name.
    #[serde(skip)]
    pub all: BTreeMap<String, Ours>,
    /// The engine's annotations on each Deployment when that Deployment was first seen.
    #[serde(skip)]
    pub first: BTreeMap<String, Ours>,
    /// The image of each Deployment's main container, by the Deployment's name.
    #[serde(skip)]
    pub images: BTreeMap<String, String>,
}

/// The capacity, and the annotation that sets it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[allow(missing_docs)] // the names say it
pub struct CapacityView {
    pub value: u32,
    /// Whether the capacity was measured, so that its annotation has no effect.
    pub measured: bool,
    /// The engine's own Deployment, which can have the annotation; null if it does not exist.
    pub deployment: Option<String>,
    pub annotations: Ours,
    /// The annotations that the Deployment had when it was first seen.
    pub defaults: Ours,
    #[serde(rename = "trouble")]
    pub warning: Option<String>,
}

/// A scaled Deployment.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[allow(missing_docs)] // the names say it
pub struct WorkloadView {
    pub deployment: String,
    /// The image of the Deployment's main container.
    pub image: Option<String>,
    pub annotations: Ours,
    /// The annotations that the Deployment had when it was first seen.
    pub defaults: Ours,
    pub settings: SettingsView,
    #[serde(rename = "trouble")]
    pub warning: Option<String>,
    /// Why the queue's name may be a mistake, or the metric cannot be read; null once it was read.
    pub queue_warning: Option<String>,
}

/// The settings that result from a workload's annotations. Settings of other rules are null.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[allow(missing_docs)] // the names say it
pub struct SettingsView {
    pub rule: &'static str,
    /// The name of the queue or metric that the workload follows.
    pub queue: Option<String>,
    /// Where it is read: `queue`, `prometheus` or `http`.
    pub source: Option<&'static str>,
    /// The target: the queue length that the rule keeps to.
    pub target: Option<u32>,
    /// The value that each container should have.
    pub target_per_container: Option<f64>,
    /// The priority; workloads with priority 1 get containers first.
    pub priority: u32,
    pub min: u32,
    pub max: u32,
    /// The largest change of the wanted count in one round; null for no limit.
    pub max_delta: Option<u32>,
    /// The scale-down window, in seconds.
    pub window_s: Option<f64>,
    /// The time constant of the slow average of the arrival rate, in seconds.
    pub rate_average_s: Option<f64>,
    /// The configured jobs per second of one container, used until the rate is measured.
    pub service_rate: Option<f64>,
    /// The least number of containers while the queue cannot be read; null for no such minimum.
    pub fallback: Option<u32>,
    pub paused: bool,
    /// Why the engine may not scale the workload; null if it may.
    #[serde(rename = "held")]
    pub blocked: Option<String>,
}

/// A Deployment that is not scaled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs)] // the names say it
pub struct OtherView {
    pub deployment: String,
    /// The image of the Deployment's main container.
    pub image: Option<String>,
    pub annotations: Ours,
    /// The annotations that the Deployment had when it was first seen.
    pub defaults: Ours,
    /// Why the Deployment cannot be scaled; null if it can.
    pub cannot: Option<String>,
    /// Why scaling the Deployment would be useless; null if it would be useful.
    pub unfit: Option<String>,
}

impl Overview {
    /// Whether the annotations already have the values that these edits set.
    pub fn has(&self, changes: &[Change]) -> bool {
        changes.iter().all(|change| {
            let Some(ours) = self.all.get(&change.deployment) else { return false };
            change.annotations.iter().all(|(name, value)| ours.get(name) == value.as_ref())
        })
    }

    /// The edits that restore the annotations as they were when the Deployments were first seen.
    pub fn back(&self) -> Vec<Change> {
        let both =
            self.all.iter().filter_map(|(name, now)| Some((name, now, self.first.get(name)?)));
        both.filter_map(|(name, now, first)| super::between(name, now, first)).collect()
    }

    /// The edit that pauses or resumes a workload; `None` if there is no workload with this name.
    pub fn pause(&self, name: &str, paused: bool) -> Option<Change> {
        self.workloads.iter().find(|workload| workload.deployment == name)?;
        let key = format!("{PREFIX}paused");
        let first = self.first.get(name).and_then(|first| first.get(&key));
        let off = first.map(|_| "false");
        Some(Change::one(name, "paused", if paused { Some("true") } else { off }))
    }

    /// The configuration as `kubectl annotate` commands, one line for each Deployment.
    pub fn annotate_lines(&self, namespace: Option<&str>) -> String {
        let kit = manifest::parse::parse(yaml::DEMO).unwrap_or_default();
        let mut names: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let kit = kit.deployments.iter().map(|it| (it.name.clone(), ours(it)));
        for (name, ours) in kit.chain(self.first.clone()) {
            names.entry(name).or_default().extend(ours.into_keys());
        }
        annotate::lines(&self.complete(), &names, namespace)
    }

    /// The kit's manifest with this configuration, for a cluster, where the engine sees nothing but
    /// Deployments. Those that are not part of the kit are in a comment, as shell commands.
    pub fn kit_manifest(&self, namespace: &str) -> String {
        let kit = manifest::parse::parse(yaml::DEMO).unwrap_or_default();
        let is_of_kit = |name: &str| kit.deployments.iter().any(|it| it.name == name);
        let foreign = self.all.iter().filter(|(name, _)| !is_of_kit(name));
        let foreign = foreign.map(|(name, ours)| (name.clone(), ours.clone())).collect();
        let lines = annotate::lines(&foreign, &BTreeMap::new(), None);
        yaml::for_cluster(&self.images, &self.complete(), namespace, &lines)
    }

    /// The annotations of all Deployments, with the current capacity even if only a flag sets it.
    pub fn complete(&self) -> BTreeMap<String, Ours> {
        let mut all = self.all.clone();
        let engine = self.capacity.deployment.as_ref().and_then(|name| all.get_mut(name));
        if let Some(engine) = engine.filter(|_| !self.capacity.measured) {
            let value = || self.capacity.value.to_string();
            engine.entry(format!("{PREFIX}{CAPACITY}")).or_insert_with(value);
        }
        all
    }
}

impl SettingsView {
    /// The settings of one workload.
    pub(crate) fn of(workload: &Workload) -> SettingsView {
        let rate = match &workload.rule {
            Rule::Rate(rate) => Some(rate),
            _ => None,
        };
        let window = match &workload.rule {
            Rule::Rate(rate) => Some(rate.window),
            Rule::PerContainer(settings) => Some(settings.window),
            Rule::SimpleQueue(_) | Rule::Queue(_) | Rule::Remainder => None,
        };
        let followed = workload.rule.followed();
        let service_time = rate.and_then(|rate| rate.service_time);
        SettingsView {
            rule: workload.rule.name(),
            queue: followed.map(|followed| followed.name.clone()),
            source: followed.map(|followed| followed.source.name()),
            target: workload.rule.target_length(),
            target_per_container: workload.rule.target_per_container().map(Amount::get),
            priority: workload.priority,
            min: workload.min,
            max: workload.max,
            max_delta: workload.max_delta,
            window_s: window.map(|window| window.as_secs_f64()),
            rate_average_s: rate.map(|rate| rate.average.as_secs_f64()),
            service_rate: service_time.map(|time| time.as_secs_f64().recip()),
            fallback: workload.fallback,
            paused: workload.paused,
            blocked: workload.blocked.clone(),
        }
    }
}
