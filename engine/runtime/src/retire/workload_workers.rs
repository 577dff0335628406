//! One workload's containers: which are busy, are retired, or may be stopped. Without I/O.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use control::Work;
use model::scheduler::{Instance, Phase, Status};
use model::{LeaseHolders, Leases, QueueReading};

use super::seen::QueueView;

/// How long a retirement is valid after its call. The queue itself forgets it a little later.
const HOLDS: Duration = Duration::from_secs(8);
/// Pods that are retired together are stopped together, if all become unready within this time.
const GATHER: Duration = Duration::from_millis(1500);
/// A retired pod that is still ready after this time is assumed never to become unready.
const FOLLOWS: Duration = Duration::from_secs(5);
/// After this many readings in a row without a list of workers, the engine decides without a list.
const UNREAD: u32 = 10;
/// How long the engine retires no pod after a retired pod did not become unready.
const TRY_AGAIN: Duration = Duration::from_secs(60);

/// The state of a workload's containers.
#[derive(Debug, Default)]
pub(super) struct WorkloadWorkers {
    /// Containers with a retirement call that is not answered yet.
    asked: BTreeSet<String>,
    /// Containers retired without a lease, and the times of the calls that retired them.
    retired: BTreeMap<String, Duration>,
    /// Containers that were ready when their retirement was requested; removed once ready again.
    worked: BTreeSet<String>,
    /// Containers found busy by a retirement call, or that did not answer; with the call's time.
    found_busy: BTreeMap<String, Duration>,
    /// Whether the names of these containers were seen among the queue's workers.
    is_known: bool,
    /// No pod is retired before this time, because one did not become unready.
    hidden_until: Option<Duration>,
    /// Whether no container may leave because the engine cannot tell which ones are idle.
    is_stuck: bool,
    /// When the queue was last read.
    read: Option<Duration>,
    /// How many readings in a row had no list of workers.
    unread: u32,
    was_told: bool,
}

impl WorkloadWorkers {
    fn is_retired(&self, name: &str, now: Duration) -> bool {
        self.retired.get(name).is_some_and(|asked| now < *asked + HOLDS)
    }

    /// Gives retired containers the phase `Retiring`.
    pub(super) fn mark(&self, now: Duration, status: &mut Status) {
        for instance in &mut status.instances {
            // A container stays unready for a while after its retirement has ended.
            let unready = instance.is_unready;
            if !self.worked.contains(&instance.name)
                || !(unready || self.is_retired(&instance.name, now))
            {
                continue;
            }
            match instance.phase {
                Phase::Starting if !instance.waits => {
                    status.replicas.starting -= 1;
                    status.replicas.ready += 1;
                }
                Phase::Ready => {}
                Phase::Starting | Phase::Retiring | Phase::Terminating => continue,
            }
            instance.phase = Phase::Retiring;
        }
    }

    /// Updates the state from the scheduler and the queue. Returns how many containers are busy,
    /// and how many may be stopped.
    pub(super) fn see(
        &mut self,
        now: Duration,
        seen: QueueView<'_>,
        status: &Status,
        chooses: bool,
    ) -> Work {
        let here = |name: &String| staying(status).any(|it| it.name == *name);
        self.retired.retain(|name, asked| now < *asked + HOLDS && here(name));
        self.asked.retain(here);
        let ready = |name: &String| staying(status).any(|it| it.name == *name && !it.is_unready);
        let waits = |name: &String| self.asked.contains(name) || self.retired.contains_key(name);
        self.worked.retain(|name| here(name) && (waits(name) || !ready(name)));
        let read = seen.look.reading.taken_at;
        self.count_unread(read, &seen.look.leases);
        self.found_busy.retain(|name, asked| *asked >= read && here(name));
        let desired = status.replicas.desired;
        let in_flight = u32::try_from(seen.look.reading.sample.in_flight).unwrap_or(u32::MAX);
        let by_count = in_flight.min(desired);
        match &seen.look.leases {
            LeaseHolders::Untold => self.by_time(by_count, seen.look, status),
            LeaseHolders::Unread if self.unread < UNREAD => Work { busy: by_count, stoppable: 0 },
            LeaseHolders::Unread => self.by_time(by_count, seen.look, status),
            LeaseHolders::Listed(leases) => {
                self.learn_names(leases, seen.strangers, status);
                match (self.is_known, leases.nameless > 0) {
                    // Leases without a name may belong to any of our containers.
                    (true, true) => Work { busy: desired, stoppable: 0 },
                    (false, nameless) if nameless || seen.strangers => {
                        self.by_time(by_count, seen.look, status)
                    }
                    _ => self.by_name(now, leases, seen.look, status, chooses),
                }
            }
        }
    }

