use super::*;

const BY_HAND: bool = true;
const BY_CLOCK: bool = false;

fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Three steps of 10 s each: a hold and a load; a burst and an outage of 15 s; no load.
fn scenario() -> Scenario {
    let text = include_str!("../../../../../scenarios/back-to-normal.yaml");
    let (head, rest) = text.split_once("steps:").unwrap();
    let (_, workloads) = rest.split_once("workloads:").unwrap();
    let steps = "
  - {caption: One., for: 10s, do: [hold: true, load: {producer: 3}]}
  - {caption: Two., for: 10s, do: [hold: false, burst: {jobs: 50}, outage: {jobs: 15s}]}
  - {caption: Three., for: 10s, do: [load: {producer: 0}, pause: {consumer: true}]}
";
    let text = format!("{head}steps:{steps}workloads:{workloads}");
    serde_yaml::from_str(&text).unwrap()
}

fn load(replicas: u32) -> Action {
    Action::Load { producer: "producer".to_owned(), replicas }
}

fn blind(on: bool) -> Action {
    Action::Blind { queue: "jobs".to_owned(), on }
}

fn burst() -> Action {
    Action::Burst { queue: "jobs".to_owned(), jobs: 50 }
}

fn pause(paused: bool) -> Action {
    Action::Pause { workload: "consumer".to_owned(), paused }
}

fn caption(stepper: &Stepper, now: Duration) -> String {
    stepper.scene(now).map_or("over".to_owned(), |scene| scene.caption)
}

#[test]
fn by_the_clock_each_step_begins_when_the_one_before_ends() {
    let (mut it, first) = Stepper::begin(scenario(), BY_CLOCK, s(100));
    assert_eq!(first, [Action::Hold(true), pause(false), load(3)]);
    assert_eq!(it.pass(s(109)), []);
    assert_eq!(it.deadline(), Some(s(110)));
    assert_eq!(it.scene(s(107)).unwrap().ends_in_s, Some(3.0));
    assert_eq!(it.pass(s(110)), [Action::Hold(false), burst(), blind(true)]);
    assert_eq!(it.pass(s(120)), [load(0), pause(true)]);
    assert_eq!(it.pass(s(125)), [blind(false)], "the outage outlasts its step");
    assert_eq!(it.pass(s(130)), [pause(false)], "nothing stays paused behind it");
    assert!(it.is_over() && it.scene(s(130)).is_none() && it.deadline().is_none());
}

#[test]
fn a_late_call_skips_no_step_and_no_time() {
    let (mut it, _) = Stepper::begin(scenario(), BY_CLOCK, s(0));
    let acts = it.pass(s(21));
    let expected = [Action::Hold(false), burst(), blind(true), load(0), pause(true)];
    assert_eq!(acts, expected);
    assert_eq!(it.scene(s(21)).unwrap().ends_in_s, Some(9.0));
    assert_eq!(it.deadline(), Some(s(25)), "the outage began with its step");
}

#[test]
fn by_hand_each_step_waits_and_further_keys_do_not_end_the_last_one() {
    let (mut it, _) = Stepper::begin(scenario(), BY_HAND, s(0));
    assert_eq!(it.pass(s(1000)), []);
    let shown = it.scene(s(1000)).unwrap();
    assert_eq!((shown.step, shown.of, shown.waits, shown.ends_in_s), (1, 3, true, None));
    assert_eq!(it.press(Press::Next, s(1000)).len(), 3);
    assert_eq!(it.press(Press::Next, s(1001)), [load(0), pause(true)]);
    for _ in 0..3 {
        assert_eq!(it.press(Press::Next, s(1002)), [], "a key too many");
        assert_eq!(caption(&it, s(1002)), "Three.");
    }
    it.press(Press::Previous, s(1003));
    assert_eq!(caption(&it, s(1003)), "Two.", "and keys still work");
    it.press(Press::Next, s(1004));
    assert_eq!(it.press(Press::End, s(1005)), [blind(false), pause(false)]);
    assert_eq!(caption(&it, s(1005)), "over");
}

#[test]
fn by_hand_an_outage_lasts_as_long_as_its_captions_are_shown() {
    let (mut it, _) = Stepper::begin(scenario(), BY_HAND, s(0));
    it.press(Press::Next, s(1));
    assert_eq!((it.deadline(), it.pass(s(600))), (None, vec![]), "it outlasts this step");
    assert!(!it.press(Press::Next, s(600)).contains(&blind(false)));
    assert_eq!(it.deadline(), Some(s(605)), "and has five seconds of the next one");
    assert_eq!(it.pass(s(605)), [blind(false)]);
    assert!(it.press(Press::Previous, s(606)).contains(&blind(true)), "as it was then");
}

#[test]
fn a_key_too_many_by_the_clock_does_not_end_the_last_step_either() {
    let (mut it, _) = Stepper::begin(scenario(), BY_CLOCK, s(0));
    it.pass(s(21));
    assert_eq!(it.press(Press::Next, s(22)), []);
    assert_eq!(caption(&it, s(22)), "Three.");
    it.pass(s(30));
    assert!(it.is_over());
}

