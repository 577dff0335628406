//! What of an edit would be refused, in the words that are told of a bad annotation.

use std::collections::BTreeMap;
use std::time::Duration;

use control::{Config, Setting};
use manifest::invalid::InvalidAnnotation;
use manifest::{Deployment, PREFIX, Program};

use super::{Change, apply};
use crate::annotations::{self, engine_name, is_scalable, noted};

/// What edits are checked against besides the annotations.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CheckContext {
    /// The capacity where no annotation says one.
    pub capacity: u32,
    /// What the cluster has to spare, where that is the capacity: a fact, however small.
    pub measured: Option<u32>,
    /// The time between rounds.
    pub tick: Duration,
    /// Deployments that cannot be scaled, and why not.
    pub servers: BTreeMap<String, String>,
}

impl CheckContext {
    /// Why a Deployment cannot be scaled; `None` where it can.
    pub fn cannot_scale(&self, deployment: &Deployment) -> Option<String> {
        if deployment.is_engine() {
            return Some("it is the engine itself".to_owned());
        }
        let keeps_jobs = || deployment.main().is_some_and(|it| it.runs(Program::Queue));
        let server = self.servers.get(&deployment.name).cloned();
        server.or_else(|| keeps_jobs().then(|| "it keeps the jobs".to_owned()))
    }
}

/// Checks edits as a whole. What was wrong before, and is not touched, is no reason to refuse.
///
/// # Errors
/// Every annotation that would be wrong.
pub fn check(
    all: &[Deployment],
    changes: &[Change],
    ground: &CheckContext,
) -> Result<(), Vec<InvalidAnnotation>> {
    let mut after = all.to_vec();
    apply(&mut after, changes);
    let before = problems(all, ground);
    let is_new = |wrong: &InvalidAnnotation| touches(changes, wrong) || !before.contains(wrong);
    let wrong: Vec<_> =
        foreign(changes).chain(problems(&after, ground).into_iter().filter(is_new)).collect();
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

fn touches(changes: &[Change], wrong: &InvalidAnnotation) -> bool {
    let mut same = changes.iter().filter(|change| change.deployment == wrong.deployment);
    same.any(|change| change.annotations.contains_key(&wrong.annotation))
}

/// Annotations that are none of ours to edit.
fn foreign(changes: &[Change]) -> impl Iterator<Item = InvalidAnnotation> {
    let names = changes.iter().flat_map(|change| {
        change.annotations.keys().map(|annotation| (change.deployment.as_str(), annotation))
    });
    let others = names.filter(|(_, annotation)| !annotation.starts_with(PREFIX));
    let what = format!("is not the engine's; its own begin with {PREFIX}");
    others.map(move |(deployment, annotation)| {
        InvalidAnnotation::whole(deployment, annotation, &what)
    })
}

/// Everything that is wrong with the annotations as they are.
fn problems(all: &[Deployment], ground: &CheckContext) -> Vec<InvalidAnnotation> {
    let mut wrong = Vec::new();
    let typed = noted(annotations::capacity(all), &mut wrong).unwrap_or(ground.capacity);
    let capacity = ground.measured.unwrap_or(typed);
    let mut workloads = Vec::new();
    for deployment in all {
        match annotations::checked_workload(deployment, capacity) {
            Ok(found) => workloads.extend(found),
            Err(problems) => wrong.extend(problems),
        }
        wrong.extend(not_to_be_scaled(deployment, ground));
    }
    let config = Config { capacity, tick: ground.tick, workloads };
    let name = engine_name(all);
    let is_fact = |setting| setting == Setting::Capacity && ground.measured.is_some();
    let of_all = config.problems().into_iter().filter(|problem| !is_fact(problem.setting));
    wrong.extend(of_all.map(|problem| annotations::in_words(&problem, name)));
    wrong
}

fn not_to_be_scaled(deployment: &Deployment, ground: &CheckContext) -> Option<InvalidAnnotation> {
    let why = ground.cannot_scale(deployment).filter(|_| is_scalable(deployment))?;
    Some(InvalidAnnotation::new(
        &deployment.name,
        "is-scalable",
        &format!("is \"true\", but {why}"),
    ))
}
