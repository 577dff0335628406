//! The log's reader: segments, records and incomplete ends.

use broker::{Broker, QueueName, Request};
use journal::frame::{BATCH_HEAD, Head, SEGMENT_HEAD};
use journal::{Cut, Journal, OpenError, Outgoing};
use queue::durable::{Loaded, load};
use queue::{Store, restored};

use super::disk::Memory;
use super::world::paused;

/// The salt of the logs in here.
const SALT: u64 = 77;
/// How many zeros are written ahead, in bytes.
const AHEAD: u64 = 100;
/// The wall clock of all restarts in here.
const WALL: u64 = 1_700_000_000_000;

/// The result of reading a log.
#[derive(Debug, PartialEq)]
struct Read {
    batches: Vec<Vec<u8>>,
    cut: Option<Cut>,
    /// Where the last file's batches end.
    end: u64,
}

fn read(disk: &Memory) -> Result<Read, OpenError> {
    let mut batches = Vec::new();
    let opened = Journal::open(disk.clone(), SALT, |_, batch| {
        batches.push(batch.to_vec());
        Ok(())
    });
    opened.map(|(journal, cut)| {
        // The position of the next batch.
        let end = journal.last_len();
        Read { batches, cut, end }
    })
}

/// Any bytes as the files of a log, unchanged and with corrected checksums; the first byte gives
/// the end of the first file, in 256ths.
pub fn segments(data: &[u8]) {
    let Some((share, bytes)) = data.split_first() else { return };
    let (one, two) = bytes.split_at(bytes.len() * usize::from(*share) / 256);
    let (one, two) = ((1, one.to_vec()), (2, two.to_vec()));
    let mended = [&one, &two].map(|(number, file)| (*number, mended(*number, file)));
    for files in [vec![(1, bytes.to_vec())], vec![one, two], mended.to_vec()] {
        let disk = Memory::with(files.clone());
        match read(&disk) {
            Ok(first) => {
                let again = read(&disk).expect("what was opened can be opened");
                assert_eq!(again, Read { cut: None, ..first }, "nothing is left to cut");
            }
            Err(OpenError::Damaged { segment, offset, .. }) => {
                let file = files.iter().find(|(number, _)| segment == format!("segment {number}"));
                let len = file.expect("it names a file").1.len() as u64;
                assert!(offset <= len, "{offset} is behind the {len} bytes of {segment}");
                assert_eq!(*disk.files(), files.iter().cloned().collect(), "nothing is changed");
            }
            Err(error) => panic!("{error}"),
        }
        if let Ok(loaded) = load(Memory::with(files)) {
            paused(async { drop(go_on(loaded)) });
        }
    }
}

/// A file whose head and checksums are corrected for its contents.
fn mended(number: u64, bytes: &[u8]) -> Vec<u8> {
    let mut file = Head { number, salt: SALT }.encode().to_vec();
    let mut rest = bytes.get(SEGMENT_HEAD..).unwrap_or_default();
    while let Some((head, behind)) = rest.split_first_chunk::<BATCH_HEAD>() {
        let len = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
        let Some((batch, behind)) = behind.split_at_checked(len) else { break };
        let crc = [&SALT.to_le_bytes(), &head[4..], batch].concat();
        file.extend(crc32fast::hash(&crc).to_le_bytes());
        file.extend(&head[4..]);
        file.extend(batch);
        rest = behind;
    }
    file.extend(rest);
    file
}

/// A log with these bytes as the records of one batch.
pub fn records(data: &[u8]) {
    let disk = log_of(&[data]);
    match load(disk.clone()) {
        Ok(loaded) => {
            let before = paused(async { go_on(loaded) });
            match load(disk) {
                Ok(loaded) => {
                    let after = paused(async { names(&restored(loaded, 3, || WALL).0) });
                    assert_eq!(after, before, "it knows its queues");
                }
                // It had numbers far above those of any real run.
                Err(error) => assert!(error.to_string().contains("too large"), "{error}"),
            }
        }
        Err(OpenError::Damaged { segment, offset, .. }) => {
            assert_eq!((segment.as_str(), offset), ("segment 1", SEGMENT_HEAD as u64));
        }
        Err(error) => panic!("{error}"),
    }
}

