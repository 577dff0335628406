//! The picture that the background paints, and the number of tiles per second.
//!
//! # Layout
//! - [`tile`]: a tile, as it is published and as the page gets it
//! - [`tiles`]: makes a picture from tiles, and computes their rate; pure, takes `now`
//! - [`receiver`]: receives tiles from their queue

pub mod receiver;
pub mod tile;
pub mod tiles;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use runtime::contribution::Contribution;
use serde_json::{Value, json};

pub use tile::Tile;
pub use tiles::{Picture, TileGrid};

/// The picture, shared by the receiver and the snapshots. Clones share the same picture.
#[derive(Debug, Clone, Default)]
pub struct SharedPicture(Arc<Mutex<Picture>>);

impl SharedPicture {
    /// Forgets the picture and the rate.
    pub fn clear(&self) {
        *self.lock() = Picture::default();
    }

    fn lock(&self) -> MutexGuard<'_, Picture> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Contribution for SharedPicture {
    fn keys(&self, now: Duration) -> Vec<(&'static str, Value)> {
        // Nobody reads more than three decimals.
        let rate = self.lock().rate(now).map(|rate| (rate * 1000.0).round() / 1000.0);
        vec![("tiles_s", json!(rate))]
    }

    fn first(&self) -> Option<(&'static str, Value)> {
        Some(("picture", json!(self.lock().grid())))
    }

    fn fresh(&self) -> Option<(&'static str, Vec<Value>)> {
        Some(("tiles", self.lock().take_fresh().iter().map(|tile| json!(tile)).collect()))
    }

    fn begin_anew(&self) {
        self.clear();
    }
}
