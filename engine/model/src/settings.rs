//! The configuration of a running engine, made from annotations each time they are edited.
//!
//! If a value is invalid, the last valid value counts. A workload that never had valid values is
//! blocked: it keeps its containers, and they use up capacity.

use std::collections::{BTreeMap, BTreeSet};

use control::{Config, Rule, Setting, Workload};
use manifest::{Deployment, PREFIX};

use crate::annotations::{self, engine_name};
use crate::budget::Budget;
use crate::configure::changed::Changed;
use crate::warning::{Kind, Warning, Warnings};

mod configured;
mod shown;

use configured::Configured;

/// The number of spare slots in the cluster, or why it is not known.
pub type Spare = Result<u32, String>;

/// The Deployments as a scheduler sees them, from which the configuration is made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Described {
    /// All Deployments, ordered by name or as in the manifest.
    pub deployments: Vec<Deployment>,
    /// The Deployments that the engine may not scale, each with the reason.
    pub not_ours: Warnings,
    /// The names of deleted Deployments whose pods still exist.
    pub leaving: BTreeSet<String>,
    /// The spare slots of the cluster, if they are the capacity; `None` if the capacity is
    /// configured. Until their number is known, the configured capacity counts.
    pub spare: Option<Spare>,
}

/// Makes the configuration from annotations, and keeps the last valid values.
#[derive(Debug, Default)]
pub struct Settings {
    budget: Budget,
    /// The Deployments of the last configuration. If they are unchanged, no new one is made.
    from: Option<Described>,
    /// The last known number of spare slots; `None` if the capacity is configured.
    last_spare: Option<u32>,
    /// The last valid capacity from the annotation; the flag's capacity without an annotation.
    typed: u32,
    good: BTreeMap<String, Workload>,
    /// The last configuration that was made, which is always valid.
    last: Option<Config>,
    warnings: Warnings,
    /// The overview for pages, and the edits so far.
    configured: Configured,
}

/// The results of a change of the Deployments.
#[derive(Debug, Default)]
pub struct Edit {
    /// The new configuration; `None` if no valid one is known.
    pub config: Option<Config>,
    /// The warnings that did not exist before the change.
    pub news: Warnings,
    /// The annotations whose values changed.
    pub changed: Vec<Changed>,
}

impl Settings {
    /// The settings before any annotation is known: only the flags count.
    pub fn new(budget: &Budget) -> Settings {
        Settings { budget: *budget, typed: budget.capacity, ..Settings::default() }
    }

    /// The current warnings of all Deployments.
    pub fn warnings(&self) -> &Warnings {
        &self.warnings
    }

    /// Makes a new configuration from these Deployments; `None` if nothing has changed.
    pub fn update(&mut self, from: Described) -> Option<Edit> {
        // This function runs in each round, and the Deployments have rarely changed.
        if self.from.as_ref() == Some(&from) {
            return None;
        }
        let all = &from.deployments;
        let mut warnings = Warnings::new();
        self.read_capacity(&from, &mut warnings);
        let mut workloads = Vec::new();
        for deployment in all {
            let not_ours = from.not_ours.get(&deployment.name);
            let (workload, warning) = self.read(deployment, not_ours);
            warnings.extend(warning.map(|warning| (deployment.name.clone(), warning)));
            workloads.extend(workload);
        }
        workloads.extend(self.leaving(&from));
        self.good.retain(|name, _| all.iter().any(|deployment| deployment.name == *name));
        let config = Config { capacity: self.capacity(), tick: self.budget.tick, workloads };
        self.note_problems(&config, engine_name(all), &mut warnings);
        let old = std::mem::replace(&mut self.warnings, warnings);
        let news = self.warnings.iter().filter(|(name, warning)| old.get(*name) != Some(*warning));
        let news = news.map(|(name, warning)| (name.clone(), warning.clone())).collect();
        self.last = Some(self.sound(config));
        let changed = self.configured.see(all);
        self.from = Some(from);
        self.renew_overview();
        Some(Edit { config: self.last.clone(), news, changed })
    }

    /// The deleted workloads whose pods still take up slots, as blocked workloads.
    fn leaving(&self, from: &Described) -> Vec<Workload> {
        let scaled = self.last.iter().flat_map(|last| &last.workloads);
        let gone = scaled.filter(|w| from.leaving.contains(&w.name));
        let why = "its Deployment is gone; its pods keep their slots until they are gone too";
        gone.map(|workload| blocked(&workload.name, why)).collect()
    }

