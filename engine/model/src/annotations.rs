//! The scaling rules of workloads: annotations on Deployments that begin with `microscaling.com/`.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use control::{
    Amount, ConfigError, PerContainerSettings, QueueTarget, RateSettings, Rule, Setting, Workload,
};
use manifest::invalid::InvalidAnnotation;
use manifest::{Deployment, Manifest, PREFIX, Refused};

use crate::budget::Budget;

mod source;

/// The names of all annotations that a scaled Deployment may have, without the prefix.
pub const OF_WORKLOADS: [&str; 20] = [
    "is-scalable",
    "priority",
    "min-containers",
    "max-containers",
    "max-delta",
    "rule",
    "queue",
    "target-queue-length",
    "target-per-container",
    "source",
    "query",
    "url",
    "pointer",
    "source-interval",
    "metric-name",
    "scale-down-window",
    "rate-average",
    "service-rate",
    "fallback-containers",
    "paused",
];

/// The range of values for `scale-down-window`.
const WINDOWS: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(3600);

/// The range of values for `rate-average`.
const AVERAGES: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(600);

/// The range of values for `service-rate`, in jobs a second.
const SERVICE_RATES: RangeInclusive<f64> = 0.001..=100_000.0;

/// The range of values for `target-per-container`.
const PER_CONTAINER: RangeInclusive<f64> = 0.001..=1e9;

/// The range of values for the capacity, both in its annotation and in the flag `--capacity`.
pub const CAPACITIES: RangeInclusive<u32> = 1..=1000;

/// The name of the annotation that sets the capacity; only the engine's own Deployment has it.
pub const CAPACITY: &str = "capacity";

/// Makes the configuration from a manifest. The engine's annotation `capacity` overrides
/// `--capacity`, because the annotation can be changed while the engine runs.
///
/// # Errors
/// Returns every invalid annotation, with its Deployment.
pub fn config(manifest: &Manifest, budget: &Budget) -> Result<control::Config, Refused> {
    let mut problems = Vec::new();
    let typed = noted(capacity(&manifest.deployments), &mut problems);
    let capacity = typed.unwrap_or(budget.capacity);
    let mut workloads = Vec::new();
    for deployment in &manifest.deployments {
        match workload(deployment, capacity) {
            Ok(found) => workloads.extend(found),
            Err(wrong) => problems.extend(wrong),
        }
    }
    let config = control::Config { capacity, tick: budget.tick, workloads };
    if problems.is_empty() {
        let engine = engine_name(&manifest.deployments);
        problems.extend(config.problems().iter().map(|problem| in_words(problem, engine)));
    }
    if problems.is_empty() {
        return Ok(config);
    }
    Err(Refused(problems.iter().map(|wrong| manifest.places.of_annotation(wrong)).collect()))
}

/// The workload that a Deployment describes, checked without others; `None` if it is not scaled.
///
/// # Errors
/// Returns every annotation that is invalid.
pub fn checked_workload(
    deployment: &Deployment,
    capacity: u32,
) -> Result<Option<Workload>, Vec<InvalidAnnotation>> {
    let found = workload(deployment, capacity)?;
    let problems: Vec<_> = found.iter().flat_map(control::config::of_one).collect();
    if problems.is_empty() {
        return Ok(found);
    }
    Err(problems.iter().map(|problem| in_words(problem, &deployment.name)).collect())
}

/// Describes a problem that the decision core has found, and names the annotation that causes it.
/// `engine` is the name of the engine's own Deployment, whose annotation sets the capacity.
pub fn in_words(problem: &ConfigError, engine: &str) -> InvalidAnnotation {
    let annotation = match problem.setting {
        Setting::MinContainers => "min-containers",
        Setting::MaxContainers => "max-containers",
        Setting::MaxDelta => "max-delta",
        Setting::Priority => "priority",
        Setting::Rule => "rule",
        Setting::MetricName => "metric-name",
        Setting::Capacity => CAPACITY,
    };
    let name = problem.workload.as_deref().unwrap_or(engine);
    InvalidAnnotation::new(name, annotation, &problem.text)
}

