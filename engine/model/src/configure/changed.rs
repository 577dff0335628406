//! Changes of annotations, and the sentences that describe them.

use std::collections::BTreeMap;

use manifest::PREFIX;
use serde::Serialize;

use super::Ours;
use crate::actor::Actor;

/// A change of one annotation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// The name of the Deployment with the annotation.
    pub deployment: String,
    /// The annotation's full name, with its prefix.
    pub annotation: String,
    /// The value before the change; null if the annotation was added.
    pub from: Option<String>,
    /// The value after the change; null if the annotation was removed.
    pub to: Option<String>,
    /// The author of the change; `None` while it is not known.
    #[serde(skip)]
    pub by: Option<Actor>,
}

/// One edit of one Deployment's annotations, as pages show it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Edited {
    /// When the engine saw the edit, in seconds of uptime.
    pub at: f64,
    /// The author of the edit.
    pub by: Actor,
    /// The whole edit as a sentence, such as `target 20 -> 10, consumer`.
    pub text: String,
    /// The edit's label on the chart.
    pub mark: String,
    /// Whether the edit does nothing but pause or resume a workload.
    pub is_pause: bool,
}

/// The changes between two states of all Deployments' annotations. A Deployment that is in only one
/// state was created or deleted, which is not an edit.
pub fn differences(from: &BTreeMap<String, Ours>, to: &BTreeMap<String, Ours>) -> Vec<Changed> {
    let both = to.iter().filter_map(|(name, now)| Some((name, from.get(name)?, now)));
    both.flat_map(|(name, before, now)| of_one(name, before, now)).collect()
}

fn of_one(deployment: &str, before: &Ours, now: &Ours) -> Vec<Changed> {
    let edit = super::between(deployment, before, now);
    let annotations = edit.into_iter().flat_map(|edit| edit.annotations);
    annotations
        .map(|(annotation, to)| Changed {
            deployment: deployment.to_owned(),
            from: before.get(&annotation).cloned(),
            to,
            annotation,
            by: None,
        })
        .collect()
}

/// Groups changes by Deployment and author. They were seen at `at`, in seconds of uptime.
pub fn together(at: f64, changed: &[Changed]) -> Vec<Edited> {
    let mut groups: Vec<(&str, Actor, Vec<&Changed>)> = Vec::new();
    for change in changed {
        let (name, by) = (change.deployment.as_str(), change.by.unwrap_or(Actor::Outside));
        match groups.iter_mut().find(|group| (group.0, group.1) == (name, by)) {
            Some((_, _, members)) => members.push(change),
            None => groups.push((name, by, vec![change])),
        }
    }
    let sentence = |(name, by, members): (&str, Actor, Vec<&Changed>)| {
        let (text, mark) = in_words(name, &members);
        let is_pause = members.iter().all(|change| change.name() == "paused");
        Edited { at, by, text, mark, is_pause }
    };
    groups.into_iter().map(sentence).collect()
}

/// Describes changes of one Deployment: in a whole sentence, and in a label for the chart.
fn in_words(deployment: &str, members: &[&Changed]) -> (String, String) {
    let scaled = members.iter().any(|it| it.name() == "is-scalable" && it.is_on());
    if scaled {
        let others = members.iter().filter(|it| it.name() != "is-scalable");
        let others: Vec<_> = others.filter_map(|it| it.set_to()).collect();
        let mark = format!("{deployment} is scaled");
        let text =
            if others.is_empty() { String::new() } else { format!(": {}", others.join(", ")) };
        return (format!("{mark}{text}"), mark);
    }
    let clauses: Vec<_> = members.iter().map(|it| it.clause()).collect();
    let clauses = clauses.join(", ");
    let speaks_for_itself =
        members.iter().all(|it| it.state().is_some() || it.name() == "capacity");
    let text = if speaks_for_itself { clauses } else { format!("{clauses}, {deployment}") };
    (text.clone(), text)
}

impl Changed {
    fn name(&self) -> &str {
        self.annotation.strip_prefix(PREFIX).unwrap_or(&self.annotation)
    }

    fn is_on(&self) -> bool {
        self.to.as_deref() == Some("true")
    }

    /// The new state of the whole Deployment, such as paused; `None` if it has no new state.
    fn state(&self) -> Option<String> {
        let was_on = self.from.as_deref() == Some("true");
        let words = match self.name() {
            "paused" if self.is_on() => "paused",
            "paused" if was_on => "resumed",
            "is-scalable" if was_on => "is no longer scaled",
            _ => return None,
        };
        Some(format!("{} {words}", self.deployment))
    }

    fn clause(&self) -> String {
        let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "default".to_owned());
        let change = || format!("{} {} -> {}", self.short(), value(&self.from), value(&self.to));
        self.state().unwrap_or_else(change)
    }

    fn set_to(&self) -> Option<String> {
        Some(format!("{} {}", self.short(), self.to.as_ref()?))
    }

    /// The annotation's name, shortened for a label on the chart.
    fn short(&self) -> &str {
        match self.name() {
            "target-queue-length" => "target",
            "min-containers" => "min",
            "max-containers" => "max",
            "scale-down-window" => "window",
            "fallback-containers" => "fallback",
            other => other,
        }
    }
}
