//! What a run has read is there after whatever happens next.

#![allow(clippy::unwrap_used, reason = "the helpers of a test may fail it")]

mod support;

use journal::{Journal, Outgoing};
use support::{Memory, Trouble, remains};

/// Zeros ahead, in bytes: as much as a batch or two.
const AHEAD: u64 = 150;

fn batch(text: &str) -> Outgoing {
    let mut batch = Outgoing::default();
    batch.extend_from_slice(text.as_bytes());
    batch
}

/// The log, and the batches that were in it.
fn open(disk: &Memory) -> Result<(Journal<Memory>, Vec<String>), journal::OpenError> {
    let mut seen = Vec::new();
    let (journal, _) = Journal::open(disk.clone(), 77, |_, bytes| {
        seen.push(String::from_utf8(bytes.to_vec()).unwrap());
        Ok(())
    })?;
    Ok((journal.with_ahead(AHEAD), seen))
}

/// Writes batches with another segment every third, until something fails; whether nothing did.
fn write(disk: &Memory) -> bool {
    let Ok((mut journal, _)) = open(disk) else { return false };
    (0..8).all(|n| {
        let mut batch = batch(&format!("{n} {}", "x".repeat(n * 37 % 90)));
        match n % 3 {
            2 => journal.begin_segment(n as u64, &mut batch).is_ok(),
            _ => journal.append(&mut batch).is_ok(),
        }
    })
}

#[test]
fn what_a_run_has_read_outlives_the_power_though_the_run_before_had_not_synced_it() {
    for at in 0.. {
        let mut is_done = true;
        for trouble in [Trouble::Ends(at), Trouble::Fails(at)] {
            let disk = Memory::default();
            disk.trouble(Some(trouble));
            is_done &= write(&disk);
            let killed = disk.after_kill();
            let (mut journal, mut seen) = open(&killed).unwrap();
            let after = || open(&killed.after_power_loss(remains(0))).unwrap().1;
            assert_eq!(after(), seen, "{trouble:?}");
            journal.append(&mut batch("more")).unwrap();
            seen.push("more".to_owned());
            assert_eq!(after(), seen, "{trouble:?}");
        }
        if is_done {
            break;
        }
    }
}
