//! Reads a scenario's rules and its configuration for the core.

use control::{
    Amount, Config, Followed, PerContainerSettings, QueueTarget, RateSettings, Rule, Source,
};

use crate::Time;
use crate::scenario::{Scenario, Workload};

/// The rule that a workload names. For this crate, a new rule needs only a new match arm here.
///
/// # Errors
/// If there is no rule of that name, or the workload lacks a queue that it needs.
pub fn rule(workload: &Workload) -> Result<Rule, String> {
    let target = || {
        let queue = workload.queue.as_ref().ok_or("needs a queue")?;
        Ok::<_, String>(QueueTarget::of_queue(queue, workload.target))
    };
    match workload.rule.as_str() {
        "rate" => Ok(Rule::Rate(rate(workload, target()?)?)),
        "simple-queue" => Ok(Rule::SimpleQueue(target()?)),
        "queue" => Ok(Rule::Queue(target()?)),
        "per-container" => Ok(Rule::PerContainer(per_container(workload)?)),
        "remainder" if workload.queue.is_some() => Err("is remainder, which has no queue".into()),
        "remainder" => Ok(Rule::Remainder),
        other => Err(format!("is {other}; it must be one of {}", Rule::NAMES.join(", "))),
    }
}

fn rate(workload: &Workload, target: QueueTarget) -> Result<RateSettings, String> {
    let default = RateSettings::new(target);
    let service_time = match workload.service_rate {
        Some(rate) if (0.001..=100_000.0).contains(&rate) => Some(Time::from_secs_f64(1.0 / rate)),
        Some(_) => return Err("needs a service-rate from 0.001 to 100000".to_owned()),
        None => None,
    };
    Ok(RateSettings {
        window: workload.scale_down_window.unwrap_or(default.window),
        average: workload.rate_average.unwrap_or(default.average),
        service_time,
        ..default
    })
}

/// The settings of the rule `per-container`. It follows a metric: the jobs that wait or are under
/// way. A metric does not say whose they are, so the core does not know which containers are busy.
fn per_container(workload: &Workload) -> Result<PerContainerSettings, String> {
    let name = workload.queue.clone().ok_or("needs a queue")?;
    let target = workload.target_per_container.ok_or("needs a target-per-container")?;
    let amount = Amount::new(target).filter(|_| (0.001..=1e9).contains(&target));
    let source = Source::Prometheus { query: format!("sum({name})") };
    Ok(PerContainerSettings {
        followed: Followed { name, source, interval: workload.source_interval },
        target: amount.ok_or("needs a target-per-container from 0.001 to 1000000000")?,
        window: workload.scale_down_window.unwrap_or(PerContainerSettings::WINDOW),
    })
}

/// Makes the core's configuration from a scenario.
///
/// # Errors
/// The first error in a rule.
pub fn config(scenario: &Scenario) -> Result<Config, String> {
    let workload = |it: &Workload| {
        Ok(control::Workload {
            name: it.name.clone(),
            priority: it.priority,
            min: it.min,
            max: it.max,
            max_delta: it.max_delta,
            rule: rule(it)?,
            fallback: it.fallback_containers,
            ..control::Workload::default()
        })
    };
    let workloads = scenario.workloads.iter().map(workload).collect::<Result<_, String>>()?;
    Ok(Config { capacity: scenario.capacity, tick: scenario.tick, workloads })
}

/// The names of the rules of all workloads with a queue, as text; equal neighbours appear once.
pub(super) fn names(scenario: &Scenario) -> String {
    let on_queues = scenario.workloads.iter().filter(|it| it.queue.is_some());
    let mut names: Vec<&str> = on_queues.map(|it| it.rule.as_str()).collect();
    names.dedup();
    names.join(", ")
}
