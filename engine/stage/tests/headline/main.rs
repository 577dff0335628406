//! The headline is true of the moment it stands beside: all scenarios are played in virtual time,
//! and each sentence is judged from the moment's numbers.
//!
//! # Layout
//! - `scenarios`: what is played
//! - `played`: a board that sees the simulator's rounds
//! - `judge`: what the moments tell; it knows nothing of how sentences are made
//! - `numbers`: a moment's numbers, asked for by the words of a sentence
//! - `sentence`: a sentence taken apart

#![allow(clippy::unwrap_used, unreachable_pub)] // helpers of tests

mod judge;
mod numbers;
mod played;
mod scenarios;
mod sentence;

use simulator::Scenario;

const SEEDS: u64 = 20;

#[test]
fn every_sentence_is_true_of_its_moment_in_all_scenarios() {
    let all = scenarios::shipped();
    assert!(all.len() >= 10);
    let seeds = |scenario: &Scenario| (1..=SEEDS).map(|seed| (scenario.clone(), seed)).collect();
    let all: Vec<(Scenario, u64)> = all.iter().flat_map(|it| -> Vec<_> { seeds(it) }).collect();
    played::judge_all(&all);
}

#[test]
fn every_sentence_is_true_of_its_moment_whatever_a_presenter_does() {
    let all: Vec<_> = (1..=SEEDS).map(|seed| (scenarios::restless(seed), seed)).collect();
    played::judge_all(&all);
}
