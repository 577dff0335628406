//! What `/metrics` reports about upstream queues. Those in memory are reported as by `queue`.

use std::sync::Arc;

use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;
use prometheus::{IntCounterVec, IntGaugeVec, Opts, Registry};

use crate::queues::Queues;
use crate::table::Totals;

type Count = fn(&Totals) -> u64;

const LEASES: (&str, &str) =
    ("ambassador_leases", "Messages of upstream queues that are leased to workers here.");

const COUNTERS: [(&str, &str, Count); 8] = [
    ("ambassador_delivered_total", "Deliveries begun.", |it| it.delivered),
    ("ambassador_undelivered_total", "Deliveries that never reached their worker.", |it| {
        it.undelivered
    }),
    ("ambassador_acked_total", "Acks that the upstream has confirmed.", |it| it.acked),
    ("ambassador_nacked_total", "Deliveries that workers nacked.", |it| it.nacked),
    ("ambassador_released_total", "Deliveries that workers released on shutdown.", |it| {
        it.released
    }),
    ("ambassador_leases_expired_total", "Leases that expired.", |it| it.lease_expired),
    ("ambassador_dead_total", "Messages given up after their last attempt.", |it| it.dead),
    ("ambassador_receive_empty_total", "Receives that ended without a message.", |it| {
        it.receive_empty
    }),
];

/// Registers the metrics of all queues.
///
/// # Errors
/// When the registry has some of these names already.
pub fn register(registry: &Registry, queues: &Arc<Queues>) -> prometheus::Result<()> {
    registry.register(Box::new(queue::Metrics::new(queues.hub.clone())?))?;
    registry.register(Box::new(Upstreams::new(queues.clone())?))
}

#[derive(Debug)]
struct Upstreams {
    queues: Arc<Queues>,
    descs: Vec<Desc>,
}

impl Upstreams {
    fn new(queues: Arc<Queues>) -> prometheus::Result<Upstreams> {
        let counters = COUNTERS.iter().map(|(name, help, _)| (*name, *help));
        let describe = |(name, help): (&str, &str)| {
            Desc::new(name.into(), help.into(), vec!["queue".into()], Default::default())
        };
        let descs = counters.chain([LEASES]).map(describe).collect::<Result<_, _>>()?;
        Ok(Upstreams { queues, descs })
    }
}

impl Collector for Upstreams {
    fn desc(&self) -> Vec<&Desc> {
        self.descs.iter().collect()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let all: Vec<_> =
            self.queues.fronts().map(|front| (&front.name, front.counted())).collect();
        let leases = || {
            let gauge = IntGaugeVec::new(Opts::new(LEASES.0, LEASES.1), &["queue"]).ok()?;
            for (name, (_, leases)) in &all {
                gauge.with_label_values(&[name.as_str()]).set(*leases as i64);
            }
            Some(gauge.collect())
        };
        let counters = COUNTERS.iter().filter_map(|(name, help, value)| {
            let counter = IntCounterVec::new(Opts::new(*name, *help), &["queue"]).ok()?;
            for (queue, (totals, _)) in &all {
                counter.with_label_values(&[queue.as_str()]).inc_by(value(totals));
            }
            Some(counter.collect())
        });
        counters.chain(leases()).flatten().collect()
    }
}