/// Another run with what was loaded. It receives and acks all ready messages, and logs that.
/// Returns the queues' names.
fn go_on(loaded: Loaded<Memory>) -> Vec<QueueName> {
    let (store, _) = restored(loaded, 2, || WALL);
    for name in &names(&store) {
        store.hub.call(|broker, now| {
            let request = Request { max: 10, lease: None, worker: None };
            for delivery in broker.receive(now, name, &request) {
                broker.ack(now, name, delivery.receipt).expect("it was just given out");
            }
            broker.stats(now, name).expect("it is there");
        });
    }
    let all = names(&store);
    store.hub.close();
    store.writer.expect("it has a log").run().expect("nothing fails");
    all
}

fn names(store: &Store<Memory>) -> Vec<QueueName> {
    store.hub.call(|broker: &mut Broker, _| broker.names().cloned().collect())
}

/// A valid log with these batches.
fn log_of(batches: &[&[u8]]) -> Memory {
    let disk = Memory::default();
    let (journal, _) = Journal::open(disk.clone(), SALT, |_, _| Ok(())).expect("an empty one");
    let mut journal = journal.with_ahead(AHEAD);
    for batch in batches {
        let mut outgoing = Outgoing::default();
        outgoing.extend_from_slice(batch);
        journal.append(&mut outgoing).expect("there is room");
    }
    disk
}

/// A valid log that is cut, with any bytes after the cut. Batches before the cut are read, or the
/// place of the damage is reported. The first two bytes give the place of the cut.
pub fn tail(data: &[u8]) {
    let Some((at, tail)) = data.split_first_chunk::<2>() else { return };
    let batches: [&[u8]; 4] = [b"first", b"", &[b'x'; 300], b"and last"];
    let disk = log_of(&batches);
    // Includes the zeros that were written ahead.
    let whole = disk.files()[&1].clone();
    let at = usize::from(u16::from_le_bytes(*at)) % (whole.len() + 1);
    let bytes = [&whole[..at], tail].concat();
    // The tail may equal the original bytes.
    let good = whole.iter().zip(&bytes).take_while(|(one, other)| one == other).count();
    let (kept, count) = whole_batches(&batches, good);
    let written = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    match read(&Memory::with([(1, bytes.clone())])) {
        Ok(Read { batches, cut, .. }) if kept == 0 => {
            assert!(bytes.len() <= SEGMENT_HEAD, "only an incomplete segment is deleted");
            assert_eq!((batches.len(), cut.map(|it| it.kept)), (0, Some(0)));
        }
        Ok(read) => {
            assert!(read.batches.iter().eq(&batches[..count]), "all complete batches, and no more");
            assert_eq!(read.end, kept as u64, "the next batch follows them");
            let left = written.saturating_sub(kept) as u64;
            let cut = (left > 0).then_some((kept as u64, left));
            assert_eq!(read.cut.map(|it| (it.kept, it.bytes)), cut);
        }
        Err(OpenError::Damaged { offset, .. }) => assert_eq!(offset, kept as u64),
        Err(error) => panic!("{error}"),
    }
}

/// The end and the number of the batches that are complete in the first `good` bytes; 0 if the head
/// is incomplete.
fn whole_batches(batches: &[&[u8]], good: usize) -> (usize, usize) {
    if good < SEGMENT_HEAD {
        return (0, 0);
    }
    let (mut end, mut count) = (SEGMENT_HEAD, 0);
    for batch in batches {
        let next = end + BATCH_HEAD + batch.len();
        if next > good {
            break;
        }
        (end, count) = (next, count + 1);
    }
    (end, count)
}
