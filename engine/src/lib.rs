//! The engine: reads the queues, decides by priority inside one container budget, scales the
//! Deployments, and shows it all on a page.
//!
//! # Layout
//! - [`args`] and [`called`]: the command line
//! - [`authority`] and [`leader`]: whether this engine decides, or another one does
//! - [`settings`]: the scaling rules as they are edited; [`trouble`]: what is wrong with them
//! - [`configure`]: edits of them while the engine runs
//! - [`manifest`]: the description of the demo, and its scaling rules
//! - [`yaml`]: the one reader of manifests and scenarios
//! - [`sources`]: where readings of queues come from
//! - [`schedulers`]: where the containers run
//! - [`control_loop`]: the clock and the sockets around the pure crate `control`
//! - [`binding`], [`rights`] and [`refusals`]: what may not be done, and what was not
//! - [`retire`]: idle containers leave first, and none takes a job on its way out
//! - [`board`]: what is known at a moment, for everyone who looks
//! - [`feed`]: the same as a stream of changes
//! - [`api`] and [`page`]: how they look
//! - [`audience`]: how the people in the room look, and the one thing that they may do
//! - [`picture`]: what the background paints with spare capacity
//! - [`record`]: a run in a file, and the same page from it again
//! - [`ghosts`]: what others would have done with the same load
//! - [`presenter`]: plays a scenario's steps on this engine
//! - [`metrics`]: how Prometheus looks
//! - [`cli`]: the subcommands
//! - `streams`: answers that do not end
//! - [`start`]: puts it all together
#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod api;
pub mod args;
pub mod audience;
pub mod authority;
pub mod binding;
pub mod board;
pub mod called;
pub mod cli;
pub mod configure;
pub mod control_loop;
pub mod feed;
pub mod ghosts;
pub mod leader;
pub mod manifest;
pub mod metrics;
pub mod page;
pub mod picture;
pub mod presenter;
pub mod record;
pub mod refusals;
pub mod retire;
pub mod rights;
pub mod schedulers;
pub mod settings;
pub mod sources;
pub mod start;
mod streams;
pub mod trouble;
pub mod yaml;
