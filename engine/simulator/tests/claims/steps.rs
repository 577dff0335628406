//! Steps do what they say, and the scenarios of this repository do what their captions say.

use std::ops::Range;
use std::time::Duration;

use simulator::series::Point;
use simulator::steps::{Action, Situation};
use simulator::tally::Write;
use simulator::world::ContainerCounts;
use simulator::{Kind, Outcome, Scenario, run};

use crate::seconds;

/// The workloads' indices in every one of these scenarios.
const CONSUMER: usize = 0;
const BACKGROUND: usize = 1;
const SEEDS: Range<u64> = 1..21;

const FIRST: &str = include_str!("../../../../scenarios/first-five-minutes.yaml");
const PRIORITY: &str = include_str!("../../../../scenarios/priority.yaml");
const OVERLOAD: &str = include_str!("../../../../scenarios/overload.yaml");
const OUTAGE: &str = include_str!("../../../../scenarios/outage.yaml");
const BACK: &str = include_str!("../../../../scenarios/back-to-normal.yaml");
const ALL: [&str; 5] = [FIRST, PRIORITY, OVERLOAD, OUTAGE, BACK];

fn read(text: &str) -> Scenario {
    let scenario: Scenario = serde_yaml::from_str(text).unwrap();
    assert_eq!(scenario.problems(), []);
    scenario
}

/// A scenario, played by our core.
struct Play {
    scenario: Scenario,
    outcome: Outcome,
}

impl Play {
    fn of(text: &str, seed: u64) -> Play {
        let scenario = read(text);
        let outcome = run(&scenario, &Kind::Ours, seed).unwrap();
        assert_eq!(outcome.tally.budget_violations, 0);
        Play { scenario, outcome }
    }

    /// When a step, counted from 1, begins and ends.
    fn step(&self, number: usize) -> Range<Duration> {
        let (begin, step) = self.scenario.by_clock().nth(number - 1).unwrap();
        begin..begin + step.lasts
    }

    fn points(&self, when: &Range<Duration>) -> Vec<&Point> {
        self.outcome.series.points.iter().filter(|it| when.contains(&it.at)).collect()
    }

    fn at_end(&self, number: usize) -> &Point {
        self.points(&self.step(number)).last().unwrap()
    }

    fn longest(&self, number: usize) -> u64 {
        self.points(&self.step(number)).iter().map(|it| it.ready[0]).max().unwrap()
    }

    fn writes(&self, number: usize) -> Vec<Write> {
        let step = self.step(number);
        self.outcome.tally.writes.iter().filter(|it| step.contains(&it.at)).copied().collect()
    }

    fn cuts_of_consumers(&self, number: usize) -> usize {
        self.writes(number).iter().filter(|it| it.workload == CONSUMER && it.to < it.from).count()
    }

    /// How long after the start of a step a point first fulfils a condition.
    fn first(&self, number: usize, is_so: impl Fn(&Point) -> bool) -> Duration {
        let step = self.step(number);
        let point = self.points(&step).into_iter().find(|it| is_so(it));
        point.map_or(Duration::MAX, |it| it.at - step.start)
    }
}

fn ready(point: &Point, workload: usize) -> u32 {
    point.containers[workload].ready()
}

fn live(point: &Point) -> u32 {
    point.containers.iter().map(ContainerCounts::placed).sum()
}

#[test]
fn first_five_minutes_hold_then_scale_then_return_the_slots() {
    for seed in SEEDS {
        let play = Play::of(FIRST, seed);
        assert_eq!(play.writes(1), [], "nobody scales");
        assert!((140..=190).contains(&play.at_end(1).ready[0]), "{:?}", play.at_end(1));
        let first = play.writes(2)[0].at - play.step(2).start;
        assert!(first <= 2 * play.scenario.tick, "slots change hands after {first:?}");
        let target = u64::from(play.scenario.workloads[CONSUMER].target);
        let short = play.first(2, |it| it.ready[0] <= target);
        assert!(short <= seconds(25.0), "the queue is back in its band after {short:?}");
        let back = play.first(3, |it| ready(it, BACKGROUND) == 9);
        assert!(back <= seconds(20.0), "the background is back after {back:?}");
    }
}

