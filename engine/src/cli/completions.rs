//! `engine completions SHELL`.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::args::Args;

/// The script that completes the engine's command line in this shell.
pub fn script(shell: Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "engine", &mut script);
    String::from_utf8_lossy(&script).trim_end().to_owned()
}
