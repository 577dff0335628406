//! `engine completions SHELL`.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::args::Args;

/// Prints a completion script.
pub fn run(shell: Shell) {
    clap_complete::generate(shell, &mut Args::command(), "engine", &mut std::io::stdout());
}
