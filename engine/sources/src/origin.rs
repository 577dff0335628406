//! Opens the queues and metrics that workloads follow. No other code chooses the kind of queue.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use client::{Client, Error, QueueArgs, Url, WatchedQueue, WorkQueue};
use control::Followed;
use model::MetricSource;
use service::TokenFile;

use super::metric::MetricServers;
use super::patience::part_of;
use super::queue::QueueSource;

/// Opens what the workloads' annotations name.
pub trait Origin: fmt::Debug + Send + Sync {
    /// Makes the source of readings of a queue or metric, which will be read once per `interval`.
    ///
    /// # Errors
    /// When the source cannot be made. A server that is away is a failed read instead.
    fn source(
        &self,
        followed: &Followed,
        interval: Duration,
    ) -> Result<Box<dyn MetricSource>, Error>;

    /// Opens the queue of this name. A call on the queue fails after `timeout`.
    ///
    /// # Errors
    /// When the client for the queue cannot be made.
    fn queue(&self, name: &str, timeout: Duration) -> Result<Arc<dyn WatchedQueue>, Error>;
}

/// Opens queues on the kit's own queue server, and metrics on servers of others.
#[derive(Debug, Clone)]
pub struct Kit {
    server: Url,
    token: Option<Arc<TokenFile>>,
    metrics: MetricServers,
}

impl Kit {
    /// Opens queues on the server at this URL; `token` is `None` if the server requires none.
    pub fn new(server: Url, token: Option<TokenFile>) -> Kit {
        Kit { server, token: token.map(Arc::new), metrics: MetricServers::default() }
    }

    /// This kit, with these servers of metrics.
    #[must_use]
    pub fn with_metrics(self, metrics: MetricServers) -> Kit {
        Kit { metrics, ..self }
    }

    /// The server's URL.
    pub fn server(&self) -> &Url {
        &self.server
    }

    /// Makes a client for one of the server's queues.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn client(&self, queue: &str) -> Result<Client, Error> {
        let (queue_url, queue) = (self.server.clone(), queue.to_owned());
        let client = Client::new(&QueueArgs { queue_url, queue, queue_token_file: None })?;
        Ok(client.with_token(self.token.clone()))
    }
}

impl Origin for Kit {
    fn source(
        &self,
        followed: &Followed,
        interval: Duration,
    ) -> Result<Box<dyn MetricSource>, Error> {
        if let Some(metric) = self.metrics.source(&followed.source, interval)? {
            return Ok(metric);
        }
        // The two clients share their connections.
        let client = self.client(&followed.name)?;
        let quick = client.clone().with_timeout(part_of(interval, 0.3));
        let client = client.with_timeout(interval.mul_f64(0.8));
        Ok(Box::new(QueueSource::new(Arc::new(client), Arc::new(quick))))
    }

    fn queue(&self, name: &str, timeout: Duration) -> Result<Arc<dyn WatchedQueue>, Error> {
        Ok(Arc::new(self.client(name)?.with_timeout(timeout)))
    }
}
