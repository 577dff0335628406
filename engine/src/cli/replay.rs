//! `engine replay FILE`: serves the page of a recorded run, or writes its report.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use anyhow::Context;
use service::output::{print, say};
use service::{Shell, UsageError};
use stage::record::player::Player;
use stage::record::recording::Recording;
use stage::record::site;
use stage::report::recorded::{OfReplay, Recorded};
use web::page::framing::Framing;

use super::report_file::ReportFile;
use crate::args::ReplayArgs;
use crate::listen::listen;

/// Serves the page until a signal comes, or writes the report.
///
/// # Errors
/// When the file is not a recording (the message has the line), the port is taken, or the report
/// cannot be written to a new file.
pub async fn run(args: &ReplayArgs) -> anyhow::Result<()> {
    let name = args.file.display();
    let file = File::open(&args.file).with_context(|| format!("{name} cannot be read"))?;
    let recording = Recording::read(file).map_err(|bad| UsageError(format!("{name}: {bad}")))?;
    if let Some(report) = &args.report {
        let path = report.clone().unwrap_or_else(|| args.file.with_extension("html"));
        return write_report(&recording, &name.to_string(), &path).await;
    }
    let recording = Arc::new(recording.going_round(args.goes_round));
    let report = OfReplay::new(recording.clone(), &name.to_string());
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
    let router = site::router(player, report, Arc::default(), &framing, shell.shutdown());
    shell
        .serve(async |server, endpoints, shutdown| {
            server.serve(router.merge(endpoints), shutdown.wait()).await;
            Ok(())
        })
        .await
}

/// Writes the report of a recording to a new file.
async fn write_report(recording: &Recording, name: &str, path: &Path) -> anyhow::Result<()> {
    let file = ReportFile::create(path)?;
    let recorded = Recorded::new(recording, name);
    let recorded = recorded.map_err(|bad| UsageError(format!("{name}: {bad}")))?;
    let (_, page) = recorded.page(SystemTime::now());
    file.write(&page.into_string())?;
    Ok(print(&format!("  report   {}", path.display())).await?)
}
