//! Runs the subcommand of the command line, or the engine.

use service::output::print;

use crate::args::{Args, Subcommand};
use crate::cli::{completions, play, replay, scale, simulate, top, validate};
use crate::start;

pub async fn run(args: Args) -> anyhow::Result<()> {
    match args.command {
        Some(Subcommand::Scale(args)) => scale::run(&args).await,
        Some(Subcommand::Validate(args)) => Ok(print(&validate::run(&args)?).await?),
        Some(Subcommand::Play(args)) => play::run(&args).await,
        Some(Subcommand::Top(args)) => top::run(&args).await,
        Some(Subcommand::Simulate(args)) => Ok(print(&simulate::run(&args)?).await?),
        Some(Subcommand::Replay(args)) => replay::run(&args).await,
        Some(Subcommand::Completions { shell }) => Ok(print(&completions::script(shell)).await?),
        None => start::engine(args.run).await,
    }
}
