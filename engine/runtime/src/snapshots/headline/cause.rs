//! Actions of people, and accidents, that make counts change: the first part of a headline.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::facts::Facts;
use super::values::Who;
use super::words::{capitalised, plural};

/// How long a cause is shown. It is shown longer while counts still change because of it.
const TOLD: Duration = Duration::from_secs(6);
/// If a count changes later than this after a cause, another cause has changed it.
pub(super) const WORKS: Duration = Duration::from_secs(30);
/// Changes of one kind within this time are shown as one: a moving slider passes many values.
const SAME_HAND: Duration = Duration::from_secs(3);
/// The most causes shown at once; more would fill the page.
const MOST: usize = 3;

/// Something that can make counts change.
#[allow(missing_docs)] // the names say it
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Cause {
    /// The count of a Deployment that makes the load has changed.
    Load {
        #[serde(rename = "deployment")]
        name: String,
        from: u32,
        to: u32,
    },
    /// Many jobs were sent at once.
    Burst {
        jobs: u64,
        audience: bool,
    },
    Kill {
        workload: String,
        container: String,
    },
    /// Containers died, but no command of this engine killed them.
    Crash {
        workload: String,
        count: u32,
    },
    /// A workload was paused with `at` containers.
    Paused {
        #[serde(flatten)]
        who: Who,
        at: u32,
    },
    Resumed {
        #[serde(flatten)]
        who: Who,
    },
    /// All scaling was held. This cause has no sentence: the condition after it says the same.
    Held,
    #[serde(rename = "scaling_resumed")]
    LetGo,
}

impl Cause {
    /// `true` if the cause leads to more containers, `false` if to fewer, `None` if unknown.
    pub(super) fn asks_for_more(&self) -> Option<bool> {
        match self {
            Cause::Load { from, to, .. } => Some(to > from),
            Cause::Burst { .. } | Cause::Kill { .. } | Cause::Crash { .. } => Some(true),
            Cause::Paused { .. } | Cause::Resumed { .. } | Cause::Held | Cause::LetGo => None,
        }
    }

    /// Whether the cause's sentence is still true of the present numbers.
    fn holds(&self, facts: &Facts) -> bool {
        let paused = |who: &Who, count: Option<u32>| {
            let found = facts.workload(&who.workload).filter(|it| it.paused);
            found.is_some_and(|it| count.is_none_or(|count| it.desired == count))
        };
        match self {
            Cause::Load { name, to, .. } => facts.loads.get(name) == Some(to),
            Cause::Paused { who, at } => paused(who, Some(*at)),
            Cause::Resumed { who } => !paused(who, None),
            Cause::Held => facts.held,
            Cause::LetGo => !facts.held,
            Cause::Burst { .. } | Cause::Kill { .. } | Cause::Crash { .. } => true,
        }
    }

    /// Merges this cause with a later one; `None` if they must stay separate.
    fn with(&self, later: &Cause) -> Option<Cause> {
        match (self, later) {
            // A change back to the first value is not merged, so it is shown as a separate change.
            (Cause::Load { name, from, .. }, Cause::Load { name: same, to, .. })
                if name == same && from != to =>
            {
                Some(Cause::Load { name: name.clone(), from: *from, to: *to })
            }
            (Cause::Burst { jobs, audience }, Cause::Burst { jobs: more, audience: by })
                if audience == by =>
            {
                Some(Cause::Burst { jobs: jobs + more, audience: *audience })
            }
            (Cause::Crash { workload, count }, Cause::Crash { workload: same, count: more })
                if workload == same =>
            {
                Some(Cause::Crash { workload: workload.clone(), count: count + more })
            }
            (Cause::Kill { workload, .. }, Cause::Crash { workload: same, .. })
                if workload == same =>
            {
                Some(self.clone())
            }
            (Cause::Crash { workload, .. }, Cause::Kill { workload: same, .. })
                if workload == same =>
            {
                Some(later.clone())
            }
            _ => None,
        }
    }

    /// The cause as a sentence; empty if another part of the headline says it.
    pub(super) fn text(&self) -> String {
        match self {
            Cause::Load { name, from, to } => {
                format!("{} {from} -> {to}.", capitalised(&plural(name, 2)))
            }
            Cause::Burst { jobs: 1, audience: true } => "The audience added 1 job.".to_owned(),
            Cause::Burst { jobs, audience: true } => format!("The audience added {jobs} jobs."),
            Cause::Burst { jobs: 1, .. } => "1 job added.".to_owned(),
            Cause::Burst { jobs, .. } => format!("{jobs} jobs at once."),
            Cause::Kill { container, .. } => format!("{} was killed.", capitalised(container)),
            Cause::Crash { workload, count: 1 } => format!("1 {workload} died."),
            Cause::Crash { workload, count } => format!("{count} {} died.", plural(workload, 2)),
            Cause::Paused { who, at } => format!("{} paused at {at}.", capitalised(&who.called(1))),
            Cause::Resumed { who } => format!("{} is scaled again.", capitalised(&who.called(1))),
            Cause::Held => String::new(),
            Cause::LetGo => "Scaling resumed.".to_owned(),
        }
    }
}

