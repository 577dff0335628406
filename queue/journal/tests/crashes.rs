//! Written batches survive any crash, and damage is noticed.

#![allow(clippy::unwrap_used, reason = "the helpers of a test may fail it")]

mod support;

use std::io;

use journal::frame::SEGMENT_HEAD;
use journal::{Cut, Journal, OpenError, Outgoing, WriteError};
use support::{Memory, Trouble, remains};

/// Zeros ahead, in bytes: about as much as two batches.
const AHEAD: u64 = 150;

fn batch(text: &str) -> Outgoing {
    let mut batch = Outgoing::default();
    batch.extend_from_slice(text.as_bytes());
    batch
}

/// The log, the batches that were in it, and the part that was cut off.
type Opened = (Journal<Memory>, Vec<String>, Option<Cut>);

fn open(disk: &Memory) -> Result<Opened, OpenError> {
    let mut seen = Vec::new();
    let (journal, cut) = Journal::open(disk.clone(), 77, |_, bytes| {
        seen.push(String::from_utf8(bytes.to_vec()).unwrap());
        Ok(())
    })?;
    Ok((journal.with_ahead(AHEAD), seen, cut))
}

/// Writes batches of several sizes with a new segment every fifth, and deletes all but the last two
/// segments. Returns the written batches, until something fails.
fn write(journal: &mut Journal<Memory>, count: usize) -> (Vec<String>, Option<WriteError>) {
    let mut written = Vec::new();
    for n in 0..count {
        let text = format!("{n} {}", "x".repeat(n * 37 % 90));
        let done = if n % 5 == 4 {
            journal.begin_segment(n as u64, &mut batch(&text))
        } else {
            journal.append(&mut batch(&text))
        };
        match done {
            Ok(_) => written.push(text),
            Err(error) => return (written, Some(error)),
        }
        let keep = journal.last_number().saturating_sub(1);
        if let Err(error) = journal.delete_before(keep) {
            return (written, Some(error));
        }
    }
    (written, None)
}

#[test]
fn written_batches_are_read_in_order() {
    let disk = Memory::default();
    let (written, _) = write(&mut open(&disk).unwrap().0, 23);
    let (journal, seen, cut) = open(&disk).unwrap();
    assert_eq!((&written[14..], None), (&seen[..], cut));
    assert_eq!((journal.segments(), journal.first_number()), (2, 4));
}

/// How many batches are written, with crashes at every step; `BATCHES` asks for more.
fn batches() -> usize {
    std::env::var("BATCHES").ok().and_then(|batches| batches.parse().ok()).unwrap_or(60)
}

#[test]
fn no_written_batch_is_lost_in_a_thousand_crashes() {
    let mut crashes = 0;
    for at in 0.. {
        let disk = Memory::default();
        disk.trouble(Some(Trouble::Ends(at)));
        let (written, end) = match open(&disk) {
            Ok((mut journal, ..)) => write(&mut journal, batches()),
            Err(_) => (Vec::new(), Some(WriteError::Unknown(io::ErrorKind::Other.into()))),
        };
        for kind in 0..8 {
            let after = disk.after_power_loss(remains(kind + 8 * at));
            let (mut journal, seen, _) = open(&after).unwrap();
            // One more may be there, which was not confirmed; the oldest were deleted.
            let known = seen.len().min(written.len());
            let end_of_written = written.iter().rposition(|it| seen.contains(it));
            assert_eq!(end_of_written.map(|it| it + 1).unwrap_or(0), written.len(), "{at}");
            let more = seen.len() - seen.iter().filter(|it| written.contains(it)).count();
            assert!(more <= 1 && known <= written.len(), "{at}: {seen:?}");
            // Appending works after that.
            journal.append(&mut batch("after")).unwrap();
            let (_, again, cut) = open(&after).unwrap();
            assert_eq!((again.last().map(String::as_str), cut), (Some("after"), None));
            crashes += 1;
        }
        if end.is_none() {
            break;
        }
    }
    println!("{crashes} crashes");
    assert!(crashes >= 1000, "{crashes}");
}

#[test]
fn a_cut_anywhere_in_the_last_batch_loses_only_that_batch() {
    let disk = Memory::default();
    let (mut journal, ..) = open(&disk).unwrap();
    journal.append(&mut batch("first")).unwrap();
    let before = journal.last_len() as usize;
    journal.append(&mut batch("second and last")).unwrap();
    let (end, bytes) = (journal.last_len() as usize, disk.bytes(1));
    assert!(before < end && end < bytes.len(), "zeros follow it");
    for len in before..end {
        // The file ends there, or its last blocks were not written.
        for zeros in [0, bytes.len() - len] {
            let cut = Memory::default();
            cut.set(1, [&bytes[..len], &vec![0; zeros]].concat());
            let (_, seen, cut_at) = open(&cut).unwrap();
            assert_eq!(seen, ["first"], "cut to {len}");
            let written = bytes[..len].iter().rposition(|it| *it != 0).unwrap() + 1;
            let lost = written.saturating_sub(before) as u64;
            let cut_at = cut_at.map(|cut| (cut.kept, cut.bytes));
            assert_eq!(cut_at, (lost > 0).then_some((before as u64, lost)), "cut to {len}");
            assert!(open(&cut).unwrap().2.is_none(), "it is reported once");
        }
    }
}

