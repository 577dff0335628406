//! The promises about the core hold, and the documents show the measured figures.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use simulator::Scenario;
use simulator::promises::comparison::{self, Contest};
use simulator::promises::{self, Promise};

use crate::scenarios::{files, read};

fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn shipped() -> Vec<Scenario> {
    files().iter().map(|path| read(path)).collect()
}

/// Measured once, because both together take 30 s.
static PROMISES: LazyLock<Vec<Promise>> = LazyLock::new(|| promises::measure(&shipped()).unwrap());
static CONTESTS: LazyLock<Vec<Contest>> = LazyLock::new(|| {
    let shipped = shipped();
    let contests = comparison::contests(&shipped).into_iter();
    contests.map(|it| Contest::play(it).unwrap()).collect()
});

#[test]
fn every_promise_is_kept() {
    println!("{}", promises::table(&PROMISES));
    for promise in PROMISES.iter() {
        let words = format!("{}: {}", promise.on, promise.what);
        assert_eq!(promise.figures.len(), promises::SEEDS.count(), "{words}");
        assert!(promise.holds(), "{words}: {} by {:?}", promise.at(0.95), promise.figures);
    }
}

#[test]
fn a_broken_promise_is_noticed() {
    let most = |figure: f64| {
        let figures = std::iter::repeat_n(1.0, 18).chain([figure; 2]).collect();
        Promise { on: "a load", what: "a figure", at_most: Some(1.0), figures }
    };
    assert!(most(1.0).holds());
    assert!(!most(1.01).holds() && !most(f64::INFINITY).holds());
}

#[test]
fn no_contender_within_the_capacity_has_shorter_waits_of_urgent_jobs() {
    for contest in CONTESTS.iter() {
        let ours = &contest.ours;
        assert_eq!(ours.violations, 0, "{}", contest.scenario);
        for other in contest.others.iter().filter(|it| it.violations == 0) {
            let (scenario, name) = (&contest.scenario, &other.name);
            assert!(ours.urgent_wait <= other.urgent_wait, "{scenario}, {name}: {other:?}");
        }
    }
}

#[test]
fn ours_costs_hardly_more_than_hpa_and_keda_by_default() {
    for contest in CONTESTS.iter() {
        let as_they_come = ["HPA", "KEDA", "HPA+PriorityClass"];
        for other in contest.others.iter().filter(|it| as_they_come.contains(&it.name.as_str())) {
            let (scenario, name, ours) = (&contest.scenario, &other.name, contest.ours.cost);
            assert!(ours <= 1.15 * other.cost, "{scenario}, {name}: {ours} by {other:?}");
        }
    }
}

#[test]
fn the_documents_show_what_is_measured() {
    let shows = |file: &str, text: &str| {
        let shown =
            std::fs::read_to_string(project().join("docs/src/how-well").join(file)).unwrap();
        assert!(shown.contains(text), "{file} is to show, from scripts/control-report:\n{text}");
    };
    shows("promises.md", &promises::table(&PROMISES));
    shows("comparison.md", &comparison::table(&CONTESTS));
    shows("comparison.md", &comparison::thrown_away(&CONTESTS));
    shows("where-not-better.md", &comparison::where_behind(&CONTESTS));
}
