//! Makes a scenario from the recorded load and the live configuration, and a simulation for each
//! contender. Pure.

use std::collections::BTreeMap;
use std::time::Duration;

use control::{Amount, Config, Rule};
use runtime::snapshots::RoundInputs;
use simulator::arrivals::Arrivals;
use simulator::contenders::Behavior;
use simulator::scenario::{GRACE, Queue, Workload};
use simulator::series::Point;
use simulator::span::Span;
use simulator::{Kind, Report, Scenario, run};

use super::contender::Contender;
use super::trace::Trace;

/// The longest time that is simulated, in seconds.
const PLAYED: f64 = 300.0;
/// The curves begin at a whole minute, so that they keep their shape between two requests.
const MINUTE: f64 = 60.0;
/// Seconds that are simulated but not counted, before curves that do not begin at the reset.
const LEAD: f64 = 30.0;
/// The shortest load that is compared, in seconds.
const LEAST: f64 = 5.0;
/// The most jobs that are simulated; each is in memory until it is done.
const MOST_JOBS: u64 = 1_000_000;
/// How long a container takes to start, if no start was measured.
const START: Duration = Duration::from_secs(1);
/// A container's time to stop. It is not measured; the kit's containers take this long in a box.
const STOP: Duration = Duration::from_millis(200);
/// The utilization that a fixed fleet is sized for.
const BUSY: f64 = 0.8;

/// The load and the configuration that all contenders get.
#[derive(Debug, Clone)]
pub struct Stage {
    /// The recorded load and the live configuration as a scenario.
    pub scenario: Scenario,
    /// The time at which the curves begin, in seconds since the reset.
    pub from: f64,
    /// The time at which the curves end, in seconds since the reset.
    pub until: f64,
}

/// The simulation of one contender with the load of a [`Stage`].
#[derive(Debug)]
pub struct Part {
    label: String,
    kind: Kind,
    scenario: Scenario,
    /// The time at which the scenario begins, in seconds since the reset.
    begins: f64,
}

/// Nobody scales: all keep the counts of the start.
pub fn nobody() -> Kind {
    Kind::Fixed(BTreeMap::new())
}

/// Makes a stage from the inputs of the latest round and the recorded load.
///
/// # Errors
/// The reason why nothing can be compared yet, such as an unknown service time.
pub fn stage(
    seen: &RoundInputs,
    came: &BTreeMap<String, Trace>,
    seed: u64,
) -> Result<Stage, String> {
    let until = came.values().map(Trace::until).fold(0.0, f64::max);
    if until < LEAST {
        return Err("the load is too short to simulate other autoscalers".to_owned());
    }
    let from = if until <= PLAYED { 0.0 } else { ((until - PLAYED) / MINUTE).ceil() * MINUTE };
    let lead = f64::min(LEAD, from);
    let played = came.values().flat_map(|trace| &trace.came).filter(|it| it.from >= from - lead);
    if played.map(|it| it.jobs).fold(0, u64::saturating_add) > MOST_JOBS {
        return Err(format!("more than {MOST_JOBS} jobs came, which are too many to simulate"));
    }
    let scenario = Scenario {
        name: "live".to_owned(),
        teaches: "what others would have done".to_owned(),
        duration: seconds(until - from + lead),
        warm_up: seconds(lead),
        seed,
        capacity: seen.config.capacity,
        tick: seen.config.tick,
        queues: came.iter().map(|(name, trace)| queue(name, trace, from - lead)).collect(),
        workloads: workloads(seen, came)?,
        ..Scenario::default()
    };
    match scenario.problems().first() {
        Some(problem) => Err(problem.to_string()),
        None => Ok(Stage { scenario, from, until }),
    }
}

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds.max(0.0))
}

fn queue(name: &str, trace: &Trace, from: f64) -> Queue {
    let moments = trace.moments(from).map(|at| seconds(at - from)).collect();
    let arrivals = Some(Arrivals::Recorded { moments });
    Queue { name: name.to_owned(), arrivals, lease: Duration::from_secs(3) }
}

fn workloads(seen: &RoundInputs, came: &BTreeMap<String, Trace>) -> Result<Vec<Workload>, String> {
    let all = seen.config.workloads.iter();
    all.map(|workload| Ok(of(workload, seen, job(workload, came)?))).collect()
}

/// How long a job of this workload takes, as measured; zero for a workload without a queue.
///
/// # Errors
/// If that is not known yet.
pub fn job(it: &control::Workload, came: &BTreeMap<String, Trace>) -> Result<Span, String> {
    let Some(followed) = it.rule.followed() else { return Ok(Span::default()) };
    if !followed.is_queue() {
        let name = &it.name;
        return Err(format!(
            "{name} follows the {followed}, which others cannot be simulated with"
        ));
    }
    let queue = &followed.name;
    let known = came.get(queue).and_then(Trace::service_time);
    let time = known.ok_or_else(|| format!("the time of a job of {queue} is not known yet"))?;
    Ok(Span::exactly(seconds(time)))
}

