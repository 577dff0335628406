//! The headline is true of the moment it stands beside: all scenarios are played in virtual time,
//! and each sentence is judged from the moment's numbers.
//!
//! # Layout
//! - `played`: a board that sees the simulator's rounds
//! - `judge`: what the moments tell; it knows nothing of how sentences are made
//! - `numbers`: a moment's numbers, asked for by the words of a sentence
//! - `sentence`: a sentence taken apart

#![allow(clippy::unwrap_used, unreachable_pub)] // helpers of a test

mod judge;
mod numbers;
mod played;
mod sentence;

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use simulator::Scenario;

const SEEDS: u64 = 20;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios")
}

fn scenarios() -> Vec<Scenario> {
    let all = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let yaml = all.filter(|path| path.extension().is_some_and(|it| it == "yaml"));
    yaml.map(|path| read(&std::fs::read_to_string(path).unwrap())).collect()
}

fn read(text: &str) -> Scenario {
    let trace =
        |file: &str| std::fs::read_to_string(folder().join(file)).map_err(|it| it.to_string());
    serde_yaml::from_str::<Scenario>(text).unwrap().with_traces(trace).unwrap()
}

/// The demo with a presenter who does something else every few seconds, as a seed says.
fn restless(seed: u64) -> Scenario {
    let mut number = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut draw = |most: u64| {
        number ^= number << 13;
        number ^= number >> 7;
        number ^= number << 17;
        number % most
    };
    let mut text = std::fs::read_to_string(folder().join("first-five-minutes.yaml")).unwrap();
    let from = text.find("steps:").unwrap();
    let to = text.find("workloads:").unwrap();
    let mut steps = "steps:\n".to_owned();
    let mut together = 0;
    for _ in 0..40 {
        let action = match draw(8) {
            0 => format!("burst: {{jobs: {}}}", 1 + draw(300)),
            1 => "kill: consumer".to_owned(),
            2 => format!("pause: {{remainder: {}}}", draw(2) == 0),
            3 => format!("pause: {{consumer: {}}}", draw(2) == 0),
            4 => format!("hold: {}", draw(3) == 0),
            _ => format!("load: {{producer: {}}}", draw(6)),
        };
        let lasts = 200 + 100 * draw(140);
        together += lasts;
        steps += &format!("  - {{caption: x, for: {lasts}ms, do: [{action}]}}\n");
    }
    text.replace_range(from..to, &steps);
    let text = text.replace("duration: 60s", &format!("duration: {}ms", together + 10_000));
    read(&text)
}

/// Judges them all, on as many threads as the machine has.
fn judge_all(all: &[(Scenario, u64)]) {
    let (next, moments) = (AtomicU64::new(0), AtomicU64::new(0));
    let wrong = Mutex::new(Vec::new());
    let work = || {
        while let Some((scenario, seed)) = all.get(next.fetch_add(1, Ordering::Relaxed) as usize) {
            let (seen, found) = played::play(scenario, *seed);
            moments.fetch_add(seen, Ordering::Relaxed);
            let name = &scenario.name;
            wrong.lock().unwrap().extend(found.iter().map(|it| format!("{name} {seed}: {it}")));
        }
    };
    std::thread::scope(|scope| {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        (0..threads).for_each(|_| drop(scope.spawn(work)));
    });
    println!("{} moments of {} runs judged", moments.into_inner(), all.len());
    let wrong = wrong.into_inner().unwrap();
    let first: Vec<&String> = wrong.iter().take(20).collect();
    assert!(wrong.is_empty(), "{} are wrong, among them {first:#?}", wrong.len());
}

#[test]
fn every_sentence_is_true_of_its_moment_in_all_scenarios() {
    let all = scenarios();
    assert!(all.len() >= 10);
    let seeds = |scenario: &Scenario| (1..=SEEDS).map(|seed| (scenario.clone(), seed)).collect();
    let all: Vec<(Scenario, u64)> = all.iter().flat_map(|it| -> Vec<_> { seeds(it) }).collect();
    judge_all(&all);
}

#[test]
fn every_sentence_is_true_of_its_moment_whatever_a_presenter_does() {
    judge_all(&(1..=SEEDS).map(|seed| (restless(seed), seed)).collect::<Vec<_>>());
}