#[test]
fn the_actions_of_a_waiting_step_are_undone_when_the_next_one_begins() {
    let mut patient = scenario();
    patient.steps[0].while_waiting =
        vec![Action::Load { producer: "producer".to_owned(), replicas: 1 }];
    let (mut it, _) = Stepper::begin(patient.clone(), BY_HAND, s(0));
    assert_eq!(it.deadline(), Some(s(10)));
    assert_eq!(it.pass(s(10)), [load(1)]);
    assert_eq!((it.deadline(), it.pass(s(60))), (None, vec![]));
    let next = it.press(Press::Next, s(60));
    let expected = [Action::Hold(false), pause(false), load(3), burst(), blind(true)];
    assert_eq!(next, expected);
    let (mut it, _) = Stepper::begin(patient, BY_CLOCK, s(0));
    assert!(!it.pass(s(10)).contains(&load(1)), "by the clock nothing waits");
}

#[test]
fn a_prepared_scenario_does_nothing_before_its_first_key() {
    let mut it = Stepper::ready(scenario());
    assert_eq!((it.deadline(), it.pass(s(60))), (None, vec![]));
    let shown = it.scene(s(60)).unwrap();
    assert_eq!((shown.step, shown.waits, shown.caption.as_str()), (0, true, "Next: One."));
    assert_eq!(it.press(Press::Next, s(60)), [Action::Hold(true), pause(false), load(3)]);
}

#[test]
fn back_restores_the_situation_and_repeats_no_burst() {
    let (mut it, _) = Stepper::begin(scenario(), BY_HAND, s(0));
    it.press(Press::Next, s(1));
    it.press(Press::Next, s(2));
    let back = it.press(Press::Previous, s(3));
    assert_eq!(back, [Action::Hold(false), pause(false), load(3)], "the queue is hidden already");
    assert_eq!(caption(&it, s(3)), "Two.");
    let first = [Action::Hold(true), pause(false), load(3)];
    assert_eq!(it.press(Press::Previous, s(4)), [&first[..], &[blind(false)]].concat());
    assert_eq!(it.press(Press::Previous, s(5)), first);
    assert_eq!(caption(&it, s(5)), "One.");
}

#[test]
fn after_the_end_nothing_is_held_hidden_or_paused() {
    let (mut it, _) = Stepper::begin(scenario(), BY_HAND, s(0));
    assert_eq!(it.end(), [Action::Hold(false)]);
    let (mut it, _) = Stepper::begin(scenario(), BY_HAND, s(0));
    it.press(Press::Next, s(1));
    assert_eq!(it.end(), [blind(false)]);
    assert_eq!(it.press(Press::Next, s(2)), []);
    assert_eq!(it.press(Press::Previous, s(2)), []);
}

#[test]
fn after_a_reset_a_play_by_hand_begins_again_and_one_by_the_clock_is_over() {
    let (mut it, first) = Stepper::begin(scenario(), BY_HAND, s(0));
    it.press(Press::Next, s(1));
    it.reset();
    assert_eq!(it.deadline(), None, "nothing is hidden any more");
    assert_eq!(caption(&it, s(2)), "Next: One.");
    assert_eq!(it.scene(s(2)).unwrap().step, 0);
    assert_eq!(it.press(Press::Previous, s(2)), []);
    assert_eq!(it.press(Press::Next, s(3)), first);
    it.end();
    it.reset();
    assert_eq!(it.press(Press::Next, s(4)), first, "also when it was over");
    let (mut it, _) = Stepper::begin(scenario(), BY_CLOCK, s(0));
    it.reset();
    assert!(it.is_over());
}

#[test]
fn the_talk_s_time_runs_from_its_first_step_and_each_step_s_from_its_own_beginning() {
    let mut it = Stepper::ready(scenario());
    let times = |it: &Stepper, now| it.talk(now).map(|talk| (talk.elapsed_s, talk.step_elapsed_s));
    assert_eq!(times(&it, s(50)), Some((None, None)));
    it.press(Press::Next, s(60));
    it.press(Press::Next, s(90));
    assert_eq!(times(&it, s(95)), Some((Some(35.0), Some(5.0))));
    it.press(Press::Previous, s(100));
    assert_eq!(times(&it, s(101)), Some((Some(41.0), Some(1.0))), "the talk goes on");
    it.reset();
    assert_eq!(times(&it, s(102)), Some((None, None)));
    it.press(Press::Next, s(110));
    assert_eq!(times(&it, s(111)), Some((Some(1.0), Some(1.0))));
    it.end();
    assert_eq!(times(&it, s(112)), None);
}

#[test]
fn only_the_talk_has_the_notes() {
    let mut noted = scenario();
    noted.steps[1].notes = "Say this.\n".to_owned();
    noted.steps[1].plan = Some(s(90));
    let (it, _) = Stepper::begin(noted, BY_HAND, s(0));
    let talk = it.talk(s(0)).unwrap();
    assert_eq!((talk.steps[1].notes.as_str(), talk.steps[1].plan_s), ("Say this.", 90.0));
    assert_eq!((talk.steps[0].notes.as_str(), talk.steps[0].plan_s), ("", 10.0), "as by the clock");
    let scene = serde_json::to_string(&it.scene(s(0))).unwrap();
    assert!(!scene.contains("Say this"), "{scene}");
}
