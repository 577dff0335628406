//! Compares sentences with the numbers of their snapshot and of the snapshots before.

use std::collections::{BTreeMap, BTreeSet};

use runtime::snapshots::headline::{Claim, text};
use runtime::snapshots::state::{QueueState, State, WorkloadState};

use super::numbers::{
    called, check, counted, find, is_held, load, pace, paused, queue_of, rates, unread, workers,
};
use super::sentence::{How, Said, Way, read, sentences};

/// The headline names a cause within this time, in seconds.
const TOLD_WITHIN: f64 = 3.0;
/// The headline does not name older causes, in seconds.
const RECENT: f64 = 60.0;
/// Others may have released a slot this long before a workload gets it, in seconds.
const GIVES: f64 = 3.0;
/// Tolerance for times, which have tenths of a second.
pub const TENTH: f64 = 0.06;

/// An event that the numbers alone do not show.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    Burst(u32),
    Kill(String),
    Crash(String),
}

/// A cause, its time, and the text that the headline must contain.
#[derive(Debug)]
struct Due {
    at: f64,
    text: String,
    is_told: bool,
}

#[derive(Debug)]
pub struct Judge {
    one_queue: bool,
    before: Option<State>,
    /// Desired counts of all, whenever one of them changed.
    counts: Vec<(f64, BTreeMap<String, u32>)>,
    /// Since when each workload has all its containers ready.
    there: BTreeMap<String, f64>,
    /// The same, with none that is still leaving.
    gone: BTreeMap<String, f64>,
    /// The times of all possible causes.
    causes: Vec<f64>,
    due: Vec<Due>,
    found: Vec<String>,
}

impl Judge {
    pub fn new(queues: usize) -> Judge {
        Judge {
            one_queue: queues == 1,
            before: None,
            counts: Vec::new(),
            there: BTreeMap::new(),
            gone: BTreeMap::new(),
            causes: Vec::new(),
            due: Vec::new(),
            found: Vec::new(),
        }
    }

    pub fn found(self) -> Vec<String> {
        self.found
    }

    pub fn hear(&mut self, at: f64, event: &Event) {
        let text = match event {
            Event::Burst(1) => "1 job added",
            Event::Burst(_) => " at once",
            Event::Kill(_) => " was killed",
            Event::Crash(_) => " died",
        };
        self.happened(at, text.to_owned());
    }

    fn happened(&mut self, at: f64, text: String) {
        self.causes.push(at);
        self.due.push(Due { at, text, is_told: false });
    }

    pub fn see(&mut self, state: &State) {
        self.compare(state);
        self.remember(state);
        let said = sentences(&state.headline);
        let mut wrong: Vec<String> = said
            .iter()
            .filter_map(|it| self.judge(it, state).err().map(|why| format!("{it:?}: {why}")))
            .collect();
        wrong.extend(against(&said, state));
        wrong.extend(unlike_claim(state));
        wrong.extend(self.untold(state));
        let at = state.uptime_s;
        self.found.extend(wrong.iter().map(|it| format!("at {at:.2} s {it}")));
        self.before = Some(state.clone());
    }

    /// Finds what people did since the snapshot before.
    fn compare(&mut self, state: &State) {
        let Some(before) = self.before.take() else { return };
        let now = state.uptime_s;
        for (was, is) in before.deployments.iter().zip(&state.deployments) {
            if was.desired != is.desired {
                // While a slider moves, the headline only has to name its last value.
                let name = format!("{}s ", is.name).to_lowercase();
                self.due.retain(|it| !it.text.starts_with(&name));
                self.happened(now, format!("{name}-> {}", is.desired));
            }
        }
        for (was, is) in before.workloads.iter().zip(&state.workloads) {
            if was.paused != is.paused {
                let what = if is.paused { "paused at" } else { "is scaled again" };
                let name = called(is);
                self.due.retain(|it| !it.text.starts_with(&name));
                self.happened(now, format!("{name} {what}"));
            }
        }
        if before.mode != state.mode {
            let held = format!("{:?}", state.mode) == "Held";
            let text = if held { "scaling is held" } else { "scaling resumed" };
            self.due.retain(|it| !it.text.contains("scal") || it.text.contains("again"));
            self.happened(now, text.to_owned());
        }
    }

    fn remember(&mut self, state: &State) {
        let now = state.uptime_s;
        let counts: BTreeMap<String, u32> =
            state.workloads.iter().map(|it| (it.name.clone(), it.desired)).collect();
        if self.counts.last().is_none_or(|(_, last)| *last != counts) {
            self.counts.push((now, counts));
        }
        for it in &state.workloads {
            let there = it.ready == it.desired;
            let gone = there && it.terminating == 0;
            for (is_it, since) in [(there, &mut self.there), (gone, &mut self.gone)] {
                if is_it {
                    since.entry(it.name.clone()).or_insert(now);
                } else {
                    since.remove(&it.name);
                }
            }
        }
        self.counts.retain(|(at, _)| now - at < 10.0 * RECENT);
        self.causes.retain(|at| now - at < RECENT);
    }

