//! One workload's containers: who is busy, who is retired, who may be stopped. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use control::Work;
use model::scheduler::{Instance, Phase, Status};
use model::{LeaseHolders, Leases, QueueReading};

use super::seen::QueueView;

/// For so long after it was asked for a retirement holds. The queue forgets it a little later.
const HOLDS: Duration = Duration::from_secs(8);
/// Pods that are retired together are stopped together, where they stop being ready within this.
const GATHER: Duration = Duration::from_millis(1500);
/// A retired pod that is still ready after this time does not show that it is retired.
const FOLLOWS: Duration = Duration::from_secs(5);
/// After so many looks without a list of workers it is reckoned without one.
const UNREAD: u32 = 10;
/// After this time it is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(60);

/// What is known of a workload's containers.
#[derive(Debug, Default)]
pub(super) struct WorkloadWorkers {
    /// Asked to retire and not answered.
    asked: BTreeSet<String>,
    /// Retired without a lease, by when they were asked.
    retired: BTreeMap<String, Duration>,
    /// Of those that were asked, the ones that were ready by then, until they are so again.
    worked: BTreeSet<String>,
    /// Found with a lease when they were asked, by when that was.
    found_busy: BTreeMap<String, Duration>,
    /// Whether the queue's workers were ever seen to be these containers.
    is_known: bool,
    /// Until when nobody is retired, for it did not show.
    hidden_until: Option<Duration>,
    /// Whether it was kept from leaving because nobody knows who is idle.
    is_stuck: bool,
    /// When the queue was last read, and
    read: Option<Duration>,
    /// how often in a row the list of workers could not be.
    unread: u32,
    was_told: bool,
}

impl WorkloadWorkers {
    fn is_retired(&self, name: &str, now: Duration) -> bool {
        self.retired.get(name).is_some_and(|asked| now < *asked + HOLDS)
    }

    /// Marks those that are retired.
    pub(super) fn mark(&self, now: Duration, status: &mut Status) {
        for instance in &mut status.instances {
            // It is unready for a while after its retirement, too.
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

    /// Takes in what there is, as the scheduler shows it; who is busy, and how many may be stopped.
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
                    // Nobody knows whose these are, and they may be ours.
                    (true, true) => Work { busy: desired, stoppable: 0 },
                    (false, nameless) if nameless || seen.strangers => {
                        self.by_time(by_count, seen.look, status)
                    }
                    _ => self.by_name(now, leases, seen.look, status, chooses),
                }
            }
        }
    }

    /// Counts looks in a row without a list; there are several rounds for one look.
    fn count_unread(&mut self, read: Duration, leases: &LeaseHolders) {
        if self.read.replace(read) != Some(read) {
            self.unread = if *leases == LeaseHolders::Unread { self.unread + 1 } else { 0 };
        }
    }

    /// Whether workers are called as these containers are.
    fn learn_names(&mut self, leases: &Leases, strangers: bool, status: &Status) {
        let known =
            |it: &Instance| leases.busy.contains(&it.name) || leases.idle.contains(&it.name);
        if status.instances.iter().any(known) {
            self.is_known = true;
        } else if strangers {
            // The same Deployment may run another program by now.
            self.is_known = false;
        }
    }

    /// Where nobody knows who is busy, one that is stopped may be. That is without harm where its
    /// job would end in time.
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
        // A queue that began anew knows of no retirement.
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

    /// Where the engine chooses: all that are retired, once all that were asked have answered.
    fn stoppable_here(&self) -> u32 {
        if self.asked.is_empty() { self.retired.len() as u32 } else { 0 }
    }

    /// Where a ReplicaSet chooses: it stops those first that are not ready. So these are to be
    /// retired, all of them.
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

    /// Whether retired ones do not show that they are.
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

    /// Chooses whom to retire, so that `count` can leave; they count as asked from now on.
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
        // A ReplicaSet stops those first that are not ready, so it has to be all of them.
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
            // Of whom nobody knows is taken for busy until the next reading.
            Some(_) | None => &mut self.found_busy,
        };
        found.insert(container.to_owned(), asked);
    }

    /// The order in which they leave; among equals those with later names first.
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

    /// What to do about it, once, where it is kept from leaving.
    pub(super) fn remedy(&mut self, name: &str) -> Option<String> {
        if !self.is_stuck || std::mem::replace(&mut self.was_told, true) {
            return None;
        }
        Some(format!(
            "{name} has fewer only once all of it is idle or others need the slots, for the engine \
             cannot tell whom to stop: let its workers receive under the names of their pods, with \
             a readinessProbe on /readyz (periodSeconds: 1, failureThreshold: 1), or give it \
             terminationGracePeriodSeconds of twice what its jobs take"
        ))
    }
}

/// How many of those that stay are about to be stopped: the lower count was written, and they have
/// not been chosen yet.
fn leaving(status: &Status) -> usize {
    staying(status).count().saturating_sub(status.replicas.desired as usize)
}

/// Those that were not told to stop.
fn staying(status: &Status) -> impl Iterator<Item = &Instance> {
    status.instances.iter().filter(|it| it.phase != Phase::Terminating)
}
