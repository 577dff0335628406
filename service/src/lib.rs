//! The shell every program of the kit wears, so that each of them holds only its own work.
//!
//! # Layout
//! - [`args`]: the flags all programs share
//! - [`logs`]: human lines on a terminal, JSON elsewhere
//! - [`command_line`]: what was typed
//! - [`endpoints`]: `/metrics`, `/livez` and `/readyz`
//! - `files`: how many of them may be open
//! - [`http`]: HTTP for all of it, and what its callers cannot do to it
//! - [`output`]: standard output and standard error, without waiting for who reads them
//! - [`parent`]: what a program and the engine that started it say to each other
//! - [`shutdown`]: one signal drains, the second one exits; `signals`: which ones
//! - [`token`]: a token in a file, which is read again when it changes
//! - [`shell`]: the four moves of a main: parse, start, build, run
#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod args;
pub mod command_line;
pub mod endpoints;
mod files;
pub mod http;
pub mod logs;
pub mod output;
pub mod parent;
pub mod shell;
pub mod shutdown;
mod signals;
pub mod token;

pub use args::ServiceArgs;
pub use endpoints::Health;
pub use shell::{Shell, UsageError, main};
pub use shutdown::{Shutdown, Trigger};
pub use signals::{Signalled, Signals};
pub use token::TokenFile;
