//! The upstreams' servers, which are started on this machine. A new kind is a variant of [`Kind`]
//! and of [`Server`], and a file.

use std::path::Path;

mod kit;

use kit::Kit;

/// A kind of upstream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Kind {
    /// the kit's own queue, the baseline
    Kit,
}

impl Kind {
    /// Its name in the table.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Kind::Kit => "The kit's queue",
        }
    }
}

/// A server that keeps its messages when it is stopped and started again.
#[derive(Debug)]
pub(crate) enum Server {
    Kit(Kit),
}

impl Server {
    /// Starts a server that keeps its messages in this directory.
    pub(crate) async fn start(
        kind: Kind,
        directory: &Path,
        programs: &Path,
    ) -> anyhow::Result<Server> {
        match kind {
            Kind::Kit => Kit::start(directory, programs).await.map(Server::Kit),
        }
    }

    /// The address by which the ambassador finds it.
    pub(crate) fn address(&self) -> String {
        match self {
            Server::Kit(kit) => kit.address(),
        }
    }

    /// Kills it, as `kill -9` does.
    pub(crate) async fn kill(&mut self) -> anyhow::Result<()> {
        match self {
            Server::Kit(kit) => kit.kill().await,
        }
    }

    /// Starts it again at the same address, after [`Server::kill`].
    pub(crate) async fn restart(&mut self) -> anyhow::Result<()> {
        match self {
            Server::Kit(kit) => kit.restart().await,
        }
    }
}

/// A free port on loopback.
pub(crate) fn free_port() -> anyhow::Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
