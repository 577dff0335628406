//! The configuration of a running engine, made from annotations each time they are edited.
//!
//! In place of an invalid value the last good one counts. A workload that never had a good one is
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

/// The Deployments as a scheduler sees them; a configuration is made from it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Described {
    /// All Deployments, in the order of their names or of the manifest.
    pub deployments: Vec<Deployment>,
    /// Deployments that the engine may not scale, and why.
    pub not_ours: Warnings,
    /// Deployments that are gone while their pods are still there.
    pub leaving: BTreeSet<String>,
    /// The spare slots of the cluster, if they are the capacity. Until they are known, the
    /// configured capacity counts.
    pub spare: Option<Spare>,
}

/// The last good configuration, and what is wrong with the current one.
#[derive(Debug, Default)]
pub struct Settings {
    budget: Budget,
    /// The input of the configuration, so that it is made once for each edit.
    from: Option<Described>,
    /// The last known number of spare slots in the cluster.
    last_spare: Option<u32>,
    /// The last good capacity from the annotation, or the flag's.
    typed: u32,
    good: BTreeMap<String, Workload>,
    /// The last valid configuration.
    last: Option<Config>,
    warnings: Warnings,
    /// The part that pages show, and the edits.
    configured: Configured,
}

/// The effect of an edit.
#[derive(Debug, Default)]
pub struct Edit {
    /// The new configuration, if a valid one is known.
    pub config: Option<Config>,
    /// The warnings that are new since this edit.
    pub news: Warnings,
    /// The annotations whose values changed.
    pub changed: Vec<Changed>,
}

impl Settings {
    /// Settings by the flags alone.
    pub fn new(budget: &Budget) -> Settings {
        Settings { budget: *budget, typed: budget.capacity, ..Settings::default() }
    }

    /// The current warnings.
    pub fn warnings(&self) -> &Warnings {
        &self.warnings
    }

    /// Reads the annotations; `None` if nothing has changed.
    pub fn update(&mut self, from: Described) -> Option<Edit> {
        // This runs in each round, and there is nearly always no change.
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

    /// Deleted workloads whose pods still take up slots.
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

    /// The configuration, or if it is invalid the last valid one, with the current pauses.
    /// Workloads that were not in the last valid one are blocked. A measured capacity is a fact,
    /// however small; a configured capacity must be enough for the minimums.
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

    /// The workload of a Deployment; if it is invalid, the last good one or a blocked one.
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

/// Read on its own: a pause counts even if another annotation is invalid.
fn is_paused(deployment: &Deployment) -> bool {
    let value = deployment.annotations.get(&format!("{PREFIX}paused"));
    value.is_some_and(|value| value == "true")
}

/// A workload of which only the name is known.
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