/// The annotation `capacity` of the engine's own Deployment; `None` if it is not set.
///
/// # Errors
/// When the annotation is not a number from 1 to 1000.
pub fn capacity(all: &[Deployment]) -> Result<Option<u32>, InvalidAnnotation> {
    let Some(engine) = all.iter().find(|it| it.is_engine()) else { return Ok(None) };
    let annotations = Annotations::of(engine);
    match annotations.number(CAPACITY)? {
        Some(n) if !CAPACITIES.contains(&n) => {
            Err(annotations.wrong(CAPACITY, &format!("is {n}; give 1 to 1000")))
        }
        capacity => Ok(capacity),
    }
}

/// The name of the engine's own Deployment; `engine` if no Deployment runs the engine.
pub(crate) fn engine_name(all: &[Deployment]) -> &str {
    all.iter().find(|it| it.is_engine()).map_or("engine", |it| &it.name)
}

/// Checks single annotations, and returns the workload they describe; `None` if it is not scaled.
fn workload(
    deployment: &Deployment,
    capacity: u32,
) -> Result<Option<Workload>, Vec<InvalidAnnotation>> {
    let annotations = Annotations::of(deployment);
    let mut problems = annotations.unknown(deployment.is_engine());
    let scalable = noted(annotations.flag("is-scalable"), &mut problems);
    let mut number = |name| noted(annotations.number(name), &mut problems);
    let priority = number("priority").unwrap_or(1);
    let min = number("min-containers").unwrap_or(1);
    let max = number("max-containers").unwrap_or(capacity.max(min));
    let max_delta = number("max-delta");
    let fallback = number("fallback-containers");
    let paused = noted(annotations.flag("paused"), &mut problems);
    let written = annotations.values.contains_key("rule");
    let rule = if scalable || written { annotations.rule().map(Some) } else { Ok(None) };
    let rule = noted(rule, &mut problems);
    if !problems.is_empty() {
        return Err(problems);
    }
    let name = deployment.name.clone();
    let rule = rule.filter(|_| scalable);
    let blocked = None;
    Ok(rule.map(|rule| Workload {
        name,
        priority,
        min,
        max,
        max_delta,
        rule,
        fallback,
        paused,
        blocked,
    }))
}

/// Returns the value in `read`. For an error, adds it to `problems` and returns the default.
pub(crate) fn noted<T: Default>(
    read: Result<T, InvalidAnnotation>,
    problems: &mut Vec<InvalidAnnotation>,
) -> T {
    read.map_err(|wrong| problems.push(wrong)).unwrap_or_default()
}

/// Whether a Deployment's annotation `is-scalable` is true, so that the engine scales it.
pub fn is_scalable(deployment: &Deployment) -> bool {
    Annotations::of(deployment).flag("is-scalable").unwrap_or(false)
}

/// The engine's annotations on one Deployment, without their prefix.
struct Annotations<'a> {
    deployment: &'a str,
    values: BTreeMap<&'a str, &'a str>,
}

