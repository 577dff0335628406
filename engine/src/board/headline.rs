//! The one sentence on top. It stays at least three seconds, and tells a run of changes as one:
//! "Producers 1 -> 3. Consumers 3 -> 8 in 2.5 s, taken from background."

use std::collections::BTreeMap;
use std::time::Duration;

/// A sentence stays for at least this time.
const STAYS: Duration = Duration::from_secs(3);
/// After so long without a change a run is over.
const QUIET: Duration = Duration::from_secs(6);

/// A Deployment's count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// Its name.
    pub name: String,
    /// Whether it does background work.
    pub background: bool,
    /// How many it was told to have.
    pub desired: u32,
}

/// What the sentence is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// What makes the load.
    pub loads: Vec<Count>,
    /// What is scaled.
    pub workloads: Vec<Count>,
    /// The sentence of a workload that has all it can get and is still overrun.
    pub at_limit: Option<String>,
    /// The sentence of jobs on which nobody works. It waits for no other one to have been read:
    /// that may say that all is quiet.
    pub at_once: Option<String>,
    /// The sentence for when nothing happens.
    pub otherwise: String,
}

/// Remembers what was said and what has happened since.
#[derive(Debug, Default)]
pub struct Headline {
    counts: BTreeMap<String, u32>,
    run: Option<Run>,
    shown: String,
    since: Duration,
}

/// Changes that belong together.
#[derive(Debug)]
struct Run {
    began: Duration,
    changed: Duration,
    /// When the load changed last; a slider passes many values on its way.
    load_changed: Option<Duration>,
    /// Where each count stood when the run began.
    from: BTreeMap<String, u32>,
}

impl Headline {
    /// The sentence at `now`.
    pub fn update(&mut self, now: Duration, facts: Facts) -> String {
        self.follow(now, &facts);
        let of_run = self.run.as_ref().and_then(|run| run.sentence(&facts));
        let waits = facts.at_once.is_none() && !self.shown.is_empty();
        let due = facts.at_once.or(facts.at_limit).or(of_run).unwrap_or(facts.otherwise);
        if due != self.shown && (!waits || now >= self.since + STAYS) {
            (self.shown, self.since) = (due, now);
        }
        self.shown.clone()
    }

    fn follow(&mut self, now: Duration, facts: &Facts) {
        let counts = |of: &[Count]| -> BTreeMap<String, u32> {
            of.iter().map(|count| (count.name.clone(), count.desired)).collect()
        };
        let known = |name: &String, n: u32| self.counts.get(name).is_some_and(|old| *old != n);
        let load_changed = counts(&facts.loads).iter().any(|(name, n)| known(name, *n));
        let mut all = counts(&facts.workloads);
        let moved = all.iter().any(|(name, n)| known(name, *n));
        all.extend(counts(&facts.loads));
        let before = std::mem::replace(&mut self.counts, all);
        let over = self.run.as_ref().is_none_or(|run| now >= run.changed + QUIET);
        let load_changed = load_changed.then_some(now);
        let same_hand = |run: &&mut Run| run.load_changed.is_some_and(|last| now < last + STAYS);
        if load_changed.is_some()
            && let Some(run) = self.run.as_mut().filter(same_hand)
        {
            (run.changed, run.load_changed) = (now, load_changed);
        } else if load_changed.is_some() || (moved && over) {
            self.run = Some(Run { began: now, changed: now, load_changed, from: before });
        } else if moved && let Some(run) = &mut self.run {
            run.changed = now;
        } else if over {
            self.run = None;
        }
    }
}

impl Run {
    fn sentence(&self, facts: &Facts) -> Option<String> {
        let change = |count: &Count| {
            let from = *self.from.get(&count.name)?;
            (from != count.desired).then_some((from, count.desired))
        };
        let name = |count: &Count| capitalised(&plural(&count.name, 2));
        let loads = facts.loads.iter().filter_map(|count| {
            change(count).map(|(from, to)| format!("{} {from} -> {to}.", name(count)))
        });
        let urgent = facts.workloads.iter().filter(|count| !count.background);
        let moves = urgent.filter_map(|count| {
            let (from, to) = change(count)?;
            let whose = if to > from { "taken from" } else { "given to" };
            let time = self.changed.saturating_sub(self.began).as_secs_f64();
            let time = if time < 0.05 { String::new() } else { format!(" in {time:.1} s") };
            Some(format!("{} {from} -> {to}{time}, {whose} background.", name(count)))
        });
        let sentences: Vec<String> = loads.chain(moves).collect();
        (!sentences.is_empty()).then(|| sentences.join(" "))
    }
}

