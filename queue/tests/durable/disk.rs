//! Full and failing disks, under the program itself.

use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::program::{Folder, Program};

const MIB: usize = 1 << 20;
const PUBLISH: &str = "POST /v1/queues/jobs/messages";
/// Two segments, and some room for a third one.
const ROOM: &str = "size=36m";

/// Reports a skipped test, bypassing the harness, which hides the output of tests that pass.
fn skipped(what: &str, why: &str) {
    let _ = writeln!(io::stderr(), "skipped: {what}: {why}");
}

/// A small file system that only processes started in it can see.
struct Small {
    /// The file system exists while this process runs.
    holder: Child,
    folder: Folder,
}

impl Small {
    /// `None` if mounting is not allowed.
    fn mount(folder: Folder) -> Option<Small> {
        fs::create_dir_all(folder.path()).unwrap();
        let script = r#"mount -t tmpfs -o "$0" tmpfs "$1" && echo mounted && exec cat"#;
        let mut unshare = Command::new("unshare");
        unshare.args(["--mount", "--propagation", "private", "sh", "-c", script, ROOM]);
        unshare.arg(folder.path()).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut holder = unshare.stderr(Stdio::null()).spawn().ok()?;
        let said = BufReader::new(holder.stdout.take().unwrap()).lines().next();
        let small = Small { holder, folder };
        matches!(said, Some(Ok(line)) if line == "mounted").then_some(small)
    }

    fn start(&self) -> Program {
        let inside = format!("--mount=/proc/{}/ns/mnt", self.holder.id());
        Program::under(&["nsenter", &inside], self.folder.path())
    }

    /// Its path from outside.
    fn path(&self) -> PathBuf {
        Path::new(&format!("/proc/{}/root", self.holder.id()))
            .join(self.folder.path().strip_prefix("/").unwrap())
    }

    /// Fills all room that is left.
    fn fill(&self) {
        let mut ballast = fs::File::create(self.path().join("ballast")).unwrap();
        while ballast.write_all(&[0; 4096]).is_ok() {}
    }

    fn make_room(&self) {
        fs::remove_file(self.path().join("ballast")).unwrap();
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}

/// The log's files and their lengths, in order.
fn segments(directory: &Path) -> Vec<(PathBuf, u64)> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let logs = entries.filter(|path| path.extension().is_some_and(|it| it == "log"));
    let mut logs: Vec<_> = logs.map(|it| (it.clone(), fs::metadata(it).unwrap().len())).collect();
    logs.sort();
    logs
}

