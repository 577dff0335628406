//! The whole configuration, as the page and the API show it.

use std::collections::{BTreeMap, BTreeSet};

use control::{Rule, Workload};
use manifest::PREFIX;
use serde::Serialize;

use super::changed::{Changed, Edited};
use super::{Change, Ours, annotate, ours, yaml};
use crate::annotations::CAPACITY;

/// The configuration at a moment.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Overview {
    /// Another one with each change.
    pub version: u64,
    /// Why nothing can be edited; null where it can.
    pub read_only: Option<String>,
    /// How many containers there are to share.
    pub capacity: CapacityView,
    /// What is scaled, by priority.
    pub workloads: Vec<WorkloadView>,
    /// The other Deployments.
    pub others: Vec<OtherView>,
    /// In what it differs from the start.
    pub differs: Vec<Changed>,
    /// How many edits there were since the start.
    pub edits: u64,
    /// The last of them, newest first.
    pub log: Vec<Edited>,
    /// All Deployments' annotations that are ours.
    #[serde(skip)]
    pub all: BTreeMap<String, Ours>,
    /// The same when they were seen first.
    #[serde(skip)]
    pub first: BTreeMap<String, Ours>,
    /// The images, by Deployment.
    #[serde(skip)]
    pub images: BTreeMap<String, String>,
}

/// How many containers there are to share.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct CapacityView {
    /// What counts.
    pub value: u32,
    /// Whether it was measured, so that the annotation counts for nothing.
    pub measured: bool,
    /// The engine's own Deployment, whose annotation it is; null where there is none.
    pub deployment: Option<String>,
    /// Its annotations.
    pub annotations: Ours,
    /// What they were at the start.
    pub defaults: Ours,
    /// What is wrong with it.
    #[serde(rename = "trouble")]
    pub warning: Option<String>,
}

/// A scaled Deployment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WorkloadView {
    /// Its name.
    pub deployment: String,
    /// The image of its first container.
    pub image: Option<String>,
    /// Its annotations.
    pub annotations: Ours,
    /// What they were at the start.
    pub defaults: Ours,
    /// What the engine makes of them.
    pub settings: SettingsView,
    /// What is wrong with it.
    #[serde(rename = "trouble")]
    pub warning: Option<String>,
    /// What looks like a mistake in the name of its queue, and is none if that is used later.
    pub queue_warning: Option<String>,
}

/// What the engine goes by. Times are in seconds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SettingsView {
    /// How its wanted count is found.
    pub rule: &'static str,
    /// The queue that it follows.
    pub queue: Option<String>,
    /// The length at which that shall stay.
    pub target: Option<u32>,
    /// 1 is served first.
    pub priority: u32,
    /// Its least count.
    pub min: u32,
    /// Its greatest count.
    pub max: u32,
    /// By how many its wish changes in a round; null for any number.
    pub max_delta: Option<u32>,
    /// For so long a need is remembered.
    pub window_s: Option<f64>,
    /// The time constant of the arrivals' slow average.
    pub rate_average_s: Option<f64>,
    /// Jobs a second of one container, until that is learned.
    pub service_rate: Option<f64>,
    /// Its least count while its queue cannot be read.
    pub fallback: Option<u32>,
    /// Whether it is frozen.
    pub paused: bool,
    /// Why it is frozen by the engine.
    #[serde(rename = "held")]
    pub blocked: Option<String>,
}

/// A Deployment that is not scaled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OtherView {
    /// Its name.
    pub deployment: String,
    /// The image of its first container.
    pub image: Option<String>,
    /// Its annotations.
    pub annotations: Ours,
    /// What they were at the start.
    pub defaults: Ours,
    /// Why it cannot be scaled; null where it can.
    pub cannot: Option<String>,
    /// Why it makes no sense to scale it; null where it does.
    pub unfit: Option<String>,
}

impl Overview {
    /// Whether edits are carried out by now.
    pub fn has(&self, changes: &[Change]) -> bool {
        changes.iter().all(|change| {
            let Some(ours) = self.all.get(&change.deployment) else { return false };
            change.annotations.iter().all(|(name, value)| ours.get(name) == value.as_ref())
        })
    }

    /// The edits by which all becomes as it was at the start.
    pub fn back(&self) -> Vec<Change> {
        let both =
            self.all.iter().filter_map(|(name, now)| Some((name, now, self.first.get(name)?)));
        both.filter_map(|(name, now, first)| super::between(name, now, first)).collect()
    }

    /// The edit that freezes a workload, or lets it go on; `None` where there is none of that name.
    pub fn pause(&self, name: &str, paused: bool) -> Option<Change> {
        self.workloads.iter().find(|workload| workload.deployment == name)?;
        let key = format!("{PREFIX}paused");
        let first = self.first.get(name).and_then(|first| first.get(&key));
        let off = first.map(|_| "false");
        Some(Change::one(name, "paused", if paused { Some("true") } else { off }))
    }

    /// The configuration as lines for a shell.
    pub fn annotate_lines(&self, namespace: Option<&str>) -> String {
        let kit = manifest::parse::parse(yaml::DEMO).unwrap_or_default();
        let mut names: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let kit = kit.deployments.iter().map(|it| (it.name.clone(), ours(it)));
        for (name, ours) in kit.chain(self.first.clone()) {
            names.entry(name).or_default().extend(ours.into_keys());
        }
        annotate::lines(&self.complete(), &names, namespace)
    }

    /// The kit's manifest with this configuration, for a cluster of which Deployments alone are
    /// known. What is scaled and not of the kit is in a comment, in a shell's words.
    pub fn kit_manifest(&self, namespace: &str) -> String {
        let kit = manifest::parse::parse(yaml::DEMO).unwrap_or_default();
        let is_of_kit = |name: &str| kit.deployments.iter().any(|it| it.name == name);
        let foreign = self.all.iter().filter(|(name, _)| !is_of_kit(name));
        let foreign = foreign.map(|(name, ours)| (name.clone(), ours.clone())).collect();
        let lines = annotate::lines(&foreign, &BTreeMap::new(), None);
        yaml::for_cluster(&self.images, &self.complete(), namespace, &lines)
    }

    /// All annotations with the capacity that counts, also where a flag alone says it.
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
    /// What a workload is scaled by.
    pub(crate) fn of(workload: &Workload) -> SettingsView {
        let rate = match &workload.rule {
            Rule::Rate(rate) => Some(rate),
            Rule::SimpleQueue(_) | Rule::Queue(_) | Rule::Remainder => None,
        };
        let target = workload.rule.target();
        let service_time = rate.and_then(|rate| rate.service_time);
        SettingsView {
            rule: workload.rule.name(),
            queue: target.map(|target| target.queue.clone()),
            target: target.map(|target| target.length),
            priority: workload.priority,
            min: workload.min,
            max: workload.max,
            max_delta: workload.max_delta,
            window_s: rate.map(|rate| rate.window.as_secs_f64()),
            rate_average_s: rate.map(|rate| rate.average.as_secs_f64()),
            service_rate: service_time.map(|time| time.as_secs_f64().recip()),
            fallback: workload.fallback,
            paused: workload.paused,
            blocked: workload.blocked.clone(),
        }
    }
}
