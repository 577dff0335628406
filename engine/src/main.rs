//! The engine: reads the queues, decides by priority inside one container budget, scales the
//! Deployments, and shows it all on a page. Here it is put together; each part is a crate. The work
//! happens in [`runtime::control_loop`].
//!
//! # Layout
//! - [`args`] and [`multicall`]: the command line
//! - [`start`]: puts it all together
//! - [`listen`]: where the page is
//! - [`dispatch`] and [`cli`]: the subcommands
#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]
#![allow(unreachable_pub)] // a program has no outside

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