    /// The causes that the headline did not name in time.
    fn untold(&mut self, state: &State) -> Vec<String> {
        let text = state.headline.to_lowercase();
        let now = state.uptime_s;
        for due in &mut self.due {
            due.is_told |= match due.text.split_once("-> ") {
                Some((name, to)) => text.contains(name) && text.contains(&format!("-> {to}.")),
                // The headline gives the sum of several bursts.
                None => {
                    let more = due.text == "1 job added" && text.contains(" at once");
                    more || text.contains(&due.text)
                }
            };
        }
        self.due.retain(|due| !due.is_told);
        let (late, rest) =
            self.due.drain(..).partition::<Vec<_>, _>(|due| now - due.at > TOLD_WITHIN);
        self.due = rest;
        late.into_iter()
            .map(|due| format!("the headline does not name {:?}: {text:?}", due.text))
            .collect()
    }

    fn judge(&self, text: &str, state: &State) -> Result<(), String> {
        let recent = || !self.causes.is_empty();
        match read(text).ok_or("cannot be read")? {
            Said::Change { name, from, to, .. } if load(state, &name).is_some() => {
                let is = load(state, &name);
                check(is == Some(to) && from != to && recent(), "the load is another")
            }
            Said::Change { name, from, to, how, others } => {
                let workload = find(state, &name)?;
                self.change(workload, state, (from, to), how, &others)
            }
            Said::Burst | Said::Killed | Said::Died => check(recent(), "nothing happened"),
            Said::Paused(name, at) => {
                let it = find(state, &name)?;
                check(it.paused && it.desired == at && recent(), "is not paused there")
            }
            Said::Resumed(name) => check(!find(state, &name)?.paused && recent(), "is paused"),
            Said::LetGo => check(!is_held(state) && recent(), "is held"),
            Said::Waits(jobs, name) => {
                let queue = queue_of(find(state, &name)?, state)?;
                let there = queue.ready.unwrap_or(0) + queue.in_flight.unwrap_or(0);
                let works = workers(queue, state).any(|it| it.ready > 0);
                check(jobs == there && jobs > 0 && !works, "somebody works, or other jobs wait")
            }
            Said::Unread(text) => unread(&text, state),
            Said::Stands { way, parts } => self.stands(text, way, &parts, state),
        }
    }

    /// Checks a sentence about a count that rose or fell.
    fn change(
        &self,
        it: &WorkloadState,
        state: &State,
        (from, to): (u32, u32),
        how: How,
        others: &[String],
    ) -> Result<(), String> {
        check(it.desired == to, "another count is desired")?;
        let (rises, now) = (to > from, state.uptime_s);
        check(rises || to < from, "nothing changes")?;
        let left = self.left(&it.name, from, rises).ok_or("it did not come from there")?;
        let start = match how {
            How::Took(took) => self.clock(it, rises, left, took)?,
            How::Unsaid => self.clock(it, rises, left, 0.0)?,
            How::Ready(ready) => check(it.ready == ready, "others are ready").map(|()| left)?,
            How::Leaving(leaving) => {
                check(it.terminating == leaving, "others are leaving").map(|()| left)?
            }
        };
        check(start <= left + TENTH && now - left < RECENT, "its cause is another")?;
        self.others(it, (start, left), rises, others, state)
    }

    /// The begin of the time in a sentence, which ends when all containers are ready, or gone. It
    /// has to be a cause or the first change.
    fn clock(&self, it: &WorkloadState, rises: bool, left: f64, took: f64) -> Result<f64, String> {
        check(it.ready == it.desired, "not all are ready")?;
        // A rise has ended even if containers of an earlier fall are still leaving.
        let all = if rises { &self.there } else { &self.gone };
        let since = *all.get(&it.name).ok_or("not all are there, or gone")?;
        let start = since - took;
        let near = |at: f64| (at - start).abs() <= TENTH;
        let cause = near(left) || self.causes.iter().any(|at| near(*at));
        check(cause, format!("{start:.2} s was no cause; it left at {left:.2} s"))?;
        Ok(start)
    }

    /// When the last rise, or fall, to the present count began at the count `from`.
    fn left(&self, name: &str, from: u32, rises: bool) -> Option<f64> {
        let counts = || self.counts.iter().rev().map(|(at, counts)| (*at, counts[name]));
        let mut later = counts();
        for (earlier, after) in counts().skip(1).zip(later.by_ref()) {
            let (count, (at, next)) = (earlier.1, after);
            if next != count && (next > count) != rises {
                return None;
            }
            if count == from && next != count {
                return Some(at);
            }
        }
        None
    }

