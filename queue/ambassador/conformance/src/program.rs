//! Programs of the kit as processes on loopback, which end with this one.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail};
use rustix::process::{Pid, Signal, kill_process};
use service::parent::{HOLDS_PIPES, VARIABLE, Word};
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::mpsc;
use tokio::time::timeout;

/// A bound for everything that should happen soon.
pub(crate) const SOON: Duration = Duration::from_secs(15);
const START: Duration = Duration::from_secs(20);
const LOGGED: Duration = Duration::from_secs(5);

/// A running program. Dropping it kills it.
#[derive(Debug)]
pub(crate) struct Program {
    child: Child,
    /// The program ends when this is closed.
    _stdin: ChildStdin,
    /// Where it listens, as `http://127.0.0.1:PORT`.
    pub(crate) url: String,
    log: mpsc::UnboundedReceiver<String>,
}

impl Program {
    /// Starts a program of the kit and waits until it is ready. Its log can be read with
    /// [`Program::logged`].
    pub(crate) async fn start(file: &Path, arguments: &[&str]) -> anyhow::Result<Program> {
        let mut child = Command::new(file)
            .args(arguments)
            .env(VARIABLE, HOLDS_PIPES)
            .env("MICROSCALING_LOG_FORMAT", "json")
            .env_remove("RUST_LOG")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("{} cannot be started", file.display()))?;
        let stdin = child.stdin.take().context("no stdin")?;
        let log = lines(child.stderr.take().context("no stderr")?);
        let mut words = lines(child.stdout.take().context("no stdout")?);
        let mut url = None;
        loop {
            let line = timeout(START, words.recv()).await;
            let Some(line) = line.with_context(|| format!("{} is not ready", file.display()))?
            else {
                bail!("{} has ended: {}", file.display(), rest(log).await);
            };
            match (Word::from_line(&line), &url) {
                (Some(Word::Listening(address)), _) => url = Some(format!("http://{address}")),
                (Some(Word::Ready), Some(url)) => {
                    return Ok(Program { child, _stdin: stdin, url: url.clone(), log });
                }
                _ => {}
            }
        }
    }

    /// The number of its process; `None` after its end.
    pub(crate) fn process(&self) -> Option<u32> {
        self.child.id()
    }

    /// Kills it at once, as `kill -9` does, and waits until it is gone.
    pub(crate) async fn kill(&mut self) -> anyhow::Result<()> {
        Ok(self.child.kill().await?)
    }

    /// Sends it SIGTERM; returns its exit code.
    pub(crate) async fn stop(&mut self) -> anyhow::Result<Option<i32>> {
        let id = self.child.id().and_then(|id| Pid::from_raw(id as i32));
        kill_process(id.context("it has ended")?, Signal::TERM)?;
        Ok(timeout(START, self.child.wait()).await.context("it does not end")??.code())
    }

    /// Forgets the log lines so far.
    pub(crate) fn forget_log(&mut self) {
        while self.log.try_recv().is_ok() {}
    }

    /// The log lines from now on that contain `text`, as soon as there is one.
    pub(crate) async fn logged(&mut self, text: &str) -> Vec<String> {
        let mut found = Vec::new();
        while found.is_empty() {
            match timeout(LOGGED, self.log.recv()).await {
                Ok(Some(line)) if line.contains(text) => found.push(line),
                Ok(Some(_)) => {}
                Ok(None) | Err(_) => return found,
            }
        }
        // More of them would follow at once.
        while let Ok(Some(line)) = timeout(Duration::from_millis(100), self.log.recv()).await {
            found.extend(Some(line).filter(|line| line.contains(text)));
        }
        found
    }
}

fn lines(from: impl AsyncRead + Unpin + Send + 'static) -> mpsc::UnboundedReceiver<String> {
    let (sender, lines) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let mut from = BufReader::new(from).lines();
        while let Ok(Some(line)) = from.next_line().await {
            if sender.send(line).is_err() {
                // Read on: a full pipe would stop the program.
                continue;
            }
        }
    });
    lines
}

async fn rest(mut lines: mpsc::UnboundedReceiver<String>) -> String {
    let mut all = Vec::new();
    while let Some(line) = lines.recv().await {
        all.push(line);
    }
    all.join("; ")
}
