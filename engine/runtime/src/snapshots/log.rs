//! What happened, newest last, and who did it.

use std::collections::VecDeque;
use std::time::Duration;

use model::Actor;
use serde::Serialize;

use super::headline::cause::Cause;
use super::state::seconds;

/// How many entries are remembered.
pub const REMEMBERED: usize = 200;
/// A sentence longer than this would fill the page.
const LONGEST: usize = 300;

/// What kind of thing happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A workload's count was decided.
    Decision,
    /// The load changed.
    Load,
    /// Many jobs came at once.
    Burst,
    /// A container was killed.
    Kill,
    /// A setting changed.
    Edit,
    /// A workload was frozen or freed.
    Pause,
    /// All scaling was held or let go.
    Hold,
    /// A queue could not be read on purpose, or can be again.
    Blind,
    /// All began anew.
    Reset,
    /// What became of a job whose worker was lost.
    #[serde(rename = "story")]
    RecoveredJob,
    /// A scenario went on.
    Scenario,
    /// Something is wrong.
    #[serde(rename = "trouble")]
    Warning,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Entry {
    /// Counts the entries of a run.
    pub id: u64,
    /// When, in seconds of uptime.
    pub at: f64,
    /// What kind of thing.
    pub kind: Kind,
    /// The whole sentence.
    pub text: String,
    /// Who did it; null where it was the engine's own decision.
    pub by: Option<Actor>,
    /// Its name on the chart; null where it is not marked there.
    pub mark: Option<String>,
}

/// What is to be told; the log gives it its number and time.
#[derive(Debug, Clone, PartialEq)]
pub struct LogEvent {
    /// What kind of thing.
    pub kind: Kind,
    /// The whole sentence.
    pub text: String,
    /// Who did it.
    pub by: Option<Actor>,
    /// Its name on the chart.
    pub mark: Option<String>,
    /// What the headline is to tell of it.
    pub cause: Option<Cause>,
}

impl LogEvent {
    /// Something that is told and not marked on the chart.
    pub fn new(kind: Kind, text: impl Into<String>) -> LogEvent {
        LogEvent { kind, text: text.into(), by: None, mark: None, cause: None }
    }

    /// Something that somebody did, marked on the chart by its own words.
    pub fn marked(kind: Kind, text: impl Into<String>, by: Actor) -> LogEvent {
        let text = text.into();
        LogEvent { kind, mark: Some(text.clone()), text, by: Some(by), cause: None }
    }
}

/// The entries.
#[derive(Debug, Clone, Default)]
pub struct Log {
    next: u64,
    entries: VecDeque<Entry>,
}

impl Log {
    /// Takes something in that happened at this time of uptime.
    pub fn push(&mut self, at: Duration, news: LogEvent) {
        let LogEvent { kind, text, by, mark, cause: _ } = news;
        let (text, mark) = (shortened(text), mark.map(shortened));
        self.entries.push_back(Entry { id: self.next, at: seconds(at), kind, text, by, mark });
        self.next += 1;
        if self.entries.len() > REMEMBERED {
            self.entries.pop_front();
        }
    }

    /// The number of the next entry.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// The entries from this number on, oldest first.
    pub fn since(&self, id: u64) -> Vec<Entry> {
        self.entries.iter().filter(|entry| entry.id >= id).cloned().collect()
    }
}

/// Words of others may be as long as they like; ours are one line.
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
