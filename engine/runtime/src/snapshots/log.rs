//! The log: each event and the person or program that caused it, newest last.

use std::collections::VecDeque;
use std::time::Duration;

use model::Actor;
use serde::Serialize;

use super::headline::cause::Cause;
use super::state::seconds;

/// How many entries the log keeps.
pub const REMEMBERED: usize = 200;
/// The longest text in characters; a longer one would fill the page.
const LONGEST: usize = 300;

/// The kind of a log event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A workload's count changed.
    Decision,
    /// The load changed.
    Load,
    /// Many jobs were sent at once.
    Burst,
    /// A command killed a container.
    Kill,
    /// A setting changed.
    Edit,
    /// A workload was paused or resumed.
    Pause,
    /// All scaling was held or resumed.
    Hold,
    /// A command made a queue unreadable, or readable again.
    Blind,
    /// Everything was reset to second 0.
    Reset,
    /// A job whose worker was lost was redelivered and done.
    #[serde(rename = "story")]
    RecoveredJob,
    /// A scenario went to another step.
    Scenario,
    /// Something is wrong that a person should fix.
    #[serde(rename = "trouble")]
    Warning,
}

/// An entry of the log.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Entry {
    /// The number of the entry within its run.
    pub id: u64,
    /// The time of the event, in seconds of uptime.
    pub at: f64,
    /// The kind of the event.
    pub kind: Kind,
    /// The event as a sentence.
    pub text: String,
    /// The person or program that caused the event; null for the engine's own decisions.
    pub by: Option<Actor>,
    /// The event's name on the chart; null if the chart does not mark the event.
    pub mark: Option<String>,
}

/// An event for the log; the log adds a number and a time to it.
#[allow(missing_docs)] // as in `Entry`
#[derive(Debug, Clone, PartialEq)]
pub struct LogEvent {
    pub kind: Kind,
    pub text: String,
    pub by: Option<Actor>,
    pub mark: Option<String>,
    /// The cause that the headline shows; `None` if the headline does not show the event.
    pub cause: Option<Cause>,
}

impl LogEvent {
    /// An event that is not marked on the chart.
    pub fn new(kind: Kind, text: impl Into<String>) -> LogEvent {
        LogEvent { kind, text: text.into(), by: None, mark: None, cause: None }
    }

    /// An event that is marked on the chart with its own text.
    pub fn marked(kind: Kind, text: impl Into<String>, by: Actor) -> LogEvent {
        let text = text.into();
        LogEvent { kind, mark: Some(text.clone()), text, by: Some(by), cause: None }
    }
}

/// The last [`REMEMBERED`] entries.
#[derive(Debug, Clone, Default)]
pub struct Log {
    next: u64,
    entries: VecDeque<Entry>,
}

impl Log {
    /// Adds an event that happened at this uptime.
    pub fn push(&mut self, at: Duration, news: LogEvent) {
        let LogEvent { kind, text, by, mark, cause: _ } = news;
        let (text, mark) = (shortened(text), mark.map(shortened));
        self.entries.push_back(Entry { id: self.next, at: seconds(at), kind, text, by, mark });
        self.next += 1;
        if self.entries.len() > REMEMBERED {
            self.entries.pop_front();
        }
    }

    /// The id of the next entry.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// The entries from this id on, oldest first.
    pub fn since(&self, id: u64) -> Vec<Entry> {
        self.entries.iter().filter(|entry| entry.id >= id).cloned().collect()
    }
}

/// Cuts a text at 300 characters: texts from outside may have any length.
pub fn shortened(text: String) -> String {
    if text.chars().count() <= LONGEST {
        return text;
    }
    text.chars().take(LONGEST - 1).chain(['\u{2026}']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_entries_stay_and_keep_their_numbers() {
        let mut log = Log::default();
        for n in 0..REMEMBERED + 10 {
            log.push(Duration::from_secs(n as u64), LogEvent::new(Kind::Load, n.to_string()));
        }
        let entries = log.since(0);
        assert_eq!((entries.len(), entries[0].id), (REMEMBERED, 10));
        assert_eq!(log.since(log.next() - 1)[0].text, "209");
    }

    #[test]
    fn a_long_sentence_is_cut_and_shows_it() {
        let mut log = Log::default();
        log.push(Duration::ZERO, LogEvent::new(Kind::Warning, "\u{e9}".repeat(1000)));
        assert_eq!(log.since(0)[0].text.chars().count(), LONGEST);
        assert!(log.since(0)[0].text.ends_with('\u{2026}'));
    }
}
