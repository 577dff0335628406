//! Checks edits of annotations. The messages are those for invalid annotations in a manifest.

use std::collections::BTreeMap;
use std::time::Duration;

use control::{Config, Setting};
use manifest::invalid::InvalidAnnotation;
use manifest::{Deployment, PREFIX, Program};

use super::{Change, apply};
use crate::annotations::{self, engine_name, is_scalable, noted};

/// The facts, besides the annotations, that decide whether an edit is valid.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CheckContext {
    /// The capacity that counts if no annotation sets one.
    pub capacity: u32,
    /// The cluster's spare slots, if they are the capacity; `None` if the capacity is configured.
    /// They may be too few for the minimums: that is a fact, not an error.
    pub measured: Option<u32>,
    /// The time between two rounds.
    pub tick: Duration,
    /// The Deployments behind a Service, which cannot be scaled, each with the reason.
    pub servers: BTreeMap<String, String>,
}

impl CheckContext {
    /// Why a Deployment cannot be scaled; `None` if it can.
    pub fn cannot_scale(&self, deployment: &Deployment) -> Option<String> {
        if deployment.is_engine() {
            return Some("it is the engine itself".to_owned());
        }
        let keeps_jobs = || deployment.main().is_some_and(|it| it.runs(Program::Queue));
        let server = self.servers.get(&deployment.name).cloned();
        server.or_else(|| keeps_jobs().then(|| "it keeps the jobs".to_owned()))
    }
}

/// Checks edits together. Ignores annotations that were already invalid and that no edit changes.
///
/// # Errors
/// Returns every annotation that would be invalid after the edits.
pub fn check(
    all: &[Deployment],
    changes: &[Change],
    context: &CheckContext,
) -> Result<(), Vec<InvalidAnnotation>> {
    let mut after = all.to_vec();
    apply(&mut after, changes);
    let before = problems(all, context);
    let is_new = |wrong: &InvalidAnnotation| touches(changes, wrong) || !before.contains(wrong);
    let wrong: Vec<_> =
        foreign(changes).chain(problems(&after, context).into_iter().filter(is_new)).collect();
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

fn touches(changes: &[Change], wrong: &InvalidAnnotation) -> bool {
    let mut same = changes.iter().filter(|change| change.deployment == wrong.deployment);
    same.any(|change| change.annotations.contains_key(&wrong.annotation))
}

/// Returns an error for each edit of an annotation that is not one of the engine's.
fn foreign(changes: &[Change]) -> impl Iterator<Item = InvalidAnnotation> {
    let names = changes.iter().flat_map(|change| {
        change.annotations.keys().map(|annotation| (change.deployment.as_str(), annotation))
    });
    let others = names.filter(|(_, annotation)| !annotation.starts_with(PREFIX));
    let what = format!("is not the engine's; the engine's annotations begin with {PREFIX}");
    others.map(move |(deployment, annotation)| {
        InvalidAnnotation::whole(deployment, annotation, &what)
    })
}

/// Every invalid annotation of these Deployments.
fn problems(all: &[Deployment], context: &CheckContext) -> Vec<InvalidAnnotation> {
    let mut wrong = Vec::new();
    let typed = noted(annotations::capacity(all), &mut wrong).unwrap_or(context.capacity);
    let capacity = context.measured.unwrap_or(typed);
    let mut workloads = Vec::new();
    for deployment in all {
        match annotations::checked_workload(deployment, capacity) {
            Ok(found) => workloads.extend(found),
            Err(problems) => wrong.extend(problems),
        }
        wrong.extend(not_to_be_scaled(deployment, context));
    }
    let config = Config { capacity, tick: context.tick, workloads };
    let name = engine_name(all);
    let is_fact = |setting| setting == Setting::Capacity && context.measured.is_some();
    let of_all = config.problems().into_iter().filter(|problem| !is_fact(problem.setting));
    wrong.extend(of_all.map(|problem| annotations::in_words(&problem, name)));
    wrong
}

fn not_to_be_scaled(deployment: &Deployment, context: &CheckContext) -> Option<InvalidAnnotation> {
    let why = context.cannot_scale(deployment).filter(|_| is_scalable(deployment))?;
    Some(InvalidAnnotation::new(
        &deployment.name,
        "is-scalable",
        &format!("is \"true\", but {why}"),
    ))
}