    /// Counts readings in a row without a list of workers; several rounds may use the same reading.
    fn count_unread(&mut self, read: Duration, leases: &LeaseHolders) {
        if self.read.replace(read) != Some(read) {
            self.unread = if *leases == LeaseHolders::Unread { self.unread + 1 } else { 0 };
        }
    }

    /// Learns whether the queue's workers have the names of these containers.
    fn learn_names(&mut self, leases: &Leases, strangers: bool, status: &Status) {
        let known =
            |it: &Instance| leases.busy.contains(&it.name) || leases.idle.contains(&it.name);
        if status.instances.iter().any(known) {
            self.is_known = true;
        } else if strangers {
            // The Deployment may now run another program, whose workers have other names.
            self.is_known = false;
        }
    }

    /// Decides without knowing which containers are busy, so a busy one may be stopped. This does
    /// no harm if its job ends within the grace period.
    fn by_time(&mut self, busy: u32, look: &QueueReading, status: &Status) -> Work {
        let in_time = look.ack_p90.is_some_and(|p90| p90 <= status.grace / 2);
        let all_idle = look.reading.sample.in_flight == 0;
        self.is_stuck = !in_time && !all_idle;
        Work { busy, stoppable: if self.is_stuck { 0 } else { status.replicas.desired } }
    }

    fn by_name(
        &mut self,
        now: Duration,
        leases: &Leases,
        look: &QueueReading,
        status: &Status,
        chooses: bool,
    ) -> Work {
        self.is_stuck = false;
        // A queue that restarted has forgotten all retirements, so a retired container may be busy.
        let read = look.reading.taken_at;
        self.retired.retain(|name, asked| *asked >= read || !leases.busy.contains(name));
        let busy = staying(status).filter(|it| self.is_busy(leases, &it.name)).count() as u32;
        if chooses {
            return Work { busy, stoppable: self.stoppable_here() };
        }
        if self.is_hidden(now, status) {
            return self.by_time(busy, look, status);
        }
        Work { busy, stoppable: self.stoppable_there(now, status) }
    }

    /// How many containers the engine may stop: all retired ones, once all calls are answered.
    fn stoppable_here(&self) -> u32 {
        if self.asked.is_empty() { self.retired.len() as u32 } else { 0 }
    }

    /// How many pods a ReplicaSet may stop: it stops unready ones first, so these must be retired.
    fn stoppable_there(&self, now: Duration, status: &Status) -> u32 {
        let waits = |asked: &Duration| now < *asked + GATHER;
        let unready: Vec<&Instance> = staying(status).filter(|it| it.is_unready).collect();
        let all_show = self.retired.keys().all(|name| unready.iter().any(|it| it.name == *name));
        if !self.asked.is_empty() || (!all_show && self.retired.values().any(waits)) {
            return 0;
        }
        let safe = unready.iter().all(|it| self.retired.contains_key(&it.name));
        if safe { unready.len().saturating_sub(leaving(status)) as u32 } else { 0 }
    }

