//! What became another value, in words.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Ours;
use crate::board::log::Actor;
use crate::manifest::annotations::PREFIX;

/// An annotation that became another value.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Changed {
    /// When, in seconds of uptime; null for a difference.
    pub at: Option<f64>,
    /// Who did it; null for a difference.
    pub by: Option<Actor>,
    /// Whose annotation it is.
    pub deployment: String,
    /// Its whole name.
    pub annotation: String,
    /// What it was; null where there was none.
    pub from: Option<String>,
    /// What it is; null where there is none.
    pub to: Option<String>,
    /// All of it in words, as `target 20 -> 10, consumer`.
    pub text: String,
}

/// What differs between two states of all Deployments' annotations. What is in one of them alone
/// has come or gone as a whole, and is no edit.
pub fn differences(from: &BTreeMap<String, Ours>, to: &BTreeMap<String, Ours>) -> Vec<Changed> {
    let both = to.iter().filter_map(|(name, now)| Some((name, from.get(name)?, now)));
    both.flat_map(|(name, before, now)| of_one(name, before, now)).collect()
}

fn of_one(deployment: &str, before: &Ours, now: &Ours) -> Vec<Changed> {
    let edit = super::between(deployment, before, now);
    let annotations = edit.into_iter().flat_map(|edit| edit.annotations);
    annotations
        .map(|(annotation, to)| {
            let from = before.get(&annotation).cloned();
            Changed {
                at: None,
                by: None,
                deployment: deployment.to_owned(),
                text: in_words(deployment, &annotation, from.as_deref(), to.as_deref()),
                annotation,
                from,
                to,
            }
        })
        .collect()
}

fn in_words(deployment: &str, annotation: &str, from: Option<&str>, to: Option<&str>) -> String {
    let name = annotation.strip_prefix(PREFIX).unwrap_or(annotation);
    let is_on = to == Some("true");
    let was_on = from == Some("true");
    match name {
        "is-scalable" if is_on => return format!("{deployment} is scaled"),
        "is-scalable" if was_on => return format!("{deployment} is not scaled any more"),
        "paused" if is_on => return format!("{deployment} paused"),
        "paused" if was_on => return format!("{deployment} goes on"),
        _ => {}
    }
    let value = |value: Option<&str>| value.unwrap_or("default").to_owned();
    let what = format!("{} {} -> {}", short(name), value(from), value(to));
    if name == "capacity" { what } else { format!("{what}, {deployment}") }
}

/// A name that is short enough for a mark on the chart.
fn short(name: &str) -> &str {
    match name {
        "target-queue-length" => "target",
        "min-containers" => "min",
        "max-containers" => "max",
        "scale-down-window" => "window",
        "fallback-containers" => "fallback",
        other => other,
    }
}
