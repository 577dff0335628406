//! `nats-server` of this machine, with its streams on the disk.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::Context;
use tokio::process::{Child, Command};

use crate::port::{free_port, listening};

#[derive(Debug)]
pub(crate) struct Nats {
    directory: PathBuf,
    port: u16,
    server: Child,
}

impl Nats {
    pub(super) async fn start(directory: &Path) -> anyhow::Result<Nats> {
        let (directory, port) = (directory.to_owned(), free_port()?);
        let server = spawn(&directory, port, &[]).await?;
        Ok(Nats { directory, port, server })
    }

    /// A server that wants a password, and an address that has a wrong one.
    pub(super) async fn guarded(directory: &Path) -> anyhow::Result<(Nats, String)> {
        let (directory, port) = (directory.to_owned(), free_port()?);
        let server = spawn(&directory, port, &["--user=kit", "--pass=right"]).await?;
        let address = format!("nats://kit:wrong@127.0.0.1:{port}");
        Ok((Nats { directory, port, server }, address))
    }

    pub(super) fn process(&self) -> Option<u32> {
        self.server.id()
    }

    pub(super) fn address(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    pub(super) async fn kill(&mut self) -> anyhow::Result<()> {
        Ok(self.server.kill().await?)
    }

    pub(super) async fn restart(&mut self) -> anyhow::Result<()> {
        self.server = spawn(&self.directory, self.port, &[]).await?;
        Ok(())
    }
}

async fn spawn(directory: &Path, port: u16, more: &[&str]) -> anyhow::Result<Child> {
    // Debian installs it where only root's PATH leads.
    let path = std::env::var("PATH").unwrap_or_default();
    let server = Command::new("nats-server")
        .env("PATH", format!("{path}:/usr/sbin"))
        .args(["--addr=127.0.0.1", "--jetstream"])
        .args(more)
        .arg(format!("--port={port}"))
        .arg(format!("--store_dir={}", directory.display()))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .context("nats-server cannot be started; on Debian: apt-get install nats-server")?;
    listening(port).await?;
    Ok(server)
}
