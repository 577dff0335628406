//! The upstreams' servers, which are started on this machine. A new kind is a variant of [`Kind`]
//! and of [`Server`], and a file.

use std::path::Path;

use anyhow::Context;
use rustix::process::Pid;

mod fake;
mod kit;
mod nats;
mod nsq;
mod sqs;

use fake::Fake;
use kit::Kit;
use nats::Nats;
use nsq::Nsq;
use sqs::Sqs;

/// A kind of upstream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Kind {
    /// the kit's own queue, the baseline
    Kit,
    /// NATS JetStream
    Nats,
    /// NSQ
    Nsq,
    /// SQS, by a server with its API
    Sqs,
}

impl Kind {
    /// Its name in the table.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Kind::Kit => "The kit's queue",
            Kind::Nats => "NATS JetStream",
            Kind::Nsq => "NSQ",
            Kind::Sqs => "SQS",
        }
    }
}

/// A server that keeps its messages when it is stopped and started again.
#[derive(Debug)]
pub(crate) enum Server {
    Kit(Kit),
    Nats(Nats),
    Nsq(Nsq),
    Sqs(Sqs),
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
            Kind::Nsq => Nsq::start(directory).await.map(Server::Nsq),
            Kind::Sqs => Sqs::start(directory).await.map(Server::Sqs),
        }
    }

    /// The address by which the ambassador finds it.
    pub(crate) fn address(&self) -> String {
        match self {
            Server::Kit(kit) => kit.address(),
            Server::Nats(nats) => nats.address(),
            Server::Nsq(nsq) => nsq.address(),
            Server::Sqs(sqs) => sqs.address(),
        }
    }

    /// What kind it is of.
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Server::Kit(_) => Kind::Kit,
            Server::Nats(_) => Kind::Nats,
            Server::Nsq(_) => Kind::Nsq,
            Server::Sqs(_) => Kind::Sqs,
        }
    }

    /// Its process.
    pub(crate) fn process(&self) -> anyhow::Result<Pid> {
        let id = match self {
            Server::Kit(kit) => kit.process(),
            Server::Nats(nats) => nats.process(),
            Server::Nsq(nsq) => nsq.process(),
            Server::Sqs(sqs) => sqs.process(),
        };
        id.and_then(|id| Pid::from_raw(id as i32)).context("the server has ended")
    }

    /// How a message could be lost when the server is killed; `None` if it keeps all on the disk.
    pub(crate) fn forgets(&self) -> Option<&'static str> {
        match self {
            Server::Kit(_) | Server::Nats(_) | Server::Sqs(_) => None,
            Server::Nsq(_) => {
                Some("if nsqd ends by SIGTERM; killed, it loses what it has in memory")
            }
        }
    }

    /// By how many seconds a delay may be longer. nsqd looks for new channels every 5 s.
    pub(crate) fn late(&self) -> f64 {
        match self {
            Server::Kit(_) | Server::Nats(_) | Server::Sqs(_) => 0.0,
            Server::Nsq(_) => 5.0,
        }
    }

    /// Kills it, as `kill -9` does. One that forgets ends by SIGTERM.
    pub(crate) async fn kill(&mut self) -> anyhow::Result<()> {
        match self {
            Server::Kit(kit) => kit.kill().await,
            Server::Nats(nats) => nats.kill().await,
            Server::Nsq(nsq) => nsq.stop().await,
            Server::Sqs(sqs) => sqs.kill().await,
        }
    }

    /// Starts it again at the same address, after [`Server::kill`].
    pub(crate) async fn restart(&mut self) -> anyhow::Result<()> {
        match self {
            Server::Kit(kit) => kit.restart().await,
            Server::Nats(nats) => nats.restart().await,
            Server::Nsq(nsq) => nsq.restart().await,
            Server::Sqs(sqs) => sqs.restart().await,
        }
    }
}

/// What SQS says to credentials that it does not know.
const SQS_REFUSES: &str = r#"{"__type":"com.amazon.coral.service#UnrecognizedClientException",
    "message":"The security token included in the request is invalid."}"#;

/// A server that wants credentials, and an address that has wrong ones.
#[derive(Debug)]
pub(crate) struct Guarded {
    pub(crate) address: String,
    _server: Option<Server>,
    /// What stands for a server that takes any, or for what a server asks about credentials.
    _fake: Option<Fake>,
}

impl Guarded {
    pub(crate) async fn start(
        kind: Kind,
        directory: &Path,
        programs: &Path,
    ) -> anyhow::Result<Guarded> {
        let guarded = |(server, address): (Server, String), fake| Guarded {
            address,
            _server: Some(server),
            _fake: fake,
        };
        Ok(match kind {
            Kind::Kit => {
                let (kit, address) = Kit::guarded(directory, programs).await?;
                guarded((Server::Kit(kit), address), None)
            }
            Kind::Nats => {
                let (nats, address) = Nats::guarded(directory).await?;
                guarded((Server::Nats(nats), address), None)
            }
            Kind::Nsq => {
                let judge = Fake::start("403 Forbidden", "{}").await?;
                let (nsq, address) = Nsq::guarded(directory, judge.port).await?;
                guarded((Server::Nsq(nsq), address), Some(judge))
            }
            Kind::Sqs => {
                let fake = Fake::start("403 Forbidden", SQS_REFUSES).await?;
                Guarded { address: sqs::address(fake.port), _server: None, _fake: Some(fake) }
            }
        })
    }
}
