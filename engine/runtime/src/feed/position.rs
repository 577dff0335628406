//! Which event a page received last: `RUN-SEQ`, the id of the stream's events.

use std::fmt;
use std::str::FromStr;

/// A position in the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Position {
    /// The number of the run; a reset or a restart of the engine begins another run.
    pub run: u32,
    /// The number of the last frame.
    pub seq: u64,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}-{}", self.run, self.seq)
    }
}

impl FromStr for Position {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Position, &'static str> {
        let parts = text.split_once('-').and_then(|(run, seq)| {
            Some(Position { run: u32::from_str_radix(run, 16).ok()?, seq: seq.parse().ok()? })
        });
        parts.ok_or("a position in the stream looks like 0a1b2c3d-17")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_comes_back_from_its_text() {
        let position = Position { run: 0xa1b2, seq: 17 };
        assert_eq!(position.to_string(), "0000a1b2-17");
        assert_eq!("0000a1b2-17".parse(), Ok(position));
        for text in ["", "-", "1", "x-1", "1-x", "1-", "-1", "100000000-1"] {
            assert!(text.parse::<Position>().is_err(), "{text}");
        }
    }
}