/// A Deployment's name for so many of it.
pub fn plural(name: &str, count: u32) -> String {
    let hisses = ["ch", "sh", "x"].iter().any(|end| name.ends_with(end));
    match count {
        1 => name.to_owned(),
        _ if name.ends_with('s') => name.to_owned(),
        _ if hisses => format!("{name}es"),
        _ => format!("{name}s"),
    }
}

/// The sentence of jobs that nobody works on.
pub fn waiting(jobs: u64, name: &str) -> String {
    match jobs {
        1 => format!("1 job waits for a {name}."),
        _ => format!("{jobs} jobs wait for a {name}."),
    }
}

/// The text with a capital letter first.
pub fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_said_for_so_many() {
        let said = ["batch", "consumer", "jobs"].map(|name| plural(name, 2));
        assert_eq!(said, ["batches", "consumers", "jobs"]);
        assert_eq!(plural("batch", 1), "batch");
    }

    fn facts(producers: u32, consumers: u32) -> Facts {
        let count =
            |name: &str, background, desired| Count { name: name.to_owned(), background, desired };
        Facts {
            loads: vec![count("producer", false, producers)],
            workloads: vec![
                count("consumer", false, consumers),
                count("remainder", true, 10 - consumers),
            ],
            at_limit: None,
            at_once: None,
            otherwise: "All quiet.".to_owned(),
        }
    }

    fn at(headline: &mut Headline, ms: u64, facts: Facts) -> String {
        headline.update(Duration::from_millis(ms), facts)
    }

    #[test]
    fn a_run_of_changes_is_one_sentence() {
        let mut headline = Headline::default();
        at(&mut headline, 0, facts(1, 3));
        at(&mut headline, 5000, facts(3, 3));
        at(&mut headline, 6000, facts(3, 5));
        at(&mut headline, 7500, facts(3, 8));
        let said = at(&mut headline, 8500, facts(3, 8));
        assert_eq!(said, "Producers 1 -> 3. Consumers 3 -> 8 in 2.5 s, taken from background.");
    }

    #[test]
    fn a_slider_on_its_way_is_one_change() {
        let mut headline = Headline::default();
        at(&mut headline, 0, facts(0, 3));
        (1..4).for_each(|n| drop(at(&mut headline, 5000 + u64::from(n) * 100, facts(n, 3))));
        assert_eq!(at(&mut headline, 9000, facts(3, 3)), "Producers 0 -> 3.");
    }

    #[test]
    fn a_sentence_stays_for_three_seconds() {
        let mut headline = Headline::default();
        at(&mut headline, 0, facts(1, 3));
        assert_eq!(at(&mut headline, 5000, facts(3, 3)), "Producers 1 -> 3.");
        assert_eq!(at(&mut headline, 7900, facts(3, 8)), "Producers 1 -> 3.");
        assert_ne!(at(&mut headline, 8000, facts(3, 8)), "Producers 1 -> 3.");
    }

    #[test]
    fn when_nothing_happens_any_more_it_says_so() {
        let mut headline = Headline::default();
        at(&mut headline, 0, facts(1, 3));
        at(&mut headline, 5000, facts(1, 4));
        assert_eq!(at(&mut headline, 12_000, facts(1, 4)), "All quiet.");
    }

    #[test]
    fn jobs_on_which_nobody_works_are_told_at_once() {
        let mut headline = Headline::default();
        at(&mut headline, 0, facts(1, 0));
        at(&mut headline, 9000, facts(1, 0));
        let at_once = Some(waiting(1, "consumer"));
        let said = at(&mut headline, 9100, Facts { at_once, ..facts(1, 0) });
        assert_eq!(said, "1 job waits for a consumer.");
    }

    #[test]
    fn the_limit_comes_before_what_led_to_it() {
        let mut headline = Headline::default();
        at(&mut headline, 0, facts(4, 8));
        let at_limit = Some("At the limit.".to_owned());
        let said = at(&mut headline, 5000, Facts { at_limit, ..facts(5, 9) });
        assert_eq!(said, "At the limit.");
    }
}
