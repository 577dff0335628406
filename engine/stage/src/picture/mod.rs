//! The film that the background makes, and the container time that it had for that.
//!
//! # Layout
//! - [`tile`]: a tile, as it is published and as the page gets it
//! - [`tiles`]: makes frames from tiles; pure, takes `now`
//! - [`film`]: the finished frames; pure
//! - [`rate`]: tiles per second; pure, takes `now`
//! - [`spare`]: the container time of the background; pure, takes `now`
//! - [`receiver`]: receives tiles from their queue
//! - [`site`]: serves the film

pub mod film;
pub mod rate;
pub mod receiver;
pub mod site;
pub mod spare;
pub mod tile;
pub mod tiles;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use model::Clock;
use runtime::contribution::Contribution;
use runtime::snapshots::Snapshot;
use serde_json::{Value, json};
use tokio::sync::watch;

pub use film::Film;
use spare::SpareTime;
pub use tile::Tile;
pub use tiles::{Picture, TileGrid};

/// The film, shared by the receiver and the snapshots. Clones share the same film.
#[derive(Debug, Clone, Default)]
pub struct SharedPicture(Arc<Mutex<Shared>>);

#[derive(Debug, Default)]
struct Shared {
    picture: Picture,
    spare: SpareTime,
}

impl SharedPicture {
    /// Forgets the film, the rate and the container time.
    pub fn clear(&self) {
        *self.lock() = Shared::default();
    }

    /// Adds up the background's container time from snapshots, until there are no more.
    pub async fn count_time(self, mut snapshots: watch::Receiver<Arc<Snapshot>>, clock: Clock) {
        loop {
            let ready = ready_in_background(&snapshots.borrow_and_update());
            self.lock().spare.count(clock.now(), ready);
            if snapshots.changed().await.is_err() {
                return;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The number of ready containers of the background; `None` if there is no background, or if its
/// containers are unknown.
fn ready_in_background(snapshot: &Snapshot) -> Option<u32> {
    let all = snapshot.state.workloads.iter().filter(|workload| workload.is_background());
    let mut ready = all.map(|it| Some(snapshot.deployments.get(&it.name)?.replicas.ready));
    let first = ready.next()??;
    ready.try_fold(first, |sum, next| Some(sum + next?))
}

impl Contribution for SharedPicture {
    /// `tiles_s`, and `film`: the size of its frames in tiles, how many were made, and the seconds
    /// of container time; the last two are null until the queue of tiles has answered.
    fn keys(&self, now: Duration) -> Vec<(&'static str, Value)> {
        let shared = self.lock();
        // Nobody reads more than three decimals.
        let rate = shared.picture.rate(now).map(|rate| (rate * 1000.0).round() / 1000.0);
        let made = shared.picture.made();
        let spare = made.and_then(|_| shared.spare.seconds(now));
        let film = json!({
            "columns": tile::COLUMNS, "rows": tile::ROWS, "frames": made,
            "container_s": spare.map(|seconds| (seconds * 10.0).round() / 10.0),
        });
        vec![("tiles_s", json!(rate)), ("film", film)]
    }

    fn first(&self) -> Option<(&'static str, Value)> {
        Some(("picture", self.lock().picture.json()))
    }

    fn fresh(&self) -> Option<(&'static str, Vec<Value>)> {
        let fresh = self.lock().picture.take_fresh();
        Some(("tiles", fresh.iter().map(|tile| json!(tile)).collect()))
    }

    fn begin_anew(&self) {
        self.clear();
    }
}

#[cfg(test)]
mod tests;
