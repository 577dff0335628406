//! Builds the answer of `/api/v1/state` from the data of one round.

use std::time::Duration;

use control::{
    Amount, Decision, Followed, Freshness, Limit, Replicas, Rule, StartUp, Term, Why, Workload,
};
use model::ControlMode;
use serde_json::Value;

use super::builder::SnapshotBuilder;
use super::rates;
use super::round::Round;
use super::state::{
    DecisionState, DeploymentState, QueueState, RunMode, SettingsState, State, TermState, WhyState,
    WorkloadState, rounded, seconds,
};

/// How long a limit must last before it is reported; a shorter one may be a step of a scale-up.
const LIMIT_LASTS: Duration = Duration::from_secs(3);

impl SnapshotBuilder {
    /// Builds the state without the headline. Workloads are in the order of the configuration.
    pub(super) fn state(&self, round: &Round<'_>) -> State {
        let config = round.core.config();
        let workloads: Vec<_> =
            config.workloads.iter().map(|it| self.workload(it, round)).collect();
        let live = |w: &WorkloadState| w.ready + w.starting + w.terminating;
        let (mode, because) = mode(&round.mode);
        State {
            tick: round.tick,
            run: format!("{:08x}", self.run),
            uptime_s: seconds(self.uptime(round.now)),
            scheduler: self.fixed.scheduler,
            namespace: self.fixed.namespace.clone(),
            context: self.fixed.context.clone(),
            standing: round.standing.clone(),
            mode,
            because,
            containers: round.deployments.values().map(|status| status.instances.len()).sum(),
            warnings: round.warnings.values().map(|warning| warning.text.clone()).collect(),
            start_delay_s: seconds(self.fixed.start_delay),
            tick_s: seconds(config.tick),
            capacity: config.capacity,
            used: workloads.iter().map(live).sum(),
            lost: self.lost.sum(),
            headline: String::new(),
            claim: Value::Null,
            controls: round.controls.clone(),
            config: round.config,
            contributed: round.contributed.keys.clone(),
            deployments: unscaled(round),
            queues: self.queues(round),
            decisions: self.decisions.iter().cloned().collect(),
            workloads,
        }
    }

    fn workload(&self, workload: &Workload, round: &Round<'_>) -> WorkloadState {
        let status = round.deployments.get(&workload.name);
        let replicas = status.map(|status| status.replicas).unwrap_or_default();
        let instances = status.into_iter().flat_map(|status| &status.instances);
        let why = round.core.why(&workload.name).cloned().unwrap_or_default();
        let since = self.at_limit_since.get(&workload.name);
        WorkloadState {
            name: workload.name.clone(),
            priority: workload.priority,
            rule: workload.rule.name(),
            queue: workload.rule.followed().map(|followed| followed.name.clone()),
            source: workload.rule.followed().map(|followed| followed.source.name()),
            target: workload.rule.target_length(),
            target_per_container: workload.rule.target_per_container().map(Amount::get),
            min: workload.min,
            max: workload.max,
            desired: replicas.desired,
            ready: replicas.ready,
            starting: replicas.starting,
            terminating: replicas.terminating,
            start_up_s: round.start_ups.get(&workload.name).and_then(StartUp::p90).map(seconds),
            paused: workload.paused,
            settings: settings(workload),
            why: self.why(why),
            restarts: instances.map(|instance| instance.restarts).sum(),
            has_all: since.is_some_and(|since| round.now >= *since + LIMIT_LASTS),
        }
    }

    fn why(&self, why: Why) -> WhyState {
        let term = |term: &Term| TermState { name: term.name, value: rounded(term.value) };
        WhyState {
            text: why.text,
            wanted: why.wanted,
            terms: why.terms.iter().map(term).collect(),
            limited_by: why.limited_by.map(Limit::name),
            until: why.until.map(|until| seconds(self.uptime(until))),
            lacks: why.lacks,
            fallback: why.fallback,
        }
    }

    fn queues(&self, round: &Round<'_>) -> Vec<QueueState> {
        let mut queues: Vec<QueueState> = Vec::new();
        for rule in round.core.config().workloads.iter().map(|workload| &workload.rule) {
            let Some(followed) = rule.followed() else { continue };
            if queues.iter().all(|queue| queue.name != followed.name) {
                queues.push(self.queue(followed, rule, round));
            }
        }
        queues
    }

    fn queue(&self, followed: &Followed, rule: &Rule, round: &Round<'_>) -> QueueState {
        let reading = round.observation.readings.get(&followed.name);
        let sample = reading.map(|reading| &reading.sample);
        let rates = self.rates.get(&followed.name).and_then(|rates| rates.over(rates::WINDOW));
        let totals = sample.and_then(|sample| sample.totals);
        let interval = followed.interval(round.core.config().tick);
        QueueState {
            name: followed.name.clone(),
            source: followed.source.name(),
            value: sample.and_then(|sample| sample.metric).map(Amount::get),
            ready: sample.map(|sample| sample.ready),
            in_flight: sample.filter(|_| followed.is_queue()).map(|sample| sample.in_flight),
            target: rule.target_length(),
            target_per_container: rule.target_per_container().map(Amount::get),
            age_s: reading.map(|r| seconds(round.now.saturating_sub(r.taken_at))),
            status: Freshness::of(reading, round.now, interval).name(),
            arrive_s: rates.map(|(arrive, _)| arrive),
            done_s: rates.map(|(_, done)| done),
            published_total: totals.map(|totals| totals.published),
            acked_total: totals.map(|totals| totals.acked),
        }
    }

    /// The JSON of a decision made at `now`.
    pub(super) fn decision(&self, now: Duration, decision: &Decision) -> DecisionState {
        DecisionState {
            at: seconds(self.uptime(now)),
            workload: decision.workload.clone(),
            from: decision.from,
            to: decision.to,
            reason: decision.reason.name(),
            text: decision.text.clone(),
        }
    }
}

fn settings(workload: &Workload) -> SettingsState {
    let Workload { max_delta, fallback, .. } = *workload;
    let of_all = SettingsState { max_delta, fallback, ..SettingsState::default() };
    match &workload.rule {
        Rule::Rate(rate) => SettingsState {
            window_s: Some(seconds(rate.window)),
            average_s: Some(seconds(rate.average)),
            service_time_s: rate.service_time.map(|time| time.as_secs_f64()),
            ..of_all
        },
        Rule::PerContainer(it) => SettingsState { window_s: Some(seconds(it.window)), ..of_all },
        Rule::SimpleQueue(_) | Rule::Queue(_) | Rule::Remainder => of_all,
    }
}

fn mode(mode: &ControlMode) -> (RunMode, Option<String>) {
    match mode {
        ControlMode::Decides => (RunMode::Live, None),
        ControlMode::Held => (RunMode::Held, None),
        ControlMode::LooksOn(because) => (RunMode::LooksOn, Some(because.clone())),
    }
}

fn unscaled(round: &Round<'_>) -> Vec<DeploymentState> {
    let config = round.core.config();
    let others = round.deployments.iter().filter(|(name, _)| config.workload(name).is_none());
    others
        .map(|(name, status)| {
            let Replicas { desired, ready, starting, terminating, .. } = status.replicas;
            let (name, load) = (name.clone(), !status.serves);
            DeploymentState { name, desired, ready, starting, terminating, load }
        })
        .collect()
}
