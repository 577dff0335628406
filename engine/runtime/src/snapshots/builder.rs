//! Builds snapshots from rounds.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use control::{Limit, Rule, Workload};
use model::{Actor, LeaseHolders, QueueReading};

use super::deaths::Deaths;
use super::headline::facts::Facts;
use super::headline::{self, Headline};
use super::history::Point;
use super::jobs::JobCounts;
use super::log::{Kind, Log, LogEvent};
use super::lost::Lost;
use super::rates::Rates;
use super::round::{Fixed, Lists, Round};
use super::slots::Slots;
use super::snapshot::{RoundInputs, Snapshot};
use super::state::DecisionState;

/// How many past decisions a snapshot lists.
const DECISIONS: usize = 50;

/// Builds snapshots from rounds, and keeps the history that a single round does not have.
#[derive(Debug, Default)]
pub struct SnapshotBuilder {
    pub(super) fixed: Fixed,
    pub(super) run: u32,
    /// When this run began; all times in a snapshot count from here.
    origin: Duration,
    seq: u64,
    log: Log,
    /// The id of the first log entry that is in no snapshot yet.
    shown: u64,
    pub(super) lost: Lost,
    /// The last round's desired replicas of the Deployments that make the load.
    loads: BTreeMap<String, u32>,
    /// The callers of scale commands whose effect is not logged yet, by Deployment.
    expected: BTreeMap<String, Actor>,
    warnings: BTreeSet<String>,
    pub(super) decisions: VecDeque<DecisionState>,
    slots: Slots,
    /// The workers of each queue that lists them, as of its last reading.
    lists: Lists,
    jobs: JobCounts,
    deaths: Deaths,
    pub(super) rates: BTreeMap<String, Rates>,
    /// Since when each workload has had all containers that it can get, all of them ready.
    pub(super) at_limit_since: BTreeMap<String, Duration>,
    headline: Headline,
}

impl SnapshotBuilder {
    /// A builder for the run with this number.
    pub fn new(fixed: Fixed, run: u32) -> SnapshotBuilder {
        SnapshotBuilder { fixed, run, ..SnapshotBuilder::default() }
    }

    /// Begins another run at `now`: time, chart, log and counters start again from zero.
    pub fn begin_anew(&mut self, now: Duration, run: u32) {
        let old = std::mem::replace(self, SnapshotBuilder::new(self.fixed.clone(), run));
        self.origin = now;
        (self.seq, self.slots, self.loads) = (old.seq, old.slots, old.loads);
        (self.lost, self.warnings) = (old.lost, old.warnings);
        self.lost.reset();
    }

    /// The time from second 0 of this run to `now`.
    pub fn uptime(&self, now: Duration) -> Duration {
        now.saturating_sub(self.origin)
    }

    /// Records a log event.
    pub fn tell(&mut self, now: Duration, news: LogEvent) {
        if let Some(cause) = &news.cause {
            self.headline.hear(now, cause.clone());
        }
        self.log.push(self.uptime(now), news);
    }

    /// Remembers who scales a Deployment; the change is logged once the engine observes it.
    pub fn expect(&mut self, deployment: &str, by: Actor) {
        self.expected.insert(deployment.to_owned(), by);
    }

    /// Records how many jobs a queue has lost since its process began.
    pub fn count_lost(&mut self, queue: &str, counted: u64) {
        self.lost.see(queue, counted);
    }

    /// Takes the last good reading of each queue, to count jobs by worker.
    pub fn see_workers(&mut self, looks: &BTreeMap<String, QueueReading>) {
        let mut before = std::mem::take(&mut self.lists);
        let lists = looks.iter().filter_map(|(queue, look)| match &look.leases {
            LeaseHolders::Listed(leases) => Some((queue.clone(), leases.clone())),
            // Its last list stays, and is not counted again.
            LeaseHolders::Unread => before.remove_entry(queue),
            LeaseHolders::Untold => None,
        });
        self.lists = lists.collect();
    }

    /// Records that a command kills a container.
    pub fn kill(&mut self, now: Duration, container: &str) {
        self.deaths.kill(now, container);
    }

