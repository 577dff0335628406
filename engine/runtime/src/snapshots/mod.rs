//! Snapshots: all state at one moment, for the API, the pages and the metrics.
//!
//! # Layout
//! - `builder`: [`SnapshotBuilder`], which builds snapshots from rounds
//! - `round` and `snapshot`: the builder's input and its output
//! - [`state`]: the API's JSON; `build_state`: how it is built from a round
//! - [`slots`]: the place of each container in the grid
//! - [`jobs`]: how many jobs the container in each slot took
//! - [`deaths`]: killed and crashed containers, and the jobs that they held
//! - [`history`]: the points of the chart
//! - [`rates`]: how fast a queue fills and empties
//! - [`controls`]: which of the page's controls are disabled, and why
//! - [`headline`]: the summary at the top of the page
//! - [`log`]: the events, and who caused them
//! - [`lost`]: how many jobs were lost

mod build_state;
mod builder;
pub mod controls;
pub mod deaths;
pub mod headline;
pub mod history;
pub mod jobs;
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