    /// Checks that exactly the named workloads gave, or got, slots.
    fn others(
        &self,
        it: &WorkloadState,
        (start, left): (f64, f64),
        rises: bool,
        said: &[String],
        state: &State,
    ) -> Result<(), String> {
        let said: Result<BTreeSet<String>, String> =
            said.iter().map(|name| Ok(find(state, name)?.name.clone())).collect();
        let said = said?;
        // Others may give slots from the cause on, or shortly before these come free.
        let since = start.min(left - GIVES);
        let moved = |from: f64| self.moved(it, (from, left), rises, state);
        let (at_most, at_least) = (moved(since - TENTH), moved(since + TENTH));
        let fits = said.is_subset(&at_most) && at_least.is_subset(&said);
        check(fits, format!("{at_least:?} have given or got"))
    }

    /// The workloads that have fewer (if this one `rises`) or more than at some time in a period.
    fn moved(
        &self,
        it: &WorkloadState,
        (from, left): (f64, f64),
        rises: bool,
        state: &State,
    ) -> BTreeSet<String> {
        let before = self.counts.iter().rev().position(|(at, _)| *at < from);
        let skipped = before.map_or(0, |n| self.counts.len() - 1 - n);
        let then = || self.counts[skipped..].iter().filter(|(at, _)| *at < left);
        let others = state.workloads.iter().filter(|other| other.name != it.name);
        let moved = others.filter(|other| {
            let gave = |was: u32| if rises { other.desired < was } else { other.desired > was };
            then().filter_map(|(_, counts)| counts.get(&other.name).copied()).any(gave)
        });
        moved.map(|it| it.name.clone()).collect()
    }

    fn stands(&self, text: &str, way: Way, parts: &[String], state: &State) -> Result<(), String> {
        paused(parts, state)?;
        let first = &parts[0];
        if way == Way::Quiet {
            let all = state.workloads.iter().filter(|it| it.ready > 0);
            let mut counts: Vec<u32> = all.map(|it| it.ready).collect();
            if first != "nothing runs" {
                for (count, name) in first.split(", ").map(counted) {
                    check(find(state, name)?.ready == count, "others are ready")?;
                    counts.retain(|it| *it != count);
                }
            }
            check(counts.is_empty(), "some are not said")?;
            let arrives = state.queues.iter().any(|it| it.arrive_s.is_none_or(|a| a >= 0.1));
            return check(!arrives, "jobs arrive");
        }
        let queue = self.queue(text, first, state)?;
        let ready = queue.ready.ok_or("was not read")?;
        if let Way::Shared { value, each } = way {
            let is = queue.value.ok_or("has no value")?;
            check((value - is).abs() <= 0.05 * is + 0.2 + 1e-9, "has another value")?;
            check(queue.target_per_container == Some(each), "has another target")?;
            return pace(first, queue, state);
        }
        let target = u64::from(queue.target.ok_or("has no target length")?);
        match way {
            Way::NobodyScales => check(is_held(state), "is not held")?,
            Way::AtLimit => {
                let limited = |it: &WorkloadState| it.ready == it.desired;
                check(ready > target && workers(queue, state).any(limited), "is no limit")?;
                let (arrive, done) = rates(queue).ok_or("no rate is known")?;
                check(arrive > done, "more is done than arrives")?;
            }
            Way::Over(said) => check(said == target && ready > target, "is not over it")?,
            Way::Within(said) => check(said == target && ready <= target, "is not within it")?,
            Way::Shared { .. } | Way::Quiet => {}
        }
        pace(first, queue, state)
    }

    /// The queue of a sentence.
    fn queue<'a>(
        &self,
        text: &str,
        first: &str,
        state: &'a State,
    ) -> Result<&'a QueueState, String> {
        if self.one_queue {
            return state.queues.first().ok_or_else(|| "no queue".to_owned());
        }
        let lower = text.to_lowercase();
        let named = state.queues.iter().find(|it| lower.contains(&format!("queue {} ", it.name)));
        if let Some(queue) = named {
            return Ok(queue);
        }
        let who = first.split_once(" arrive, ").map_or(first, |(_, who)| who);
        let name = who.split([',', ' ']).nth(1).ok_or("nobody is named")?;
        queue_of(find(state, name)?, state)
    }
}

/// A headline that cannot be made again from its claims, as clients get them.
fn unlike_claim(state: &State) -> Option<String> {
    let claims = serde_json::from_str::<Vec<Claim>>(&state.claim.to_string());
    let made = claims.map_or_else(|error| error.to_string(), |claims| text(&claims));
    (made != state.headline).then(|| format!("{} became {made:?}", state.claim))
}

/// A load that rises beside workloads that fall, or the other way round: readers would take one for
/// the effect of the other.
fn against(said: &[String], state: &State) -> Option<String> {
    let changes = said.iter().filter_map(|it| match read(it) {
        Some(Said::Change { name, from, to, .. }) => Some((load(state, &name), to > from)),
        _ => None,
    });
    let (loads, moves): (Vec<_>, Vec<_>) = changes.partition(|(load, _)| load.is_some());
    let (_, rises) = loads.last()?;
    let against = moves.iter().any(|(_, it)| it != rises);
    against.then(|| format!("{said:?}: the load went the other way"))
}
