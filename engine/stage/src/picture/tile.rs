//! A tile, as the background publishes it and as the page gets it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize, Serializer};

/// Columns of tiles in a frame of the film.
pub const COLUMNS: u64 = 8;
/// Rows of tiles in a frame.
pub const ROWS: u64 = 5;
/// Tiles in a frame.
pub const PLACES: u64 = COLUMNS * ROWS;
/// Shades in a tile, which are listed row by row: 12 rows of 12.
pub const SHADES: usize = 144;

/// Tile numbers are below this limit, because larger integers are not exact in JSON.
pub(super) const MOST: u64 = 1 << 53;

/// A finished tile. In JSON `[number, "base64 of its shades"]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tile {
    /// The number of the tile's frame times [`PLACES`], plus its place, row by row from the left.
    pub number: u64,
    /// The tile's shades, row by row: 0 is black, 255 white.
    pub shades: [u8; SHADES],
}

/// The fields that are read from a tile's message; `picture` is the number of its frame.
#[derive(Debug, Deserialize)]
struct Body {
    picture: u64,
    column: u64,
    row: u64,
    columns: u64,
    rows: u64,
    pixels: String,
}

impl Tile {
    /// The tile in a message; `None` if the message is not a tile, like a worker's first message,
    /// or if the tile belongs to a frame of another size.
    pub fn from_message(body: &[u8]) -> Option<Tile> {
        let body: Body = serde_json::from_slice(body).ok()?;
        let fits = (body.columns, body.rows) == (COLUMNS, ROWS);
        if !fits || body.column >= COLUMNS || body.row >= ROWS {
            return None;
        }
        let number = body.picture.checked_mul(PLACES)? + body.row * COLUMNS + body.column;
        let shades = STANDARD.decode(body.pixels).ok()?.try_into().ok()?;
        // The other half is room for the film to go on after the numbers began again.
        (number < MOST / 2).then_some(Tile { number, shades })
    }

    /// The number of the frame that contains this tile.
    pub fn frame(&self) -> u64 {
        self.number / PLACES
    }

    /// The tile's index in its frame.
    pub fn place(&self) -> usize {
        (self.number % PLACES) as usize
    }
}

/// A tile's shades in base64.
pub(super) fn text(shades: &[u8; SHADES]) -> String {
    STANDARD.encode(shades)
}

impl Serialize for Tile {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.number, text(&self.shades)).serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tile in a message in which `from` is replaced by `to`. The unchanged message has the
    /// tile in the third frame, second row, fifth column.
    fn message(from: &str, to: &str) -> Option<Tile> {
        let pixels = text(&[7; SHADES]);
        let body = format!(
            r#"{{"worker":"remainder-1","picture":2,"column":4,"row":1,"columns":8,"rows":5,
                "pixels":"{pixels}"}}"#
        );
        assert!(body.contains(from), "{from}");
        Tile::from_message(body.replace(from, to).as_bytes())
    }

    #[test]
    fn a_tile_has_its_frame_and_its_place_in_one_number() {
        let tile = message("", "").unwrap();
        assert_eq!((tile.number, tile.frame(), tile.place()), (2 * 40 + 12, 2, 12));
        assert_eq!(tile.shades, [7; SHADES]);
        let json = format!("[92,\"{}\"]", text(&tile.shades));
        assert_eq!(serde_json::to_string(&tile).unwrap(), json);
    }

    #[test]
    fn any_other_message_is_no_tile() {
        for (from, to) in [
            ("\"column\":4", "\"column\":8"),
            ("\"row\":1", "\"row\":5"),
            ("\"columns\":8", "\"columns\":16"),
            ("\"picture\":2", "\"picture\":18446744073709551615"),
            ("\"picture\":2", "\"picture\":300000000000000"),
            ("\"picture\":2", "\"picture\":-1"),
            ("\"pixels\":\"", "\"pixels\":\"AAAA"),
            ("\"pixels\":\"", "\"pixels\":\"?"),
            ("\"pixels\"", "\"no-pixels\""),
        ] {
            assert_eq!(message(from, to), None, "{to}");
        }
        assert_eq!(Tile::from_message(b"{\"worker\":\"remainder-1\"}"), None);
        assert_eq!(Tile::from_message(b"\xff"), None);
    }
}
