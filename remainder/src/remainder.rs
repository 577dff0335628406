//! Computes tiles, and publishes finished tiles at the same time.

use std::sync::mpsc;

use anyhow::Context;
use client::WorkQueue;
use prometheus::Registry;
use service::Shutdown;
use tokio::task::spawn_blocking;

use crate::args::Args;
use crate::computing::compute;
use crate::metrics::Metrics;
use crate::publishing::{Carrier, Outbox, outbox};
use crate::ticket::Tickets;

/// Computes tiles with a share of a core, and publishes them if there is a queue.
#[derive(Debug)]
pub struct Remainder<Q> {
    args: Args,
    metrics: Metrics,
    shutdown: Shutdown,
    /// The tickets that the carrier gets from the queue; empty without a queue.
    tickets: Tickets,
    /// The two parts that publish tiles; `None` if no queue was named.
    post: Option<(Outbox, Carrier<Q>)>,
}

impl<Q: WorkQueue> Remainder<Q> {
    /// Creates a remainder, which publishes its tiles to `queue`, if given, under the worker name
    /// `name`. It stops on `shutdown`.
    ///
    /// # Errors
    /// When counters with these names are registered already.
    pub fn new(
        args: &Args,
        queue: Option<Q>,
        name: &str,
        registry: &Registry,
        shutdown: Shutdown,
    ) -> anyhow::Result<Remainder<Q>> {
        let metrics = Metrics::register(registry)?;
        let (tickets, dropped) = (Tickets::default(), metrics.dropped.clone());
        let post = queue.map(|queue| outbox(name, queue, tickets.clone(), dropped));
        Ok(Remainder { args: args.clone(), metrics, shutdown, tickets, post })
    }

    /// Computes until the shutdown begins, and then stops at once. Tiles that are not published by
    /// then are lost.
    ///
    /// # Errors
    /// When the computing ends on its own, which is a bug.
    pub async fn run(self) -> anyhow::Result<()> {
        let (duty, done) = (self.args.duty, self.metrics.work_units.clone());
        tracing::info!("computing a film with {}% of a core", duty.percent());
        let (outbox, carrier) = self.post.unzip();
        let (tickets, (stay, heard)) = (self.tickets.clone(), mpsc::channel());
        let mut computing = spawn_blocking(move || {
            compute(duty, &heard, &tickets, |tile| {
                done.inc();
                outbox.iter().for_each(|outbox| outbox.put(tile));
            });
        });
        tokio::select! {
            () = self.shutdown.wait() => {}
            () = carry(carrier) => {}
            ended = &mut computing => return ended.context("the computing has ended by itself"),
        }
        drop(stay);
        computing.await.context("the computing has failed")?;
        tracing::info!("stopping after {} tiles", self.metrics.work_units.get());
        Ok(())
    }
}

/// Publishes tiles if there is a queue for them. Never returns, even without a queue.
async fn carry(carrier: Option<Carrier<impl WorkQueue>>) {
    if let Some(carrier) = carrier {
        carrier.run().await;
    }
    std::future::pending::<()>().await;
}
