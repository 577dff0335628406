//! Parses the command line, and reports its errors.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::ffi::OsString;
use std::io::IsTerminal;
use std::panic::PanicHookInfo;
use std::process::exit;

use clap::Parser;
use clap::builder::StyledStr;

use crate::logs::no_color;
use crate::output;

/// Parses the command line of this process. If it is invalid, prints an error and ends the process
/// with exit code 2; `--help` and `--version` end it with 0.
///
/// After this call, the report of a panic does not wait until somebody reads standard error.
pub fn parse<A: Parser>() -> A {
    parse_from(std::env::args_os().collect())
}

/// Like [`parse()`], but parses `words`, of which the first is the program's name.
pub fn parse_from<A: Parser>(words: Vec<OsString>) -> A {
    std::panic::set_hook(Box::new(tell));
    A::try_parse_from(words).unwrap_or_else(|error| {
        if error.use_stderr() {
            output::note(shown(&error.render(), std::io::stderr().is_terminal()).trim_end());
            output::flush();
            exit(error.exit_code())
        }
        let text = shown(&error.render(), std::io::stdout().is_terminal());
        exit(match output::print_here(text.trim_end()) {
            Err(error) if !error.is_closed() => {
                output::note(&format!("error: {error}"));
                output::flush();
                1
            }
            _ => error.exit_code(),
        })
    })
}

fn shown(text: &StyledStr, on_terminal: bool) -> String {
    if on_terminal && !no_color() { text.ansi().to_string() } else { text.to_string() }
}

/// Reports a panic like the standard library does, but does not wait for a reader.
fn tell(panic: &PanicHookInfo<'_>) {
    let thread = std::thread::current();
    let mut text = format!("thread '{}' {panic}", thread.name().unwrap_or("without a name"));
    let trace = Backtrace::capture();
    if trace.status() == BacktraceStatus::Captured {
        text += &format!("\n{trace}");
    }
    output::note(&text);
    output::flush();
}
