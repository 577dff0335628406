//! What `/metrics` says, read from the broker at each scrape: nothing is counted twice.

use std::sync::Arc;

use broker::{QueueName, Stats};
use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;
use prometheus::{CounterVec, GaugeVec, Opts};

use crate::hub::Hub;

/// A metric's name, its help, and where its value is found; `None` for no value now.
type Source = (&'static str, &'static str, fn(&Stats) -> Option<f64>);

const GAUGES: [Source; 7] = [
    ("queue_messages_ready", "Messages that wait for a receiver.", |s| Some(s.ready as f64)),
    ("queue_messages_in_flight", "Messages with a receiver.", |s| Some(s.in_flight as f64)),
    ("queue_busy_workers", "Workers with a lease; each lease without a name is one.", |s| {
        Some(s.busy_workers as f64)
    }),
    ("queue_messages_delayed", "Messages hidden until a time.", |s| Some(s.delayed as f64)),
    ("queue_idempotency_keys", "Keys of publishes that are remembered.", |s| Some(s.keys as f64)),
    ("queue_paused", "1 where nobody gets messages until the queue goes on.", |s| {
        Some(f64::from(u8::from(s.paused)))
    }),
    (
        "queue_oldest_message_age_seconds",
        "How long ago the oldest ready message was published; absent where none is ready.",
        |s| s.oldest_age.map(|age| age.as_secs_f64()),
    ),
];

const COUNTERS: [Source; 11] = [
    ("queue_messages_published_total", "Messages taken in, dead letters included.", |s| {
        Some(s.total.published as f64)
    }),
    ("queue_messages_delivered_total", "Deliveries begun, those undone included.", |s| {
        Some(s.total.delivered as f64)
    }),
    ("queue_messages_acked_total", "Messages done.", |s| Some(s.total.acked as f64)),
    ("queue_messages_nacked_total", "Deliveries handed back by their receivers.", |s| {
        Some(s.total.nacked as f64)
    }),
    (
        "queue_messages_released_total",
        "Deliveries handed back by workers that were told to stop; the attempt does not count.",
        |s| Some(s.total.released as f64),
    ),
    ("queue_messages_dead_total", "Messages given up after their last attempt.", |s| {
        Some(s.total.dead as f64)
    }),
    ("queue_messages_purged_total", "Messages thrown away by a purge.", |s| {
        Some(s.total.purged as f64)
    }),
    ("queue_messages_expired_total", "Messages that became too old.", |s| {
        Some(s.total.expired as f64)
    }),
    (
        "queue_publish_replayed_total",
        "Publishes that came again with their key; they published nothing.",
        |s| Some(s.total.replayed as f64),
    ),
    ("queue_leases_expired_total", "Leases that ran out.", |s| Some(s.total.lease_expired as f64)),
    ("queue_receive_empty_total", "Receives that went away with nothing.", |s| {
        Some(s.total.receive_empty as f64)
    }),
];

/// The queues' numbers for Prometheus, labelled `queue`.
#[derive(Debug)]
pub struct Metrics {
    hub: Arc<Hub>,
    descs: Vec<Desc>,
}

impl Metrics {
    /// A collector for a registry.
    ///
    /// # Errors
    /// When a name above is not one that Prometheus takes.
    pub fn new(hub: Arc<Hub>) -> prometheus::Result<Metrics> {
        let sources = GAUGES.iter().chain(&COUNTERS);
        let describe = |(name, help, _): &Source| {
            Desc::new((*name).into(), (*help).into(), vec!["queue".into()], Default::default())
        };
        let descs = sources.map(describe).collect::<Result<_, _>>()?;
        Ok(Metrics { hub, descs })
    }

    /// All queues at one moment.
    fn stats(&self) -> Vec<(QueueName, Stats)> {
        self.hub.call(|broker, now| {
            let names: Vec<_> = broker.names().cloned().collect();
            let with_stats = |name| broker.stats(now, &name).map(|stats| (name, stats));
            names.into_iter().filter_map(with_stats).collect()
        })
    }
}

impl Collector for Metrics {
    fn desc(&self) -> Vec<&Desc> {
        self.descs.iter().collect()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let stats = self.stats();
        let gauges = GAUGES.iter().filter_map(|source| gauge(source, &stats).ok());
        let counters = COUNTERS.iter().filter_map(|source| counter(source, &stats).ok());
        gauges.chain(counters).flatten().collect()
    }
}

type Families = prometheus::Result<Vec<MetricFamily>>;

fn gauge((name, help, value): &Source, stats: &[(QueueName, Stats)]) -> Families {
    let gauge = GaugeVec::new(Opts::new(*name, *help), &["queue"])?;
    for (queue, stats) in stats {
        if let Some(value) = value(stats) {
            gauge.with_label_values(&[queue.as_str()]).set(value);
        }
    }
    Ok(gauge.collect())
}

fn counter((name, help, value): &Source, stats: &[(QueueName, Stats)]) -> Families {
    let counter = CounterVec::new(Opts::new(*name, *help), &["queue"])?;
    for (queue, stats) in stats {
        if let Some(value) = value(stats) {
            counter.with_label_values(&[queue.as_str()]).inc_by(value);
        }
    }
    Ok(counter.collect())
}
