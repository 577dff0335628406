//! Makes the stage for a comparison from a run's readings and its last settings. Pure.

use std::collections::BTreeMap;
use std::time::Duration;

use control::{
    Amount, Config, Followed, PerContainerSettings, QueueSample, QueueTarget, RateSettings,
    Reading, Rule, Source, Workload,
};
use runtime::snapshots::RoundInputs;
use runtime::snapshots::state::SettingsState;

use super::run::{Point, Run};
use super::wire::WorkloadKey;
use crate::comparison::answer::Answer;
use crate::comparison::model::Stage;
use crate::comparison::record::Record;

/// The comparison with other autoscalers, or the reason why there is none.
pub type Rivals = Result<Answer, String>;

/// Why an older recording cannot be compared.
const NO_COUNTERS: &str = "the readings have no counters of the jobs that came: the queue reports \
    none, or the recording was made by an earlier version of the kit";
const NO_SETTINGS: &str = "the settings of the rules are not known: the recording was made by an \
    earlier version of the kit";

/// The load and the last configuration of a run, for a comparison.
///
/// # Errors
/// The reason why nothing can be compared.
pub fn stage(run: &Run) -> Result<Stage, String> {
    let has_totals = |point: &Point| point.queues.iter().flatten().any(|it| it.totals.is_some());
    if !run.points.iter().any(has_totals) {
        return Err(
            if run.queues.is_empty() { "no queue was read" } else { NO_COUNTERS }.to_owned()
        );
    }
    let seen = RoundInputs {
        origin: time(run.from()),
        config: config(run)?,
        readings: BTreeMap::new(),
        start_ups: start_ups(run),
    };
    let readings = run.points.iter().flat_map(|point| readings(run, point));
    Record::of(run.id, seen, readings).stage()
}

fn time(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or_default()
}

fn readings<'a>(run: &'a Run, point: &'a Point) -> impl Iterator<Item = (&'a str, Reading)> {
    let known = run.queues.iter().zip(&point.queues);
    known.filter_map(|(name, reading)| {
        let reading = (*reading)?;
        let sample = QueueSample {
            ready: reading.ready,
            in_flight: reading.in_flight?,
            totals: Some(reading.totals?),
            ..QueueSample::default()
        };
        Some((name.as_str(), Reading { sample, taken_at: time(point.at) }))
    })
}

fn config(run: &Run) -> Result<Config, String> {
    let keys = run.workload_keys();
    let workloads: Option<Vec<Workload>> =
        keys.iter().map(|(name, key)| workload(name, key)).collect();
    let capacity = run.key("capacity").ok_or("the capacity is not known")?;
    let tick = time(run.tick_s().ok_or(NO_SETTINGS)?);
    Ok(Config { capacity, tick, workloads: workloads.ok_or(NO_SETTINGS)? })
}

/// A workload's configuration; `None` if a part of it is not known.
fn workload(name: &str, key: &WorkloadKey) -> Option<Workload> {
    let settings = key.settings.clone()?;
    Some(Workload {
        name: name.to_owned(),
        priority: key.priority?,
        min: key.min?,
        max: key.max?,
        max_delta: settings.max_delta,
        rule: rule(key, &settings)?,
        fallback: settings.fallback,
        paused: key.paused,
        blocked: None,
    })
}

fn rule(key: &WorkloadKey, settings: &SettingsState) -> Option<Rule> {
    // Of a metric, a recording has no query, and the load behind it is not known.
    let is_queue = key.source.as_deref().is_none_or(|source| source == Source::Queue.name());
    let queue = key.queue.as_ref().filter(|_| is_queue);
    let target = || Some(QueueTarget::of_queue(queue?, key.target?));
    Some(match key.rule.as_deref()? {
        "rate" => Rule::Rate(RateSettings {
            target: target()?,
            window: time(settings.window_s?),
            average: time(settings.average_s?),
            service_time: settings.service_time_s.map(time).filter(|time| !time.is_zero()),
        }),
        "simple-queue" => Rule::SimpleQueue(target()?),
        "queue" => Rule::Queue(target()?),
        "per-container" => Rule::PerContainer(PerContainerSettings {
            followed: Followed::queue(queue?),
            target: Amount::new(key.target_per_container?).filter(|it| it.get() > 0.0)?,
            window: time(settings.window_s?),
        }),
        "remainder" => Rule::Remainder,
        _ => return None,
    })
}

fn start_ups(run: &Run) -> BTreeMap<String, Duration> {
    let known = run.workload_keys().into_iter();
    known.filter_map(|(name, key)| Some((name, time(key.start_up_s?)))).collect()
}
