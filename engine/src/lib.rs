//! The engine: reads the queues, decides by priority inside one container budget, scales the
//! Deployments, and shows it all on a page. Here it is put together; each part is a crate.
//!
//! # Layout
//! - [`args`] and [`called`]: the command line
//! - [`start`]: puts it all together
//! - [`listen`]: where the page is
//! - [`cli`]: the subcommands
#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod args;
pub mod called;
pub mod cli;
pub mod listen;
pub mod start;

use service::output::print;

use args::{Args, Command};
use cli::{completions, play, replay, scale, simulate, top, validate};

/// Does what the command line says.
///
/// # Errors
/// Whatever stops it, in a line.
pub async fn run(args: Args) -> anyhow::Result<()> {
    match args.command {
        Some(Command::Scale(args)) => scale::run(&args).await,
        Some(Command::Validate(args)) => Ok(print(&validate::run(&args)?).await?),
        Some(Command::Play(args)) => play::run(&args).await,
        Some(Command::Top(args)) => top::run(&args).await,
        Some(Command::Simulate(args)) => Ok(print(&simulate::run(&args)?).await?),
        Some(Command::Replay(args)) => replay::run(&args).await,
        Some(Command::Completions { shell }) => Ok(print(&completions::script(shell)).await?),
        None => start::engine(args.run).await,
    }
}
