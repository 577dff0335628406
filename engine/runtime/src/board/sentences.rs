//! What a round has for the headline.

use std::collections::BTreeSet;

use control::{Limit, QueueTarget, Rule, Workload};
use model::ControlMode;

use super::headline::facts::{Facts, QueueFacts, WorkloadFacts};
use super::limits::LIMIT_LASTS;
use super::moments::Board;
use super::rates;
use super::round::Round;

impl Board {
    pub(super) fn facts(&self, round: &Round<'_>) -> Facts {
        let config = round.core.config();
        let targets = config.workloads.iter().filter_map(|it| it.rule.target());
        let mut seen = BTreeSet::new();
        let queues = targets.filter(|target| seen.insert(target.queue.as_str()));
        let loads = round.loads();
        Facts {
            loads: loads.map(|(name, status)| (name.clone(), status.replicas.desired)).collect(),
            workloads: config.workloads.iter().map(|it| self.workload(it, round)).collect(),
            queues: queues.map(|target| self.queue(target, round)).collect(),
            held: round.mode == ControlMode::Held,
            is_read: !round.deployments.is_empty(),
        }
    }

    fn workload(&self, workload: &Workload, round: &Round<'_>) -> WorkloadFacts {
        let status = round.deployments.get(&workload.name);
        let replicas = status.map(|status| status.replicas).unwrap_or_default();
        let instances = status.into_iter().flat_map(|status| &status.instances);
        let why = round.core.why(&workload.name);
        let unread = why.filter(|why| why.limited_by == Some(Limit::Reading));
        let since = self.at_limit_since.get(&workload.name);
        WorkloadFacts {
            name: workload.name.clone(),
            background: workload.rule == Rule::Remainder,
            desired: replicas.desired,
            ready: replicas.ready,
            terminating: replicas.terminating,
            restarts: instances.map(|instance| instance.restarts).sum(),
            paused: workload.paused,
            has_all: since.is_some_and(|since| round.now >= *since + LIMIT_LASTS),
            unread: unread.map(|why| why.text.clone()),
            queue: workload.rule.target().map(|target| target.queue.clone()),
        }
    }

    fn queue(&self, target: &QueueTarget, round: &Round<'_>) -> QueueFacts {
        let reading = round.observation.readings.get(&target.queue);
        let rates = self.rates.get(&target.queue);
        QueueFacts {
            name: target.queue.clone(),
            target: target.length,
            jobs: reading.map(|reading| (reading.sample.ready, reading.sample.in_flight)),
            rates: rates.and_then(|rates| rates.over(rates::WINDOW)),
        }
    }
}
