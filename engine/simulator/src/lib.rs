//! A simulated world in virtual time for the decision core and other autoscalers, the contenders.
//! Each contender gets the same arrivals, containers and outages; a table shows the results.
//!
//! The queue is the real broker, the core is the real core. There is no clock, no I/O and no task:
//! time jumps to the next event, and the same seed gives exactly the same results.
//!
//! Two tests compare the model with reality: `tests/claims/measured.rs` with measurements of
//! other autoscalers, and `engine/tests/alone/honest_model` with the box under the same load.
//!
//! # Layout
//! - [`scenario`]: a scenario, as in its file; [`checks`] finds its errors
//! - [`span`]: durations; [`arrivals`]: when jobs arrive; `keys`: arrivals in a scenario file
//! - [`steps`]: what a presenter does, step by step; `course`: when the steps happen
//! - [`trace`]: recorded arrivals
//! - [`world`]: the queues, the containers and the machines, event by event
//! - [`contenders`]: the autoscalers that are compared, one file each
//! - `seen`: a workload's containers, counted by state
//! - [`tally`]: the figures that are counted during a run
//! - [`series`]: the curves, with one point every 500 ms
//! - [`report`]: the table
//! - `play`: a contender in its world, advanced event by event
//! - [`mod@run`]: one scenario with one contender
//! - [`live`]: a world that is advanced while the load comes; `places`: the slots it shows
//! - [`promises`]: the promises about the core, measured
#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod arrivals;
pub mod checks;
pub mod contenders;
mod course;
mod keys;
pub mod live;
mod places;
mod play;
pub mod promises;
pub mod random;
pub mod report;
pub mod run;
pub mod scenario;
mod seen;
pub mod series;
pub mod span;
pub mod steps;
pub mod tally;
pub mod trace;
pub mod world;

pub use contenders::{Kind, Round, Watch};
pub use live::{Live, Moment};
pub use report::{Report, Row};
pub use run::{Outcome, run, watch};
pub use scenario::Scenario;

/// Time since the simulation began.
pub type Time = std::time::Duration;
