//! Makes a picture from tiles, and counts tiles per second. Uses no queue and no clock.

use std::collections::VecDeque;
use std::time::Duration;

use serde::{Serialize, Serializer};
use serde_json::json;

use super::tile::{self, COLUMNS, PLACES, ROWS, SHADES, Tile};

/// The time over which the rate is averaged: long enough to be steady, short enough to be current.
const WINDOW: Duration = Duration::from_secs(5);
/// The rate is unknown after this time without an answer; a working queue answers every second.
const DEAF_AFTER: Duration = Duration::from_secs(3);
/// A tile of an older picture is dropped, unless the newest picture got no tile for this time. In
/// that case the queue was reset, and the numbers of tiles began again.
const OVER_AFTER: Duration = Duration::from_secs(5);
/// The most tiles that wait to be shown: two pictures, which is more than arrive in one tick.
const FRESH: usize = 2 * PLACES as usize;

/// A picture and the tiles painted so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TileGrid {
    /// The picture's number, from 0.
    pub number: u64,
    /// The shades of the tile at each of the [`PLACES`]; `None` where no tile is painted yet.
    pub places: Vec<Option<[u8; SHADES]>>,
}

/// The newest picture and the rate of its tiles.
#[derive(Debug, Default)]
pub struct Picture {
    grid: Option<TileGrid>,
    /// When the picture's last tile arrived.
    painted: Duration,
    /// Tiles that were not shown yet.
    fresh: VecDeque<Tile>,
    /// When the tiles of the last [`WINDOW`] arrived.
    done: VecDeque<Duration>,
    /// The times of the queue's first and latest answers since its last failure.
    heard: Option<(Duration, Duration)>,
}

impl Picture {
    /// Adds a tile that arrived at `now`; returns whether it changed the picture.
    pub fn paint(&mut self, now: Duration, tile: Tile) -> bool {
        let number = tile.picture();
        let newest = self.grid.as_ref().map(|picture| picture.number);
        let over = now >= self.painted + OVER_AFTER;
        if newest.is_some_and(|newest| number < newest && !over) {
            return false;
        }
        let picture = match &mut self.grid {
            Some(picture) if picture.number == number => picture,
            other => other.insert(TileGrid { number, places: vec![None; PLACES as usize] }),
        };
        self.painted = now;
        let place = &mut picture.places[tile.place()];
        if place.replace(tile.shades) == Some(tile.shades) {
            return false;
        }
        self.fresh.push_back(tile);
        if self.fresh.len() > FRESH {
            self.fresh.pop_front();
        }
        // Tiles from before the first answer had waited in the queue, so the rate ignores them.
        if self.heard.is_some() {
            self.done.push_back(now);
        }
        true
    }

    /// Notes that the queue has answered: all tiles up to `now` were received.
    pub fn heard(&mut self, now: Duration) {
        let since = self.heard.map_or(now, |(since, _)| since);
        self.heard = Some((since, now));
        while self.done.front().is_some_and(|done| *done + WINDOW < now) {
            self.done.pop_front();
        }
    }

    /// Notes that the queue does not answer any more, so that the rate is unknown.
    pub fn deafen(&mut self) {
        self.heard = None;
        self.done.clear();
    }

    /// Tiles per second over the last 5 s; `None` during the first 2.5 s, and if the queue has not
    /// answered for 3 s.
    pub fn rate(&self, now: Duration) -> Option<f64> {
        let (since, until) = self.heard?;
        let known = until.saturating_sub(since).min(WINDOW);
        if now > until + DEAF_AFTER || known * 2 < WINDOW {
            return None;
        }
        let done = self.done.iter().filter(|done| **done + WINDOW > until).count();
        Some(done as f64 / known.as_secs_f64())
    }

    /// The newest picture; `None` before the first tile.
    pub fn grid(&self) -> Option<&TileGrid> {
        self.grid.as_ref()
    }

    /// Removes and returns the tiles painted since this function was last called, oldest first.
    pub fn take_fresh(&mut self) -> Vec<Tile> {
        std::mem::take(&mut self.fresh).into()
    }
}

