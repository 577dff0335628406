//! The film of all finished frames. Uses no clock.

use std::collections::VecDeque;
use std::sync::Arc;

use super::tile::{self, COLUMNS, ROWS, SHADES};

/// How many frames are kept: a whole round of the film. They take 1.9 MB.
pub const KEPT: usize = 240;

/// A frame with all its tiles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The frame's number.
    pub number: u64,
    /// The frame as JSON, `[number, ["base64 of a tile's shades", ..]]`. It is made once, because a
    /// film takes too long to encode within a call.
    json: Arc<str>,
}

/// The last [`KEPT`] finished frames, and how many were ever finished. A clone shares the frames.
#[derive(Debug, Clone, Default)]
pub struct Film {
    /// The frames by number.
    frames: VecDeque<Frame>,
    made: u64,
}

impl Frame {
    /// A frame with these tiles, in the order of their places.
    pub fn new(number: u64, tiles: &[[u8; SHADES]]) -> Frame {
        let tiles: Vec<String> = tiles.iter().map(tile::text).collect();
        Frame { number, json: serde_json::json!([number, tiles]).to_string().into() }
    }
}

impl Film {
    /// Adds a finished frame. A frame may finish after one that follows it in the film.
    pub fn add(&mut self, frame: Frame) {
        let later = self.frames.iter().rev().take_while(|it| it.number > frame.number).count();
        self.frames.insert(self.frames.len() - later, frame);
        self.made += 1;
        if self.frames.len() > KEPT {
            self.frames.pop_front();
        }
    }

    /// How many frames were finished.
    pub fn made(&self) -> u64 {
        self.made
    }

    /// The kept frames, in the order of the film.
    pub fn frames(&self) -> impl Iterator<Item = &Frame> {
        self.frames.iter()
    }

    /// The film as JSON: `{"made", "columns", "rows", "frames": [frame, ..]}`.
    pub fn json(&self) -> String {
        let frames: Vec<&str> = self.frames.iter().map(|frame| &*frame.json).collect();
        let (made, frames) = (self.made, frames.join(","));
        format!(r#"{{"made":{made},"columns":{COLUMNS},"rows":{ROWS},"frames":[{frames}]}}"#)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::tile::PLACES;
    use super::*;

    fn frame(number: u64) -> Frame {
        Frame::new(number, &[[number as u8; SHADES]; PLACES as usize])
    }

    fn numbers(film: &Film) -> Vec<u64> {
        film.frames().map(|frame| frame.number).collect()
    }

    #[test]
    fn frames_are_in_the_order_of_the_film_whenever_they_finish() {
        let mut film = Film::default();
        [0, 2, 3, 1, 7].into_iter().for_each(|number| film.add(frame(number)));
        assert_eq!((numbers(&film), film.made()), (vec![0, 1, 2, 3, 7], 5));
    }

    #[test]
    fn a_round_of_the_film_is_kept_and_every_frame_is_counted() {
        let mut film = Film::default();
        (0..1000).for_each(|number| film.add(frame(number)));
        assert_eq!(numbers(&film), (760..1000).collect::<Vec<u64>>());
        assert_eq!(film.made(), 1000);
    }

    #[test]
    fn a_frame_older_than_all_kept_ones_takes_no_place() {
        let mut film = Film::default();
        (10..10 + KEPT as u64).for_each(|number| film.add(frame(number)));
        film.add(frame(9));
        assert_eq!(numbers(&film)[0], 10);
        assert_eq!(film.made(), KEPT as u64 + 1);
    }

    #[test]
    fn the_json_of_a_film_has_the_tiles_of_each_frame() {
        let mut film = Film::default();
        film.add(frame(3));
        let json = serde_json::from_str::<Value>(&film.json()).unwrap();
        assert_eq!(
            (&json["made"], &json["columns"], &json["rows"]),
            (&json!(1), &json!(8), &json!(5))
        );
        assert_eq!(json["frames"][0][0], 3);
        assert_eq!(json["frames"][0][1].as_array().unwrap().len(), 40);
        assert_eq!(json["frames"][0][1][39], tile::text(&[3; SHADES]));
    }
}
