//! Makes snapshots of the simulator's rounds, as the engine's control loop would.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use control::{Replicas, Stage, StartUp};
use model::{Actor, ControlMode, Instance, Phase, Status};
use runtime::contribution::Contributed;
use runtime::snapshots::headline::cause::Cause;
use runtime::snapshots::log::{Kind, LogEvent};
use runtime::snapshots::{Controls, Fixed, Round, SnapshotBuilder};
use simulator::Scenario;
use simulator::steps::Action;

use super::judge::{Event, Judge};

/// Judges all snapshots of these scenarios, on all processors.
pub fn judge_all(all: &[(Scenario, u64)]) {
    let (next, snapshots) = (AtomicU64::new(0), AtomicU64::new(0));
    let wrong = Mutex::new(Vec::new());
    let work = || {
        while let Some((scenario, seed)) = all.get(next.fetch_add(1, Ordering::Relaxed) as usize) {
            let (seen, found) = play(scenario, *seed);
            snapshots.fetch_add(seen, Ordering::Relaxed);
            let name = &scenario.name;
            wrong.lock().unwrap().extend(found.iter().map(|it| format!("{name} {seed}: {it}")));
        }
    };
    std::thread::scope(|scope| {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        (0..threads).for_each(|_| drop(scope.spawn(work)));
    });
    println!("{} snapshots of {} runs judged", snapshots.into_inner(), all.len());
    let wrong = wrong.into_inner().unwrap();
    let first: Vec<&String> = wrong.iter().take(20).collect();
    assert!(wrong.is_empty(), "{} are wrong, among them {first:#?}", wrong.len());
}

/// Returns the number of snapshots, and the sentences that are wrong.
fn play(scenario: &Scenario, seed: u64) -> (u64, Vec<String>) {
    let fixed =
        Fixed { scheduler: "process", namespace: None, context: None, start_delay: Duration::ZERO };
    let mut builder = SnapshotBuilder::new(fixed, 1);
    let mut judge = Judge::new(scenario.queues.len());
    let mut events = events(scenario).into_iter().peekable();
    let (mut tick, mut crashes) = (0, BTreeMap::new());
    let mut snapshots = 0;
    simulator::watch(scenario, seed, &mut |round| {
        // The engine learns at once what people do.
        while let Some((_, event)) = events.next_if(|(at, _)| *at <= round.now) {
            if let Some(cause) = cause(&event, &mut crashes) {
                let news = LogEvent::marked(Kind::Burst, "", Actor::Page);
                builder.tell(round.now, LogEvent { cause: Some(cause), ..news });
            }
            judge.hear(round.now.as_secs_f64(), &event);
        }
        tick += u64::from(round.is_tick);
        let held = round.situation.held;
        let snapshot = builder.after(Round {
            now: round.now,
            tick,
            is_tick: round.is_tick,
            core: round.core,
            observation: round.observation,
            deployments: deployments(round, &crashes),
            decisions: round.decisions,
            start_ups: &BTreeMap::<String, StartUp>::new(),
            standing: "alone".to_owned(),
            mode: if held { ControlMode::Held } else { ControlMode::Decides },
            warnings: &BTreeMap::new(),
            controls: Controls::default(),
            config: 0,
            contributed: Contributed::default(),
        });
        judge.see(&snapshot.state);
        snapshots += 1;
    })
    .unwrap();
    (snapshots, judge.found())
}

/// The events of a scenario that its numbers alone do not show.
fn events(scenario: &Scenario) -> Vec<(Duration, Event)> {
    let crashes = scenario.crashes.iter().map(|it| (it.at, Event::Crash(it.workload.clone())));
    let own = scenario.queues.iter().filter_map(|queue| queue.arrivals.as_ref());
    let own = own.flat_map(|it| it.bursts(scenario.duration));
    let own = own.map(|(at, jobs)| (at, Event::Burst(jobs)));
    let steps = scenario.done().filter_map(|(at, action)| match action {
        Action::Burst { jobs, .. } => Some((at, Event::Burst(*jobs))),
        Action::Kill { workload } => Some((at, Event::Kill(workload.clone()))),
        _ => None,
    });
    let mut all: Vec<(Duration, Event)> = crashes.chain(own).chain(steps).collect();
    all.sort_by_key(|(at, _)| *at);
    all
}

/// The cause that the engine itself would record; it sees a crash by the container's restarts.
fn cause(event: &Event, crashes: &mut BTreeMap<String, u32>) -> Option<Cause> {
    match event {
        Event::Burst(jobs) => Some(Cause::Burst { jobs: (*jobs).into(), audience: false }),
        Event::Kill(workload) => {
            Some(Cause::Kill { workload: workload.clone(), container: format!("{workload}-1") })
        }
        Event::Crash(workload) => {
            *crashes.entry(workload.clone()).or_default() += 1;
            None
        }
    }
}

fn deployments(
    round: &simulator::Round<'_>,
    crashes: &BTreeMap<String, u32>,
) -> BTreeMap<String, Status> {
    let scaled = round.replicas.iter().map(|(name, replicas)| {
        let restarts = crashes.get(name).copied().unwrap_or(0);
        let instances = vec![instance(name, restarts)];
        (name.clone(), Status { replicas: *replicas, instances, ..Status::default() })
    });
    let loads = round.situation.load.iter().map(|(name, count)| {
        let replicas = Replicas { desired: *count, ready: *count, ..Replicas::default() };
        (name.clone(), Status { replicas, ..Status::default() })
    });
    scaled.chain(loads).collect()
}

fn instance(workload: &str, restarts: u32) -> Instance {
    let it = Instance {
        name: format!("{workload}-1"),
        workload: workload.to_owned(),
        phase: Phase::Ready,
        pid: None,
        address: None,
        restarts,
        waits: false,
        is_unready: false,
    };
    assert_eq!(it.stage(), Stage::Started);
    it
}