    fn note_problems(&self, config: &Config, engine: &str, warnings: &mut Warnings) {
        for problem in &config.problems() {
            let (name, text) = match problem.setting {
                Setting::Capacity if self.last_spare.is_some() => {
                    (engine.to_owned(), format!("the spare capacity {}", problem.text))
                }
                _ => {
                    let wrong = annotations::in_words(problem, engine);
                    (wrong.deployment, wrong.text)
                }
            };
            warnings.insert(name, Warning::new(Kind::BadConfiguration, text));
        }
    }

    /// Returns `config` if it is valid, or else the last valid configuration with the current
    /// pauses, in which all workloads that came later are blocked. A configured capacity must be
    /// enough for the minimums; a measured one is a fact, and may be smaller.
    fn sound(&self, config: Config) -> Config {
        let problems = match self.last_spare {
            Some(_) => config.faults(),
            None => config.problems(),
        };
        let Some(problem) = problems.into_iter().next() else { return config };
        let last = self.last.as_ref();
        let keep = |workload: Workload| match last.and_then(|last| last.workload(&workload.name)) {
            Some(before) => {
                let (paused, blocked) = (workload.paused, workload.blocked);
                Workload { paused, blocked, ..before.clone() }
            }
            None => {
                blocked(&workload.name, &format!("the configuration is invalid: {}", problem.text))
            }
        };
        let capacity = last.map_or(config.capacity, |last| last.capacity);
        let workloads = config.workloads.into_iter().map(keep).collect();
        Config { capacity, workloads, ..config }
    }

    fn read_capacity(&mut self, from: &Described, warnings: &mut Warnings) {
        let mut note = |kind, text| {
            warnings.insert(engine_name(&from.deployments).to_owned(), Warning::new(kind, text));
        };
        match annotations::capacity(&from.deployments) {
            Ok(typed) => self.typed = typed.unwrap_or(self.budget.capacity),
            Err(wrong) => note(Kind::BadConfiguration, wrong.text),
        }
        match &from.spare {
            None => {}
            Some(Ok(slots)) => self.last_spare = Some(*slots),
            Some(Err(why)) => note(Kind::MissingRight, why.clone()),
        }
    }

    fn capacity(&self) -> u32 {
        self.last_spare.unwrap_or(self.typed)
    }

    /// Returns the workload of a Deployment, and its warning. If the annotations are invalid, the
    /// workload is the last valid one, or a blocked one.
    fn read(
        &mut self,
        deployment: &Deployment,
        not_ours: Option<&Warning>,
    ) -> (Option<Workload>, Option<Warning>) {
        let name = &deployment.name;
        let why_not = not_ours.map(|warning| warning.text.clone());
        match annotations::checked_workload(deployment, self.capacity()) {
            Ok(Some(workload)) => {
                self.good.insert(name.clone(), workload.clone());
                (Some(Workload { blocked: why_not, ..workload }), not_ours.cloned())
            }
            Ok(None) => {
                self.good.remove(name);
                (None, None)
            }
            Err(problems) => {
                let texts: Vec<_> = problems.into_iter().map(|wrong| wrong.text).collect();
                let text = texts.join("; ");
                let last = self.good.get(name).cloned();
                let workload = last.unwrap_or_else(|| blocked(name, &text));
                let paused = is_paused(deployment);
                let blocked = why_not.or(workload.blocked);
                let warning = match not_ours {
                    Some(warning) => warning.clone().and(&text),
                    None => Warning::new(Kind::BadConfiguration, text),
                };
                (Some(Workload { paused, blocked, ..workload }), Some(warning))
            }
        }
    }
}

/// Whether a Deployment is paused. A pause counts even if other annotations are invalid.
fn is_paused(deployment: &Deployment) -> bool {
    let value = deployment.annotations.get(&format!("{PREFIX}paused"));
    value.is_some_and(|value| value == "true")
}

/// A blocked workload, of which only the name is known.
fn blocked(name: &str, why: &str) -> Workload {
    Workload {
        name: name.to_owned(),
        priority: u32::MAX,
        max: u32::MAX,
        rule: Rule::Remainder,
        blocked: Some(why.to_owned()),
        ..Workload::default()
    }
}

#[cfg(test)]
mod tests;
