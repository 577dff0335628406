use super::super::record::Record;
use super::super::record::tests::{seen, steady};
use super::*;

fn load(record: &Record) -> Load {
    record.load().unwrap()
}

/// Goes on with `record` from one second to another: `rate` jobs a second, as many done as the
/// real box's two workers do.
fn more(record: &mut Record, run: u32, (from, to): (u64, u64), came: &mut u64, rate: u64) {
    for tick in 2 * from + 1..=2 * to {
        *came += rate / 2;
        record.see(run, &seen(tick as f64 / 2.0, *came, came.saturating_sub(2)));
    }
}

#[test]
fn worlds_go_on_with_what_was_read_since() {
    let mut record = steady(20);
    let mut worlds = Worlds::begin(&load(&record)).unwrap();
    let mut came = 200;
    for second in 20..50 {
        more(&mut record, 7, (second, second + 1), &mut came, 30);
        assert!(worlds.fit(&load(&record)));
        worlds.go_on(&load(&record)).unwrap();
    }
    let answer = worlds.answer(Other::Hpa).unwrap();
    assert_eq!((answer.since, answer.until, answer.window_s), (0.0, 50.0, 50.0));
    let [hpa, ours] = &answer.worlds;
    assert_eq!((hpa.label.as_str(), ours.label.as_str()), ("HPA", "Microscaling"));
    assert_eq!(ours.queue.len(), 101, "a point each half second");
    assert!(hpa.waited_most > ours.waited_most, "{hpa:?} {ours:?}");
    assert!(hpa.longest_wait_s > ours.longest_wait_s, "{hpa:?} {ours:?}");
    assert_eq!((hpa.slots.len(), ours.slots.len()), (10, 10));
    assert!(ours.slots.iter().flatten().filter(|it| it.workload == "consumer").count() >= 6);
}

#[test]
fn each_other_one_has_its_settings() {
    let mut worlds = Worlds::begin(&load(&steady(30))).unwrap();
    let mut side = |other| worlds.answer(other).unwrap().worlds[0].clone();
    let nobody = side(Other::Nobody);
    assert_eq!(nobody.label, "Nobody scales");
    assert_eq!(
        nobody.settings,
        "no scaling, the counts of the start stay: consumer 1, remainder 9"
    );
    assert!(side(Other::Hpa).settings.contains("sync 15 s, down-stabilisation 300 s"));
    assert!(side(Other::Keda).settings.contains("poll 30s between 0 and 1, cooldown 300 s"));
    let fixed = side(Other::Fixed);
    assert_eq!(fixed.label, "Fixed fleet of 3");
    assert_eq!(
        fixed.settings,
        "no scaling: consumer 3, remainder 7; sized for the mean of the load until 0:30"
    );
    assert!(nobody.waited_most.unwrap() > 100 && fixed.waited_most.unwrap() < 5);
}

#[test]
fn a_reset_and_a_changed_setting_begin_anew() {
    let mut record = steady(30);
    let worlds = Worlds::begin(&load(&record)).unwrap();
    assert!(worlds.fit(&load(&record)));
    let mut changed = load(&record);
    changed.seen.config.workloads[0].paused = true;
    assert!(worlds.fit(&changed), "what is paused here is not paused there");
    changed.seen.config.workloads[0].max = 5;
    assert!(!worlds.fit(&changed));
    record.see(8, &seen(0.5, 300, 298));
    assert!(!worlds.fit(&load(&record)));
    assert!(Worlds::begin(&load(&record)).unwrap_err().starts_with("the load is too short"));
}

#[test]
fn worlds_that_have_missed_a_part_of_the_load_begin_anew() {
    let mut record = steady(30);
    let worlds = Worlds::begin(&load(&record)).unwrap();
    let mut came = 300;
    more(&mut record, 7, (30, 420), &mut came, 10);
    assert!(worlds.fit(&load(&record)), "the record still has second 30");
    more(&mut record, 7, (420, 500), &mut came, 10);
    assert!(!worlds.fit(&load(&record)));
    let answer = Worlds::begin(&load(&record)).unwrap().answer(Other::Keda).unwrap();
    assert_eq!((answer.since, answer.until, answer.window_s), (210.0, 500.0, 60.0));
}

#[test]
fn without_a_new_reading_the_worlds_stand_still() {
    let record = steady(30);
    let mut worlds = Worlds::begin(&load(&record)).unwrap();
    let before = worlds.answer(Other::Hpa).unwrap();
    worlds.go_on(&load(&record)).unwrap();
    assert_eq!(worlds.answer(Other::Hpa).unwrap(), before);
}

#[test]
fn the_error_says_what_is_not_known_yet() {
    let error = |record: &Record| record.load().and_then(|it| Worlds::begin(&it)).unwrap_err();
    assert_eq!(error(&Record::default()), "the queues were not read yet");
    assert!(error(&steady(3)).starts_with("the load is too short"));
    assert!(Other::named("vpa").unwrap_err().ends_with("one of nobody, hpa, keda, fixed"));
}

#[test]
fn a_world_in_which_too_many_jobs_wait_says_so_and_the_others_go_on() {
    let mut record = steady(10);
    let mut worlds = Worlds::begin(&load(&record)).unwrap();
    let mut came = 100;
    more(&mut record, 7, (10, 11), &mut came, 2 * MOST_WAITING);
    worlds.go_on(&load(&record)).unwrap();
    let error = worlds.answer(Other::Nobody).unwrap_err();
    assert!(error.starts_with("Nobody scales: more than 100000 jobs wait"), "{error}");
}
