//! The address of the page.

use std::net::{Ipv4Addr, SocketAddr};

use service::output::note;
use tokio::net::TcpListener;

use crate::args::DEFAULT_PORT;

/// The number of ports after the default one that are tried.
const PORTS: u16 = 20;

/// Listens on the given address, or else on the default port or the next free one.
pub async fn listen(asked: Option<SocketAddr>) -> anyhow::Result<TcpListener> {
    if let Some(address) = asked {
        return service::shell::bind(address).await;
    }
    for port in DEFAULT_PORT..DEFAULT_PORT + PORTS {
        if let Ok(listener) = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
            if port != DEFAULT_PORT {
                note(&format!("port {DEFAULT_PORT} is taken; the page is on port {port}"));
            }
            return Ok(listener);
        }
    }
    let last = DEFAULT_PORT + PORTS - 1;
    anyhow::bail!("ports {DEFAULT_PORT} to {last} are all taken; choose another with --listen")
}
