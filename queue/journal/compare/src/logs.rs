//! The three logs, each doing the same work.

use std::path::Path;

use fjall::{Database, KeyspaceCreateOptions, PersistMode};
use journal::{Directory, Journal, Outgoing};
use redb::TableDefinition;

/// Records per batch, as 64 publishers on a busy server produce them.
pub(crate) const RECORDS: u64 = 64;
const RECORD: [u8; 130] = [b'x'; 130];
/// What our log writes when a message is done; the libraries remove the record instead.
const DONE: [u8; 5] = [b'd'; 5];
/// After how many batches a record is removed, like a queue's messages.
const STAYS: u64 = 10;
/// Bytes of a segment of our log.
const SEGMENT: u64 = 16 << 20;

const TABLE: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("messages");

/// Prepares a log in a directory, then calls the timer with a function that writes one batch.
pub(crate) type Run = fn(&Path, &mut dyn FnMut(&mut dyn FnMut(u64)));

pub(crate) fn log(path: &Path, play: &mut dyn FnMut(&mut dyn FnMut(u64))) {
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

fn keys(batch: u64) -> std::ops::Range<u64> {
    batch * RECORDS..(batch + 1) * RECORDS
}

pub(crate) fn redb(path: &Path, play: &mut dyn FnMut(&mut dyn FnMut(u64))) {
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
}

pub(crate) fn fjall(path: &Path, play: &mut dyn FnMut(&mut dyn FnMut(u64))) {
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
