//! Tests that the headline is true of its snapshot: all scenarios are simulated, and the numbers of
//! each snapshot are compared with each sentence of its headline.
//!
//! # Layout
//! - `scenarios`: the scenarios, shipped and random
//! - `played`: makes snapshots of the simulator's rounds
//! - `judge`: compares sentences with snapshots; it knows nothing of how sentences are made
//! - `numbers`: finds the numbers of a snapshot by the words of a sentence
//! - `sentence`: parses a sentence

#![allow(clippy::unwrap_used, unreachable_pub)] // helpers of tests

mod judge;
mod numbers;
mod played;
mod scenarios;
mod sentence;

use simulator::Scenario;

const SEEDS: u64 = 20;

#[test]
fn every_sentence_is_true_of_its_snapshot_in_all_scenarios() {
    let all = scenarios::shipped();
    assert!(all.len() >= 10);
    let seeds = |scenario: &Scenario| (1..=SEEDS).map(|seed| (scenario.clone(), seed)).collect();
    let all: Vec<(Scenario, u64)> = all.iter().flat_map(|it| -> Vec<_> { seeds(it) }).collect();
    played::judge_all(&all);
}

#[test]
fn every_sentence_is_true_of_its_snapshot_with_a_restless_presenter() {
    let all: Vec<_> = (1..=SEEDS).map(|seed| (scenarios::restless(seed), seed)).collect();
    played::judge_all(&all);
}
