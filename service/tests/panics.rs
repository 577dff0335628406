//! A panic while standard error is not read.
#![allow(clippy::unwrap_used, reason = "the helpers of a test may fail it")]

use std::io::{PipeWriter, Read, Write, pipe};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use clap::Parser;
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use service::command_line::parse_from;

const SOON: Duration = Duration::from_secs(20);
/// The environment variable that tells this test's own program to panic.
const PANICS: &str = "A_TEST_PANICS";

#[derive(Debug, Parser)]
struct Nothing {}

#[test]
fn a_panic_is_reported_without_waiting_for_a_reader() {
    if std::env::var_os(PANICS).is_some() {
        let Nothing {} = parse_from(vec!["nothing".into()]);
        assert!(thread::spawn(|| panic!("on purpose")).join().is_err());
        return;
    }
    let (mut reader, writer) = pipe().unwrap();
    ends(panicking(writer));
    let mut said = String::new();
    reader.read_to_string(&mut said).unwrap();
    assert!(said.contains("panicked at service/tests/panics.rs"), "{said}");
    assert!(said.contains("on purpose"), "{said}");

    let (_reader, mut writer) = pipe().unwrap();
    fill(&mut writer);
    ends(panicking(writer));
}

/// Starts this program again, as the one that panics.
fn panicking(stderr: PipeWriter) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "a_panic_is_reported_without_waiting_for_a_reader"]);
    command.arg("--nocapture").env(PANICS, "yes").env_remove("RUST_BACKTRACE");
    command.stdout(Stdio::null()).stderr(stderr).spawn().unwrap()
}

fn ends(mut program: Child) {
    let end = Instant::now() + SOON;
    let ended = loop {
        if let Some(ended) = program.try_wait().unwrap() {
            break ended;
        }
        if Instant::now() > end {
            program.kill().unwrap();
            panic!("it waits for a reader");
        }
        thread::sleep(Duration::from_millis(5));
    };
    assert!(ended.success());
}

fn fill(pipe: &mut PipeWriter) {
    let flags = fcntl_getfl(&*pipe).unwrap();
    fcntl_setfl(&*pipe, flags | OFlags::NONBLOCK).unwrap();
    while pipe.write(&[b'\n'; 1 << 10]).is_ok() {}
    while pipe.write(b"\n").is_ok() {}
    fcntl_setfl(&*pipe, flags).unwrap();
}