fn of(it: &control::Workload, seen: &RoundInputs, job: Span) -> Workload {
    let followed = it.rule.followed();
    let rate = match &it.rule {
        Rule::Rate(rate) => Some(rate),
        _ => None,
    };
    let window = match &it.rule {
        Rule::Rate(rate) => Some(rate.window),
        Rule::PerContainer(settings) => Some(settings.window),
        Rule::SimpleQueue(_) | Rule::Queue(_) | Rule::Remainder => None,
    };
    Workload {
        name: it.name.clone(),
        priority: it.priority,
        min: it.min,
        max: it.max,
        initial: followed.is_none().then(|| background(it, &seen.config)),
        max_delta: it.max_delta,
        rule: it.rule.name().to_owned(),
        queue: followed.map(|followed| followed.name.clone()),
        target: it.rule.target_length().unwrap_or(1),
        target_per_container: it.rule.target_per_container().map(Amount::get),
        scale_down_window: window,
        rate_average: rate.map(|rate| rate.average),
        service_rate: rate.and_then(|rate| Some(1.0 / rate.service_time?.as_secs_f64())),
        fallback_containers: it.fallback,
        job,
        start: start(&it.name, seen),
        stop: Span::exactly(STOP),
        grace: GRACE,
        poll_wait: Duration::from_secs(20),
        ..Workload::default()
    }
}

/// How long a container of this workload takes to start, as measured.
pub fn start(workload: &str, seen: &RoundInputs) -> Span {
    Span::exactly(seen.start_ups.get(workload).copied().unwrap_or(START))
}

/// The background's count before the load begins: the capacity left by the other minimums.
fn background(it: &control::Workload, config: &Config) -> u32 {
    let others = config.workloads.iter().filter(|other| other.name != it.name);
    let left = config.capacity.saturating_sub(others.map(|other| other.min).sum());
    it.max.min(left).max(it.min)
}

impl Stage {
    /// The simulations of all contenders: this engine, its other rules, and other autoscalers.
    pub fn parts(&self) -> Vec<Part> {
        let part = |label: &str, kind, scenario: Scenario| {
            let begins = self.from - scenario.warm_up.as_secs_f64();
            Part { label: label.to_owned(), kind, scenario, begins }
        };
        let same = || self.scenario.clone();
        let mut parts = vec![part("ours", Kind::Ours, same())];
        for rule in ["queue", "simple-queue"] {
            // Without "rule", the label "queue" would look like the curve of a queue's length.
            let label = format!("rule {rule}");
            parts.push(part(&label, Kind::Ours, same().with_rule(rule)));
        }
        let others = Kind::all(&self.scenario).into_iter().filter(|kind| match kind {
            Kind::Hpa(behavior) => *behavior == Behavior::default(),
            Kind::Keda(..) => true,
            _ => false,
        });
        parts.extend(others.map(|kind| part(&kind.name(&self.scenario), kind, same())));
        let fleet = self.fleet();
        let sizes: Vec<String> = fleet.values().map(u32::to_string).collect();
        parts.push(part(&format!("fixed {}", sizes.join("+")), Kind::Fixed(fleet), same()));
        parts.push(part("nobody", nobody(), same()));
        parts
    }

    /// Whether a background uses the capacity that other workloads leave.
    pub fn has_remainder(&self) -> bool {
        self.scenario.workloads.iter().any(|workload| workload.queue.is_none())
    }

    /// The replicas of a fleet that is sized for the mean load, which nobody knows beforehand.
    pub fn fleet(&self) -> BTreeMap<String, u32> {
        let time = self.scenario.duration.as_secs_f64();
        let jobs = |queue: &String| match self.scenario.arrivals(queue) {
            Some(Arrivals::Recorded { moments }) => moments.len() as f64,
            _ => 0.0,
        };
        let size = |it: &Workload| {
            let work = jobs(it.queue.as_ref()?) / time * it.job.time.as_secs_f64();
            Some((it.name.clone(), ((work / BUSY).ceil() as u32).clamp(it.min.min(it.max), it.max)))
        };
        self.scenario.workloads.iter().filter_map(size).collect()
    }
}

