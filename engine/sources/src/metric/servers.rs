//! Opens the metrics that workloads follow.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use client::{Error, Url};
use control::Source;
use model::MetricSource;

use super::document::Documents;
use super::http::JsonNumber;
use super::prometheus::Query;

/// The longest time that a reading may take, however seldom it is taken.
const LONGEST: Duration = Duration::from_secs(10);

type Localize = dyn Fn(&str) -> String + Send + Sync;

/// Opens the metrics that workloads follow.
#[derive(Clone, Default)]
pub struct MetricServers {
    prometheus: Option<Url>,
    /// Translates the address of a Service into the one that this machine reaches it by.
    localize: Option<Arc<Localize>>,
}

impl MetricServers {
    /// Queries are sent to this Prometheus server; without one, each query is a failed read.
    pub fn new(prometheus: Option<Url>) -> MetricServers {
        MetricServers { prometheus, localize: None }
    }

    /// These servers, with the addresses of documents translated before each use.
    #[must_use]
    pub fn with_addresses(
        self,
        localize: impl Fn(&str) -> String + Send + Sync + 'static,
    ) -> MetricServers {
        MetricServers { localize: Some(Arc::new(localize)), ..self }
    }

    /// Makes the source of a metric that is read once per `interval`; `None` for a queue.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn source(
        &self,
        source: &Source,
        interval: Duration,
    ) -> Result<Option<Box<dyn MetricSource>>, Error> {
        let documents = || Documents::new(interval.mul_f64(0.8).min(LONGEST));
        Ok(match source {
            Source::Queue => None,
            Source::Prometheus { query } => {
                let (documents, server) = (documents()?, self.prometheus.clone());
                Some(Box::new(Query { documents, server, query: query.clone() }))
            }
            Source::Http { url, pointer } => {
                let url = self.localize.as_ref().map_or_else(|| url.clone(), |it| it(url));
                Some(Box::new(JsonNumber {
                    documents: documents()?,
                    url,
                    pointer: pointer.clone(),
                }))
            }
        })
    }
}

impl fmt::Debug for MetricServers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let prometheus = self.prometheus.as_ref().map(Url::as_str);
        f.debug_struct("MetricServers").field("prometheus", &prometheus).finish_non_exhaustive()
    }
}
