//! Standard output and standard error, without waiting for who reads them.
//!
//! A terminal that is paused takes nothing, nor does a pipe that is full. So each of the two streams
//! is written by a thread of its own, and nobody else uses them: `print!` and its like would wait,
//! and panic where the stream is closed.

mod outlet;

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::OnceLock;
use std::time::Duration;

use outlet::{Failure, Outlet};

/// What is said last is written within this time, or not at all. Less than any grace period.
const LAST_WORDS: Duration = Duration::from_millis(300);

/// Whose lines are there whatever `RUST_LOG` says.
pub(crate) const DROPPED: &str = "service::output::dropped";

/// Standard output cannot be written, so whoever wanted the text does not get it.
#[derive(Debug, thiserror::Error)]
#[error("standard output cannot be written: {0}")]
pub struct NoOutput(io::Error);

impl NoOutput {
    /// Whether its reader has left, and so has had enough.
    pub fn is_closed(&self) -> bool {
        self.0.kind() == io::ErrorKind::BrokenPipe
    }

    fn of(failure: Failure) -> NoOutput {
        NoOutput(failure.error())
    }
}

/// Says something on standard output, and waits for nobody.
pub fn say(text: &str) {
    output().put(format!("{text}\n").as_bytes());
}

/// Prints what a command was asked for, and waits until it is read.
///
/// # Errors
/// When it cannot be written.
pub async fn print(text: &str) -> Result<(), NoOutput> {
    say(text);
    output().written().await.map_err(NoOutput::of)
}

/// As [`print()`], where nothing else is to be done meanwhile.
pub(crate) fn print_here(text: &str) -> Result<(), NoOutput> {
    say(text);
    output().flush(Duration::MAX).map_err(NoOutput::of)
}

/// Returns once something that was said could not be written.
pub async fn broken() -> NoOutput {
    NoOutput::of(output().failure().await)
}

/// Says something on standard error, beside the log.
pub fn note(text: &str) {
    errors().put(format!("{text}\n").as_bytes());
}

/// Gives both streams a moment for what waits.
pub(crate) fn flush() {
    let _ = errors().flush(LAST_WORDS);
    let _ = output().flush(LAST_WORDS);
}

/// A line of the log. It is written whole, as it comes, or dropped.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LogLine;

impl Write for LogLine {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        errors().offer(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn output() -> &'static Outlet {
    static OUTPUT: OnceLock<Outlet> = OnceLock::new();
    OUTPUT.get_or_init(|| Outlet::to(stream(io::stdout().as_fd()), |_| {}))
}

fn errors() -> &'static Outlet {
    static ERRORS: OnceLock<Outlet> = OnceLock::new();
    ERRORS.get_or_init(|| Outlet::to(stream(io::stderr().as_fd()), tell_dropped))
}

/// The stream past the lock of the standard library, which a thread that waits would hold.
fn stream(of: BorrowedFd<'_>) -> Box<dyn Write + Send> {
    match of.try_clone_to_owned() {
        Ok(own) => Box::new(File::from(own)),
        Err(_) => Box::new(io::sink()),
    }
}

fn tell_dropped(lines: u64) {
    let lines = if lines == 1 { "1 line".to_owned() } else { format!("{lines} lines") };
    tracing::warn!(target: DROPPED, "nobody read the log; {lines} of it were dropped");
}