#[test]
fn zeros_ahead_are_overwritten_and_optional_on_a_full_disk() {
    let disk = Memory::default();
    let (mut journal, ..) = open(&disk).unwrap();
    journal.append(&mut batch("one")).unwrap();
    let len = disk.bytes(1).len();
    journal.append(&mut batch("two")).unwrap();
    assert_eq!(disk.bytes(1).len(), len, "the length of the file is unchanged");
    journal.append(&mut batch(&"x".repeat(AHEAD as usize))).unwrap();
    assert_eq!(disk.bytes(1).len() as u64, journal.last_len() + AHEAD);
    // The batch is written first, the zeros second.
    let next = disk.0.borrow().operations + 1;
    disk.trouble(Some(Trouble::Full(next, 7)));
    journal.append(&mut batch(&"y".repeat(AHEAD as usize))).unwrap();
    assert_eq!(disk.bytes(1).len() as u64, journal.last_len());
    journal.append(&mut batch("three")).unwrap();
    let (mut journal, seen, cut) = open(&disk).unwrap();
    assert_eq!((seen.len(), cut), (5, None));
    journal.append(&mut batch("four")).unwrap();
    assert_eq!(open(&disk).unwrap().1.last().map(String::as_str), Some("four"));
}

#[test]
fn a_flipped_bit_before_the_end_stops_the_start_and_its_place_is_named() {
    let disk = Memory::default();
    let (mut journal, ..) = open(&disk).unwrap();
    let mut ends = vec![journal.last_len() as usize];
    for text in ["one", "two", "three"] {
        journal.append(&mut batch(text)).unwrap();
        ends.push(journal.last_len() as usize);
    }
    let bytes = disk.bytes(1);
    for bit in 0..8 * ends[2] {
        let mut bad = bytes.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        let damaged = Memory::default();
        damaged.set(1, bad);
        let Err(OpenError::Damaged { offset, .. }) = open(&damaged) else {
            panic!("bit {bit} went unnoticed");
        };
        let batch = ends.iter().rev().find(|end| **end <= bit / 8).copied().unwrap_or(0);
        assert_eq!(offset, batch as u64, "bit {bit}");
    }
}

#[test]
fn a_damaged_first_batch_of_the_oldest_segment_stops_the_start() {
    let disk = Memory::default();
    let (mut journal, ..) = open(&disk).unwrap();
    for _ in 0..100 {
        journal.append(&mut batch("before")).unwrap();
    }
    journal.begin_segment(2, &mut batch("base")).unwrap();
    journal.append(&mut batch("after")).unwrap();
    journal.delete_before(2).unwrap();
    let mut bytes = disk.bytes(2);
    bytes[SEGMENT_HEAD] ^= 1;
    disk.set(2, bytes);
    assert!(matches!(open(&disk), Err(OpenError::Damaged { .. })));
}

#[test]
fn a_segment_that_is_not_the_last_may_not_be_cut_or_missing() {
    let disk = Memory::default();
    let (mut journal, ..) = open(&disk).unwrap();
    for number in 2..=3 {
        journal.append(&mut batch("text")).unwrap();
        journal.begin_segment(number, &mut batch("base")).unwrap();
    }
    let bytes = disk.bytes(2);
    disk.set(2, bytes[..bytes.len() - 1].to_vec());
    let error = open(&disk).err().unwrap().to_string();
    assert!(error.starts_with("segment 2 is damaged at byte"), "{error}");
    disk.0.borrow_mut().files.remove(&2);
    let error = open(&disk).err().unwrap().to_string();
    assert!(error.starts_with("segment 2 is missing"), "{error}");
}

#[test]
fn a_refused_log_is_not_changed() {
    let disk = Memory::default();
    open(&disk).unwrap().0.begin_segment(2, &mut batch("base")).unwrap();
    // The last segment is incomplete, and the one before it is damaged.
    disk.set(3, b"msq".to_vec());
    let mut bad = disk.bytes(2);
    bad[0] ^= 1;
    disk.set(2, bad);
    assert!(matches!(open(&disk), Err(OpenError::Damaged { offset: 0, .. })));
    assert_eq!(disk.bytes(3), b"msq");
}

/// The first batch of a segment holds the state that later ones lack, so that older segments can be
/// deleted.
#[test]
fn a_last_segment_without_its_first_batch_is_deleted() {
    let disk = Memory::default();
    let (mut journal, ..) = open(&disk).unwrap();
    journal.append(&mut batch("before")).unwrap();
    journal.begin_segment(2, &mut batch("base")).unwrap();
    let (end, bytes) = (journal.last_len() as usize, disk.bytes(2));
    for len in SEGMENT_HEAD..end {
        for zeros in [0, bytes.len() - len] {
            disk.set(2, [&bytes[..len], &vec![0; zeros]].concat());
            let (mut journal, seen, cut) = open(&disk).unwrap();
            assert_eq!((seen, journal.last_number()), (vec!["before".to_owned()], 1), "{len}");
            let written = bytes[..len].iter().rposition(|it| *it != 0).unwrap() + 1;
            let torn = (written > SEGMENT_HEAD).then_some((0, written as u64));
            assert_eq!(cut.map(|cut| (cut.kept, cut.bytes)), torn);
            assert!(open(&disk).unwrap().2.is_none(), "it is reported once");
            assert_eq!(journal.begin_segment(2, &mut batch("base")).unwrap(), 2);
        }
    }
}

