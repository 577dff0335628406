//! The upstreams' servers, which are started on this machine. A new kind is a variant of [`Kind`]
//! and of [`Server`], and a file.

use std::path::Path;

use anyhow::Context;
use rustix::process::Pid;

mod kit;
mod nats;

use kit::Kit;
use nats::Nats;

/// A kind of upstream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Kind {
    /// the kit's own queue, the baseline
    Kit,
    /// NATS JetStream
    Nats,
}

impl Kind {
    /// Its name in the table.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Kind::Kit => "The kit's queue",
            Kind::Nats => "NATS JetStream",
        }
    }
}

/// A server that keeps its messages when it is stopped and started again.
#[derive(Debug)]
pub(crate) enum Server {
    Kit(Kit),
    Nats(Nats),
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
            Kind::Nats => Nats::start(directory).await.map(Server::Nats),
        }
    }

    /// The address by which the ambassador finds it.
    pub(crate) fn address(&self) -> String {
        match self {
            Server::Kit(kit) => kit.address(),
            Server::Nats(nats) => nats.address(),
        }
    }

    /// What kind it is of.
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Server::Kit(_) => Kind::Kit,
            Server::Nats(_) => Kind::Nats,
        }
    }

    /// Its process.
    pub(crate) fn process(&self) -> anyhow::Result<Pid> {
        let id = match self {
            Server::Kit(kit) => kit.process(),
            Server::Nats(nats) => nats.process(),
        };
        id.and_then(|id| Pid::from_raw(id as i32)).context("the server has ended")
    }

    /// Kills it, as `kill -9` does.
    pub(crate) async fn kill(&mut self) -> anyhow::Result<()> {
        match self {
            Server::Kit(kit) => kit.kill().await,
            Server::Nats(nats) => nats.kill().await,
        }
    }

    /// Starts it again at the same address, after [`Server::kill`].
    pub(crate) async fn restart(&mut self) -> anyhow::Result<()> {
        match self {
            Server::Kit(kit) => kit.restart().await,
            Server::Nats(nats) => nats.restart().await,
        }
    }
}

/// Starts a server that wants credentials; also returns an address that has wrong ones. `None` if
/// the server of this kind takes any.
pub(crate) async fn guarded(
    kind: Kind,
    directory: &Path,
    programs: &Path,
) -> anyhow::Result<Option<(Server, String)>> {
    match kind {
        Kind::Kit => {
            let (kit, address) = Kit::guarded(directory, programs).await?;
            Ok(Some((Server::Kit(kit), address)))
        }
        Kind::Nats => {
            let (nats, address) = Nats::guarded(directory).await?;
            Ok(Some((Server::Nats(nats), address)))
        }
    }
}
