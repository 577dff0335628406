//! The film at a moment of a recording: tiles make frames, as on the page
//! (`engine/web/src/page/shell/frames.js`).

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// How many frames are open for tiles; an older one with a missing tile is left out of the film.
const OPEN: u64 = 4;
/// How many finished frames the page keeps.
const KEPT: usize = 240;
/// The size of a frame in tiles, in recordings that do not say it.
const GRID: (u64, u64) = (16, 10);

/// The frames of a moment, each with its tiles: the shades by place. Parts of a snapshot that are
/// missing or of the wrong type count as empty, because recordings may come from anywhere.
#[derive(Debug, Clone, Default)]
pub(super) struct Frames {
    /// The size of a frame in tiles; `None` until there is a frame.
    size: Option<(u64, u64)>,
    open: BTreeMap<u64, BTreeMap<u64, Value>>,
    finished: BTreeMap<u64, BTreeMap<u64, Value>>,
}

impl Frames {
    /// The frames of a snapshot.
    pub(super) fn of_snapshot(all: &Map<String, Value>) -> Frames {
        let mut frames = Frames::default();
        let Some(picture) = all.get("picture").filter(|picture| picture.is_object()) else {
            return frames;
        };
        frames.size = size(picture);
        let earlier = picture.get("earlier").and_then(Value::as_array);
        for grid in earlier.into_iter().flatten().chain([picture]) {
            let Some(number) = grid.get("number").and_then(Value::as_u64) else { continue };
            let tiles = grid.get("tiles").and_then(Value::as_array).into_iter().flatten();
            let tile = |tile: &Value| Some((tile.get(0)?.as_u64()?, tile.get(1)?.clone()));
            frames.open.insert(number, tiles.filter_map(tile).collect());
            frames.finish(number);
        }
        frames
    }

    /// Adds a tile, `[number, shades]`, in the state `state`.
    pub(super) fn add(&mut self, tile: &Value, state: Option<&Value>) {
        let (Some(number), Some(shades)) = (tile.get(0).and_then(Value::as_u64), tile.get(1))
        else {
            return;
        };
        let said = || state.and_then(|state| size(state.get("film")?));
        let (columns, rows) = *self.size.get_or_insert_with(|| said().unwrap_or(GRID));
        let places = columns.saturating_mul(rows);
        let (frame, place) = (number / places, number % places);
        let newest = self.open.keys().next_back().copied().unwrap_or(frame).max(frame);
        if frame.saturating_add(OPEN) <= newest {
            return;
        }
        self.open.entry(frame).or_default().insert(place, shades.clone());
        self.open.retain(|number, _| number.saturating_add(OPEN) > newest);
        self.finish(frame);
    }

    /// Adds an open frame to the finished ones if it has all its tiles.
    fn finish(&mut self, number: u64) {
        let (columns, rows) = self.size.unwrap_or(GRID);
        let Some(tiles) = self.open.get(&number) else { return };
        if tiles.len() as u64 == columns.saturating_mul(rows) {
            self.finished.entry(number).or_insert_with(|| tiles.clone());
            while self.finished.len() > KEPT {
                self.finished.pop_first();
            }
        }
    }

    /// Writes the frames into a snapshot: the open ones as `picture`, the finished ones as
    /// `frames`.
    pub(super) fn write(&self, all: &mut Map<String, Value>) {
        let tiles = |tiles: &BTreeMap<u64, Value>| -> Vec<Value> {
            tiles.iter().map(|(place, shades)| json!([place, shades])).collect()
        };
        let mut grids: Vec<Value> = self
            .open
            .iter()
            .map(|(number, painted)| json!({"number": number, "tiles": tiles(painted)}))
            .collect();
        let mut picture = grids.pop().unwrap_or_default();
        if picture.is_object() {
            let (columns, rows) = self.size.unwrap_or(GRID);
            picture["columns"] = json!(columns);
            picture["rows"] = json!(rows);
            picture["earlier"] = Value::Array(grids);
        }
        let finished = self.finished.iter().map(|(number, tiles)| {
            json!({"number": number, "tiles": tiles.values().collect::<Vec<_>>()})
        });
        all.insert("frames".to_owned(), finished.collect());
        all.insert("picture".to_owned(), picture);
    }
}

/// The size in an object with `columns` and `rows`; `None` if either is missing or 0.
fn size(object: &Value) -> Option<(u64, u64)> {
    let side = |key| object.get(key).and_then(Value::as_u64).filter(|side| *side > 0);
    Some((side("columns")?, side("rows")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The open frames and the finished ones after these tiles of frames of 2 x 2 tiles.
    fn painted(numbers: &[u64]) -> (Value, Value) {
        let state = json!({"film": {"columns": 2, "rows": 2}});
        let mut frames = Frames::default();
        numbers.iter().for_each(|number| frames.add(&json!([number, "a"]), Some(&state)));
        written(&frames)
    }

    fn written(frames: &Frames) -> (Value, Value) {
        let mut all = Map::new();
        frames.write(&mut all);
        (all["picture"].clone(), all["frames"].clone())
    }

    fn numbers(frames: &Value) -> Vec<u64> {
        frames.as_array().unwrap().iter().map(|it| it["number"].as_u64().unwrap()).collect()
    }

    #[test]
    fn a_frame_is_finished_with_its_last_tile_even_if_the_next_one_has_begun() {
        let (picture, frames) = painted(&[0, 1, 2, 4, 3]);
        assert_eq!(frames, json!([{"number": 0, "tiles": ["a", "a", "a", "a"]}]));
        assert_eq!((&picture["number"], &picture["tiles"]), (&json!(1), &json!([[0, "a"]])));
        assert_eq!(numbers(&picture["earlier"]), [0]);
    }

    #[test]
    fn a_frame_with_a_hole_is_left_out_once_later_frames_overtake_it() {
        let (picture, frames) = painted(&[0, 1, 2, 4, 5, 6, 7, 16, 3]);
        assert_eq!((numbers(&frames), numbers(&picture["earlier"])), (vec![1], vec![1]));
    }

    #[test]
    fn what_was_written_is_read_again() {
        let mut all = Map::new();
        let mut frames = Frames::default();
        (0..90).for_each(|number| frames.add(&json!([number, "b"]), None));
        frames.write(&mut all);
        let (mut again, next) = (Frames::of_snapshot(&all), json!([90, "c"]));
        frames.add(&next, None);
        again.add(&next, None);
        assert_eq!(written(&again), written(&frames));
    }

    #[test]
    fn without_a_size_a_frame_has_16_x_10_tiles_and_what_is_no_frame_counts_as_none() {
        let all = json!({"picture": {"number": "x", "columns": 0, "rows": 3, "earlier": 7}});
        let mut frames = Frames::of_snapshot(all.as_object().unwrap());
        assert_eq!(written(&frames), (Value::Null, json!([])));
        frames.add(&json!("no tile"), None);
        frames.add(&json!([160, "a"]), None);
        let (picture, _) = written(&frames);
        assert_eq!((&picture["number"], &picture["columns"]), (&json!(1), &json!(16)));
        frames.add(&json!([u64::MAX, "a"]), None);
        assert_eq!(written(&frames).0["earlier"], json!([]));
    }

    #[test]
    fn a_bounded_number_of_frames_is_kept() {
        let tiles: Vec<u64> = (0..4 * 300).collect();
        let (_, frames) = painted(&tiles);
        assert_eq!(numbers(&frames), (60..300).collect::<Vec<u64>>());
    }
}
