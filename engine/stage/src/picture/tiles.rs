//! Tiles into a picture, and how many a second. It knows no queue and no clock.

use std::collections::VecDeque;
use std::time::Duration;

use serde::{Serialize, Serializer};
use serde_json::json;

use super::tile::{self, COLUMNS, PLACES, ROWS, SHADES, Tile};

/// The rate is taken over this time: long enough to be calm, short enough to be now.
const WINDOW: Duration = Duration::from_secs(5);
/// Answers come each second where all is well. After so long without one nothing is known.
const DEAF_AFTER: Duration = Duration::from_secs(3);
/// An older picture is not gone back to, but where nothing has come of the newest one for so long:
/// its queue has begun anew, and all numbers with it.
const OVER_AFTER: Duration = Duration::from_secs(5);
/// So many tiles are kept for who shows them; two pictures are more than a tick's.
const FRESH: usize = 2 * PLACES as usize;

/// A picture as far as it is painted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TileGrid {
    /// Its number, from 0.
    pub number: u64,
    /// The shades of each place, [`PLACES`] of them; `None` where nothing was painted.
    pub places: Vec<Option<[u8; SHADES]>>,
}

/// The newest picture, and what is known of the tiles' rate.
#[derive(Debug, Default)]
pub struct Picture {
    picture: Option<TileGrid>,
    /// When its last tile came.
    painted: Duration,
    /// Tiles that nobody has shown yet.
    fresh: VecDeque<Tile>,
    /// When the tiles of the last seconds were done.
    done: VecDeque<Duration>,
    /// From when to when all tiles that were there have been heard of.
    heard: Option<(Duration, Duration)>,
}

impl Picture {
    /// Takes a tile in that came at `now`; whether it is part of the picture and was not before.
    pub fn paint(&mut self, now: Duration, tile: Tile) -> bool {
        let number = tile.picture();
        let newest = self.picture.as_ref().map(|picture| picture.number);
        let over = now >= self.painted + OVER_AFTER;
        if newest.is_some_and(|newest| number < newest && !over) {
            return false;
        }
        let picture = match &mut self.picture {
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
        // Those that had been lying there when we began to listen are older than that.
        if self.heard.is_some() {
            self.done.push_back(now);
        }
        true
    }

    /// The queue has told of all tiles up to `now`.
    pub fn heard(&mut self, now: Duration) {
        let since = self.heard.map_or(now, |(since, _)| since);
        self.heard = Some((since, now));
        while self.done.front().is_some_and(|done| *done + WINDOW < now) {
            self.done.pop_front();
        }
    }

    /// The queue tells nothing any more.
    pub fn deafen(&mut self) {
        self.heard = None;
        self.done.clear();
    }

    /// Tiles a second over the last five seconds; `None` before half of that was listened to, and
    /// where the queue has been silent for long.
    pub fn rate(&self, now: Duration) -> Option<f64> {
        let (since, until) = self.heard?;
        let known = until.saturating_sub(since).min(WINDOW);
        if now > until + DEAF_AFTER || known * 2 < WINDOW {
            return None;
        }
        let done = self.done.iter().filter(|done| **done + WINDOW > until).count();
        Some(done as f64 / known.as_secs_f64())
    }

    /// The newest picture; `None` until a tile came.
    pub fn picture(&self) -> Option<&TileGrid> {
        self.picture.as_ref()
    }

    /// The tiles that were painted since the last call, oldest first.
    pub fn take_fresh(&mut self) -> Vec<Tile> {
        std::mem::take(&mut self.fresh).into()
    }
}

/// `{"number", "columns", "rows", "tiles": [[place, "base64 of its shades"], ..]}`, painted ones
/// only.
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

    /// The places that are painted of the newest picture, and its number.
    fn painted(picture: &Picture) -> (u64, Vec<usize>) {
        let picture = picture.picture().unwrap();
        let places = (0..).zip(&picture.places);
        (picture.number, places.filter_map(|(i, it)| it.map(|_| i)).collect())
    }

    #[test]
    fn tiles_make_a_picture_until_the_next_one_begins() {
        let mut picture = Picture::default();
        assert!(picture.picture().is_none());
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
    fn numbers_that_begin_anew_begin_a_picture_once_the_old_one_is_over() {
        let mut picture = Picture::default();
        picture.paint(at(0), tile(1600));
        picture.paint(at(4_000), tile(1601));
        assert!(!picture.paint(at(8_999), tile(2)));
        assert!(picture.paint(at(9_000), tile(2)));
        assert_eq!(painted(&picture), (0, vec![2]));
    }

    #[test]
    fn tiles_that_nobody_shows_do_not_pile_up() {
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
        picture.paint(at(0), tile(0)); // It had been lying there.
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
    fn a_picture_tells_what_is_painted_of_it() {
        let mut picture = Picture::default();
        picture.paint(at(0), tile(320 + 17));
        let json = serde_json::to_value(picture.picture()).unwrap();
        let shades = tile::text(&[(320 + 17) as u8; SHADES]);
        let expected = serde_json::json!({
            "number": 2, "columns": 16, "rows": 10, "tiles": [[17, shades]]
        });
        assert_eq!(json, expected);
    }
}
