//! A recording in memory.
//!
//! Events are numbered from 0, and the numbers go on after the end: in a loop the same events
//! follow, otherwise empty frames, so that a page knows that the replay still runs.

use std::io::{BufRead, BufReader, Read};
use std::sync::Arc;
use std::time::Duration;

use runtime::feed::{Piece, Position};
use serde::de::IgnoredAny;
use serde_json::json;

use super::line::{Kind, Line};
use super::marks::{Collected, Mark};
use super::moment::Moment;

/// The time between two empty frames.
pub const PULSE: Duration = Duration::from_secs(1);
/// The pause before a recording begins again, in which people see its last moment.
const PAUSE: Duration = Duration::from_secs(3);

/// The `mode` fields that a live engine sends; a replay sends the mode `replay` instead.
const MODES: [&str; 3] = [r#""mode":"live""#, r#""mode":"held""#, r#""mode":"looks_on""#];
const REPLAY: &str = r#""mode":"replay""#;

/// A problem that makes a recording invalid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {text}")]
pub struct Bad {
    /// The line of the problem, from 1.
    pub line: usize,
    /// What is wrong with the line.
    pub text: String,
}

/// An event of a recording.
#[derive(Debug, Clone)]
struct Event {
    at: Duration,
    piece: Piece,
}

impl Event {
    fn position(&self) -> Position {
        let (Piece::Full(position, _) | Piece::Frame(position, _)) = &self.piece;
        *position
    }

    fn text(&self) -> &str {
        let (Piece::Full(_, text) | Piece::Frame(_, text)) = &self.piece;
        text
    }

    fn is_snapshot(&self) -> bool {
        matches!(self.piece, Piece::Full(..))
    }

    /// Whether the next frame has more changes of the same snapshot. Quotes inside JSON strings
    /// have a backslash before them, so only a key of the frame matches.
    fn is_open(&self) -> bool {
        !self.is_snapshot() && self.text().contains(r#""more":true"#)
    }
}

/// A whole recording.
#[derive(Debug, Clone)]
pub struct Recording {
    /// The events, at least one; the first is a snapshot.
    events: Vec<Event>,
    /// Whether the recording begins again after its end.
    goes_round: bool,
    /// The number of the last line if it is cut off, for example by a full disk.
    cut: Option<usize>,
}

impl Recording {
    /// Reads and checks a whole recording. A last line that is not JSON and has no line break was
    /// cut off; the lines before it can be replayed.
    ///
    /// # Errors
    /// Returns the first damaged line.
    pub fn read(from: impl Read) -> Result<Recording, Bad> {
        let mut events: Vec<Event> = Vec::new();
        let mut from = BufReader::new(from);
        let mut cut = None;
        for number in 1.. {
            let bad = |text: String| Bad { line: number, text };
            let mut bytes = Vec::new();
            let length = from.read_until(b'\n', &mut bytes);
            if length.map_err(|error| bad(error.to_string()))? == 0 {
                break;
            }
            let has_end = bytes.pop_if(|last| *last == b'\n').is_some();
            if !has_end && serde_json::from_slice::<IgnoredAny>(&bytes).is_err() {
                cut = Some(number);
                break;
            }
            let event = event(&bytes).map_err(bad)?;
            match events.last() {
                None if matches!(event.piece, Piece::Frame(..)) => {
                    let text = "a recording begins with a snapshot, but this is a frame";
                    return Err(bad(text.to_owned()));
                }
                Some(last) if last.at > event.at => {
                    return Err(bad("its time is before that of the line above".to_owned()));
                }
                _ => events.push(event),
            }
        }
        if events.is_empty() {
            let text = match cut {
                Some(_) => "the only line is cut off",
                None => "the file is empty",
            };
            return Err(Bad { line: 1, text: text.to_owned() });
        }
        Ok(Recording { events, goes_round: false, cut })
    }

    /// Sets whether the recording begins again after its end.
    #[must_use]
    pub fn going_round(self, goes_round: bool) -> Recording {
        Recording { goes_round, ..self }
    }

    /// The URL of the audience's page, which stays the same for a whole run.
    pub fn audience(&self) -> Option<String> {
        self.events.iter().find_map(|event| {
            let (whole, text) = (event.is_snapshot(), event.text());
            let place = if whole { "/state/audience/url" } else { "/set/audience/url" };
            // Most events do not contain the URL, so they are not parsed.
            let known = text.contains("\"audience\"").then(|| serde_json::from_str(text).ok())?;
            let data: serde_json::Value = known?;
            data.pointer(place)?.as_str().map(str::to_owned)
        })
    }

    /// The recorded events, in order.
    pub fn pieces(&self) -> impl Iterator<Item = &Piece> {
        self.events.iter().map(|event| &event.piece)
    }

    /// The number of recorded events, at least one.
    pub fn count(&self) -> u64 {
        self.events.len() as u64
    }

    /// The number of the last line, from 1, if it is cut off.
    pub fn cut(&self) -> Option<usize> {
        self.cut
    }

    /// The time from the first event to the last one.
    pub fn length(&self) -> Duration {
        self.events.last().map(|event| event.at).unwrap_or_default()
    }

    /// The time from the first event to the event with this number, at the recorded speed.
    pub fn due(&self, number: u64) -> Duration {
        if let Some(event) = self.recorded(number) {
            let rounds = u32::try_from(number / self.count()).unwrap_or(u32::MAX);
            return self.round().saturating_mul(rounds) + event.at;
        }
        let pulses = number - self.count() + 1;
        self.length() + PULSE.saturating_mul(u32::try_from(pulses).unwrap_or(u32::MAX))
    }

    /// How many events are due at a moment, the inverse of [`Recording::due`].
    pub fn played_at(&self, moment: Duration) -> u64 {
        let of_tape = |moment| self.events.partition_point(|event| event.at <= moment) as u64;
        if self.goes_round {
            let round = self.round().as_nanos();
            let rounds = u64::try_from(moment.as_nanos() / round).unwrap_or(u64::MAX);
            let rest = Duration::from_nanos((moment.as_nanos() % round) as u64);
            return rounds.saturating_mul(self.count()).saturating_add(of_tape(rest));
        }
        let after = moment.saturating_sub(self.length()).as_nanos() / PULSE.as_nanos();
        of_tape(moment) + u64::try_from(after).unwrap_or(u64::MAX)
    }

    /// The time from the first event for a moment, which in a loop may be of a later round.
    pub fn time_of(&self, moment: Duration) -> Duration {
        let in_round = if self.goes_round {
            Duration::from_nanos((moment.as_nanos() % self.round().as_nanos()) as u64)
        } else {
            moment
        };
        in_round.min(self.length())
    }

    /// Whether the recording is over at a moment.
    pub fn is_over(&self, moment: Duration) -> bool {
        !self.goes_round && moment >= self.length()
    }

    /// Whether the recording begins again after its end.
    pub fn goes_round(&self) -> bool {
        self.goes_round
    }

    /// One round of a loop, with the pause after it.
    fn round(&self) -> Duration {
        self.length() + PAUSE
    }

    /// The number of the last event of the state that a page shows at a time within the recording,
    /// and the snapshot of that state; `None` if this event is a snapshot itself.
    pub fn state_at(&self, time: Duration) -> (u64, Option<Piece>) {
        let due = self.events.partition_point(|event| event.at <= time);
        // Where later frames of the same snapshot are missing, the page shows the state before.
        let is_whole = |number: &usize| *number == 0 || !self.events[*number].is_open();
        let last = (0..due.max(1)).rev().find(is_whole).unwrap_or_default();
        let begin = (0..=last).rev().find(|number| self.events[*number].is_snapshot());
        let begin = begin.unwrap_or_default();
        let state = (begin < last).then(|| Moment::of_snapshot(self.events[begin].text()));
        let state = state.flatten().map(|mut state| {
            self.events[begin + 1..=last].iter().for_each(|event| state.apply(event.text()));
            Piece::Full(self.events[last].position(), state.text().into())
        });
        (last as u64, state)
    }

    /// What the bar of a replay marks.
    pub fn marks(&self) -> Vec<Mark> {
        let mut marks = Collected::default();
        for event in &self.events {
            marks.add(event.at, event.position(), event.text());
        }
        marks.all()
    }

    /// The event with this number: a recorded one, or an empty frame after the end.
    pub fn event(&self, number: u64) -> Piece {
        match self.recorded(number) {
            Some(event) => event.piece.clone(),
            None => self.pulse(self.position(number)),
        }
    }

    /// The recorded event with this number; `None` after the end of a recording without a loop.
    fn recorded(&self, number: u64) -> Option<&Event> {
        let on_tape = number < self.count() || self.goes_round;
        on_tape.then(|| &self.events[(number % self.count()) as usize])
    }

    fn position(&self, number: u64) -> Position {
        if let Some(event) = self.recorded(number) {
            return event.position();
        }
        let last = self.events[self.events.len() - 1].position();
        Position { seq: last.seq + (number - self.count() + 1), ..last }
    }

    /// The empty frame at a position after the end.
    fn pulse(&self, position: Position) -> Piece {
        let last = self.events[self.events.len() - 1].text();
        let last: serde_json::Value = serde_json::from_str(last).unwrap_or_default();
        let frame = json!({
            "seq": position.seq, "t": last["t"], "tick": last["tick"], "step": false, "more": false
        });
        Piece::Frame(position, frame.to_string().into())
    }

    /// A frame that changes nothing, at the position of the event with this number.
    pub fn still(&self, number: u64) -> Piece {
        let position = self.position(number);
        let frame = json!({"seq": position.seq, "step": false, "more": false});
        Piece::Frame(position, frame.to_string().into())
    }

    /// The number of the next event for a page, once the events from `first` to before `played`
    /// were replayed: the event after `heard`, the page's last event, or else the latest snapshot.
    pub fn next_for(&self, heard: Option<Position>, first: u64, played: u64) -> u64 {
        let round =
            if self.goes_round { (played.max(1) - 1) / self.count() * self.count() } else { 0 };
        let begin = first.max(round);
        let numbers = || (begin..played).rev();
        if let Some(heard) = heard
            && let Some(last) = numbers().find(|number| self.position(*number) == heard)
        {
            return last + 1;
        }
        let is_snapshot = |number: &u64| self.recorded(*number).is_some_and(Event::is_snapshot);
        numbers().find(is_snapshot).unwrap_or(begin)
    }
}

fn event(line: &[u8]) -> Result<Event, String> {
    let line = std::str::from_utf8(line).map_err(|_| "it is not text".to_owned())?;
    let line: Line = serde_json::from_str(line)
        .map_err(|error| format!("not a line of a recording: {error}"))?;
    let position = line.position()?;
    let text: Arc<str> = as_replay(line.data.get()).into();
    let piece = match line.event {
        Kind::Snapshot => Piece::Full(position, text),
        Kind::Frame => Piece::Frame(position, text),
    };
    Ok(Event { at: Duration::from_millis(line.ms), piece })
}

/// Replaces the mode in an event's data by `replay`. Quotes inside JSON strings have a backslash
/// before them, so this changes no other text.
fn as_replay(data: &str) -> String {
    MODES.iter().fold(data.to_owned(), |data, mode| data.replace(mode, REPLAY))
}

#[cfg(test)]
mod tests;
