//! The command line: the subcommands, and the flags of a running engine.

mod run;
mod subcommands;

use clap::Parser;

pub use run::{Capacity, CoreArgs, DEFAULT_PORT, RunArgs, SchedulerKind};
pub use subcommands::{PlayArgs, ReplayArgs, ScaleArgs, SimulateArgs, TopArgs, ValidateArgs};

/// Scales Deployments by priority inside one container budget, so that a queue keeps its target
///
/// Reads queue lengths twice a second, gives containers to the most urgent workload first and
/// the remaining ones to the background, and shows everything on a page. With --scheduler process
/// a manifest's Deployments run as local processes, and no cluster is needed.
#[derive(Debug, Parser)]
#[command(name = "engine", version, args_conflicts_with_subcommands = true)]
#[command(args_override_self = true)]
pub struct Args {
    #[command(subcommand)]
    pub command: Option<Subcommand>,

    #[command(flatten)]
    pub run: RunArgs,
}

#[derive(Debug, clap::Subcommand)]
pub enum Subcommand {
    /// Sets the replicas of a Deployment in a running box; takes the arguments of kubectl scale
    Scale(ScaleArgs),
    /// Checks a manifest: prints what the engine would refuse, or would not honour
    Validate(ValidateArgs),
    /// Plays one minute of load in a new box and prints the results
    Play(PlayArgs),
    /// Shows a running engine in the terminal: the page's numbers, slots, charts and log
    Top(TopArgs),
    /// Compares our rules with HPA and KEDA on a scenario in virtual time, and prints a table
    Simulate(SimulateArgs),
    /// Shows the page of a recorded run (--record)
    Replay(ReplayArgs),
    /// Prints a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Args::command().debug_assert();
    }

    #[test]
    fn a_capacity_is_a_number_in_range_or_auto() {
        let capacity = |text| {
            let args = Args::try_parse_from(["engine", "--capacity", text]);
            args.map(|args| args.run.core.capacity()).ok()
        };
        assert_eq!(capacity("1000"), Some(Capacity::Fixed(1000)));
        assert_eq!(capacity("auto"), Some(Capacity::Auto));
        for text in ["0", "1001", "-1", "Auto", ""] {
            assert_eq!(capacity(text), None, "{text}");
        }
        assert!(Capacity::default().without_cluster().is_ok());
        assert!(Capacity::Auto.without_cluster().is_err());
    }

    #[test]
    fn a_tick_out_of_range_is_refused() {
        for text in ["10ms", "2m", "5", "x"] {
            assert!(Args::try_parse_from(["engine", "--tick", text]).is_err(), "{text}");
        }
    }
}
