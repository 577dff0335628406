//! What all programs of this project share: flags, logs, HTTP and shutdown.
//!
//! # Layout
//! - [`args`]: the flags that all programs share
//! - [`logs`]: human-readable log lines on a terminal, JSON elsewhere
//! - [`command_line`]: parses the command line
//! - [`endpoints`]: `/metrics`, `/livez` and `/readyz`
//! - `files`: raises the limit of open files
//! - [`http`]: an HTTP/1.1 server, protected against slow clients and too many clients
//! - [`output`]: writes standard output and standard error without waiting for their readers
//! - [`parent`]: the protocol between a program and the engine that started it
//! - [`shutdown`]: the first signal starts the shutdown, the second exits (`signals` lists them)
//! - [`token`]: a token in a file, which is re-read when it changes
//! - [`shell`]: the common part of every `main`: starts logging, port and signals, reports errors
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
