//! All scenarios of this repository, with all contenders.

use std::path::{Path, PathBuf};

use simulator::{Kind, Report, Scenario, run};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios")
}

pub(crate) fn files() -> Vec<PathBuf> {
    let all = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> =
        all.filter(|path| path.extension().is_some_and(|it| it == "yaml")).collect();
    files.sort();
    files
}

pub(crate) fn read(path: &Path) -> Scenario {
    let text = std::fs::read_to_string(path).unwrap();
    let scenario: Scenario =
        serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let trace =
        |file: &str| std::fs::read_to_string(folder().join(file)).map_err(|it| it.to_string());
    let scenario =
        scenario.with_traces(trace).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert_eq!(scenario.problems(), [], "{}", path.display());
    scenario
}

#[test]
fn the_examples_of_the_reference_can_be_played_and_the_readme_lists_all_files() {
    let read_text = |file: &str| std::fs::read_to_string(folder().join(file)).unwrap();
    let readme = read_text("README.md");
    let reference = read_text("../docs/src/reference/scenarios.md");
    let examples = reference.split("```yaml\n").skip(1).map(|it| it.split("```").next().unwrap());
    assert_eq!(examples.clone().count(), 2);
    for example in examples {
        let scenario: Scenario = serde_yaml::from_str(example).unwrap();
        assert_eq!(scenario.problems(), []);
        let outcome = run(&scenario, &Kind::Ours, 1).unwrap();
        assert_eq!(outcome.tally.budget_violations, 0);
    }
    for path in files() {
        let name = path.file_stem().unwrap().display().to_string();
        assert!(readme.contains(&format!("| `{name}` |")), "{name}");
    }
}

#[test]
fn every_contender_can_play_every_scenario() {
    assert!(files().len() >= 10);
    for path in files() {
        let scenario = read(&path);
        assert_eq!(path.file_stem().unwrap(), scenario.name.as_str());
        let played: Vec<_> = Kind::all(&scenario)
            .iter()
            .map(|kind| run(&scenario, kind, scenario.seed).unwrap())
            .collect();
        for outcome in &played {
            let left: u64 =
                outcome.queues.iter().map(|it| (it.ready + it.in_flight + it.delayed) as u64).sum();
            let dead: u64 = outcome.queues.iter().map(|it| it.total.dead).sum();
            let tally = &outcome.tally;
            assert_eq!(tally.jobs_in, tally.jobs_done + dead + left, "{}", outcome.name);
        }
        assert_eq!(played[0].tally.budget_violations, 0, "{}", scenario.name);
        println!("{}", Report::new(&scenario, scenario.seed, &played).table());
    }
}
