//! The engine: reads the queues, allocates one container budget by priority, scales the
//! Deployments, and shows everything on a page. This program only connects the parts; each part is
//! a crate. The work happens in [`runtime::control_loop`].
//!
//! # Layout
//! - [`args`] and [`multicall`]: the command line
//! - [`start`]: connects the parts and runs the engine
//! - [`listen`]: the address of the page
//! - [`dispatch`] and [`cli`]: the subcommands
#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]
#![allow(unreachable_pub)] // no other crate uses these items

mod args;
mod cli;
mod dispatch;
mod listen;
mod multicall;
mod start;

use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let args = multicall::command_line();
    service::main(dispatch::run(args)).await
}
