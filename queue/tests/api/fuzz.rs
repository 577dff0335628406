//! The targets of `scripts/fuzz` over their stored inputs and some thousand random ones, so that
//! they also run without a fuzzer.
#![allow(clippy::expect_used, unreachable_pub, missing_docs, reason = "also a crate of its own")]

#[path = "../../fuzz/src/lib.rs"]
mod targets;

use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// How many random inputs each target gets.
const INPUTS: u64 = 300;

/// The stored inputs of a target, by name: they once found a failure, or lead to deeper code.
fn seeds(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target);
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let mut seeds: Vec<_> = files.map(|path| (path.clone(), fs::read(path).unwrap())).collect();
    seeds.sort();
    seeds
}

#[test]
fn no_stored_input_breaks_a_promise() {
    for (name, target) in targets::TARGETS {
        let seeds = seeds(name);
        assert!(!seeds.is_empty(), "no input is stored for {name}");
        for (path, seed) in seeds {
            assert!(catch_unwind(|| target(&seed)).is_ok(), "{}", path.display());
        }
    }
}

#[test]
fn no_random_input_breaks_a_promise() {
    for (name, target) in targets::TARGETS {
        let seeds = seeds(name);
        for number in 0..INPUTS {
            let input = changed(&seeds, &mut StdRng::seed_from_u64(number));
            assert!(
                catch_unwind(|| target(&input)).is_ok(),
                "{name}, input {number}: {}",
                input.escape_ascii()
            );
        }
    }
}

/// A seed with a few changes, or parts of two seeds.
fn changed(seeds: &[(PathBuf, Vec<u8>)], random: &mut StdRng) -> Vec<u8> {
    let mut pick = || seeds[random.random_range(0..seeds.len())].1.clone();
    let (mut input, other) = (pick(), pick());
    for _ in 0..random.random_range(1..8) {
        let at = random.random_range(0..=input.len());
        match random.random_range(0..4) {
            0 => input.insert(at, random.random()),
            1 if at < input.len() => input[at] ^= 1 << random.random_range(0..8),
            2 => drop(input.drain(at..(at + random.random_range(0..8)).min(input.len()))),
            _ => {
                input.truncate(at);
                input.extend(&other[random.random_range(0..=other.len())..]);
            }
        }
    }
    input
}
