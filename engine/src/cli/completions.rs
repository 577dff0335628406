//! `engine completions SHELL`.

use std::io::Write;

use clap::CommandFactory;
use clap_complete::Shell;

use crate::args::Args;

/// Prints a completion script.
pub fn run(shell: Shell) {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "engine", &mut script);
    // Whoever reads it may have enough after a few lines.
    let _ = std::io::stdout().write_all(&script);
}
