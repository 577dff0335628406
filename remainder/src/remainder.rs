//! Computing and publishing side by side.

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

/// Computes tiles with a share of a core.
#[derive(Debug)]
pub struct Remainder<Q> {
    args: Args,
    metrics: Metrics,
    shutdown: Shutdown,
    /// Comes from the queue, where one was named.
    tickets: Tickets,
    /// Empty where no queue was named.
    post: Option<(Outbox, Carrier<Q>)>,
}

impl<Q: WorkQueue> Remainder<Q> {
    /// A remainder whose tiles go to `queue`, where there is one, and say that they are from
    /// `name`; it leaves at the word of `shutdown`.
    ///
    /// # Errors
    /// When a counter's name is taken.
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

    /// Computes until it is time to leave, and then leaves at once: tiles not published by then
    /// are lost.
    ///
    /// # Errors
    /// When the computing ends by itself, which is a mistake in it.
    pub async fn run(self) -> anyhow::Result<()> {
        let (duty, done) = (self.args.duty, self.metrics.work_units.clone());
        tracing::info!("computing pictures with {}% of a core", duty.percent());
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
            ended = &mut computing => return ended.context("the computing has ended"),
        }
        drop(stay);
        computing.await.context("the computing has failed")?;
        tracing::info!("leaving after {} tiles", self.metrics.work_units.get());
        Ok(())
    }
}

/// Carries tiles, if there are any to carry, for as long as the computing goes on.
async fn carry(carrier: Option<Carrier<impl WorkQueue>>) {
    if let Some(carrier) = carrier {
        carrier.run().await;
    }
    std::future::pending::<()>().await;
}