#[test]
fn the_first_priority_gets_what_it_needs_and_a_minimum_is_kept() {
    for seed in SEEDS {
        let play = Play::of(PRIORITY, seed);
        assert_eq!(ready(play.at_end(1), BACKGROUND), 9);
        let enough = play.first(2, |it| ready(it, CONSUMER) >= 2);
        assert!(enough <= seconds(10.0), "{enough:?}");
        assert!(play.longest(3) >= 190);
        let full = play.first(3, |it| ready(it, CONSUMER) == 9);
        assert!(full <= seconds(6.0), "{full:?}");
        let least = play.points(&play.step(3)).iter().map(|it| ready(it, BACKGROUND)).min();
        assert_eq!(least, Some(1), "the minimum, and no more");
        assert_eq!(ready(play.at_end(4), BACKGROUND), 9);
    }
}

#[test]
fn at_the_limit_all_slots_are_used_and_the_backlog_is_done_before_slots_go_back() {
    for seed in SEEDS {
        let play = Play::of(OVERLOAD, seed);
        assert_eq!(play.at_end(1).ready[0], 0, "ten slots are enough");
        let grown = play.at_end(2).ready[0];
        assert!(grown >= 180 && ready(play.at_end(2), CONSUMER) == 9, "{grown}");
        let empty = play.first(3, |it| it.ready[0] <= 20);
        let first_cut = play.writes(3).first().map(|it| it.at - play.step(3).start);
        assert!(empty <= seconds(12.0) && first_cut >= Some(empty), "{empty:?}, {first_cut:?}");
        assert_eq!(ready(play.at_end(4), BACKGROUND), 9);
    }
}

#[test]
fn during_an_outage_nothing_is_removed_and_the_dead_worker_s_job_is_done() {
    for seed in SEEDS {
        let play = Play::of(OUTAGE, seed);
        // The last reading counts as fresh for two ticks.
        let dark = play.step(2).start + 3 * play.scenario.tick..play.step(3).end;
        let writes = play.outcome.tally.writes.iter().filter(|it| dark.contains(&it.at));
        assert_eq!(writes.count(), 0, "nothing is decided without a reading");
        assert!(play.outcome.queues[0].total.lease_expired <= 1);
        let tally = &play.outcome.tally;
        assert_eq!(tally.jobs_in, tally.jobs_done, "and no job is lost");
        assert_eq!(ready(play.at_end(5), BACKGROUND), 9);
    }
}

#[test]
fn after_a_rush_the_backlog_is_done_before_slots_go_back() {
    for seed in SEEDS {
        let play = Play::of(BACK, seed);
        assert!(play.longest(1) >= 200 && ready(play.at_end(1), CONSUMER) == 9);
        let empty = play.first(2, |it| it.ready[0] <= 20);
        let first_cut = play.writes(2).first().map(|it| it.at - play.step(2).start);
        assert!(empty <= seconds(12.0) && first_cut >= Some(empty), "{empty:?}, {first_cut:?}");
        assert_eq!(play.cuts_of_consumers(1), 0);
        assert_eq!(ready(play.at_end(3), BACKGROUND), 9);
    }
}

#[test]
fn there_are_never_more_containers_than_slots() {
    for text in ALL {
        let play = Play::of(text, 1);
        assert!(play.outcome.series.points.iter().all(|it| live(it) <= play.scenario.capacity));
    }
}

#[test]
fn two_plays_give_the_same_decisions() {
    for text in ALL {
        let decisions = || Play::of(text, 3).outcome.tally.writes;
        assert_eq!(decisions(), decisions());
    }
}

/// Two steps of ten seconds, the second with these actions.
fn with_actions(actions: &str) -> String {
    let begin = BACK.split("steps:").next().unwrap();
    let workloads = BACK.split("workloads:").nth(1).unwrap();
    format!(
        "{begin}steps:
  - {{caption: Before., for: 10s, do: [load: {{producer: 1}}]}}
  - {{caption: Now., for: 10s, do: [{actions}]}}
workloads:{workloads}"
    )
}

