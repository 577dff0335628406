//! What a run has read survives all later crashes.

#![allow(clippy::unwrap_used, reason = "the helpers of a test may fail it")]

mod support;

use journal::{Journal, OpenError, Outgoing};
use support::{Memory, Trouble, remains};

/// Zeros ahead, in bytes: about as much as two batches.
const AHEAD: u64 = 150;

fn batch(text: &str) -> Outgoing {
    let mut batch = Outgoing::default();
    batch.extend_from_slice(text.as_bytes());
    batch
}

/// The log, and the batches that were in it.
fn open(disk: &Memory) -> Result<(Journal<Memory>, Vec<String>), OpenError> {
    let mut seen = Vec::new();
    let (journal, _) = Journal::open(disk.clone(), 77, |_, bytes| {
        seen.push(String::from_utf8(bytes.to_vec()).unwrap());
        Ok(())
    })?;
    Ok((journal.with_ahead(AHEAD), seen))
}

/// Writes batches with a new segment every third, until something fails; true if nothing failed.
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
fn batches_that_a_run_has_read_survive_a_power_loss_even_if_the_run_before_did_not_sync_them() {
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

/// The expected contents of a log whose batches need the first one of their segment.
#[derive(Debug, Clone, Default)]
struct Known {
    /// Batches that must be there, except for the oldest ones, which may be deleted.
    kept: Vec<String>,
    /// The name in the last segment's first batch.
    name: String,
}

/// Opens the log and checks that each batch begins with a name that an earlier batch has defined.
fn open_named(disk: &Memory) -> Result<(Journal<Memory>, Known), OpenError> {
    let (mut seen, mut names) = (Vec::new(), Vec::new());
    let (journal, _) = Journal::open(disk.clone(), 77, |_, bytes| {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let (name, rest) = text.split_once(' ').unwrap();
        if rest.starts_with("base") {
            names.push(name.to_owned());
        }
        let is_known = names.iter().any(|it| it == name);
        seen.push(text.clone());
        is_known.then_some(()).ok_or(format!("{name} was not defined"))
    })?;
    let known = Known { kept: seen, name: names.pop().unwrap_or_default() };
    Ok((journal.with_ahead(AHEAD), known))
}

/// A run on what another run may have left: batches with a new segment every third, and all but the
/// last two segments deleted, until something fails. Returns the expected contents, and whether
/// nothing failed.
fn run(disk: &Memory, run: &str, before: Known) -> (Known, bool) {
    let Ok((mut journal, mut known)) = open_named(disk) else { return (before, false) };
    for n in 0..7 {
        let is_base = n % 3 == 2 || known.name.is_empty();
        if is_base {
            known.name = format!("{run}{n}");
        }
        let kind = if is_base { "base" } else { "text" };
        let text = format!("{} {kind} {run}{n} {}", known.name, "x".repeat(n * 37 % 90));
        let done = match n % 3 {
            2 => journal.begin_segment(n as u64, &mut batch(&text)),
            _ => journal.append(&mut batch(&text)),
        };
        if done.is_err() {
            return (known, false);
        }
        known.kept.push(text);
        if journal.delete_before(journal.last_number().saturating_sub(1)).is_err() {
            return (known, false);
        }
    }
    (known, true)
}

/// Checks that the log has the last of the expected batches, from a segment's first one on, and at
/// most one more, which was not confirmed.
fn check(disk: &Memory, known: &Known, what: &str) {
    let (_, there) = open_named(disk).unwrap_or_else(|error| panic!("{what}: {error}"));
    let mut seen = there.kept;
    if seen.last().is_some_and(|last| !known.kept.contains(last)) {
        seen.pop();
    }
    assert!(known.kept.ends_with(&seen), "{what}: {seen:?} of {:?}", known.kept);
    // Two segments always stay.
    let bases = |all: &[String]| all.iter().filter(|it| it.contains(" base ")).count().min(2);
    assert_eq!(bases(&seen), bases(&known.kept), "{what}: {seen:?} of {:?}", known.kept);
}

/// The disk after a crash of each kind: the process was killed, or the power was lost.
fn crashes(disk: &Memory, at: usize) -> Vec<Memory> {
    let losses = (0..4).map(|kind| disk.after_power_loss(remains(kind + 4 * at)));
    std::iter::once(disk.after_kill()).chain(losses).collect()
}

#[test]
fn no_batch_is_lost_at_any_two_crashes_in_a_row() {
    let mut count = 0;
    for (first, trouble) in (0..).flat_map(|at| [(at, Trouble::Ends(at)), (at, Trouble::Fails(at))])
    {
        let disk = Memory::default();
        disk.trouble(Some(trouble));
        let (known, is_done) = run(&disk, "a", Known::default());
        for (kind, left) in crashes(&disk, first).into_iter().enumerate() {
            count += again(&left, &known, &format!("{trouble:?}, crash {kind}"));
        }
        // A failure may have no effect; an end has none only after all operations.
        if is_done && trouble == Trouble::Ends(first) {
            break;
        }
    }
    println!("{count} crashes");
    assert!(count > 50_000, "{count}");
}

/// Another run on what the first one has left, ended at each of its operations; returns the number
/// of crashes.
fn again(left: &Memory, known: &Known, what: &str) -> usize {
    let mut count = 0;
    for at in 0.. {
        let disk = left.after_kill();
        disk.trouble(Some(Trouble::Ends(at)));
        let (known, is_done) = run(&disk, "b", known.clone());
        for (kind, left) in crashes(&disk, at).into_iter().enumerate() {
            check(&left, &known, &format!("{what}, then {at}, crash {kind}"));
            count += 1;
        }
        if is_done {
            break;
        }
    }
    count
}
