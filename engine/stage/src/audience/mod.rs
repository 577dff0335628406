//! The people in the room: a listener of their own, with a small page to look at and one button.
//! Nothing else of the engine can be reached through it.
//!
//! # Layout
//! - [`site`]: what is answered, and to nothing else
//! - [`view`]: what phones see of a moment
//! - [`gate`]: how often a phone, and all of them, may press; pure, takes `now`
//! - [`jobs`]: presses become jobs, those of half a second together
//! - [`address`]: where phones find it; [`code`]: the same as a QR code

pub mod address;
pub mod code;
pub mod gate;
pub mod jobs;
pub mod site;
pub mod view;

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context;
use model::{Actor, Clock};
use runtime::control_loop::{Command, Handle};
use service::Shutdown;
use service::http::{Limits, Server};
use tokio::net::TcpListener;
use tokio::sync::watch;

use site::Site;

/// Enough for a full room, and no more than the engine has to spare beside its own callers.
const PHONES: usize = 1024;

/// A port that is taken, and where phones find it.
#[derive(Debug)]
pub struct AudienceServer {
    server: Server,
    /// The page for phones.
    pub url: String,
}

impl AudienceServer {
    /// Takes the port.
    ///
    /// # Errors
    /// When it cannot be had, or this machine has no address that phones could use; the message
    /// names the way out.
    pub async fn open(asked: SocketAddr) -> anyhow::Result<AudienceServer> {
        let listener = TcpListener::bind(asked).await.with_context(|| {
            format!("cannot listen on {asked} for the audience; choose another with --audience")
        })?;
        let url = address::url(listener.local_addr()?)?;
        let limits = Limits { connections: PHONES, ..Limits::default() };
        Ok(AudienceServer { server: Server::from(listener).with_limits(limits), url })
    }

    /// Shows phones what the loop does, and gives it their jobs, until it is time to leave.
    pub async fn serve(self, handle: Handle, clock: Clock, shutdown: Shutdown) {
        tracing::info!("the audience's page is at {}", self.url);
        let (button, presses) = jobs::button();
        let first = view::text(&handle.snapshots.borrow()).into();
        let (phones, view) = watch::channel(first);
        let gate = Arc::default();
        let site = Site { button, view, clock, shutdown: shutdown.clone(), gate };
        let add = async |jobs| {
            let command = Command::Burst { queue: None, jobs };
            handle
                .command(Actor::Audience, command)
                .await
                .map(drop)
                .map_err(|error| error.to_string())
        };
        tokio::select! {
            () = self.server.serve(site::router(site), shutdown.wait()) => {}
            // Both go on for as long as there is a site.
            () = presses.add(add) => {}
            () = view::tell(handle.snapshots.clone(), phones) => {}
        }
    }
}
