//! Containers that ended without a chance to hand their jobs back: killed or crashed. Their jobs
//! wait until the queue ends their leases.

use std::collections::BTreeMap;
use std::time::Duration;

use model::{Instance, Leases, Phase};
use serde::Serialize;

use super::round::Lists;
use super::state::seconds;

/// How long a dead container is shown at least, so that people see it even if it had no job.
const SHOWN: Duration = Duration::from_millis(1500);
/// After this time a dead container is no longer shown, even if its leases are still unknown.
const LONGEST: Duration = Duration::from_secs(60);
/// A round follows a change at most this much later. A process that replaces a crashed one in the
/// same container cannot have taken a job before.
const ROUND_AFTER: Duration = Duration::from_millis(25);
/// A killed process may take a job for this time after the command.
const DIES_WITHIN: Duration = Duration::from_millis(5);

/// A dead container, in the slot that it had.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DeadContainer {
    /// The container's name.
    pub name: String,
    /// The container's workload.
    pub workload: String,
    /// `killed` if a command killed it, otherwise `lost`.
    pub how: &'static str,
    /// The queue whose jobs it held; null if it held none, or if that is unknown.
    pub queue: Option<String>,
    /// How many of its jobs wait until their leases end; null while unknown.
    pub jobs: Option<u64>,
    /// When the first of these leases ends, in seconds of uptime; null if there are none.
    pub until: Option<f64>,
}

/// Notices deaths, and follows the leases of dead containers.
#[derive(Debug, Default)]
pub(super) struct Deaths {
    /// The containers of the last round, and their slots.
    before: BTreeMap<String, (usize, Instance)>,
    /// When commands killed containers whose deaths were not seen yet.
    kills: BTreeMap<String, Duration>,
    dead: Vec<Death>,
}

#[derive(Debug)]
struct Death {
    name: String,
    workload: String,
    place: usize,
    /// When it was noticed.
    seen: Duration,
    /// Whether it certainly died. Otherwise only jobs that it left behind prove it.
    is_sure: bool,
    how: &'static str,
    /// The leases begun before this time are those of the dead; `None` if all leases under its name
    /// are, because no other process has the name.
    leases_before: Option<Duration>,
    held: Held,
}

/// The leases of a dead container.
#[derive(Debug, Clone, PartialEq)]
enum Held {
    /// No list that was read after the death.
    Unread,
    /// The queues do not say.
    Untold,
    /// The queue, the number of leases, and when the first one ends.
    Jobs(Option<String>, u64, Option<Duration>),
}

impl Deaths {
    /// Notes that a command kills a container.
    pub(super) fn kill(&mut self, now: Duration, name: &str) {
        self.kills.insert(name.to_owned(), now);
    }

    /// The dead containers by slot, after a round with this grid. `origin` is when the run began.
    pub(super) fn see(
        &mut self,
        now: Duration,
        grid: &[Option<Instance>],
        lists: &Lists,
        origin: Duration,
    ) -> BTreeMap<usize, DeadContainer> {
        let there = (0..)
            .zip(grid)
            .filter_map(|(i, slot)| slot.as_ref().map(|it| (it.name.clone(), (i, it.clone()))));
        let there: BTreeMap<_, _> = there.collect();
        for (name, (place, old)) in std::mem::take(&mut self.before) {
            let new = there.get(&name).map(|(_, new)| new);
            if let Some(death) = self.death(now, place, &old, new) {
                self.kills.remove(&name);
                self.dead.push(death);
            }
        }
        self.before = there;
        self.kills.retain(|_, at| now < *at + LONGEST);
        for death in &mut self.dead {
            death.look(lists);
        }
        self.dead.retain(|death| !death.is_over(now));
        let shown = self.dead.iter().filter(|death| death.is_shown());
        // Where two died in one slot, the later one is shown.
        shown.map(|death| (death.place, death.shown(origin))).collect()
    }

    /// The death of a container between two rounds, if it died or may have died.
    fn death(
        &self,
        now: Duration,
        place: usize,
        old: &Instance,
        new: Option<&Instance>,
    ) -> Option<Death> {
        let killed = self.kills.get(&old.name);
        let (is_sure, leases_before) = match new {
            Some(new) if new.restarts > old.restarts => {
                let before = killed.map_or(now.saturating_sub(ROUND_AFTER), |at| *at + DIES_WITHIN);
                (killed.is_some() || old.phase != Phase::Starting, Some(before))
            }
            Some(_) => return None,
            None => (killed.is_some(), None),
        };
        Some(Death {
            name: old.name.clone(),
            workload: old.workload.clone(),
            place,
            seen: now,
            is_sure,
            how: if killed.is_some() { "killed" } else { "lost" },
            leases_before,
            held: Held::Unread,
        })
    }
}

impl Death {
    /// Looks for the dead container's leases.
    fn look(&mut self, lists: &Lists) {
        if lists.is_empty() {
            self.held = Held::Untold;
            return;
        }
        // A list that was read before the death may have leases that ended before it.
        if lists.values().any(|list| list.listed_at < self.seen) {
            return;
        }
        let found = lists.iter().map(|(queue, list)| Some((queue, self.leases(list)?)));
        let Some(found) = found.collect::<Option<Vec<_>>>() else {
            self.held = Held::Untold;
            return;
        };
        let jobs = found.iter().map(|(_, ends)| ends.len() as u64).sum();
        let first = found.iter().flat_map(|(_, ends)| ends).min().copied();
        let queue = found.iter().find(|(_, ends)| !ends.is_empty());
        self.held = Held::Jobs(queue.map(|(queue, _)| (*queue).clone()), jobs, first);
    }

    /// When each of its leases in this list ends; `None` if the list does not say.
    fn leases(&self, list: &Leases) -> Option<Vec<Duration>> {
        let Some(held) = list.held.get(&self.name) else {
            return (!list.busy.contains(&self.name)).then(Vec::new);
        };
        let is_its = |since: Duration| self.leases_before.is_none_or(|before| since < before);
        Some(held.iter().filter(|it| is_its(it.since)).map(|it| it.until).collect())
    }

    fn has_jobs(&self) -> bool {
        matches!(self.held, Held::Jobs(_, jobs, _) if jobs > 0)
    }

    fn is_shown(&self) -> bool {
        self.is_sure || self.has_jobs()
    }

    fn is_over(&self, now: Duration) -> bool {
        let is_late = now >= self.seen + LONGEST;
        is_late
            || match self.held {
                Held::Unread => false,
                _ if self.has_jobs() => false,
                _ => !self.is_sure || now >= self.seen + SHOWN,
            }
    }

    fn shown(&self, origin: Duration) -> DeadContainer {
        let (queue, jobs, until) = match &self.held {
            Held::Unread | Held::Untold => (None, None, None),
            Held::Jobs(queue, jobs, until) => (queue.clone(), Some(*jobs), *until),
        };
        // Tenths, because each reading's delay makes it a little different.
        let tenths = |time: Duration| (seconds(time.saturating_sub(origin)) * 10.0).round() / 10.0;
        DeadContainer {
            name: self.name.clone(),
            workload: self.workload.clone(),
            how: self.how,
            queue,
            jobs,
            until: until.map(tenths),
        }
    }
}

#[cfg(test)]
mod tests;
