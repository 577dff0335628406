//! What people do to a running demo, and accidents: what a headline tells first.

use std::time::Duration;

use super::facts::Facts;
use super::words::{capitalised, plural};

/// For so long a cause is told, and for longer while something moves because of it.
const TOLD: Duration = Duration::from_secs(6);
/// After so long a change of a count has another cause.
pub(super) const WORKS: Duration = Duration::from_secs(30);
/// Changes of one kind that are no further apart are one: a slider passes many values on its way.
const SAME_HAND: Duration = Duration::from_secs(3);
/// More than so many would fill the page.
const MOST: usize = 3;

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// What makes the load has another count.
    Load {
        /// Its name.
        name: String,
        /// How many there were.
        from: u32,
        /// How many there are.
        to: u32,
    },
    /// Jobs came at once.
    Burst {
        /// How many.
        jobs: u64,
        /// Whether the audience sent them.
        audience: bool,
    },
    /// A container was killed.
    Kill {
        /// Its workload.
        workload: String,
        /// Its name.
        container: String,
    },
    /// Containers died by themselves, or by a hand that we do not know.
    Crash {
        /// Their workload.
        workload: String,
        /// How many.
        count: u32,
    },
    /// A workload was frozen,
    Paused {
        /// Its name, or "background".
        name: String,
        /// With so many.
        at: u32,
    },
    /// or freed again.
    Resumed {
        /// Its name, or "background".
        name: String,
    },
    /// All scaling was held, which the sentence after it says,
    Held,
    /// or let go.
    LetGo,
}

impl Cause {
    /// Whether it asks for more containers; `None` where it may have either effect.
    pub(super) fn asks_for_more(&self) -> Option<bool> {
        match self {
            Cause::Load { from, to, .. } => Some(to > from),
            Cause::Burst { .. } | Cause::Kill { .. } | Cause::Crash { .. } => Some(true),
            Cause::Paused { .. } | Cause::Resumed { .. } | Cause::Held | Cause::LetGo => None,
        }
    }

    /// Whether what it says of the present is so.
    fn holds(&self, facts: &Facts) -> bool {
        let paused = |name: &str, count: Option<u32>| {
            let mut all = facts.workloads.iter().filter(|it| it.paused && it.called(1) == name);
            all.any(|it| count.is_none_or(|count| it.desired == count))
        };
        match self {
            Cause::Load { name, to, .. } => facts.loads.get(name) == Some(to),
            Cause::Paused { name, at } => paused(name, Some(*at)),
            Cause::Resumed { name } => !paused(name, None),
            Cause::Held => facts.held,
            Cause::LetGo => !facts.held,
            Cause::Burst { .. } | Cause::Kill { .. } | Cause::Crash { .. } => true,
        }
    }

    /// The cause that this one is together with one of the same hand.
    fn with(&self, later: &Cause) -> Option<Cause> {
        match (self, later) {
            // One that comes back to where it was is told as a way back.
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

    /// Its sentence; empty where another one says it.
    pub(super) fn text(&self) -> String {
        match self {
            Cause::Load { name, from, to } => {
                format!("{} {from} -> {to}.", capitalised(&plural(name, 2)))
            }
            Cause::Burst { jobs: 1, audience: true } => "The audience added 1 job.".to_owned(),
            Cause::Burst { jobs, audience: true } => format!("The audience added {jobs} jobs."),
            Cause::Burst { jobs: 1, .. } => "1 job more.".to_owned(),
            Cause::Burst { jobs, .. } => format!("{jobs} jobs at once."),
            Cause::Kill { container, .. } => format!("{} was killed.", capitalised(container)),
            Cause::Crash { workload, count: 1 } => format!("1 {workload} died."),
            Cause::Crash { workload, count } => format!("{count} {} died.", plural(workload, 2)),
            Cause::Paused { name, at } => format!("{} paused at {at}.", capitalised(name)),
            Cause::Resumed { name } => format!("{} is scaled again.", capitalised(name)),
            Cause::Held => String::new(),
            Cause::LetGo => "Scaling goes on.".to_owned(),
        }
    }
}

/// A cause and its time.
#[derive(Debug, Clone, PartialEq)]
struct Happened {
    cause: Cause,
    at: Duration,
    /// When the same hand did the same last.
    last: Duration,
}

/// Those that happened of late.
#[derive(Debug, Default)]
pub(super) struct Causes {
    all: Vec<Happened>,
    before: Option<Facts>,
}

impl Causes {
    /// Takes in what the numbers alone do not tell.
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

    /// Finds what has happened since the moment before, and forgets what is over or no longer so.
    pub(super) fn follow(&mut self, now: Duration, facts: &Facts) {
        if let Some(before) = self.before.replace(facts.clone()) {
            changes(&before, facts).into_iter().for_each(|cause| self.hear(now, cause));
        }
        let nothing = |cause: &Cause| matches!(cause, Cause::Load { from, to, .. } if from == to);
        self.all.retain(|it| now < it.last + WORKS && it.cause.holds(facts) && !nothing(&it.cause));
    }

    /// Whether the load has changed within a time, for good or by a burst.
    pub(super) fn load_changed(&self, now: Duration, within: Duration) -> bool {
        let load = |it: &Happened| {
            matches!(it.cause, Cause::Load { .. } | Cause::Burst { audience: false, .. })
        };
        self.all.iter().any(|it| load(it) && now < it.last + within)
    }

    /// When the last one happened after `since` that can have made a count rise, or fall.
    pub(super) fn of(&self, rises: bool, since: Option<Duration>) -> Option<Duration> {
        let fits = |it: &&Happened| it.cause.asks_for_more().is_none_or(|more| more == rises);
        let new = |it: &&Happened| since.is_none_or(|since| it.at > since);
        self.all.iter().rev().filter(fits).find(new).map(|it| it.at)
    }

    /// Whether a cause that was told is as it was told.
    pub(super) fn still(&self, cause: &Cause) -> bool {
        self.all.iter().any(|it| it.cause == *cause)
    }

    /// What is told at `now`, in the order in which it happened; `still` are the times of those
    /// because of which something moves.
    pub(super) fn told(&self, now: Duration, still: &[Duration]) -> Vec<Cause> {
        let is_told = |it: &&Happened| now < it.last + TOLD || still.contains(&it.at);
        let told: Vec<Cause> = self.all.iter().filter(is_told).map(|it| it.cause.clone()).collect();
        told[told.len().saturating_sub(MOST)..].to_vec()
    }
}

/// What the numbers of two moments tell.
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
            true => Cause::Paused { name: now.called(1), at: now.desired },
            false => Cause::Resumed { name: now.called(1) },
        });
        let count = now.restarts.saturating_sub(was.restarts);
        let crash = || Cause::Crash { workload: now.name.clone(), count };
        paused.into_iter().chain((count > 0).then(crash)).collect()
    });
    loads.chain(held).chain(of_workloads).collect()
}
