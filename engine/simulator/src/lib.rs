//! A world in virtual time for the decision core and its rivals: the same arrivals, the same
//! containers, the same outages for each of them, and a table of what came of it.
//!
//! The queue is the real broker, the core is the real core. There is no clock in here, no I/O and
//! no task: time jumps to the next event, and the same seed gives the same bytes.
//!
//! # Layout
//! - [`scenario`]: what is played, as it stands in a file; [`checks`] says what is wrong with it
//! - [`span`] and [`arrivals`]: how long things take, and when jobs come; `keys` reads the latter
//! - [`steps`]: what a presenter does; `course` has them follow one another
//! - [`trace`]: recorded arrivals
//! - [`world`]: the queue, the containers and the machines, one event after the other
//! - [`contenders`]: those who scale, a file each
//! - `seen`: what is seen of a workload's containers
//! - [`tally`]: what is counted while it runs
//! - [`series`]: how it went, every half second
//! - [`report`]: the table
//! - [`mod@run`]: one scenario with one contender
//! - [`promises`]: what is promised of the core, measured
#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod arrivals;
pub mod checks;
pub mod contenders;
mod course;
mod keys;
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
pub use report::{Report, Row};
pub use run::{Outcome, run, watch};
pub use scenario::Scenario;

/// Time since the simulation began.
pub type Time = std::time::Duration;
