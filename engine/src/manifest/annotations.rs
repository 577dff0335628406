//! The scaling rules: annotations on Deployments, beginning with `microscaling.com/`.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use control::{Problem, QueueTarget, RateSettings, Rule, Setting, Workload};

use super::{Deployment, Manifest, Refused};
use crate::args::CoreArgs;

/// What all our annotations begin with.
pub const PREFIX: &str = "microscaling.com/";

/// Annotations of a scaled Deployment.
const OF_WORKLOADS: [&str; 13] = [
    "is-scalable",
    "priority",
    "min-containers",
    "max-containers",
    "max-delta",
    "rule",
    "queue",
    "target-queue-length",
    "scale-down-window",
    "rate-average",
    "service-rate",
    "fallback-containers",
    "paused",
];

/// What a window may be.
const WINDOWS: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(3600);

/// What the slow average of the arrivals may be.
const AVERAGES: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(600);

/// How many jobs a second a container may do.
const SERVICE_RATES: RangeInclusive<f64> = 0.001..=100_000.0;

/// What a capacity may be, also by the flag.
pub const CAPACITIES: RangeInclusive<u32> = 1..=1000;

/// The annotation of the engine's own Deployment.
const CAPACITY: &str = "capacity";

/// The configuration that a manifest describes. The engine's own annotation `capacity` counts
/// more than `--capacity`, for it can be changed while the engine runs.
///
/// # Errors
/// Every Deployment and annotation that is wrong.
pub fn config(manifest: &Manifest, args: &CoreArgs) -> Result<control::Config, Refused> {
    let mut problems = Vec::new();
    let capacity = match manifest.engine().map(capacity).transpose() {
        Ok(annotated) => annotated.flatten().unwrap_or(args.capacity.or_default()),
        Err(problem) => {
            problems.push(problem);
            args.capacity.or_default()
        }
    };
    let mut workloads = Vec::new();
    for deployment in &manifest.deployments {
        match workload(deployment, capacity) {
            Ok(found) => workloads.extend(found),
            Err(wrong) => problems.extend(wrong),
        }
    }
    let config = control::Config { capacity, tick: args.tick, workloads };
    if problems.is_empty() {
        let engine = manifest.engine().map_or("engine", |d| d.name.as_str());
        problems.extend(config.problems().iter().map(|problem| in_words(problem, engine).1));
    }
    if problems.is_empty() { Ok(config) } else { Err(Refused(problems)) }
}

/// The workload that a Deployment describes, if it is to be scaled, checked by itself.
///
/// # Errors
/// Every annotation that is wrong.
pub fn checked_workload(
    deployment: &Deployment,
    capacity: u32,
) -> Result<Option<Workload>, Vec<String>> {
    let found = workload(deployment, capacity)?;
    let problems: Vec<_> = found.iter().flat_map(control::config::of_one).collect();
    if problems.is_empty() {
        return Ok(found);
    }
    Err(problems.iter().map(|problem| in_words(problem, &deployment.name).1).collect())
}

/// A problem of the core, by the names that the user gave the things: whose it is, and the whole
/// sentence. `engine` is the engine's own Deployment.
pub fn in_words(problem: &Problem, engine: &str) -> (String, String) {
    let annotation = match problem.setting {
        Setting::MinContainers => "min-containers",
        Setting::MaxContainers => "max-containers",
        Setting::MaxDelta => "max-delta",
        Setting::Priority => "priority",
        Setting::Rule => "rule",
        Setting::Capacity => CAPACITY,
    };
    let name = problem.workload.as_deref().unwrap_or(engine);
    let text = format!("deployment/{name}: annotation {PREFIX}{annotation} {}", problem.text);
    (name.to_owned(), text)
}

/// The capacity that the engine's own Deployment says, if it says one.
///
/// # Errors
/// When it is no number, or 0.
pub fn capacity(engine: &Deployment) -> Result<Option<u32>, String> {
    let annotations = Annotations::of(engine);
    match annotations.number(CAPACITY)? {
        Some(n) if !CAPACITIES.contains(&n) => {
            Err(annotations.wrong(CAPACITY, &format!("is {n}; give 1 to 1000")))
        }
        capacity => Ok(capacity),
    }
}

/// The workload that a Deployment describes; `None` where it is not to be scaled.
fn workload(deployment: &Deployment, capacity: u32) -> Result<Option<Workload>, Vec<String>> {
    let annotations = Annotations::of(deployment);
    let mut problems = annotations.unknown(deployment.is_engine());
    let mut note = |problem: String| problems.push(problem);
    let scalable = annotations.flag("is-scalable").unwrap_or_else(|p| {
        note(p);
        false
    });
    let mut number = |name, default| match annotations.number(name) {
        Ok(value) => value.unwrap_or(default),
        Err(problem) => {
            note(problem);
            default
        }
    };
    let priority = number("priority", 1);
    let min = number("min-containers", 1);
    let max = number("max-containers", capacity.max(min));
    let max_delta = annotations.number("max-delta").unwrap_or_else(|p| {
        note(p);
        None
    });
    let fallback = annotations.number("fallback-containers").unwrap_or_else(|p| {
        note(p);
        None
    });
    let paused = annotations.flag("paused").unwrap_or_else(|p| {
        note(p);
        false
    });
    let written = annotations.values.contains_key("rule");
    let rule = if scalable || written { annotations.rule().map_err(note).ok() } else { None };
    if !problems.is_empty() {
        return Err(problems);
    }
    let name = deployment.name.clone();
    let rule = rule.filter(|_| scalable);
    let held = None;
    Ok(rule.map(|rule| Workload {
        name,
        priority,
        min,
        max,
        max_delta,
        rule,
        fallback,
        paused,
        held,
    }))
}

