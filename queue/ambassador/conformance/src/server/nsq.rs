//! `nsqd`, with its messages on the disk while it is stopped.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::Context;
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::port::{free_port, listening};
use crate::program::SOON;

#[derive(Debug)]
pub(crate) struct Nsq {
    directory: PathBuf,
    tcp: u16,
    http: u16,
    server: Child,
}

impl Nsq {
    pub(super) async fn start(directory: &Path) -> anyhow::Result<Nsq> {
        Nsq::start_with(directory, &[]).await
    }

    /// A server that asks at this port who may do what, and an address with a secret.
    pub(super) async fn guarded(directory: &Path, judge: u16) -> anyhow::Result<(Nsq, String)> {
        let asks = format!("--auth-http-address=127.0.0.1:{judge}");
        let nsq = Nsq::start_with(directory, &[&asks]).await?;
        let address = format!("nsq://:wrong@127.0.0.1:{}?http={}", nsq.tcp, nsq.http);
        Ok((nsq, address))
    }

    async fn start_with(directory: &Path, more: &[&str]) -> anyhow::Result<Nsq> {
        let (directory, tcp, http) = (directory.to_owned(), free_port()?, free_port()?);
        let server = spawn(&directory, [tcp, http], more).await?;
        Ok(Nsq { directory, tcp, http, server })
    }

    pub(super) fn process(&self) -> Option<u32> {
        self.server.id()
    }

    pub(super) fn address(&self) -> String {
        format!("nsq://127.0.0.1:{}?http={}", self.tcp, self.http)
    }

    pub(super) async fn stop(&mut self) -> anyhow::Result<()> {
        let id = self.server.id().and_then(|id| Pid::from_raw(id as i32));
        kill_process(id.context("nsqd has ended")?, Signal::TERM)?;
        timeout(SOON, self.server.wait()).await.context("nsqd does not end")??;
        Ok(())
    }

    pub(super) async fn restart(&mut self) -> anyhow::Result<()> {
        self.server = spawn(&self.directory, [self.tcp, self.http], &[]).await?;
        Ok(())
    }
}

async fn spawn(directory: &Path, [tcp, http]: [u16; 2], more: &[&str]) -> anyhow::Result<Child> {
    let server = Command::new("nsqd")
        .arg(format!("--tcp-address=127.0.0.1:{tcp}"))
        .arg(format!("--http-address=127.0.0.1:{http}"))
        .arg("--broadcast-address=127.0.0.1")
        .arg(format!("--data-path={}", directory.display()))
        .args(more)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .context("nsqd cannot be started; scripts/conformance builds one")?;
    for port in [tcp, http] {
        listening(port).await?;
    }
    Ok(server)
}
