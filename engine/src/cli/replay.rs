//! `engine replay FILE`: serves the page of a recorded run.

use std::fs::File;
use std::sync::Arc;

use anyhow::Context;
use service::output::say;
use service::{Shell, UsageError};
use stage::record::player::Player;
use stage::record::recording::Recording;
use stage::record::site;
use web::page::framing::Framing;

use crate::args::ReplayArgs;
use crate::listen::listen;

/// Serves the page until a signal comes.
///
/// # Errors
/// When the file is not a recording (the message has the line), or the port is taken.
pub async fn run(args: &ReplayArgs) -> anyhow::Result<()> {
    let name = args.file.display();
    let file = File::open(&args.file).with_context(|| format!("{name} cannot be read"))?;
    let recording = Recording::read(file).map_err(|bad| UsageError(format!("{name}: {bad}")))?;
    let recording = recording.going_round(args.goes_round);
    let listener = listen(args.service.listen).await?;
    let shell = Shell::with_listener("engine", listener, &args.service)?;
    let cut = recording.cut();
    let (events, length) = (recording.count(), recording.length().as_secs());
    tracing::info!("{name}: {events} events in {}:{:02} minutes", length / 60, length % 60);
    if let Some(line) = cut {
        tracing::warn!("{name}: line {line} is cut off; the replay ends before it");
    }
    if !shell.has_parent() {
        say(&format!(
            "\n  Open            http://{}\n  to end          Ctrl-C\n",
            shell.address()?
        ));
    }
    // The replay begins when a page is opened, so that nobody misses its beginning.
    let player = Player::start(recording, args.speed);
    let framing = Framing::by(&args.embed);
    let router = site::router(player, Arc::default(), &framing, shell.shutdown());
    shell
        .serve(async |server, endpoints, shutdown| {
            server.serve(router.merge(endpoints), shutdown.wait()).await;
            Ok(())
        })
        .await
}
