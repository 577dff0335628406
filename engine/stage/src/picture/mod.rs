//! The background's picture: what the remainders have painted, and how fast.
//!
//! # Layout
//! - [`tile`]: a tile, as it is published and as the page gets it
//! - [`painting`]: tiles into a picture and a rate; pure, takes `now`
//! - [`taking`]: tiles from their queue

pub mod painting;
pub mod taking;
pub mod tile;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use runtime::contribution::Contribution;
use serde_json::{Value, json};

pub use painting::{Painting, Picture};
pub use tile::Tile;

/// The painting as those who take tiles and those who show them share it. Clones share one.
#[derive(Debug, Clone, Default)]
pub struct Canvas(Arc<Mutex<Painting>>);

impl Canvas {
    /// Forgets the picture and the rate.
    pub fn clear(&self) {
        *self.lock() = Painting::default();
    }

    fn lock(&self) -> MutexGuard<'_, Painting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Contribution for Canvas {
    fn keys(&self, now: Duration) -> Vec<(&'static str, Value)> {
        // Three places are more than anyone reads.
        let rate = self.lock().rate(now).map(|rate| (rate * 1000.0).round() / 1000.0);
        vec![("tiles_s", json!(rate))]
    }

    fn first(&self) -> Option<(&'static str, Value)> {
        Some(("picture", json!(self.lock().picture())))
    }

    fn fresh(&self) -> Option<(&'static str, Vec<Value>)> {
        Some(("tiles", self.lock().take_fresh().iter().map(|tile| json!(tile)).collect()))
    }

    fn begin_anew(&self) {
        self.clear();
    }
}