#[test]
fn a_segment_with_only_its_first_batch_damaged_stops_the_start() {
    let disk = Memory::default();
    let (mut journal, ..) = open(&disk).unwrap();
    journal.append(&mut batch("before")).unwrap();
    journal.begin_segment(2, &mut batch("base")).unwrap();
    journal.append(&mut batch("after")).unwrap();
    let mut bytes = disk.bytes(2);
    bytes[SEGMENT_HEAD] ^= 1;
    disk.set(2, bytes.clone());
    let Err(OpenError::Damaged { segment, offset, .. }) = open(&disk) else { panic!("unnoticed") };
    assert_eq!((segment.as_str(), offset), ("segment 2", SEGMENT_HEAD as u64));
    assert_eq!(disk.bytes(2), bytes);
}

#[test]
fn a_log_whose_only_segment_is_empty_is_not_changed() {
    let disk = Memory::default();
    let len = open(&disk).unwrap().0.bytes();
    let before = disk.bytes(1);
    let (journal, seen, cut) = open(&disk).unwrap();
    assert_eq!((journal.bytes(), seen.len(), cut), (len, 0, None));
    assert_eq!(disk.bytes(1), before);
}

#[test]
fn a_full_disk_refuses_a_batch_and_accepts_others_when_there_is_room() {
    for room in 0..40 {
        let disk = Memory::default();
        let (mut journal, ..) = open(&disk).unwrap();
        journal.append(&mut batch("before")).unwrap();
        let next = disk.0.borrow().operations;
        disk.trouble(Some(Trouble::Full(next, room)));
        let refused = journal.append(&mut batch("there is no room for this"));
        assert!(matches!(refused, Err(WriteError::Refused(_))), "{refused:?}");
        journal.append(&mut batch("after")).unwrap();
        assert_eq!(open(&disk).unwrap().1, ["before", "after"]);
    }
}

#[test]
fn a_full_disk_refuses_another_segment_and_the_last_one_stays_in_use() {
    // The segment is created and gets its head, both are synced, and its first batch is written.
    for operation in 0..6 {
        let disk = Memory::default();
        let (mut journal, ..) = open(&disk).unwrap();
        journal.append(&mut batch("before")).unwrap();
        let next = disk.0.borrow().operations;
        disk.trouble(Some(Trouble::Full(next + operation, 3)));
        match journal.begin_segment(2, &mut batch("base")) {
            Ok(number) => assert_eq!(number, 2),
            // A sync has failed: only a restart can tell.
            Err(WriteError::Unknown(_)) => continue,
            Err(WriteError::Refused(_)) => assert_eq!(journal.last_number(), 1),
        }
        disk.trouble(None);
        journal.append(&mut batch("after")).unwrap();
        let seen = open(&disk).unwrap().1;
        assert_eq!(seen.last().map(String::as_str), Some("after"), "{operation}");
    }
}

#[test]
fn a_segment_that_cannot_be_deleted_is_deleted_by_another_call() {
    let disk = Memory::default();
    let (mut journal, ..) = open(&disk).unwrap();
    journal.begin_segment(2, &mut batch("base")).unwrap();
    let next = disk.0.borrow().operations;
    disk.trouble(Some(Trouble::Fails(next)));
    let refused = journal.delete_before(2);
    assert!(matches!(refused, Err(WriteError::Refused(_))), "{refused:?}");
    assert_eq!(journal.segments(), 2);
    journal.delete_before(2).unwrap();
    assert_eq!((journal.segments(), open(&disk).unwrap().1), (1, vec!["base".to_owned()]));
}

#[test]
fn after_a_failed_sync_of_the_directory_its_contents_are_unknown() {
    let disk = Memory::default();
    let (mut journal, ..) = open(&disk).unwrap();
    journal.begin_segment(2, &mut batch("base")).unwrap();
    let next = disk.0.borrow().operations;
    disk.trouble(Some(Trouble::Fails(next + 1)));
    let unknown = journal.delete_before(2);
    assert!(matches!(unknown, Err(WriteError::Unknown(_))), "{unknown:?}");
}

#[test]
fn after_a_failed_sync_the_contents_are_unknown() {
    let disk = Memory::default();
    let (mut journal, ..) = open(&disk).unwrap();
    // After the batch and its zeros.
    let next = disk.0.borrow().operations;
    disk.trouble(Some(Trouble::Fails(next + 2)));
    let failed = journal.append(&mut batch("text"));
    assert!(matches!(failed, Err(WriteError::Unknown(_))), "{failed:?}");
}
