//! A part of a frame of the film, computed row by row, so that the work can be interrupted after any row.

use crate::fractal::{HEIGHT, View, WIDTH};

/// A tile's width and height in pixels.
pub const SIDE: u32 = 72;
/// The number of tiles in each row of a frame.
pub const COLUMNS: u32 = WIDTH / SIDE;
/// The number of tiles in each column of a frame.
pub const ROWS: u32 = HEIGHT / SIDE;
/// A thumbnail's width and height in pixels.
pub const THUMBNAIL: usize = 12;

/// One pixel of a thumbnail stands for a square of the tile, with sides of this many pixels.
const BLOCK: usize = SIDE as usize / THUMBNAIL;
/// A pixel is the mean of `SAMPLES` x `SAMPLES` points, because the edge of the Mandelbrot set has
/// details smaller than a pixel.
const SAMPLES: u32 = 2;
/// The distance between successive tiles. It is coprime to their number, so that all are reached.
const STRIDE: u64 = 13;

/// The place of a tile: its frame, and its position in the frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place {
    /// The number of the frame, starting at 0.
    pub frame: u64,
    /// The column, counted from the left, starting at 0.
    pub column: u32,
    /// The row, counted from the top, starting at 0.
    pub row: u32,
}

impl Place {
    /// The place of the tile with this number; the first number is 0. Successive tiles are
    /// scattered over the frame, so that all of it shows early, and slow tiles do not follow each
    /// other.
    pub fn of_tile(number: u64) -> Place {
        let tiles = u64::from(COLUMNS * ROWS);
        let spot = (number % tiles * STRIDE % tiles) as u32;
        Place { frame: number / tiles, column: spot % COLUMNS, row: spot / COLUMNS }
    }
}

/// A tile that is being computed.
#[derive(Debug, Clone, PartialEq)]
pub struct Tile {
    place: Place,
    view: View,
    /// The shades of the rows that are computed so far.
    shades: Vec<u8>,
}

impl Tile {
    /// Creates the tile with this number, without any computed rows; the first number is 0.
    pub fn new(number: u64) -> Tile {
        let place = Place::of_tile(number);
        Tile { place, view: View::of_frame(place.frame), shades: Vec::new() }
    }

    /// The tile's place.
    pub fn place(&self) -> Place {
        self.place
    }

    /// Whether all rows are computed.
    pub fn is_done(&self) -> bool {
        self.shades.len() == (SIDE * SIDE) as usize
    }

    /// Computes the next row; does nothing if all are computed.
    pub fn compute_row(&mut self) {
        if !self.is_done() {
            let y = self.place.row * SIDE + self.shades.len() as u32 / SIDE;
            let left = self.place.column * SIDE;
            let view = self.view;
            self.shades.extend((left..left + SIDE).map(|x| pixel(&view, x, y)));
        }
    }

    /// The tile reduced to a thumbnail, row after row; rows not computed yet are black.
    pub fn thumbnail(&self) -> [u8; THUMBNAIL * THUMBNAIL] {
        let mut sums = [0; THUMBNAIL * THUMBNAIL];
        for (i, shade) in self.shades.iter().enumerate() {
            let (x, y) = (i % SIDE as usize, i / SIDE as usize);
            sums[y / BLOCK * THUMBNAIL + x / BLOCK] += usize::from(*shade);
        }
        sums.map(|sum| (sum / (BLOCK * BLOCK)) as u8)
    }
}

fn pixel(view: &View, x: u32, y: u32) -> u8 {
    let within = |i: u32| (f64::from(i) + 0.5) / f64::from(SAMPLES);
    let sample = |i: u32| {
        let (dx, dy) = (within(i % SAMPLES), within(i / SAMPLES));
        u32::from(view.shade(f64::from(x) + dx, f64::from(y) + dy))
    };
    let count = SAMPLES * SAMPLES;
    ((0..count).map(sample).sum::<u32>() / count) as u8
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_tile_computed_in_slices_equals_one_computed_at_once() {
        let (mut at_once, mut in_slices) = (Tile::new(5), Tile::new(5));
        while !at_once.is_done() {
            at_once.compute_row();
        }
        while !in_slices.is_done() {
            let mut slice = in_slices.clone();
            (0..7).for_each(|_| slice.compute_row());
            in_slices = slice;
        }
        assert_eq!(at_once, in_slices);
    }

    #[test]
    fn a_frame_has_every_tile_once() {
        let tiles = u64::from(COLUMNS * ROWS);
        let places: HashSet<_> = (0..tiles).map(Place::of_tile).collect();
        assert_eq!(places.len(), 40);
        assert!(places.iter().all(|place| place.frame == 0));
        assert_eq!(Place::of_tile(tiles), Place { frame: 1, column: 0, row: 0 });
    }

    #[test]
    fn a_thumbnail_is_the_mean_of_its_blocks() {
        let mut tile = Tile::new(0);
        tile.shades = (0..SIDE * SIDE).map(|i| (i / SIDE) as u8).collect();
        let thumbnail = tile.thumbnail();
        // Rows 0 to 5 are the first block, rows 66 to 71 the last one.
        assert_eq!((thumbnail[0], thumbnail[143]), (2, 68));
    }
}
