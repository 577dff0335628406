//! The command line.

use std::path::PathBuf;

use crate::server::Kind;

/// Tries the kit's queue API in front of an upstream, whose server it starts on this machine
///
/// Each claim has an ambassador of its own. It prints what holds and what differs, and fails if
/// something else happens than what `capabilities` announces.
#[derive(Debug, Clone, clap::Parser)]
#[command(name = "conformance")]
pub(crate) struct Args {
    /// The upstreams to try
    #[arg(value_enum, required = true)]
    pub kinds: Vec<Kind>,

    /// Only claims whose names contain this
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub only: String,

    /// Where the kit's programs are: queue, producer, consumer, remainder, engine
    #[arg(
        long,
        env = "MICROSCALING_PROGRAMS",
        value_name = "DIRECTORY",
        default_value = "target/debug"
    )]
    pub(crate) programs: PathBuf,

    /// The ambassador. Left out: the one beside this program
    #[arg(long, env = "MICROSCALING_AMBASSADOR", value_name = "FILE")]
    pub(crate) ambassador: Option<PathBuf>,

    /// The manifest of the whole box
    #[arg(long, value_name = "FILE", default_value = "demo.yaml")]
    pub(crate) manifest: PathBuf,

    /// A page whose table is compared with the results, or with --write made from them
    #[arg(long, value_name = "FILE")]
    pub page: Option<PathBuf>,

    /// Measures what the ambassador costs, instead of trying claims; build with --release for that
    #[arg(long)]
    pub(crate) cost: bool,

    /// Writes the results into the table of --page
    #[arg(long, requires = "page")]
    pub write: bool,
}
