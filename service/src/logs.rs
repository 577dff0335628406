//! Log lines: human-readable on a terminal, JSON for machines.

use std::fmt;
use std::io::IsTerminal;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::output::{DROPPED, LogLine};

/// The format of log lines.
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

/// Begins each line with the time and the process's name, because many may share a terminal.
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

/// Starts logging to standard error. `RUST_LOG` selects the lines; the default is "info". Logging
/// never waits for a reader: if too many lines wait, new lines are dropped and counted in the log.
///
/// A second call in one process does nothing, so tests may start several [`Shell`](crate::Shell)s.
pub fn init(format: LogFormat, name: &str) {
    let (chosen, wrong) = chosen(std::env::var("RUST_LOG").ok().as_deref());
    let lines = tracing_subscriber::fmt::layer().with_writer(|| LogLine);
    let chosen = chosen.with_target(DROPPED, LevelFilter::WARN);
    let all = tracing_subscriber::registry().with(chosen);
    let started = if format.is_human() {
        let colours = std::io::stderr().is_terminal() && !no_color();
        let stamp = Stamp { name: name.to_owned() };
        all.with(lines.with_target(false).with_ansi(colours).with_timer(stamp)).try_init()
    } else {
        all.with(lines.json().flatten_event(true)).try_init()
    };
    if let (Ok(()), Some(wrong)) = (started, wrong) {
        tracing::warn!("{wrong}");
    }
}

/// Parses `RUST_LOG`; returns the lines to log, and an error message if the value is invalid.
fn chosen(words: Option<&str>) -> (Targets, Option<String>) {
    let info = quietened(Targets::new().with_default(LevelFilter::INFO));
    let Some(words) = words.filter(|words| !words.trim().is_empty()) else { return (info, None) };
    match words.parse() {
        Ok(targets) => (quietened(targets), None),
        Err(error) => {
            let mend = "use a value like warn, or info,engine=debug";
            (info, Some(format!("RUST_LOG is {words:?}, which is invalid: {error}; {mend}")))
        }
    }
}

/// Silences the Kubernetes client library, unless `RUST_LOG` names it: the engine logs the errors
/// of its calls itself, once and with advice.
fn quietened(targets: Targets) -> Targets {
    let is_client = |target: &str| target == "kube" || target.starts_with("kube_");
    let named = targets.iter().any(|(target, _)| is_client(target));
    if named { targets } else { targets.with_target("kube_", LevelFilter::OFF) }
}

/// Whether the user wants no colours: `NO_COLOR` is set and not empty (<https://no-color.org>).
pub(crate) fn no_color() -> bool {
    std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracing::Level;

    #[test]
    fn lines_are_selected_by_level_and_by_module() {
        let (targets, wrong) = chosen(Some("warn,engine=debug"));
        assert_eq!(wrong, None);
        assert!(targets.would_enable("engine::control_loop", &Level::DEBUG));
        assert!(!targets.would_enable("hyper", &Level::INFO));
        assert!(!targets.would_enable("kube_client::client", &Level::ERROR));
        assert!(targets.would_enable("kubernetes::watch", &Level::WARN));
        let (named, _) = chosen(Some("kube_client=debug"));
        assert!(named.would_enable("kube_client::client", &Level::DEBUG));
    }

    #[test]
    fn without_a_valid_value_the_level_is_info() {
        for words in [None, Some(""), Some("engine=loud")] {
            let (targets, wrong) = chosen(words);
            assert!(targets.would_enable("engine", &Level::INFO));
            assert_eq!(wrong.is_some(), words == Some("engine=loud"), "{words:?}");
        }
    }
}