impl<'a> Annotations<'a> {
    fn of(deployment: &'a Deployment) -> Annotations<'a> {
        let ours = deployment.annotations.iter();
        let values = ours.filter_map(|(k, v)| Some((k.strip_prefix(PREFIX)?, v.as_str())));
        Annotations { deployment: &deployment.name, values: values.collect() }
    }

    fn wrong(&self, name: &str, what: &str) -> InvalidAnnotation {
        InvalidAnnotation::new(self.deployment, name, what)
    }

    /// Returns an error for each unknown annotation, which would otherwise silently have no effect.
    fn unknown(&self, is_engine: bool) -> Vec<InvalidAnnotation> {
        let known = |name: &&str| OF_WORKLOADS.contains(name) || (is_engine && *name == CAPACITY);
        let unknown = self.values.keys().filter(|name| !known(name));
        let text = format!("is unknown; the known ones are {}", OF_WORKLOADS.join(", "));
        unknown.map(|name| self.wrong(name, &text)).collect()
    }

    fn number(&self, name: &str) -> Result<Option<u32>, InvalidAnnotation> {
        self.parsed(name, "a whole number, 0 or more, in quotes")
    }

    fn flag(&self, name: &str) -> Result<bool, InvalidAnnotation> {
        Ok(self.parsed(name, "\"true\" or \"false\"")?.unwrap_or(false))
    }

    fn parsed<T: FromStr>(&self, name: &str, wanted: &str) -> Result<Option<T>, InvalidAnnotation> {
        let Some(text) = self.values.get(name) else { return Ok(None) };
        let parsed = text.parse().map(Some);
        parsed.map_err(|_| self.wrong(name, &format!("is {text:?}; it must be {wanted}")))
    }

    fn rule(&self) -> Result<Rule, InvalidAnnotation> {
        let names = Rule::NAMES.join(", ");
        let Some(name) = self.values.get("rule") else {
            return Err(self.wrong("rule", &format!("is missing; the rules are {names}")));
        };
        match *name {
            "rate" => Ok(Rule::Rate(self.rate_settings(name)?)),
            "remainder" => Ok(Rule::Remainder),
            "queue" => Ok(Rule::Queue(self.target(name)?)),
            "simple-queue" => Ok(Rule::SimpleQueue(self.target(name)?)),
            "per-container" => Ok(Rule::PerContainer(self.per_container(name)?)),
            other => {
                let text = format!("is {other:?}, which is not a rule; the rules are {names}");
                Err(self.wrong("rule", &text))
            }
        }
    }

    fn rate_settings(&self, rule: &str) -> Result<RateSettings, InvalidAnnotation> {
        let window = self.duration("scale-down-window", WINDOWS)?.unwrap_or(RateSettings::WINDOW);
        let average = self.duration("rate-average", AVERAGES)?.unwrap_or(RateSettings::AVERAGE);
        let target = self.target(rule)?;
        Ok(RateSettings { target, window, average, service_time: self.service_time()? })
    }

    fn duration(
        &self,
        name: &str,
        range: RangeInclusive<Duration>,
    ) -> Result<Option<Duration>, InvalidAnnotation> {
        let wanted = "a duration such as \"6s\"";
        let Some(duration) = self.parsed::<humantime::Duration>(name, wanted)? else {
            return Ok(None);
        };
        if range.contains(&duration) {
            return Ok(Some(*duration));
        }
        let (least, most) = (*range.start(), *range.end());
        let (least, most) = (humantime::format_duration(least), humantime::format_duration(most));
        Err(self.wrong(name, &format!("is {duration}; give {least} to {most}")))
    }

    fn service_time(&self) -> Result<Option<Duration>, InvalidAnnotation> {
        let (name, wanted) = ("service-rate", "jobs a second of one container, such as \"5\"");
        match self.parsed::<f64>(name, wanted)? {
            Some(rate) if !SERVICE_RATES.contains(&rate) => {
                Err(self.wrong(name, &format!("is {rate}; give 0.001 to 100000")))
            }
            rate => Ok(rate.map(|rate| Duration::from_secs_f64(rate.recip()))),
        }
    }

    fn target(&self, rule: &str) -> Result<QueueTarget, InvalidAnnotation> {
        let followed = self.followed(rule)?;
        let length = self.number("target-queue-length")?;
        let length = length.ok_or_else(|| self.missing("target-queue-length", rule))?;
        if length == 0 {
            let text = "is 0; give at least 1";
            return Err(self.wrong("target-queue-length", text));
        }
        Ok(QueueTarget { followed, length })
    }

    fn per_container(&self, rule: &str) -> Result<PerContainerSettings, InvalidAnnotation> {
        let followed = self.followed(rule)?;
        let window = self.duration("scale-down-window", WINDOWS)?;
        let window = window.unwrap_or(PerContainerSettings::WINDOW);
        let (name, wanted) = ("target-per-container", "a number, such as \"5\"");
        let value = self.parsed::<f64>(name, wanted)?;
        let value = value.ok_or_else(|| self.missing(name, rule))?;
        let target = Amount::new(value).filter(|_| PER_CONTAINER.contains(&value));
        let wrong = || self.wrong(name, &format!("is {value}; give 0.001 to 1000000000"));
        Ok(PerContainerSettings { followed, target: target.ok_or_else(wrong)?, window })
    }

    fn missing(&self, name: &str, rule: &str) -> InvalidAnnotation {
        self.wrong(name, &format!("is missing; the rule {rule} needs it"))
    }
}

#[cfg(test)]
mod tests;
