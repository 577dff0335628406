//! Snapshots: what is known at a moment, for everyone who looks: the API, the page and the metrics.
//!
//! # Layout
//! - `builder`: [`SnapshotBuilder`], which makes snapshots out of rounds
//! - `round` and `snapshot`: what goes in, and what comes out
//! - [`state`]: the API's JSON; `build_state`: how it is made of a round
//! - [`slots`]: which container has which place in the grid
//! - [`history`]: what the chart shows of a tick
//! - [`rates`]: how fast a queue fills and empties
//! - [`controls`]: which of the page's controls can be used
//! - [`headline`]: the one sentence on top
//! - [`log`]: what happened, and who did it
//! - [`lost`]: how many jobs were lost

mod build_state;
mod builder;
pub mod controls;
pub mod headline;
pub mod history;
pub mod log;
pub mod lost;
pub mod rates;
mod round;
pub mod slots;
mod snapshot;
pub mod state;

pub use builder::SnapshotBuilder;
pub use controls::Controls;
pub use round::{Fixed, Round};
pub use snapshot::{RoundInputs, Snapshot};
