//! ElasticMQ, a server with the API of SQS, with its messages on the disk. It takes any credentials.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::Context;
use tokio::process::{Child, Command};

use crate::port::{free_port, listening};

#[derive(Debug)]
pub(crate) struct Sqs {
    config: PathBuf,
    port: u16,
    server: Child,
}

/// An address with the credentials that the SDK wants.
pub(super) fn address(port: u16) -> String {
    format!("sqs://kit:wrong@127.0.0.1:{port}")
}

impl Sqs {
    pub(super) async fn start(directory: &Path) -> anyhow::Result<Sqs> {
        let (config, port) = (directory.join("elasticmq.conf"), free_port()?);
        std::fs::write(&config, settings(directory, port))?;
        let server = spawn(&config, port).await?;
        Ok(Sqs { config, port, server })
    }

    pub(super) fn process(&self) -> Option<u32> {
        self.server.id()
    }

    pub(super) fn address(&self) -> String {
        address(self.port)
    }

    pub(super) async fn kill(&mut self) -> anyhow::Result<()> {
        Ok(self.server.kill().await?)
    }

    pub(super) async fn restart(&mut self) -> anyhow::Result<()> {
        self.server = spawn(&self.config, self.port).await?;
        Ok(())
    }
}

fn settings(directory: &Path, port: u16) -> String {
    format!(
        r#"include classpath("application.conf")
node-address {{ host = "127.0.0.1", port = {port} }}
rest-sqs {{ bind-hostname = "127.0.0.1", bind-port = {port}, sqs-limits = strict }}
messages-storage {{ enabled = true, uri = "jdbc:h2:{}/messages;WRITE_DELAY=0" }}
"#,
        directory.display()
    )
}

async fn spawn(config: &Path, port: u16) -> anyhow::Result<Child> {
    let server = Command::new("elasticmq")
        .arg(format!("-Dconfig.file={}", config.display()))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .context("elasticmq cannot be started; scripts/conformance fetches it")?;
    listening(port).await?;
    Ok(server)
}
