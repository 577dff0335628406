//! Cycles by a small client of NSQ, as there is none to depend on: messages are fetched ahead on one
//! connection, and published on another.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::{Mutex, mpsc};
use tokio::time::timeout;

use super::http::Cycle;

struct Client {
    publisher: Mutex<(OwnedReadHalf, OwnedWriteHalf)>,
    ids: Mutex<mpsc::UnboundedReceiver<String>>,
    acks: Mutex<OwnedWriteHalf>,
}

/// Cycles on a topic of their own.
pub(super) async fn cycles(address: &str) -> anyhow::Result<Box<dyn Fn() -> Cycle>> {
    let (host, _) = address.trim_start_matches("nsq://").split_once('?').context("no ?http")?;
    let identity = r#"{"output_buffer_size": -1, "output_buffer_timeout": -1}"#;
    let (mut from, mut acks) = connect(host, identity).await?;
    acks.write_all(b"SUB native native\nRDY 2000\n").await?;
    let (sender, ids) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        // Its first answers are heartbeats and those of the connection.
        while let Ok((kind, data)) = frame(&mut from).await {
            if kind == 2 && sender.send(String::from_utf8_lossy(&data[10..26]).into()).is_err() {
                return;
            }
        }
    });
    let publisher = Mutex::new(connect(host, identity).await?);
    let client = Client { publisher, ids: Mutex::new(ids), acks: Mutex::new(acks) };
    let client = Arc::new(client);
    Ok(Box::new(move || -> Cycle {
        let client = client.clone();
        Box::pin(async move { cycle(&client).await })
    }))
}

async fn cycle(client: &Client) -> anyhow::Result<()> {
    {
        let mut publisher = client.publisher.lock().await;
        publisher.1.write_all(b"PUB native\n\0\0\0\x05a job").await?;
        let (kind, answer) = frame(&mut publisher.0).await?;
        ensure!(kind == 0 && answer == b"OK", "a publish was refused");
    }
    let mut ids = client.ids.lock().await;
    let id = timeout(Duration::from_secs(5), ids.recv()).await?.context("no message came")?;
    drop(ids);
    let fin = format!("FIN {id}\n");
    Ok(client.acks.lock().await.write_all(fin.as_bytes()).await?)
}

async fn connect(host: &str, identity: &str) -> anyhow::Result<(OwnedReadHalf, OwnedWriteHalf)> {
    let stream = TcpStream::connect(host).await?;
    stream.set_nodelay(true)?;
    let (mut from, mut to) = stream.into_split();
    to.write_all(b"  V2IDENTIFY\n").await?;
    to.write_all(&(identity.len() as u32).to_be_bytes()).await?;
    to.write_all(identity.as_bytes()).await?;
    let (kind, answer) = frame(&mut from).await?;
    ensure!(kind == 0 && answer == b"OK", "nsqd refuses the client");
    Ok((from, to))
}

async fn frame(from: &mut OwnedReadHalf) -> anyhow::Result<(u32, Vec<u8>)> {
    let (size, kind) = (from.read_u32().await?, from.read_u32().await?);
    let mut data = vec![0; size.saturating_sub(4) as usize];
    from.read_exact(&mut data).await?;
    Ok((kind, data))
}
