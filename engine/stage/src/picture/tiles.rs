//! Makes frames of the film from tiles. Uses no queue and no clock.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use serde_json::{Value, json};

use super::film::{Film, Frame};
use super::rate::TileRate;
use super::tile::{self, COLUMNS, MOST, PLACES, ROWS, SHADES, Tile};

/// How many frames are open for tiles: the newest one and those whose last tiles still come. A tile
/// in the middle of the fractal takes as long as a whole frame of others. A frame that is older and
/// still has a hole is left out of the film, because the hole's worker was stopped.
pub const OPEN: u64 = 4;
/// After this time without a tile of an open frame, a tile of a much older frame means that the
/// queue was reset, and the numbers of tiles began again.
const OVER_AFTER: Duration = Duration::from_secs(5);
/// The most tiles that wait to be shown: two frames, which is more than arrive in one tick.
const FRESH: usize = 2 * PLACES as usize;

/// A frame and the tiles painted so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TileGrid {
    /// The frame's number, from 0.
    pub number: u64,
    /// The shades of the tile at each of the [`PLACES`]; `None` where no tile is painted yet.
    pub places: Vec<Option<[u8; SHADES]>>,
}

/// The frames in the making, the film of those that are finished, and the rate of the tiles.
#[derive(Debug, Default)]
pub struct Picture {
    /// The newest [`OPEN`] frames by number, also those of them that are finished.
    open: BTreeMap<u64, TileGrid>,
    /// Is added to the numbers of frames, so that frames follow those that came before the numbers
    /// began again.
    base: u64,
    /// When the last tile of an open frame arrived.
    painted: Duration,
    /// Tiles that were not shown yet.
    fresh: VecDeque<Tile>,
    film: Film,
    /// Whether the queue has ever answered.
    is_known: bool,
    rate: TileRate,
}

impl Picture {
    /// Adds a tile that arrived at `now`; returns whether it changed a frame.
    pub fn paint(&mut self, now: Duration, tile: Tile) -> bool {
        let Some(number) = self.number(now, tile.frame()) else { return false };
        self.painted = now;
        let grid = self.open.entry(number).or_insert_with(|| TileGrid::empty(number));
        let place = &mut grid.places[tile.place()];
        let before = place.replace(tile.shades);
        if before == Some(tile.shades) {
            return false;
        }
        if let (None, Some(frame)) = (before, grid.finished()) {
            self.film.add(frame);
        }
        self.close_old_ones();
        self.fresh.push_back(Tile { number: number * PLACES + tile.place() as u64, ..tile });
        if self.fresh.len() > FRESH {
            self.fresh.pop_front();
        }
        self.rate.tile(now);
        true
    }

    /// The number in the film of a frame with the number `frame` in its tiles; `None` if the frame
    /// is closed.
    fn number(&mut self, now: Duration, frame: u64) -> Option<u64> {
        let next = self.newest().map_or(0, |newest| newest.number + 1);
        if frame + self.base + OPEN < next {
            if now < self.painted + OVER_AFTER {
                return None;
            }
            self.base = next;
        }
        Some(frame + self.base).filter(|number| *number < MOST / PLACES)
    }

    fn close_old_ones(&mut self) {
        while let Some((oldest, (newest, _))) =
            self.open.keys().next().copied().zip(self.open.last_key_value())
            && oldest + OPEN <= *newest
        {
            self.open.remove(&oldest);
        }
    }

    /// Notes that the queue has answered: all tiles up to `now` were received.
    pub fn heard(&mut self, now: Duration) {
        self.is_known = true;
        self.rate.heard(now);
    }

    /// Notes that the queue does not answer any more, so that the rate is unknown.
    pub fn deafen(&mut self) {
        self.rate.deafen();
    }

    /// Tiles per second over the last seconds; `None` while that is unknown.
    pub fn rate(&self, now: Duration) -> Option<f64> {
        self.rate.at(now)
    }

    /// The newest frame; `None` before the first tile.
    pub fn newest(&self) -> Option<&TileGrid> {
        self.open.values().next_back()
    }

    /// All finished frames.
    pub fn film(&self) -> &Film {
        &self.film
    }

    /// How many frames were finished; `None` until the queue of tiles has answered once.
    pub fn made(&self) -> Option<u64> {
        self.is_known.then(|| self.film.made())
    }

    /// Removes and returns the tiles painted since this function was last called, oldest first.
    pub fn take_fresh(&mut self) -> Vec<Tile> {
        std::mem::take(&mut self.fresh).into()
    }

    /// The open frames: `{"number", "columns", "rows", "tiles": [[place, "base64 of shades"], ..],
    /// "earlier": [{"number", "tiles"}, ..]}`, where the first two and `tiles` are those of the
    /// newest frame, without places that are not painted yet. Null before the first tile.
    pub fn json(&self) -> Value {
        let Some(newest) = self.newest() else { return Value::Null };
        let earlier: Vec<Value> = self
            .open
            .values()
            .filter(|grid| grid.number < newest.number)
            .map(|grid| json!({"number": grid.number, "tiles": grid.tiles()}))
            .collect();
        json!({
            "number": newest.number, "columns": COLUMNS, "rows": ROWS,
            "tiles": newest.tiles(), "earlier": earlier,
        })
    }
}

impl TileGrid {
    fn empty(number: u64) -> TileGrid {
        TileGrid { number, places: vec![None; PLACES as usize] }
    }

    /// The painted tiles: each place, and its shades in base64.
    fn tiles(&self) -> Vec<(usize, String)> {
        let places = self.places.iter().enumerate();
        places.filter_map(|(i, shades)| Some((i, tile::text(shades.as_ref()?)))).collect()
    }

    /// The frame if no tile is missing.
    fn finished(&self) -> Option<Frame> {
        let tiles = self.places.iter().copied().collect::<Option<Vec<_>>>()?;
        Some(Frame::new(self.number, &tiles))
    }
}

#[cfg(test)]
mod tests;
