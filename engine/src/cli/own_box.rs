//! A box of one's own: the engine as a child, which leaves when we do.

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

/// A box says within this time where its page is.
const START: Duration = Duration::from_secs(15);
/// It leaves within this time, its processes with it.
const LEAVE: Duration = Duration::from_secs(20);

/// A running box that belongs to us.
#[derive(Debug)]
pub(crate) struct OwnBox {
    engine: Child,
    /// Where its page is.
    pub(crate) url: Url,
}

impl OwnBox {
    /// Starts a box of a manifest, with a start delay like a container's, and further flags.
    pub(crate) async fn start(
        manifest: &Path,
        listen: Option<SocketAddr>,
        flags: &[&OsStr],
    ) -> anyhow::Result<OwnBox> {
        let program = std::env::current_exe().context("the engine's own place is unknown")?;
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
                anyhow::bail!("the box ended at its start");
            }
            Err(_) => anyhow::bail!("the box did not say in {START:?} where its page is"),
        };
        Ok(OwnBox { engine, url })
    }

    /// Ends it and its processes.
    pub(crate) async fn end(mut self) -> anyhow::Result<()> {
        drop(self.engine.stdin.take());
        let left = timeout(LEAVE, self.engine.wait()).await;
        left.with_context(|| format!("the box did not leave in {LEAVE:?}"))??;
        Ok(())
    }
}

/// Where the page is; `None` where the engine ends before it has one.
async fn page(engine: &mut Child) -> Option<Url> {
    let mut lines = BufReader::new(engine.stdout.as_mut()?).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        if let Some(Word::Listening(address)) = Word::from_line(&line) {
            return Url::parse(&format!("http://{address}/")).ok();
        }
    }
    None
}