    /// Whether a retired pod has stayed ready, so that a ReplicaSet would not stop it first.
    fn is_hidden(&mut self, now: Duration, status: &Status) -> bool {
        if self.hidden_until.is_some_and(|until| now >= until) {
            self.hidden_until = None;
        }
        let shows = |name: &str| staying(status).any(|it| it.name == name && it.is_unready);
        let hidden = |(name, asked): (&String, &Duration)| now >= *asked + FOLLOWS && !shows(name);
        if self.hidden_until.is_none() && self.retired.iter().any(hidden) {
            self.hidden_until = Some(now + TRY_AGAIN);
        }
        self.hidden_until.is_some()
    }

    fn is_busy(&self, leases: &Leases, name: &str) -> bool {
        leases.busy.contains(name) || self.found_busy.contains_key(name)
    }

    /// Chooses containers to retire, so that `count` can leave, and adds them to `asked`.
    pub(super) fn choose(
        &mut self,
        now: Duration,
        look: &QueueReading,
        status: &Status,
        count: u32,
        chooses: bool,
    ) -> Vec<String> {
        let Some(leases) = look.leases.listed().filter(|it| it.nameless == 0) else {
            return Vec::new();
        };
        if count == 0 || self.hidden_until.is_some() || self.is_stuck {
            return Vec::new();
        }
        let under_way = self.asked.len() + self.retired.len();
        let under_way = under_way.saturating_sub(leaving(status));
        let missing = (count as usize).saturating_sub(under_way);
        let free = |name: &String| {
            let taken = self.asked.contains(name) || self.is_retired(name, now);
            !taken && !self.is_busy(leases, name)
        };
        // A ReplicaSet stops unready pods first, so all unready pods must be retired.
        let unready = staying(status).filter(|it| it.is_unready && free(&it.name)).count();
        let most = if chooses { missing } else { missing.max(unready) };
        let order = self.order(now, Some(leases), status).into_iter();
        let chosen: Vec<String> = order.filter(free).take(most).collect();
        for it in staying(status).filter(|it| chosen.contains(&it.name)) {
            self.asked.insert(it.name.clone());
            if !it.is_unready {
                self.worked.insert(it.name.clone());
            }
        }
        chosen
    }

    pub(super) fn answered(&mut self, container: &str, asked: Duration, leases: Option<u64>) {
        if !self.asked.remove(container) {
            return;
        }
        let found = match leases {
            Some(0) => &mut self.retired,
            // A container without an answer counts as busy until the next reading.
            Some(_) | None => &mut self.found_busy,
        };
        found.insert(container.to_owned(), asked);
    }

    /// The order in which containers leave. Among equal ones, later names leave first.
    pub(super) fn order(
        &self,
        now: Duration,
        leases: Option<&Leases>,
        status: &Status,
    ) -> Vec<String> {
        let rank = |it: &Instance| match it.phase {
            _ if self.is_retired(&it.name, now) => 0,
            _ if leases.is_some_and(|leases| self.is_busy(leases, &it.name)) => 3,
            _ if it.is_unready => 1,
            _ => 2,
        };
        let mut all: Vec<&Instance> = staying(status).collect();
        all.reverse();
        all.sort_by_key(|it| rank(it));
        all.into_iter().map(|it| it.name.clone()).collect()
    }

    /// If no container may leave, a message with the fix; returned once.
    pub(super) fn remedy(&mut self, name: &str) -> Option<String> {
        if !self.is_stuck || std::mem::replace(&mut self.was_told, true) {
            return None;
        }
        Some(format!(
            "{name} is scaled down only once all its workers are idle or other workloads need the \
             slots, because the engine cannot tell which workers are busy: let each worker receive \
             under its pod's name, with a readinessProbe on /readyz (periodSeconds: 1, \
             failureThreshold: 1), or set terminationGracePeriodSeconds to twice the time that a \
             job takes"
        ))
    }
}

/// How many containers will soon be stopped: the lower count was written, but the ReplicaSet has
/// not chosen the pods yet.
fn leaving(status: &Status) -> usize {
    staying(status).count().saturating_sub(status.replicas.desired as usize)
}

/// Containers that are not terminating.
fn staying(status: &Status) -> impl Iterator<Item = &Instance> {
    status.instances.iter().filter(|it| it.phase != Phase::Terminating)
}