#[test]
fn a_paused_workload_keeps_its_count_and_is_scaled_again_afterwards() {
    let text = with_actions("pause: {consumer: true}, load: {producer: 3}");
    let again = "  - {caption: Again., for: 10s, do: [pause: {consumer: false}]}\nworkloads:";
    let play = Play::of(&text.replace("workloads:", again), 1);
    let of_consumer =
        |number| play.writes(number).iter().filter(|it| it.workload == CONSUMER).count();
    assert!(of_consumer(1) > 0 && of_consumer(2) == 0 && of_consumer(3) > 0);
}

#[test]
fn a_burst_arrives_at_once_on_top_of_the_load() {
    let calm = Play::of(&with_actions("load: {producer: 1}"), 1).outcome.tally.jobs_in;
    let burst = Play::of(&with_actions("burst: {jobs: 70}"), 1).outcome.tally.jobs_in;
    assert_eq!(burst, calm + 70);
}

#[test]
fn a_situation_is_the_lasting_effect_of_all_steps_so_far() {
    let scenario = read(FIRST);
    let load = |situation: &Situation| situation.load["producer"];
    let all = (0..3).map(|step| scenario.situation(step)).collect::<Vec<_>>();
    assert_eq!(all.iter().map(load).collect::<Vec<_>>(), [3, 3, 0]);
    assert_eq!(all.iter().map(|it| it.held).collect::<Vec<_>>(), [true, false, false]);
    let before = scenario.at_first();
    assert!(!before.held && load(&before) == 0);
    let load = Action::Load { producer: "producer".to_owned(), replicas: 3 };
    assert_eq!(all[0].actions(), [Action::Hold(true), load]);
    let paused = read(&with_actions("pause: {consumer: true}, burst: {jobs: 5}"));
    assert!(!paused.at_first().paused["consumer"] && paused.situation(1).paused["consumer"]);
    assert!(paused.situation(1).actions().iter().all(Action::lasts));
}

#[test]
fn an_invalid_step_is_named() {
    let message = |from: &str, to: &str| {
        let text = with_actions("load: {producer: 1}, kill: consumer, outage: {jobs: 5s}");
        assert!(text.contains(from), "{from}");
        match serde_yaml::from_str::<Scenario>(&text.replacen(from, to, 1)) {
            Ok(scenario) => scenario.problems().first().unwrap().to_string(),
            Err(error) => error.to_string(),
        }
    };
    let producer = "{name: producer, queue: jobs";
    let cases = [
        ("kill: consumer", "kill: me", "step 2: kill names me, which is not among the workloads"),
        ("outage: {jobs", "outage: {job", "step 2: outage names job, which is not among"),
        ("outage: {jobs: 5s}", "outage: {jobs: 0s}", "step 2: outage has no duration"),
        ("kill: consumer", "burst: {job: 1}", "step 2: burst names job, which is not among the qu"),
        ("kill: consumer", "burst: {jobs: 0}", "step 2: burst is 0; it must be from 1 to 10000"),
        ("kill: consumer", "pause: {me: true}", "step 2: pause names me, which is not among"),
        ("load: {producer: 1}, k", "load: {me: 1}, k", "step 2: load names me, which is not among"),
        ("load: {producer: 1}, k", "load: {producer: 101}, k", "step 2: load is 101; it must be"),
        ("caption: Before.", "caption: ' '", "step 1: caption is empty"),
        ("for: 10s", "for: 0s", "step 1: for must be more than 0"),
        ("for: 10s", "for: 1h", "duration is 75 s, but the steps last 3610 s together"),
        ("rate: 10,", "rate: 101,", "producer: rate must be from 0 to 100"),
        (producer, "{name: producer, queue: job", "producer: queue is job, which is not among"),
        (
            "name: jobs\n",
            "name: jobs\n    arrivals: {shape: constant, rate: 1}\n",
            "jobs: arrivals come from the producer producer too; remove one of the two",
        ),
        ("kill: consumer", "stop: consumer", "steps[1].do[1]: unknown field `stop`"),
        ("outage: {jobs: 5s}", "outage: {jobs: 5}", "steps[1]: \"5\" is not a time; write it"),
        ("kill: consumer", "{}", "steps[1]: an action is empty"),
    ];
    for (from, to, begin) in cases {
        let message = message(from, to);
        assert!(message.starts_with(begin), "{message:?} for {to:?}");
    }
}
