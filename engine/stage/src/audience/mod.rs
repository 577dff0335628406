//! The audience's page: a small page for phones with one button. It has a listener of its own, so
//! that phones can reach nothing else of the engine.
//!
//! # Layout
//! - [`site`]: the routes; requests to all others are refused
//! - [`page`]: the HTML
//! - [`view`]: the part of a snapshot that phones get
//! - [`gate`]: limits the presses of one phone, and of all phones; pure, takes `now`
//! - [`jobs`]: turns presses into jobs, and adds those of half a second together
//! - [`address`]: the URL of the page; [`code`]: that URL as a QR code

pub mod address;
pub mod code;
pub mod gate;
pub mod jobs;
pub mod page;
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

/// The most connections of phones: enough for a full room, but some remain for the engine's page.
const PHONES: usize = 1024;

/// The listener of the audience's page, open but not served yet.
#[derive(Debug)]
pub struct AudienceServer {
    server: Server,
    /// The URL for phones.
    pub url: String,
}

impl AudienceServer {
    /// Listens on the given address.
    ///
    /// # Errors
    /// When it cannot listen there, or this machine has no address for phones; the message names
    /// the fix.
    pub async fn open(asked: SocketAddr) -> anyhow::Result<AudienceServer> {
        let listener = TcpListener::bind(asked).await.with_context(|| {
            format!("cannot listen on {asked} for the audience; choose another with --audience")
        })?;
        let url = address::url(listener.local_addr()?)?;
        let limits = Limits { connections: PHONES, ..Limits::default() };
        Ok(AudienceServer { server: Server::from(listener).with_limits(limits), url })
    }

    /// Serves the page and sends its jobs to the control loop, until shutdown.
    pub async fn serve(self, handle: Handle, clock: Clock, shutdown: Shutdown) {
        tracing::info!("the page for the audience is at {}", self.url);
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
            // These two futures do not end while the site is served.
            () = presses.add(add) => {}
            () = view::tell(handle.snapshots.clone(), phones) => {}
        }
    }
}
