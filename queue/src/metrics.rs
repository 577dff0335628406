//! The metrics at `/metrics`. They are read from the broker's own numbers at each scrape.

use std::sync::Arc;

use broker::Stats;
use broker::stats::Counters;
use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;
use prometheus::{GaugeVec, IntCounterVec, Opts};

use crate::hub::Hub;

/// Reads a gauge's value from a queue's numbers; with `None`, the gauge is absent for that queue.
type Level = fn(&Stats) -> Option<f64>;
/// Reads a counter's value from a queue's totals.
type Count = fn(&Counters) -> u64;

const GAUGES: [(&str, &str, Level); 7] = [
    ("queue_messages_ready", "Messages that wait for a worker.", |s| Some(s.ready as f64)),
    ("queue_messages_in_flight", "Messages leased to workers.", |s| Some(s.in_flight as f64)),
    (
        "queue_busy_workers",
        "Workers with a lease; each lease without a worker's name counts as one.",
        |s| Some(s.busy_workers as f64),
    ),
    ("queue_messages_delayed", "Messages whose delay is not over.", |s| Some(s.delayed as f64)),
    ("queue_idempotency_keys", "Idempotency keys that are remembered.", |s| Some(s.keys as f64)),
    ("queue_paused", "1 while the queue is paused and receives get nothing.", |s| {
        Some(f64::from(u8::from(s.paused)))
    }),
    (
        "queue_oldest_message_age_seconds",
        "Time since the oldest ready message was published; absent if none is ready.",
        |s| s.oldest_age.map(|age| age.as_secs_f64()),
    ),
];

const COUNTERS: [(&str, &str, Count); 11] = [
    ("queue_messages_published_total", "Messages published, including dead letters.", |it| {
        it.published
    }),
    (
        "queue_messages_delivered_total",
        "Deliveries begun, including those that never reached their worker.",
        |it| it.delivered,
    ),
    ("queue_messages_acked_total", "Messages done.", |it| it.acked),
    ("queue_messages_nacked_total", "Deliveries that workers nacked.", |it| it.nacked),
    (
        "queue_messages_released_total",
        "Deliveries that workers released on shutdown; these do not count as attempts.",
        |it| it.released,
    ),
    ("queue_messages_dead_total", "Messages given up after their last attempt.", |it| it.dead),
    ("queue_messages_purged_total", "Messages deleted by a purge.", |it| it.purged),
    ("queue_messages_expired_total", "Messages that exceeded max_age_s.", |it| it.expired),
    (
        "queue_publish_replayed_total",
        "Repeated publishes with a remembered key; they published nothing.",
        |it| it.replayed,
    ),
    ("queue_leases_expired_total", "Leases that expired.", |it| it.lease_expired),
    ("queue_receive_empty_total", "Receives that ended without a message.", |it| it.receive_empty),
];

/// Reports the numbers of all queues to Prometheus. The label `queue` has the queue's name.
#[derive(Debug)]
pub struct Metrics {
    hub: Arc<Hub>,
    descs: Vec<Desc>,
}

impl Metrics {
    /// Creates a collector, which the caller must register.
    ///
    /// # Errors
    /// When Prometheus does not accept the name of a metric.
    pub fn new(hub: Arc<Hub>) -> prometheus::Result<Metrics> {
        let counters = COUNTERS.iter().map(|(name, help, _)| (*name, *help));
        let all = GAUGES.iter().map(|(name, help, _)| (*name, *help)).chain(counters);
        let describe = |(name, help): (&str, &str)| {
            Desc::new(name.into(), help.into(), vec!["queue".into()], Default::default())
        };
        Ok(Metrics { hub, descs: all.map(describe).collect::<Result<_, _>>()? })
    }
}

impl Collector for Metrics {
    fn desc(&self) -> Vec<&Desc> {
        self.descs.iter().collect()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        // All numbers are read at the same moment.
        let stats: Vec<_> = self.hub.call(|broker, now| {
            broker.all_stats(now).map(|(name, stats)| (name.clone(), stats)).collect()
        });
        let gauges = GAUGES.iter().filter_map(|(name, help, value)| {
            let gauge = GaugeVec::new(Opts::new(*name, *help), &["queue"]).ok()?;
            let known = stats.iter().filter_map(|(queue, it)| Some((queue, value(it)?)));
            known.for_each(|(queue, it)| gauge.with_label_values(&[queue.as_str()]).set(it));
            Some(gauge.collect())
        });
        let counters = COUNTERS.iter().filter_map(|(name, help, value)| {
            let counter = IntCounterVec::new(Opts::new(*name, *help), &["queue"]).ok()?;
            for (queue, it) in &stats {
                counter.with_label_values(&[queue.as_str()]).inc_by(value(&it.total));
            }
            Some(counter.collect())
        });
        gauges.chain(counters).flatten().collect()
    }
}
