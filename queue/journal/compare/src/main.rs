//! The log beside redb and fjall, with what a queue asks of it: batches of small records, each of
//! which is on the disk before the next one begins. What comes in goes again ten batches later; the
//! log writes a word of that, and drops its segments.
//!
//!     cargo run --release --manifest-path queue/journal/compare/Cargo.toml
#![forbid(unsafe_code)]

use std::path::Path;
use std::time::{Duration, Instant};

use fjall::{Database, KeyspaceCreateOptions, PersistMode};
use journal::{Directory, Journal, Outgoing};
use redb::{ReadableDatabase, TableDefinition};

const ROUNDS: usize = 3;
const BATCHES: u64 = 1000;
/// Records in a batch, as 64 publishers on a busy server make them.
const RECORDS: u64 = 64;
const RECORD: [u8; 130] = [b'x'; 130];
/// What the log writes when a message is done; the libraries are asked to remove it.
const DONE: [u8; 5] = [b'd'; 5];
/// Bytes of a segment of the log.
const SEGMENT: u64 = 16 << 20;

const TABLE: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("messages");

/// Writes each batch, and says how long that took.
type Run = fn(&Path, &mut dyn FnMut(&mut dyn FnMut(u64)));

fn main() {
    let all: [(&str, Run); 3] = [("the log", log), ("redb", redb), ("fjall", fjall)];
    println!("| | batches of {RECORDS} per second | spread | p50 | p99 |\n|---|---|---|---|---|");
    let mut rounds = all.map(|_| Vec::new());
    for _ in 0..ROUNDS {
        for ((_, run), times) in all.iter().zip(&mut rounds) {
            times.push(play(*run));
        }
    }
    for ((name, _), rounds) in all.iter().zip(&mut rounds) {
        rounds.sort_by_key(|times| times.iter().sum::<Duration>());
        let rate = |times: &Vec<Duration>| {
            times.len() as f64 / times.iter().sum::<Duration>().as_secs_f64()
        };
        let (best, middle, worst) = (rate(&rounds[0]), rate(&rounds[1]), rate(&rounds[2]));
        let spread = (best - worst) / middle * 100.0;
        let mut times = rounds[1].clone();
        times.sort_unstable();
        let micros = |share: usize| times[times.len() * share / 100].as_micros();
        let (p50, p99) = (micros(50), micros(99));
        println!("| {name} | {middle:.0} | {spread:.0} % | {p50} us | {p99} us |");
    }
}

fn play(run: Run) -> Vec<Duration> {
    // Beside this program, for a temporary directory may be in memory.
    let program = std::env::current_exe().unwrap();
    let directory = tempfile::tempdir_in(program.parent().unwrap()).unwrap();
    let mut times = Vec::new();
    run(directory.path(), &mut |batch| {
        for number in 0..BATCHES {
            let began = Instant::now();
            batch(number);
            times.push(began.elapsed());
        }
    });
    times
}

fn log(path: &Path, play: &mut dyn FnMut(&mut dyn FnMut(u64))) {
    let disk = Directory::take(path, "a comparison").unwrap();
    let (mut journal, _) = Journal::open(disk, 1, |_, _| Ok(())).unwrap();
    let mut batch = Outgoing::default();
    play(&mut |_| {
        for _ in 0..RECORDS {
            batch.extend_from_slice(&RECORD);
            batch.extend_from_slice(&DONE);
        }
        if journal.last_len() > SEGMENT {
            let number = journal.begin_segment(2, &mut batch).unwrap();
            journal.delete_before(number).unwrap();
        } else {
            journal.append(&mut batch).unwrap();
        }
        batch.clear();
    });
}

/// What is put in is taken out ten batches later, as a queue's messages are.
const STAYS: u64 = 10;

fn keys(batch: u64) -> std::ops::Range<u64> {
    batch * RECORDS..(batch + 1) * RECORDS
}

fn redb(path: &Path, play: &mut dyn FnMut(&mut dyn FnMut(u64))) {
    let database = redb::Database::create(path.join("redb")).unwrap();
    play(&mut |number| {
        let transaction = database.begin_write().unwrap();
        {
            let mut table = transaction.open_table(TABLE).unwrap();
            for key in keys(number) {
                table.insert(key, &RECORD[..]).unwrap();
            }
            if let Some(done) = number.checked_sub(STAYS) {
                for key in keys(done) {
                    table.remove(key).unwrap();
                }
            }
        }
        transaction.commit().unwrap();
    });
    assert!(database.begin_read().is_ok());
}

fn fjall(path: &Path, play: &mut dyn FnMut(&mut dyn FnMut(u64))) {
    let database = Database::builder(path).open().unwrap();
    let messages = database.keyspace("messages", KeyspaceCreateOptions::default).unwrap();
    play(&mut |number| {
        let mut batch = database.batch().durability(Some(PersistMode::SyncData));
        for key in keys(number) {
            batch.insert(&messages, key.to_be_bytes(), RECORD);
        }
        if let Some(done) = number.checked_sub(STAYS) {
            for key in keys(done) {
                batch.remove(&messages, key.to_be_bytes());
            }
        }
        batch.commit().unwrap();
    });
}
