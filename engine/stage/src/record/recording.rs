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

    fn is_snapshot(&self) -> bool {
        matches!(self.piece, Piece::Full(..))
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
        self.events.iter().find_map(|Event { piece, .. }| {
            let (place, text) = match piece {
                Piece::Full(_, text) => ("/state/audience/url", text),
                Piece::Frame(_, text) => ("/set/audience/url", text),
            };
            // Most events do not contain the URL, so they are not parsed.
            let known = text.contains("\"audience\"").then(|| serde_json::from_str(text).ok())?;
            let event: serde_json::Value = known?;
            event.pointer(place)?.as_str().map(str::to_owned)
        })
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
            return (self.length() + PAUSE).saturating_mul(rounds) + event.at;
        }
        let pulses = number - self.count() + 1;
        self.length() + PULSE.saturating_mul(u32::try_from(pulses).unwrap_or(u32::MAX))
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
        let (Piece::Full(_, text) | Piece::Frame(_, text)) =
            &self.events[self.events.len() - 1].piece;
        let last: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
        let frame = json!({
            "seq": position.seq, "t": last["t"], "tick": last["tick"], "step": false, "more": false
        });
        Piece::Frame(position, frame.to_string().into())
    }

    /// The number of the next event for a page, once `played` events were replayed: the event after
    /// `heard`, the page's last event, or else the latest snapshot.
    pub fn next_for(&self, heard: Option<Position>, played: u64) -> u64 {
        let begin =
            if self.goes_round { (played.max(1) - 1) / self.count() * self.count() } else { 0 };
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
mod tests {
    use super::*;

    const SNAPSHOT: &str = concat!(
        r#"{"ms":0,"event":"snapshot","id":"00000007-1","data":{"seq":1,"state":"#,
        r#"{"status":{"mode":"live"},"headline":"\"mode\":\"live\""}}}"#,
    );

    fn frame(ms: u64, seq: u64) -> String {
        format!(r#"{{"ms":{ms},"event":"frame","id":"00000007-{seq}","data":{{"seq":{seq}}}}}"#)
    }

    fn recording(lines: &[&str]) -> Result<Recording, Bad> {
        Recording::read(lines.join("\n").as_bytes())
    }

    fn three() -> Recording {
        recording(&[SNAPSHOT, &frame(500, 2), &frame(1000, 3)]).unwrap()
    }

    fn seq(piece: &Piece) -> u64 {
        let (Piece::Full(position, _) | Piece::Frame(position, _)) = piece;
        position.seq
    }

    #[test]
    fn events_keep_their_times_and_data_except_for_the_mode() {
        let recording = three();
        assert_eq!((recording.count(), recording.due(1)), (3, Duration::from_millis(500)));
        let Piece::Full(_, text) = recording.event(0) else { panic!("the first is a snapshot") };
        let expected =
            r#"{"seq":1,"state":{"status":{"mode":"replay"},"headline":"\"mode\":\"live\""}}"#;
        assert_eq!(&*text, expected);
        let last = Piece::Frame("00000007-3".parse().unwrap(), "{\"seq\":3}".into());
        assert_eq!(recording.event(2), last);
    }

    #[test]
    fn after_the_end_empty_frames_follow() {
        let recording = three();
        assert_eq!((seq(&recording.event(3)), seq(&recording.event(4))), (4, 5));
        assert_eq!(recording.due(4), Duration::from_secs(3));
        let Piece::Frame(_, text) = recording.event(3) else { panic!("it is a frame") };
        assert!(!text.contains("set") && text.contains(r#""step":false"#), "{text}");
    }

    #[test]
    fn a_loop_begins_again_with_its_snapshot() {
        let recording = three().going_round(true);
        assert_eq!((seq(&recording.event(3)), seq(&recording.event(5))), (1, 3));
        assert_eq!(
            (recording.due(3), recording.due(4)),
            (Duration::from_secs(4), Duration::from_millis(4500))
        );
        assert_eq!(recording.next_for(None, 5), 3);
        assert_eq!(
            recording.next_for(Some("00000007-3".parse().unwrap()), 5),
            3,
            "of the round before"
        );
    }

    #[test]
    fn a_page_that_comes_again_goes_on_where_it_was() {
        let (recording, at) = (three(), |text: &str| Some(text.parse().unwrap()));
        assert_eq!(recording.next_for(None, 3), 0);
        assert_eq!(recording.next_for(at("00000007-2"), 3), 2);
        assert_eq!(recording.next_for(at("00000007-3"), 2), 0, "it has not come yet");
        assert_eq!(recording.next_for(at("00000007-5"), 5), 5, "it was at the end");
        assert_eq!(recording.next_for(at("00000008-2"), 3), 0, "of another run");
        assert_eq!(recording.next_for(None, 0), 0);
    }

    #[test]
    fn a_last_line_that_is_cut_anywhere_is_left_out_and_reported() {
        let last = frame(1000, 3).replace("{\"seq\":3}", "{\"seq\":3,\"headline\":\"größer\"}");
        let whole = [SNAPSHOT, &frame(500, 2), &last].join("\n").into_bytes();
        let before = whole.len() - last.len();
        assert_eq!(Recording::read(&whole[..]).unwrap().cut(), None, "only its end is missing");
        for end in before + 1..whole.len() {
            let recording = Recording::read(&whole[..end]).unwrap();
            assert_eq!((recording.count(), recording.cut()), (2, Some(3)), "{end}");
        }
        let recording = Recording::read(&whole[..before]).unwrap();
        assert_eq!((recording.count(), recording.cut()), (2, None));
        let zeros = [&whole[..before], &[0; 9]].concat();
        assert_eq!(Recording::read(&zeros[..]).unwrap().cut(), Some(3));
    }

    #[test]
    fn a_damaged_line_is_named_by_its_number() {
        let good = frame(500, 2);
        let cases: [(&[&str], &str); 11] = [
            (&[], "line 1: the file is empty"),
            (&[&good], "line 1: a recording begins with a snapshot"),
            (&[SNAPSHOT, &good, "{\"ms\":1", &good], "line 3: not a line of a recording: EOF"),
            (&[SNAPSHOT, "{\"ms\":1", ""], "line 2: not a line of a recording: EOF"),
            (&[&SNAPSHOT[..90]], "line 1: the only line is cut off"),
            (&[SNAPSHOT, "", &good], "line 2: not a line of a recording"),
            (&[SNAPSHOT, &good, &frame(400, 3)], "line 3: its time is before that of the line"),
            (&[SNAPSHOT, &good.replace("-2", "2")], "line 2: a position in the stream looks"),
            (&[SNAPSHOT, &good.replace("-2", "-3")], "line 2: its id is 00000007-3, but"),
            (&[SNAPSHOT, &good.replace("{\"seq\":2}", "7")], "line 2: its data: "),
            (&[SNAPSHOT, &good.replace("frame", "film")], "line 2: not a line of a recording"),
        ];
        for (lines, says) in cases {
            let bad = recording(lines).unwrap_err().to_string();
            assert!(bad.starts_with(says) && !bad.contains('\n'), "{bad}");
        }
        assert_eq!(Recording::read(&b"\xff\n"[..]).unwrap_err().text, "it is not text");
    }
}
