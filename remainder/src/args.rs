//! The remainder's flags.

use std::path::PathBuf;

use client::QueueArgs;
use client::Url;
use client::args::{parse_name, parse_url};
use service::ServiceArgs;

use crate::duty::Duty;

/// Computes a film with spare capacity, at low priority.
///
/// The film shows a fractal; its frames are computed tile by tile. Each remainder uses a fixed
/// share of a core, so that more of them make more tiles, and none slows down its neighbours.
#[derive(Debug, Clone, clap::Parser)]
#[command(name = "remainder", version)]
pub struct Args {
    /// The share of one core to use, more than 0 and at most 100%, as 5% or 0.05
    #[arg(long, env = "MICROSCALING_DUTY", value_name = "SHARE", default_value = "5%")]
    pub duty: Duty,

    /// The queue for the tiles.
    #[command(flatten)]
    pub tiles: TileQueueArgs,

    /// The flags that every program has.
    #[command(flatten)]
    pub service: ServiceArgs,
}

/// The flags of [`QueueArgs`], but the queue is optional: without it the tiles are only counted.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "The queue for finished tiles")]
pub struct TileQueueArgs {
    /// The queue server
    #[arg(long, env = "MICROSCALING_QUEUE_URL", value_name = "URL",
          default_value = "http://127.0.0.1:4151", value_parser = parse_url)]
    pub queue_url: Url,

    /// The queue's name: 1 to 80 letters, digits, '_', '-' or '.'; without it tiles are only
    /// counted
    #[arg(long, env = "MICROSCALING_QUEUE", value_name = "NAME", value_parser = parse_name)]
    pub queue: Option<String>,

    /// A file with the queue's token, if it requires one (its --token-file); read again when it
    /// changes
    #[arg(long, env = "MICROSCALING_QUEUE_TOKEN_FILE", value_name = "FILE")]
    pub queue_token_file: Option<PathBuf>,
}

impl TileQueueArgs {
    /// The flags for the queue of the tiles; `None` if no queue was named.
    pub fn queue_args(&self) -> Option<QueueArgs> {
        let queue = self.queue.clone()?;
        let (queue_url, file) = (self.queue_url.clone(), self.queue_token_file.clone());
        Some(QueueArgs { queue_url, queue, queue_token_file: file })
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::*;

    #[test]
    fn the_flags_are_well_formed() {
        Args::command().debug_assert();
    }

    #[test]
    fn a_bad_duty_is_refused_with_an_example_of_a_good_one() {
        for duty in ["0", "-5%", "101%", "5", "much", "NaN"] {
            let refused = Args::try_parse_from(["remainder", &format!("--duty={duty}")]);
            let error = refused.unwrap_err();
            assert_eq!(error.exit_code(), 2);
            assert!(error.to_string().contains("; try 5%"), "{error}");
        }
    }

    #[test]
    fn tiles_go_nowhere_unless_a_queue_is_named() {
        let args = Args::parse_from(["remainder", "--queue=tiles"]);
        assert_eq!(args.tiles.queue_args().unwrap().queue, "tiles");
        let args = TileQueueArgs { queue: None, ..args.tiles };
        assert!(args.queue_args().is_none());
    }
}
