//! Log lines: human ones on a terminal, JSON for machines.

use std::fmt;
use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum LogFormat {
    /// human on a terminal, json otherwise
    #[default]
    Auto,
    /// one line to read, coloured unless NO_COLOR is set
    Human,
    /// one JSON object a line
    Json,
}

impl LogFormat {
    fn is_human(self) -> bool {
        match self {
            LogFormat::Auto => std::io::stderr().is_terminal(),
            LogFormat::Human => true,
            LogFormat::Json => false,
        }
    }
}

/// The time of day and who speaks: in the box a dozen programs share one terminal.
struct Stamp {
    name: String,
}

impl FormatTime for Stamp {
    fn format_time(&self, w: &mut Writer<'_>) -> fmt::Result {
        let now = humantime::format_rfc3339_millis(std::time::SystemTime::now()).to_string();
        let time_of_day = now.get(11..23).unwrap_or(&now);
        write!(w, "{time_of_day} {}", self.name)
    }
}

/// Starts logging to standard error; `RUST_LOG` chooses the lines, "info" without it.
///
/// A second call in one process changes nothing, so tests may start several shells.
pub fn init(format: LogFormat, name: &str) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = if format.is_human() {
        let colours = std::io::stderr().is_terminal() && !no_color();
        let stamp = Stamp { name: name.to_owned() };
        lines.with_target(false).with_ansi(colours).with_timer(stamp).try_init()
    } else {
        lines.json().flatten_event(true).try_init()
    };
    drop(started);
}

/// <https://no-color.org>: any value but the empty one counts.
fn no_color() -> bool {
    std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
}