/// Whether a Deployment is marked to be scaled.
pub fn is_scalable(deployment: &Deployment) -> bool {
    Annotations::of(deployment).flag("is-scalable").unwrap_or(false)
}

/// Our annotations of one Deployment, without their prefix.
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

    fn wrong(&self, name: &str, what: &str) -> String {
        format!("deployment/{}: annotation {PREFIX}{name} {what}", self.deployment)
    }

    /// Misspelt ones, which would otherwise be silently without effect.
    fn unknown(&self, is_engine: bool) -> Vec<String> {
        let known = |name: &&str| OF_WORKLOADS.contains(name) || (is_engine && *name == CAPACITY);
        let unknown = self.values.keys().filter(|name| !known(name));
        let known = OF_WORKLOADS.join(", ");
        unknown.map(|name| self.wrong(name, &format!("is unknown; there are {known}"))).collect()
    }

    fn number(&self, name: &str) -> Result<Option<u32>, String> {
        self.parsed(name, "a whole number, 0 or more, in quotes")
    }

    fn flag(&self, name: &str) -> Result<bool, String> {
        Ok(self.parsed(name, "\"true\" or \"false\"")?.unwrap_or(false))
    }

    fn parsed<T: FromStr>(&self, name: &str, wanted: &str) -> Result<Option<T>, String> {
        let Some(text) = self.values.get(name) else { return Ok(None) };
        let parsed = text.parse().map(Some);
        parsed.map_err(|_| self.wrong(name, &format!("is {text:?}; it must be {wanted}")))
    }

    fn rule(&self) -> Result<Rule, String> {
        let Some(name) = self.values.get("rule") else {
            let names = Rule::NAMES.join(", ");
            return Err(self.wrong("rule", &format!("is missing; there are {names}")));
        };
        match *name {
            "rate" => Ok(Rule::Rate(self.rate_settings(name)?)),
            "remainder" => Ok(Rule::Remainder),
            "queue" => Ok(Rule::Queue(self.target(name)?)),
            "simple-queue" => Ok(Rule::SimpleQueue(self.target(name)?)),
            other => {
                let names = Rule::NAMES.join(", ");
                Err(self
                    .wrong("rule", &format!("is {other:?}, which is no rule; there are {names}")))
            }
        }
    }

    fn rate_settings(&self, rule: &str) -> Result<RateSettings, String> {
        let window = self.duration("scale-down-window", WINDOWS, RateSettings::WINDOW)?;
        let average = self.duration("rate-average", AVERAGES, RateSettings::AVERAGE)?;
        let target = self.target(rule)?;
        Ok(RateSettings { target, window, average, service_time: self.service_time()? })
    }

    fn duration(
        &self,
        name: &str,
        range: RangeInclusive<Duration>,
        default: Duration,
    ) -> Result<Duration, String> {
        let wanted = "a duration, as \"6s\"";
        let Some(duration) = self.parsed::<humantime::Duration>(name, wanted)? else {
            return Ok(default);
        };
        if range.contains(&duration) {
            return Ok(*duration);
        }
        let (least, most) = (*range.start(), *range.end());
        let (least, most) = (humantime::format_duration(least), humantime::format_duration(most));
        Err(self.wrong(name, &format!("is {duration}; give {least} to {most}")))
    }

    fn service_time(&self) -> Result<Option<Duration>, String> {
        let (name, wanted) = ("service-rate", "jobs a second of one container, as \"5\"");
        match self.parsed::<f64>(name, wanted)? {
            Some(rate) if !SERVICE_RATES.contains(&rate) => {
                Err(self.wrong(name, &format!("is {rate}; give 0.001 to 100000")))
            }
            rate => Ok(rate.map(|rate| Duration::from_secs_f64(rate.recip()))),
        }
    }

    fn target(&self, rule: &str) -> Result<QueueTarget, String> {
        let missing = |name| self.wrong(name, &format!("is missing; the rule {rule} needs it"));
        let queue = *self.values.get("queue").ok_or_else(|| missing("queue"))?;
        let queue = client::args::parse_name(queue)
            .map_err(|why| self.wrong("queue", &format!("is {queue:?}; {why}")))?;
        let length = self.number("target-queue-length")?;
        let length = length.ok_or_else(|| missing("target-queue-length"))?;
        if length == 0 {
            let text = "is 0, so that no queue could be under it; give at least 1";
            return Err(self.wrong("target-queue-length", text));
        }
        Ok(QueueTarget { queue, length })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::parse::parse;

    const DEMO: &str = include_str!("../../../demo.yaml");

    fn read(text: &str) -> Result<control::Config, Refused> {
        config(&parse(text).unwrap(), &CoreArgs::default())
    }

    /// The demo's manifest with one of our annotations changed.
    fn with(deployment: &str, name: &str, value: &str) -> String {
        let mut manifest = parse(DEMO).unwrap();
        let found = manifest.deployments.iter_mut().find(|d| d.name == deployment).unwrap();
        found.annotations.insert(format!("{PREFIX}{name}"), value.to_owned());
        config(&manifest, &CoreArgs::default()).unwrap_err().to_string()
    }

    #[test]
    fn the_kit_s_own_manifest_scales_two_workloads_in_ten_slots() {
        let config = read(DEMO).unwrap();
        let target = QueueTarget { queue: "jobs".to_owned(), length: 20 };
        assert_eq!(config.capacity, 10);
        assert_eq!(config.workloads.len(), 2);
        let (window, average) = (Duration::from_secs(6), Duration::from_secs(5));
        let settings = RateSettings { window, average, ..RateSettings::new(target) };
        assert_eq!(config.workloads[0].rule, Rule::Rate(settings));
        assert_eq!((config.workloads[0].priority, config.workloads[1].priority), (1, 2));
    }

    #[test]
    fn each_bad_annotation_is_refused_with_its_deployment_and_its_name() {
        let cases = [
            ("consumer", "min-containers", "11", "more than max-containers 10"),
            ("consumer", "min-containers", "-1", "it must be a whole number"),
            ("consumer", "target-queue-length", "-20", "it must be a whole number"),
            ("consumer", "rule", "magic", "there are rate, simple-queue, queue, remainder"),
            ("consumer", "prioritty", "1", "is unknown; there are is-scalable"),
            ("consumer", "paused", "yes", "it must be \"true\" or \"false\""),
            ("consumer", "priority", "0", "the first priority is 1"),
            ("consumer", "max-delta", "0", "set paused instead"),
            ("consumer", "queue", "a b", "1 to 80 letters"),
            ("consumer", "scale-down-window", "6", "it must be a duration"),
            ("consumer", "scale-down-window", "2h", "is 2h; give 1s to 1h"),
            ("consumer", "rate-average", "0s", "is 0s; give 1s to 10m"),
            ("consumer", "service-rate", "fast", "it must be jobs a second"),
            ("consumer", "service-rate", "0", "give 0.001 to 100000"),
            ("consumer", "service-rate", "NaN", "give 0.001 to 100000"),
            ("consumer", "fallback-containers", "x", "it must be a whole number"),
            ("engine", "capacity", "0", "give 1 to 1000"),
            ("engine", "capacity", "4000000000", "give 1 to 1000"),
            ("consumer", "target-queue-length", "0", "give at least 1"),
            ("engine", "capacity", "1", "less than the minimums together"),
            ("producer", "capacity", "3", "is unknown"),
        ];
        for (deployment, name, value, says) in cases {
            let refusal = with(deployment, name, value);
            let begins = format!("deployment/{deployment}: annotation {PREFIX}{name} ");
            assert!(refusal.starts_with(&begins), "{refusal}");
            assert!(refusal.contains(says), "{refusal}");
        }
    }

    #[test]
    fn what_the_rule_rate_and_a_blind_spell_go_by_is_taken_in() {
        let mut manifest = parse(DEMO).unwrap();
        let consumer = manifest.deployments.iter_mut().find(|d| d.name == "consumer").unwrap();
        for (name, value) in [("service-rate", "5"), ("fallback-containers", "4")] {
            consumer.annotations.insert(format!("{PREFIX}{name}"), value.to_owned());
        }
        let config = config(&manifest, &CoreArgs::default()).unwrap();
        let workload = config.workload("consumer").unwrap();
        let Rule::Rate(settings) = &workload.rule else { panic!("{:?}", workload.rule) };
        assert_eq!(settings.service_time, Some(Duration::from_millis(200)));
        assert_eq!(workload.fallback, Some(4));
    }

    #[test]
    fn two_remainders_of_one_priority_are_refused_by_name() {
        let mut manifest = parse(DEMO).unwrap();
        let mut second = manifest.deployments[3].clone();
        second.name = "more".to_owned();
        manifest.deployments.push(second);
        let refusal = config(&manifest, &CoreArgs::default()).unwrap_err().to_string();
        assert!(
            refusal.starts_with("deployment/more: annotation microscaling.com/rule is remainder")
        );
    }

    #[test]
    fn all_problems_are_told_at_once() {
        let text =
            DEMO.replace("rule: rate", "rule: magic").replace("capacity: \"10\"", "capacity: x");
        assert_eq!(read(&text).unwrap_err().0.len(), 2);
    }
}
