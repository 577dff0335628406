//! Writes standard output and standard error without waiting for their readers.
//!
//! A write to a paused terminal or a full pipe blocks. So only a thread of its own writes to each
//! stream: `print!` and similar macros would block, and would panic if the stream is closed.

mod outlet;

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::OnceLock;
use std::time::Duration;

use outlet::{Failure, Outlet};

/// How long an ending process waits for its last text to be written, less than any grace period.
const LAST_WORDS: Duration = Duration::from_millis(300);

/// The log target of reports about dropped lines. `RUST_LOG` cannot turn these reports off.
pub(crate) const DROPPED: &str = "service::output::dropped";

/// Standard output cannot be written, so the result that the user asked for is lost.
#[derive(Debug, thiserror::Error)]
#[error("standard output cannot be written: {0}")]
pub struct NoOutput(io::Error);

impl NoOutput {
    /// Whether the reader has closed the stream, because it wants no more output.
    pub fn is_closed(&self) -> bool {
        self.0.kind() == io::ErrorKind::BrokenPipe
    }

    fn of(failure: Failure) -> NoOutput {
        NoOutput(failure.error())
    }
}

/// Writes a line to standard output without waiting for a reader.
pub fn say(text: &str) {
    output().put(format!("{text}\n").as_bytes());
}

/// Prints the result of a command, and waits until it is written.
///
/// # Errors
/// When standard output cannot be written.
pub async fn print(text: &str) -> Result<(), NoOutput> {
    say(text);
    output().written().await.map_err(NoOutput::of)
}

/// Like [`print()`], but blocks the thread.
pub(crate) fn print_here(text: &str) -> Result<(), NoOutput> {
    say(text);
    output().flush(Duration::MAX).map_err(NoOutput::of)
}

/// Waits until a write to standard output has failed.
pub async fn broken() -> NoOutput {
    NoOutput::of(output().failure().await)
}

/// Writes a line to standard error that is not part of the log. It is never dropped.
pub fn note(text: &str) {
    errors().put(format!("{text}\n").as_bytes());
}

/// Waits until all text so far is written to both streams, at most 300 ms for each.
pub(crate) fn flush() {
    let _ = errors().flush(LAST_WORDS);
    let _ = output().flush(LAST_WORDS);
}

/// A writer for log lines. Each line is written as a whole, or dropped if too many lines wait.
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

/// Opens the stream without the standard library's lock, which a blocked write would hold.
fn stream(of: BorrowedFd<'_>) -> Box<dyn Write + Send> {
    match of.try_clone_to_owned() {
        Ok(own) => Box::new(File::from(own)),
        Err(_) => Box::new(io::sink()),
    }
}

fn tell_dropped(lines: u64) {
    let lines = if lines == 1 { "1 line".to_owned() } else { format!("{lines} lines") };
    tracing::warn!(target: DROPPED, "the log was not read in time; {lines} of it were dropped");
}
