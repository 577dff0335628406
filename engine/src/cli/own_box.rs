//! Starts a box as a child process, which ends when this program ends.

use std::ffi::OsStr;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::Context;
use reqwest::Url;
use service::parent::{self, Word};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// How long a box may take until it reports the address of its page.
const START: Duration = Duration::from_secs(15);
/// How long a box and all its processes may take to end.
const LEAVE: Duration = Duration::from_secs(20);

/// A running box that this program has started.
#[derive(Debug)]
pub(crate) struct OwnBox {
    engine: Child,
    /// The URL of the box's page.
    pub(crate) url: Url,
}

impl OwnBox {
    /// Starts a box from a manifest; its processes start after 1 s, as containers would.
    pub(crate) async fn start(
        manifest: &Path,
        listen: Option<SocketAddr>,
        flags: &[&OsStr],
    ) -> anyhow::Result<OwnBox> {
        let program = std::env::current_exe().context("the engine's own path is unknown")?;
        let mut command = Command::new(program);
        command
            .args(["--scheduler", "process", "--start-delay", "1s", "--manifest"])
            .arg(manifest)
            .args(flags)
            .args(listen.map(|address| format!("--listen={address}")))
            .env(parent::VARIABLE, parent::HOLDS_PIPES)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        if std::env::var_os("RUST_LOG").is_none() {
            command.env("RUST_LOG", "error");
        }
        let mut engine = command.spawn().context("the box cannot be started")?;
        let url = match timeout(START, page(&mut engine)).await {
            Ok(Some(url)) => url,
            Ok(None) => {
                engine.wait().await?;
                anyhow::bail!("the box ended before it was ready");
            }
            Err(_) => anyhow::bail!("the box did not report its page within {START:?}"),
        };
        Ok(OwnBox { engine, url })
    }

    /// Ends the box and its processes.
    pub(crate) async fn end(mut self) -> anyhow::Result<()> {
        drop(self.engine.stdin.take());
        let left = timeout(LEAVE, self.engine.wait()).await;
        left.with_context(|| format!("the box did not end within {LEAVE:?}"))??;
        Ok(())
    }
}

/// The URL of the box's page, which the engine reports; `None` if the engine ends first.
async fn page(engine: &mut Child) -> Option<Url> {
    let mut lines = BufReader::new(engine.stdout.as_mut()?).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        if let Some(Word::Listening(address)) = Word::from_line(&line) {
            return Url::parse(&format!("http://{address}/")).ok();
        }
    }
    None
}