/// A cause and its time.
#[derive(Debug, Clone, PartialEq)]
struct Happened {
    cause: Cause,
    at: Duration,
    /// The time of the last cause that was merged into this one.
    last: Duration,
}

/// The causes that were recorded in the last 30 s ([`WORKS`]) and still hold.
#[derive(Debug, Default)]
pub(super) struct Causes {
    all: Vec<Happened>,
    before: Option<Facts>,
}

impl Causes {
    /// Records a cause, or merges it into a similar recent one.
    pub(super) fn hear(&mut self, now: Duration, cause: Cause) {
        let again = self.all.iter_mut().rev().find_map(|it| {
            let both = it.cause.with(&cause).filter(|_| now <= it.last + SAME_HAND)?;
            Some((it, both))
        });
        match again {
            Some((it, both)) => (it.cause, it.last) = (both, now),
            None => self.all.push(Happened { cause, at: now, last: now }),
        }
    }

    /// Finds causes by comparing with the previous snapshot. Forgets causes that are too old or no
    /// longer true.
    pub(super) fn follow(&mut self, now: Duration, facts: &Facts) {
        if let Some(before) = self.before.replace(facts.clone()) {
            changes(&before, facts).into_iter().for_each(|cause| self.hear(now, cause));
        }
        let nothing = |cause: &Cause| matches!(cause, Cause::Load { from, to, .. } if from == to);
        self.all.retain(|it| now < it.last + WORKS && it.cause.holds(facts) && !nothing(&it.cause));
    }

    /// Whether the load changed `within` this time. The audience's bursts do not count as changes.
    pub(super) fn load_changed(&self, now: Duration, within: Duration) -> bool {
        let load = |it: &Happened| {
            matches!(it.cause, Cause::Load { .. } | Cause::Burst { audience: false, .. })
        };
        self.all.iter().any(|it| load(it) && now < it.last + within)
    }

    /// The time of the last cause after `since` that can make counts rise (if `rises`) or fall.
    pub(super) fn of(&self, rises: bool, since: Option<Duration>) -> Option<Duration> {
        let fits = |it: &&Happened| it.cause.asks_for_more().is_none_or(|more| more == rises);
        let new = |it: &&Happened| since.is_none_or(|since| it.at > since);
        self.all.iter().rev().filter(fits).find(new).map(|it| it.at)
    }

    /// Whether a shown cause is still recorded, and has not been merged with a later one.
    pub(super) fn still(&self, cause: &Cause) -> bool {
        self.all.iter().any(|it| it.cause == *cause)
    }

    /// The causes to show at `now`, oldest first; those from the times in `still` are shown longer.
    pub(super) fn current(&self, now: Duration, still: &[Duration]) -> Vec<Cause> {
        let is_told = |it: &&Happened| now < it.last + TOLD || still.contains(&it.at);
        let current: Vec<Cause> =
            self.all.iter().filter(is_told).map(|it| it.cause.clone()).collect();
        current[current.len().saturating_sub(MOST)..].to_vec()
    }
}

/// The causes that can be seen by comparing two snapshots.
fn changes(before: &Facts, after: &Facts) -> Vec<Cause> {
    let loads = after.loads.iter().filter_map(|(name, to)| {
        let from = *before.loads.get(name)?;
        (from != *to).then(|| Cause::Load { name: name.clone(), from, to: *to })
    });
    let held =
        (before.held != after.held).then_some(if after.held { Cause::Held } else { Cause::LetGo });
    let of_workloads = after.workloads.iter().flat_map(|now| {
        let Some(was) = before.workload(&now.name) else { return Vec::new() };
        let paused = (was.paused != now.paused).then(|| match now.paused {
            true => Cause::Paused { who: Who::of(now), at: now.desired },
            false => Cause::Resumed { who: Who::of(now) },
        });
        let count = now.restarts.saturating_sub(was.restarts);
        let crash = || Cause::Crash { workload: now.name.clone(), count };
        paused.into_iter().chain((count > 0).then(crash)).collect()
    });
    loads.chain(held).chain(of_workloads).collect()
}