fn until(so: impl Fn() -> bool, what: &str) {
    let began = Instant::now();
    while !so() {
        assert!(began.elapsed() < Duration::from_secs(10), "never: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn body(number: usize, bytes: usize) -> Vec<u8> {
    let mut body = number.to_string().into_bytes();
    body.resize(bytes, b' ');
    body
}

/// Publishes numbers from `first` on until one is refused; returns how many were published, and the
/// refusal.
fn publish_until_refused(program: &Program, first: usize, bytes: usize) -> (usize, u16, String) {
    for number in first.. {
        let (status, answer) = program.call(PUBLISH, &body(number, bytes));
        if status != 201 {
            return (number - first, status, answer);
        }
    }
    unreachable!("a disk has an end")
}

/// Receives this many messages, and acks them in one call, which must succeed; returns their
/// numbers.
fn finish(program: &Program, count: usize) -> Vec<usize> {
    let take = |_| program.ok("POST /jobs/messages/receive", "")["messages"][0].take();
    let messages: Vec<Value> = (0..count).map(take).collect();
    let receipts: Vec<&Value> = messages.iter().map(|it| &it["receipt"]).collect();
    let acked = program.ok("POST /jobs/messages/ack", &json!({ "receipts": receipts }).to_string());
    let acked = acked["results"].as_array().unwrap();
    assert!(acked.iter().all(|it| it["status"] == "ok"), "{acked:?}");
    messages.iter().map(|it| it["body"].as_str().unwrap().trim().parse().unwrap()).collect()
}

/// Checks that no message is dead, purged or expired; returns the numbers.
fn numbers(program: &Program) -> (u64, u64, u64) {
    let stats = program.ok("GET /jobs", "");
    let number = |name: &str| stats[name].as_u64().unwrap();
    let here = number("ready") + number("in_flight") + number("delayed");
    assert_eq!(number("published_total"), number("acked_total") + here, "{stats}");
    (number("published_total"), number("acked_total"), here)
}

fn code(answer: &str) -> Value {
    serde_json::from_str::<Value>(answer).unwrap()["error"]["code"].clone()
}

#[test]
fn a_full_disk_refuses_publishes_loses_nothing_and_gets_room_by_acks() {
    let Some(small) = Small::mount(Folder::new("full")) else {
        return skipped("a full disk", "nothing may be mounted here");
    };
    let program = small.start();
    let (large, status, answer) = publish_until_refused(&program, 0, MIB);
    assert_eq!((status, code(&answer)), (507, json!("disk_full")), "{answer}");
    assert!(large >= 32, "{large} of 1 MiB");
    // To the last byte, so that there is hardly room for the records of acks, either.
    small.fill();
    let taken = large + publish_until_refused(&program, large, 100).0;
    let full = segments(&small.path());
    assert_eq!(program.call(PUBLISH, &body(taken, 100)).0, 507);
    assert_eq!(segments(&small.path()), full, "incomplete writes are cut off");
    assert_eq!(numbers(&program), (taken as u64, 0, taken as u64));
    let mut done = finish(&program, 20);
    until(|| segments(&small.path()).len() < full.len(), "an emptied segment is deleted");
    assert_eq!(program.call(PUBLISH, &body(taken, MIB)).0, 201, "there is room again");
    // A start needs no room.
    small.make_room();
    small.fill();
    let taken = taken + 1 + publish_until_refused(&program, taken + 1, 100).0;
    let mut killed = program;
    killed.kill();
    let program = small.start();
    assert_eq!(numbers(&program), (taken as u64, 20, taken as u64 - 20));
    done.extend(finish(&program, taken - 20));
    assert_eq!(done, (0..taken).collect::<Vec<_>>(), "each once, and in order");
    // Deleted segments make room for the records that are owed.
    program.leave();
    let program = small.start();
    assert_eq!(numbers(&program), (taken as u64, taken as u64, 0));
    println!(
        "{large} of {taken} messages filled a disk of 36 MiB; {} segments at last",
        segments(&small.path()).len()
    );
    program.leave();
}

/// Limits the length of files and ignores the signal for that: then a write fails after a part of
/// it was written.
const SHORT_FILES: [&str; 3] = ["sh", "-c", r#"trap '' XFSZ; ulimit -f 128; exec "$0" "$@""#];

#[test]
fn a_failed_write_is_cut_off_and_refused_and_later_ones_succeed() {
    let folder = Folder::new("short");
    let mut program = Program::under(&SHORT_FILES, folder.path());
    let (large, status, answer) = publish_until_refused(&program, 0, 4000);
    assert_eq!((status, code(&answer)), (503, json!("not_written")), "{answer}");
    // If the part that was written were still there, there would be no room for this, either.
    assert_eq!(program.call(PUBLISH, &body(large, 100)).0, 201);
    assert_eq!(program.call(PUBLISH, &body(large + 1, 4000)).0, 503);
    let taken = large as u64 + 1;
    assert_eq!(numbers(&program), (taken, 0, taken));
    assert_eq!(finish(&program, 3), [0, 1, 2]);
    program.kill();
    let again = Program::start(folder.path());
    let (published, acked, here) = numbers(&again);
    println!("{taken} taken before a write failed ({answer}); {acked} of 3 acks were written");
    assert_eq!((published, acked + here), (taken, taken));
    let back = again.ok("POST /jobs/messages/receive?max=100", "");
    let last = back["messages"].as_array().unwrap().last().unwrap()["body"].as_str().unwrap();
    assert_eq!(last.trim(), large.to_string());
    again.leave();
}

/// Makes every sync of a segment in each thread fail with EIO, from the fifth on.
const NO_SYNC: [&str; 9] = [
    "strace",
    "-f",
    "-qq",
    "-o",
    "/dev/null",
    "-e",
    "trace=fdatasync",
    "-e",
    "inject=fdatasync:error=EIO:when=5+",
];

#[test]
fn a_failed_sync_ends_the_process_with_one_line_and_loses_no_confirmed_message() {
    let tried = Command::new(NO_SYNC[0]).args(&NO_SYNC[1..]).arg("true").output();
    if !tried.is_ok_and(|it| it.status.success()) {
        return skipped("a sync that fails in the program", "strace cannot be used here");
    }
    let folder = Folder::new("eio");
    let program = Program::under(&NO_SYNC, folder.path());
    let (taken, status, _) = publish_until_refused(&program, 0, 100);
    assert!(matches!(status, 0 | 503), "{status}: no waiting publisher gets a success");
    let (code, said) = program.ended();
    let errors: Vec<&str> = said.lines().filter(|line| line.starts_with("error: ")).collect();
    println!("{taken} taken, then {errors:?}");
    assert_eq!((code, errors.len()), (Some(1), 1), "{said}");
    assert!(errors[0].contains("the log has failed") && errors[0].contains("os error 5"), "{said}");
    let again = Program::start(folder.path());
    let back = again.ok("POST /jobs/messages/receive?max=100", "");
    // The last one may be there; that is unknown.
    let back = back["messages"].as_array().unwrap().len();
    assert!(taken > 0 && (taken..=taken + 1).contains(&back), "{back} of {taken}");
    again.leave();
}
