//! Edits of annotations while the engine runs. Pure code: the schedulers carry the edits out.
//!
//! # Layout
//! - [`check`]: whether an edit is valid
//! - [`changed`]: the changes that edits have made, and sentences that describe them
//! - [`overview`]: the whole configuration, as the page and the API show it
//! - [`annotate`]: the configuration as shell commands
//! - [`yaml`]: the configuration as a manifest

pub mod annotate;
pub mod changed;
pub mod check;
pub mod overview;
pub mod yaml;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use manifest::{Deployment, PREFIX};
use serde::{Deserialize, Serialize};

/// The engine's annotations of one Deployment: each value by the annotation's full name.
pub type Ours = BTreeMap<String, String>;

/// An edit of one Deployment's annotations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// The Deployment's name.
    pub deployment: String,
    /// The new values by the annotations' full names; `None` removes an annotation.
    pub annotations: BTreeMap<String, Option<String>>,
}

impl Change {
    /// An edit of one annotation; `name` has no prefix. `None` as `value` removes the annotation.
    pub fn one(deployment: &str, name: &str, value: Option<&str>) -> Change {
        let value = value.map(str::to_owned);
        let annotations = BTreeMap::from([(format!("{PREFIX}{name}"), value)]);
        Change { deployment: deployment.to_owned(), annotations }
    }
}

/// The engine's annotations on a Deployment, without the annotations of other programs.
pub fn ours(deployment: &Deployment) -> Ours {
    let all = deployment.annotations.iter().filter(|(name, _)| name.starts_with(PREFIX));
    all.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// Applies edits to `all` in order. Edits of Deployments that do not exist are ignored.
pub fn apply(all: &mut [Deployment], changes: &[Change]) {
    for change in changes {
        let found = all.iter_mut().find(|deployment| deployment.name == change.deployment);
        let Some(deployment) = found else { continue };
        for (name, value) in &change.annotations {
            match value {
                Some(value) => deployment.annotations.insert(name.clone(), value.clone()),
                None => deployment.annotations.remove(name),
            };
        }
    }
}

/// The edit that changes the annotations `from` into `to`; `None` if they are equal.
pub fn between(deployment: &str, from: &Ours, to: &Ours) -> Option<Change> {
    let new = to.iter().filter(|(name, value)| from.get(*name) != Some(*value));
    let new = new.map(|(name, value)| (name.clone(), Some(value.clone())));
    let gone = from.keys().filter(|name| !to.contains_key(*name)).map(|name| (name.clone(), None));
    let annotations: BTreeMap<_, _> = new.chain(gone).collect();
    let deployment = deployment.to_owned();
    (!annotations.is_empty()).then_some(Change { deployment, annotations })
}
