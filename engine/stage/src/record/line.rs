//! An event of the page's stream as a line of JSON:
//! `{"ms":500,"event":"frame","id":"0a1b2c3d-2","data":{..}}`.

use runtime::feed::{Piece, Position};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// The kind of an event, which is its name in the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The whole state at one moment.
    Snapshot,
    /// The changes since the previous event.
    Frame,
}

/// A line of a recording.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Line {
    /// Milliseconds since the first event.
    pub(super) ms: u64,
    pub(super) event: Kind,
    pub(super) id: String,
    /// The event's data as it was sent, byte for byte.
    pub(super) data: Box<RawValue>,
}

/// The part of an event's data that all kinds have.
#[derive(Debug, Deserialize)]
struct Numbered {
    seq: u64,
}

impl Line {
    /// Makes a line of an event; `None` if its data are not JSON, which the engine never sends.
    pub(super) fn of(ms: u64, piece: &Piece) -> Option<Line> {
        let (event, position, text) = match piece {
            Piece::Full(position, text) => (Kind::Snapshot, position, text),
            Piece::Frame(position, text) => (Kind::Frame, position, text),
        };
        let data = RawValue::from_string(text.to_string()).ok()?;
        Some(Line { ms, event, id: position.to_string(), data })
    }

    /// The event's position in the stream.
    ///
    /// # Errors
    /// When the id is invalid, or differs from the number in the data.
    pub(super) fn position(&self) -> Result<Position, String> {
        let position: Position = self.id.parse().map_err(str::to_owned)?;
        let Numbered { seq } =
            serde_json::from_str(self.data.get()).map_err(|error| format!("its data: {error}"))?;
        if seq == position.seq {
            Ok(position)
        } else {
            Err(format!("its id is {}, but the number in its data is {seq}", self.id))
        }
    }
}
