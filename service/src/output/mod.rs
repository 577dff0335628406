//! Standard output and standard error, without waiting for their readers.
//!
//! A paused terminal takes nothing, and neither does a full pipe. So each stream has a thread of
//! its own that writes it, and no other code does: `print!` and its like would wait, and panic if
//! the stream is closed.

mod outlet;

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::OnceLock;
use std::time::Duration;

use outlet::{Failure, Outlet};

/// How long the last text may take to be written; shorter than any grace period.
const LAST_WORDS: Duration = Duration::from_millis(300);

/// The target of lines that appear whatever `RUST_LOG` says.
pub(crate) const DROPPED: &str = "service::output::dropped";

/// Standard output cannot be written, so the requested text is lost.
#[derive(Debug, thiserror::Error)]
#[error("standard output cannot be written: {0}")]
pub struct NoOutput(io::Error);

impl NoOutput {
    /// Whether the reader has closed the stream: it wants no more.
    pub fn is_closed(&self) -> bool {
        self.0.kind() == io::ErrorKind::BrokenPipe
    }

    fn of(failure: Failure) -> NoOutput {
        NoOutput(failure.error())
    }
}

/// Writes text to standard output without waiting.
pub fn say(text: &str) {
    output().put(format!("{text}\n").as_bytes());
}

/// Prints the result of a command, and waits until it is written.
///
/// # Errors
/// When it cannot be written.
pub async fn print(text: &str) -> Result<(), NoOutput> {
    say(text);
    output().written().await.map_err(NoOutput::of)
}

/// Like [`print()`], if nothing else is to be done meanwhile.
pub(crate) fn print_here(text: &str) -> Result<(), NoOutput> {
    say(text);
    output().flush(Duration::MAX).map_err(NoOutput::of)
}

/// Returns once standard output could not be written.
pub async fn broken() -> NoOutput {
    NoOutput::of(output().failure().await)
}

/// Writes text to standard error, beside the log.
pub fn note(text: &str) {
    errors().put(format!("{text}\n").as_bytes());
}

/// Gives both streams a moment to write what waits.
pub(crate) fn flush() {
    let _ = errors().flush(LAST_WORDS);
    let _ = output().flush(LAST_WORDS);
}

/// A line of the log. It is written as a whole, or dropped.
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

/// The stream without the standard library's lock, which a waiting thread would hold.
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
