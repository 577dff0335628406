//! `engine replay FILE`: the page of a recorded run.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use service::output::say;
use service::{ServiceArgs, Shell, UsageError};

use crate::api::guard::Doorkeeper;
use crate::record::site;
use crate::record::tape::Tape;
use crate::start::listen;

/// What is shown, and how.
#[derive(Debug, clap::Args)]
pub struct ReplayArgs {
    /// The recording, as --record has made it
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// How many times as fast as it was, 0.1 to 100
    #[arg(long, value_name = "TIMES", default_value = "1", value_parser = parse_speed)]
    speed: f64,

    /// Begin again three seconds after the end; else the end stays
    #[arg(long = "loop")]
    goes_round: bool,

    /// What every program has
    #[command(flatten)]
    service: ServiceArgs,
}

/// Serves the page until a signal comes.
///
/// # Errors
/// When the file is no recording, by its line, or the port cannot be had.
pub async fn run(args: &ReplayArgs) -> anyhow::Result<()> {
    let name = args.file.display();
    let file = File::open(&args.file).with_context(|| format!("{name} cannot be read"))?;
    let tape = Tape::read(file).map_err(|bad| UsageError(format!("{name}: {bad}")))?;
    let tape = tape.going_round(args.goes_round);
    let listener = listen(args.service.listen).await?;
    let shell = Shell::with_listener("engine", listener, &args.service)?;
    let cut = tape.cut();
    let (events, length) = (tape.len(), tape.length().as_secs());
    tracing::info!("{name}: {events} events of {}:{:02} minutes", length / 60, length % 60);
    if let Some(line) = cut {
        tracing::warn!("{name}: line {line} is cut off; it is played up to there");
    }
    if !shell.has_parent() {
        say(&format!(
            "\n  Open            http://{}\n  to end          Ctrl-C\n",
            shell.address()?
        ));
    }
    let player = site::play(tape, args.speed, shell.shutdown());
    let router = site::router(player, Arc::new(Doorkeeper::default()));
    shell
        .serve(async |server, endpoints, shutdown| {
            server.serve(router.merge(endpoints), shutdown.wait()).await;
            Ok(())
        })
        .await
}

fn parse_speed(text: &str) -> Result<f64, String> {
    let speed = text.parse().ok().filter(|speed| (0.1..=100.0).contains(speed));
    speed.ok_or_else(|| "it must be a number from 0.1 to 100".to_owned())
}