    /// Builds the snapshot after a round.
    pub fn after(&mut self, round: Round<'_>) -> Snapshot {
        self.seq += 1;
        self.remember(&round);
        let mut state = self.state(&round);
        let facts = Facts::of(&state, !round.deployments.is_empty());
        let claims = self.headline.update(round.now, facts);
        state.headline = headline::text(claims);
        state.claim = headline::json(claims);
        state.workloads.sort_by(|a, b| (a.priority, &a.name).cmp(&(b.priority, &b.name)));
        let config = round.core.config();
        let is_background =
            |name: &str| config.workload(name).is_some_and(|w| w.rule == Rule::Remainder);
        let instances = config.workloads.iter().filter_map(|w| round.deployments.get(&w.name));
        let instances = instances.flat_map(|status| &status.instances);
        let slots = self.slots.place(config.capacity, instances, is_background);
        let named =
            (0..).zip(&slots).filter_map(|(i, slot)| Some((slot.as_ref()?.name.as_str(), i)));
        let jobs = self.jobs.see(&self.lists, &named.collect(), self.origin);
        let dead = self.deaths.see(round.now, &slots, &self.lists, self.origin);
        let news = self.log.since(self.shown);
        self.shown = self.log.next();
        Snapshot {
            seq: self.seq,
            run: self.run,
            state,
            slots,
            jobs,
            dead,
            point: round.is_tick.then(|| Point::of(&round, self.origin)),
            news,
            fresh: round.contributed.fresh,
            seen: Arc::new(RoundInputs {
                origin: self.origin,
                config: round.core.config().clone(),
                readings: round.observation.readings.clone(),
                start_ups: round.observation.start_ups.clone(),
            }),
            deployments: round.deployments,
        }
    }

    fn remember(&mut self, round: &Round<'_>) {
        self.see_loads(round);
        self.see_troubles(round);
        for decision in round.decisions {
            let decided = self.decision(round.now, decision);
            self.tell(round.now, LogEvent::new(Kind::Decision, decision.text.clone()));
            self.decisions.push_front(decided);
        }
        self.decisions.truncate(DECISIONS);
        if !round.is_tick {
            return;
        }
        for (queue, reading) in &round.observation.readings {
            self.rates.entry(queue.clone()).or_default().see(reading);
        }
        for workload in &round.core.config().workloads {
            if has_all_it_can_get(workload, round) {
                self.at_limit_since.entry(workload.name.clone()).or_insert(round.now);
            } else {
                self.at_limit_since.remove(&workload.name);
            }
        }
    }

    /// Logs changes of the load, with the person or program that made each.
    fn see_loads(&mut self, round: &Round<'_>) {
        let now: BTreeMap<String, u32> =
            round.loads().map(|(name, s)| (name.clone(), s.replicas.desired)).collect();
        let before = std::mem::take(&mut self.loads);
        for (name, to) in &now {
            if let Some(from) = before.get(name).filter(|from| *from != to) {
                let by = self.expected.remove(name).unwrap_or(Actor::Outside);
                let text = format!("{} {from} -> {to}", headline::plural(name, 2));
                self.tell(round.now, LogEvent::marked(Kind::Load, text, by));
            }
        }
        self.loads = now;
    }

    /// Logs the warnings that are new since the previous round.
    fn see_troubles(&mut self, round: &Round<'_>) {
        let now: BTreeSet<String> = round.warnings.values().map(|it| it.text.clone()).collect();
        let before = std::mem::replace(&mut self.warnings, now.clone());
        for text in now.difference(&before) {
            self.tell(round.now, LogEvent::new(Kind::Warning, text.clone()));
        }
    }
}

/// Whether a workload has all containers that it can get, and all of them are ready.
fn has_all_it_can_get(workload: &Workload, round: &Round<'_>) -> bool {
    let limit = round.core.why(&workload.name).and_then(|why| why.limited_by);
    let limited = matches!(limit, Some(Limit::Capacity | Limit::Max));
    let at_work = round
        .deployments
        .get(&workload.name)
        .is_some_and(|status| status.replicas.ready == status.replicas.desired);
    limited && at_work
}
