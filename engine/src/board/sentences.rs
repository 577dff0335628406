//! What the headline can say of a moment.

use std::collections::BTreeMap;

use control::{Limit, Rule, Workload};

use super::headline::{self, Count, Facts};
use super::rates;
use super::{Board, LIMIT_LASTS, Round};
use crate::authority::Stand;

impl Board {
    pub(super) fn facts(&self, round: &Round<'_>) -> Facts {
        let config = round.core.config();
        let count = |name: &str, background| Count {
            name: name.to_owned(),
            background,
            desired: round.deployments.get(name).map_or(0, |status| status.replicas.desired),
        };
        let workloads = config.workloads.iter();
        Facts {
            loads: round.loads().map(|(name, _)| count(name, false)).collect(),
            workloads: workloads.map(|w| count(&w.name, w.rule == Rule::Remainder)).collect(),
            at_limit: self
                .held(round)
                .or_else(|| config.workloads.iter().find_map(|w| self.at_limit(w, round))),
            at_once: nobody_works(round),
            otherwise: self.otherwise(round),
        }
    }

    /// The sentence while nobody scales.
    fn held(&self, round: &Round<'_>) -> Option<String> {
        if round.stand != Stand::Held {
            return None;
        }
        let workloads = round.core.config().workloads.iter();
        let (workload, target) = workloads.filter_map(|w| Some((w, w.rule.target()?))).next()?;
        let (arrive, done) = self.rates.get(&target.queue)?.over(LIMIT_LASTS)?;
        let ready = round.deployments.get(&workload.name).map_or(0, |s| s.replicas.ready);
        let name = headline::plural(&workload.name, ready);
        let does = if ready == 1 { "does" } else { "do" };
        Some(format!("Nobody scales: {ready} {name} {does} {done:.0}/s, {arrive:.0}/s arrive."))
    }

    /// The sentence of a workload that has all it can get and is still overrun.
    fn at_limit(&self, workload: &Workload, round: &Round<'_>) -> Option<String> {
        let since = self.at_limit_since.get(&workload.name)?;
        let target = workload.rule.target()?;
        let sample = round.observation.readings.get(&target.queue)?.sample;
        let (arrive, done) = self.rates.get(&target.queue)?.over(LIMIT_LASTS)?;
        let lasts = round.now >= *since + LIMIT_LASTS;
        let overrun = sample.ready > u64::from(target.length) && arrive > done * 1.02;
        (lasts && overrun).then(|| {
            let ready = round.deployments.get(&workload.name).map_or(0, |s| s.replicas.ready);
            let name = headline::plural(&workload.name, ready);
            format!("At the limit: {ready} {name} do {done:.0}/s, {arrive:.0}/s arrive.")
        })
    }

    /// The sentence for when nothing happens.
    fn otherwise(&self, round: &Round<'_>) -> String {
        let workloads = &round.core.config().workloads;
        let Some((workload, target)) = workloads.iter().find_map(|w| Some((w, w.rule.target()?)))
        else {
            let read = !round.deployments.is_empty();
            let text =
                if read { "No workload follows a queue." } else { "Waiting for the cluster." };
            return text.to_owned();
        };
        if let Some(why) = round.core.why(&workload.name)
            && why.limited_by == Some(Limit::Reading)
        {
            return format!("{}.", headline::capitalised(&why.text));
        }
        let Some(reading) = round.observation.readings.get(&target.queue) else {
            return "Waiting for the queue.".to_owned();
        };
        let ready = round.deployments.get(&workload.name).map_or(0, |s| s.replicas.ready);
        let (name, queue) = (headline::plural(&workload.name, ready), reading.sample.ready);
        match self.rates.get(&target.queue).and_then(|rates| rates.over(rates::WINDOW)) {
            Some((arrive, _)) if arrive >= 0.5 => {
                format!("{ready} {name} keep up with {arrive:.0}/s; the queue holds {queue}.")
            }
            _ => format!("All quiet: {ready} {name}, the rest is background."),
        }
    }
}

/// The sentence of a queue with jobs on which nobody works, for the first one that has any.
fn nobody_works(round: &Round<'_>) -> Option<String> {
    // By queue: the first that follows it, and whether anybody works on it.
    let mut queues: BTreeMap<&str, (&str, bool)> = BTreeMap::new();
    for workload in &round.core.config().workloads {
        let Some(target) = workload.rule.target() else { continue };
        let status = round.deployments.get(&workload.name);
        let works = status.is_some_and(|status| status.replicas.ready > 0);
        queues.entry(&target.queue).or_insert((&workload.name, false)).1 |= works;
    }
    queues.into_iter().find_map(|(queue, (name, works))| {
        let sample = round.observation.readings.get(queue)?.sample;
        let jobs = sample.ready + sample.in_flight;
        (jobs > 0 && !works).then(|| headline::waiting(jobs, name))
    })
}

/// Whether a workload has all that it can get, and works.
pub(super) fn has_all_it_can_get(workload: &Workload, round: &Round<'_>) -> bool {
    let limit = round.core.why(&workload.name).and_then(|why| why.limited_by);
    let limited = matches!(limit, Some(Limit::Capacity | Limit::Max));
    let at_work = round
        .deployments
        .get(&workload.name)
        .is_some_and(|status| status.replicas.ready == status.replicas.desired);
    limited && at_work
}
