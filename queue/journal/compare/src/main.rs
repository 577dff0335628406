//! Compares our log with redb and fjall under a queue's load: batches of small records, each synced
//! to the disk before the next one begins. Ten batches later the records are removed; our log
//! writes a short record of that, and deletes its old segments.
//!
//!     cargo run --release --manifest-path queue/journal/compare/Cargo.toml
#![forbid(unsafe_code)]

mod logs;
mod times;

use logs::{RECORDS, Run};

const ROUNDS: usize = 3;

fn main() {
    let all: [(&str, Run); 3] =
        [("the log", logs::log), ("redb", logs::redb), ("fjall", logs::fjall)];
    let mut rounds = all.map(|_| Vec::new());
    for _ in 0..ROUNDS {
        for ((_, run), rounds) in all.iter().zip(&mut rounds) {
            rounds.push(times::play(*run));
        }
    }
    println!("| batches of {RECORDS} | per second | spread | p50 | p99 |\n|---|---|---|---|---|");
    for ((name, _), rounds) in all.iter().zip(&mut rounds) {
        println!("{}", times::line(name, rounds));
    }
}
