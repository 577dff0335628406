//! The whole configuration and its errors.

use std::fmt;

use crate::Time;
use crate::workload::{Rule, Workload};

/// The engine's configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The most containers that all workloads may have together.
    pub capacity: u32,
    /// The time between rounds.
    pub tick: Time,
    /// The scaled workloads.
    pub workloads: Vec<Workload>,
}

/// The setting that an error is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // the names say it
pub enum Setting {
    MinContainers,
    MaxContainers,
    MaxDelta,
    Priority,
    Rule,
    MetricName,
    Capacity,
}

/// One error in a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// The workload with the setting; `None` if it is a setting of the engine.
    pub workload: Option<String>,
    #[allow(missing_docs)] // the name says it
    pub setting: Setting,
    /// What is wrong, and the fix.
    pub text: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.workload.as_deref().unwrap_or("engine");
        write!(f, "{name}: {:?} {}", self.setting, self.text)
    }
}

impl Config {
    /// The workload of this name, if it is scaled.
    pub fn workload(&self, name: &str) -> Option<&Workload> {
        self.workloads.iter().find(|workload| workload.name == name)
    }

    /// All errors; empty if a person may set this configuration.
    pub fn problems(&self) -> Vec<ConfigError> {
        self.faults().into_iter().chain(self.shortage()).collect()
    }

    /// The errors that keep the core from running: all except [`Config::shortage`].
    pub fn faults(&self) -> Vec<ConfigError> {
        let mut faults: Vec<_> = self.workloads.iter().flat_map(of_one).collect();
        faults.extend(self.remainder_problems());
        faults.extend(self.name_problems());
        faults
    }

    /// Finds workloads that follow different things under one name. A blocked one follows nothing.
    fn name_problems(&self) -> Vec<ConfigError> {
        let follows = |w: &&Workload| w.blocked.is_none() && w.rule.followed().is_some();
        let all: Vec<&Workload> = self.workloads.iter().filter(follows).collect();
        let mut problems = Vec::new();
        for (i, later) in all.iter().enumerate() {
            let Some(own) = later.rule.followed() else { continue };
            let differs = |earlier: &&&Workload| {
                let other = earlier.rule.followed();
                other.is_some_and(|it| it.name == own.name && it.source != own.source)
            };
            let Some(earlier) = all[..i].iter().find(differs) else { continue };
            let text = format!(
                "is {}, under which {} follows something else; give another metric-name",
                own.name, earlier.name
            );
            let workload = Some(later.name.clone());
            problems.push(ConfigError { workload, setting: Setting::MetricName, text });
        }
        problems
    }

    /// The error that the minimums exceed the capacity. A person may not set such a capacity, but a
    /// measured capacity may shrink that far. Then minimums are served in order of priority.
    pub fn shortage(&self) -> Option<ConfigError> {
        let sum: u64 = self.workloads.iter().map(|w| u64::from(w.min)).sum();
        if sum <= u64::from(self.capacity) {
            return None;
        }
        let least: Vec<_> =
            self.workloads.iter().map(|w| format!("{} {}", w.name, w.min)).collect();
        let text = format!(
            "is {}, less than the minimums together ({}: {sum}); raise it or lower min-containers",
            self.capacity,
            least.join(" + "),
        );
        Some(ConfigError { workload: None, setting: Setting::Capacity, text })
    }

    /// Finds workloads of one priority that would both use all spare capacity.
    fn remainder_problems(&self) -> Vec<ConfigError> {
        // A blocked workload uses no spare capacity.
        let takes = |w: &&Workload| w.rule == Rule::Remainder && w.blocked.is_none();
        let remainders: Vec<_> = self.workloads.iter().filter(takes).collect();
        let mut problems = Vec::new();
        for (i, later) in remainders.iter().enumerate() {
            let same = remainders[..i].iter().find(|w| w.priority == later.priority);
            if let Some(earlier) = same {
                let text = format!(
                    "is remainder, as is {}'s, and both have priority {}; change one priority",
                    earlier.name, later.priority
                );
                let workload = Some(later.name.clone());
                problems.push(ConfigError { workload, setting: Setting::Rule, text });
            }
        }
        problems
    }
}

/// The errors of one workload that do not depend on the others.
pub fn of_one(workload: &Workload) -> Vec<ConfigError> {
    let mut problems = Vec::new();
    let mut wrong = |setting, text| {
        problems.push(ConfigError { workload: Some(workload.name.clone()), setting, text });
    };
    if workload.min > workload.max {
        let text = format!("is {}, more than max-containers {}", workload.min, workload.max);
        wrong(Setting::MinContainers, text);
    }
    if workload.max == 0 {
        wrong(Setting::MaxContainers, "is 0; give at least 1".to_owned());
    }
    if workload.priority == 0 {
        wrong(Setting::Priority, "is 0; the first priority is 1".to_owned());
    }
    if workload.max_delta == Some(0) {
        let text = "is 0, which allows no change; set paused instead".to_owned();
        wrong(Setting::MaxDelta, text);
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::followed::{Followed, Source};
    use crate::workload::QueueTarget;

    fn workload(name: &str, min: u32, max: u32) -> Workload {
        Workload {
            name: name.to_owned(),
            priority: 1,
            min,
            max,
            max_delta: None,
            rule: Rule::Remainder,
            fallback: None,
            paused: false,
            blocked: None,
        }
    }

    fn problems(capacity: u32, workloads: Vec<Workload>) -> Vec<(Option<String>, Setting)> {
        let config = Config { capacity, tick: Time::from_millis(500), workloads };
        config.problems().into_iter().map(|p| (p.workload, p.setting)).collect()
    }

    #[test]
    fn a_minimum_over_the_maximum_is_refused() {
        let found = problems(10, vec![workload("a", 4, 3)]);
        assert_eq!(found, [(Some("a".to_owned()), Setting::MinContainers)]);
    }

    #[test]
    fn minimums_over_the_capacity_are_refused() {
        let second = Workload { priority: 2, ..workload("b", 6, 10) };
        assert_eq!(problems(10, vec![workload("a", 5, 10), second]), [(None, Setting::Capacity)]);
    }

    #[test]
    fn two_remainders_of_one_priority_are_refused() {
        let found = problems(10, vec![workload("a", 1, 10), workload("b", 1, 10)]);
        assert_eq!(found, [(Some("b".to_owned()), Setting::Rule)]);
    }

    #[test]
    fn one_name_for_two_different_sources_is_refused() {
        let follows = |name: &str, source: Source| {
            let followed = Followed { source, ..Followed::queue("jobs") };
            let rule = Rule::Queue(QueueTarget { followed, length: 20 });
            Workload { rule, ..workload(name, 0, 10) }
        };
        let query = |text: &str| Source::Prometheus { query: text.to_owned() };
        let both = |a, b| problems(10, vec![follows("a", a), follows("b", b)]);
        assert_eq!(both(query("up"), query("up")), []);
        let refused = [(Some("b".to_owned()), Setting::MetricName)];
        assert_eq!(both(query("up"), query("down")), refused);
        assert_eq!(both(Source::Queue, query("up")), refused);
    }
}