/// In JSON a grid is `{"number", "columns", "rows", "tiles": [[place, "base64 of shades"], ..]}`,
/// without places that are not painted yet.
impl Serialize for TileGrid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let places = self.places.iter().enumerate();
        let tiles = places.filter_map(|(i, shades)| Some((i, tile::text(shades.as_ref()?))));
        let tiles: Vec<_> = tiles.collect();
        json!({"number": self.number, "columns": COLUMNS, "rows": ROWS, "tiles": tiles})
            .serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tile(number: u64) -> Tile {
        Tile { number, shades: [number as u8; SHADES] }
    }

    fn at(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    /// The number of the newest picture, and its painted places.
    fn painted(picture: &Picture) -> (u64, Vec<usize>) {
        let picture = picture.grid().unwrap();
        let places = (0..).zip(&picture.places);
        (picture.number, places.filter_map(|(i, it)| it.map(|_| i)).collect())
    }

    #[test]
    fn tiles_make_a_picture_until_the_next_one_begins() {
        let mut picture = Picture::default();
        assert!(picture.grid().is_none());
        assert!(picture.paint(at(0), tile(3)) && picture.paint(at(1), tile(5)));
        assert_eq!(painted(&picture), (0, vec![3, 5]));
        assert!(!picture.paint(at(2), tile(5)), "the same again");
        assert!(picture.paint(at(3), tile(161)));
        assert!(!picture.paint(at(4), tile(7)), "one that comes late for its picture");
        assert_eq!(painted(&picture), (1, vec![1]));
        assert_eq!(picture.take_fresh(), [tile(3), tile(5), tile(161)]);
        assert_eq!(picture.take_fresh(), []);
    }

    #[test]
    fn numbers_that_begin_again_begin_a_picture_once_the_old_one_is_over() {
        let mut picture = Picture::default();
        picture.paint(at(0), tile(1600));
        picture.paint(at(4_000), tile(1601));
        assert!(!picture.paint(at(8_999), tile(2)));
        assert!(picture.paint(at(9_000), tile(2)));
        assert_eq!(painted(&picture), (0, vec![2]));
    }

    #[test]
    fn tiles_that_are_not_shown_do_not_pile_up() {
        let mut picture = Picture::default();
        for number in 0..1000 {
            picture.paint(at(0), tile(number));
        }
        let fresh = picture.take_fresh();
        assert_eq!((fresh.len(), fresh[0]), (320, tile(680)));
    }

    #[test]
    fn the_rate_is_that_of_the_last_five_seconds_and_unknown_before_half_of_them() {
        let mut picture = Picture::default();
        picture.paint(at(0), tile(0)); // It was in the queue before.
        picture.heard(at(0));
        for i in 1..=40 {
            assert_eq!(picture.rate(at(i * 250)).is_some(), i > 10, "{i}");
            picture.paint(at(i * 250), tile(i));
            picture.heard(at(i * 250));
        }
        assert_eq!(picture.rate(at(10_000)), Some(4.0));
        picture.heard(at(12_500));
        assert_eq!(picture.rate(at(12_500)), Some(2.0), "a stall shows");
        picture.heard(at(20_000));
        assert_eq!(picture.rate(at(20_000)), Some(0.0));
    }

    #[test]
    fn a_queue_that_does_not_answer_leaves_the_rate_unknown_and_never_zero() {
        let mut picture = Picture::default();
        (0..=40).for_each(|i| picture.heard(at(i * 250)));
        assert_eq!(picture.rate(at(13_000)), Some(0.0));
        assert_eq!(picture.rate(at(13_001)), None);
        picture.deafen();
        assert_eq!(picture.rate(at(10_000)), None);
    }

    #[test]
    fn the_json_of_a_picture_has_its_painted_places() {
        let mut picture = Picture::default();
        picture.paint(at(0), tile(320 + 17));
        let json = serde_json::to_value(picture.grid()).unwrap();
        let shades = tile::text(&[(320 + 17) as u8; SHADES]);
        let expected = serde_json::json!({
            "number": 2, "columns": 16, "rows": 10, "tiles": [[17, shades]]
        });
        assert_eq!(json, expected);
    }
}