impl Part {
    /// Runs the simulation of this contender.
    ///
    /// # Errors
    /// When the scenario cannot be simulated.
    pub fn play(self) -> Result<Contender, String> {
        let Part { label, kind, scenario, begins } = self;
        let outcome = run(&scenario, &kind, scenario.seed)?;
        let report = Report::new(&scenario, scenario.seed, std::slice::from_ref(&outcome));
        let row = report.contenders.first().ok_or("the simulation has no result")?;
        let settings = match kind {
            _ if kind == nobody() => "no scaling: the counts of the start stay".to_owned(),
            Kind::Fixed(_) => {
                "sized for the mean of this load, which is known only afterwards".to_owned()
            }
            _ => row.settings.clone(),
        };
        let counted = outcome.series.points.iter().filter(|it| it.at >= scenario.warm_up);
        let point = |it: &Point| {
            let at = ((begins + it.at.as_secs_f64()) * 10.0).round() / 10.0;
            (at, it.ready.iter().sum())
        };
        Ok(Contender {
            label,
            simulated: true,
            settings,
            queue: counted.map(point).collect(),
            job_wait_p99: row.job_wait_p99,
            spare_work_done: row.spare_work_done,
            container_seconds: row.container_seconds,
            worker_polls: row.worker_polls,
            scaler_polls: row.scaler_polls,
            budget_violations: row.budget_violations,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::record::Record;
    use super::super::record::tests::{seen, steady};
    use super::*;

    fn jobs(stage: &Stage) -> usize {
        match &stage.scenario.queues[0].arrivals {
            Some(Arrivals::Recorded { moments }) => moments.len(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_contender_plays_each_recorded_job_once() {
        let stage = steady(60).stage().unwrap();
        assert_eq!((stage.from, stage.until, jobs(&stage)), (0.0, 60.0, 600));
        let labels: Vec<String> = stage.parts().into_iter().map(|part| part.label).collect();
        let expected =
            "ours, rule queue, rule simple-queue, HPA, KEDA, KEDA tuned, fixed 3, nobody";
        assert_eq!(labels.join(", "), expected);
        for part in stage.parts() {
            let jobs = run(&part.scenario, &part.kind, 1).unwrap().tally.jobs_in;
            assert_eq!(jobs, 600, "{}", part.label);
        }
    }

    #[test]
    fn of_a_long_talk_the_last_minutes_are_played_from_a_whole_minute_on() {
        for (seconds, from) in [(300, 0.0), (301, 60.0), (359, 60.0), (1000, 720.0)] {
            let stage = steady(seconds).stage().unwrap();
            assert_eq!(stage.from, from, "{seconds}");
            let played = seconds as f64 - from + if from > 0.0 { LEAD } else { 0.0 };
            assert_eq!(jobs(&stage) as f64, 10.0 * played);
            let contender = stage.parts().swap_remove(0).play().unwrap();
            assert_eq!(contender.queue[0].0, from, "curves have the page's time");
        }
    }

    #[test]
    fn the_same_record_gives_the_same_answer() {
        let answer = || {
            let stage = steady(100).stage().unwrap();
            let comparison = stage.parts().into_iter().map(|part| part.play().unwrap());
            serde_json::to_string(&comparison.collect::<Vec<_>>()).unwrap()
        };
        assert_eq!(answer(), answer());
    }

    #[test]
    fn the_error_says_what_is_not_known_yet() {
        let stage = |record: &Record| record.stage().unwrap_err();
        assert_eq!(stage(&Record::default()), "the queues were not read yet");
        assert!(stage(&steady(3)).starts_with("the load is too short"));
        let mut idle = Record::default();
        (0..20).for_each(|second| idle.see(1, &seen(f64::from(second), 0, 0)));
        assert_eq!(stage(&idle), "the time of a job of jobs is not known yet");
    }

    #[test]
    fn the_live_settings_are_played() {
        let stage = steady(60).stage().unwrap();
        let [consumer, remainder] = &stage.scenario.workloads[..] else { panic!() };
        assert_eq!((consumer.min, consumer.max, consumer.target), (1, 10, 20));
        assert_eq!(consumer.start, Span::exactly(Duration::from_secs(1)));
        assert!((consumer.job.time.as_secs_f64() - 0.2).abs() < 0.01);
        assert_eq!(remainder.initial, Some(9));
        assert!(stage.has_remainder());
    }

    #[test]
    fn five_minutes_are_simulated_within_a_second() {
        let stage = steady(300).stage().unwrap();
        let began = std::time::Instant::now();
        for part in stage.parts() {
            let (label, began) = (part.label.clone(), std::time::Instant::now());
            part.play().unwrap();
            println!("{label}: {:?}", began.elapsed());
        }
        let all = began.elapsed();
        println!("all: {all:?}");
        assert!(all < Duration::from_secs(1), "{all:?}");
    }
}
