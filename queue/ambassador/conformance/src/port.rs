//! Ports on loopback.

use std::time::{Duration, Instant};

use anyhow::ensure;
use tokio::net::TcpStream;
use tokio::time::sleep;

use crate::program::SOON;

/// Waits until something listens at this port of loopback.
pub(crate) async fn listening(port: u16) -> anyhow::Result<()> {
    let end = Instant::now() + SOON;
    while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        ensure!(Instant::now() < end, "nothing listens at port {port}");
        sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

/// A free port on loopback.
pub(crate) fn free_port() -> anyhow::Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
