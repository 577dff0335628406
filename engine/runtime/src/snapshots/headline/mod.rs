//! The headline: "Producers 1 -> 3. Consumers 3 -> 8 in 2.5 s, taken from background."
//!
//! The headline consists of claims that are true of the snapshot's numbers. A claim that becomes
//! false goes at once. A true claim stays for at least 3 s, unless a more important one comes.
//!
//! # Layout
//! - [`facts`]: the numbers of a snapshot
//! - [`claim`]: one sentence of the headline, as values from which any language can be made
//! - [`cause`]: actions of people, and accidents, that make counts change
//! - [`moved`]: the changes of the counts that follow from a cause
//! - [`condition`]: the present state of the queues and workers
//! - [`unread`]: a workload whose queue cannot be read
//! - [`values`]: workloads, rates and times in claims
//! - [`words`]: how names and numbers are written

pub mod cause;
pub mod claim;
pub mod condition;
pub mod facts;
pub mod moved;
#[cfg(test)]
mod tests;
pub mod unread;
pub mod values;
pub mod words;

use std::time::Duration;

use super::rates;
use cause::{Cause, Causes};
use claim::MOVES;
pub use claim::{Claim, json, text};
use condition::Condition;
use facts::Facts;
use moved::{Moved, Moves};
pub use words::{capitalised, plural};

/// A true sentence stays for at least this time, unless a more important one replaces it.
const STAYS: Duration = Duration::from_secs(3);
/// The headline that is shown, with the causes and changes from which it is made.
#[derive(Debug, Default)]
pub struct Headline {
    causes: Causes,
    moves: Moves,
    /// The shown claims, and those that are silent.
    due: Vec<Claim>,
    /// The shown claims.
    shown: Vec<Claim>,
    since: Duration,
}

impl Headline {
    /// Records a cause that the numbers alone do not show: a burst, or which container was killed.
    pub fn hear(&mut self, now: Duration, cause: Cause) {
        self.causes.hear(now, cause);
    }

    /// Updates the headline, and returns its claims, one for each sentence.
    pub fn update(&mut self, now: Duration, mut facts: Facts) -> &[Claim] {
        self.causes.follow(now, &facts);
        self.moves.follow(now, &facts, &self.causes);
        if self.causes.load_changed(now, rates::WINDOW) {
            // An average over two different loads is not the rate of either load.
            facts.queues.iter_mut().for_each(|queue| queue.arrive_s = None);
        }
        let facts = &facts;
        let current: Vec<Cause> = self.causes.current(now, &self.moves.clocks());
        let moved = self.moves.current(facts);
        let conditions = Condition::all(facts);
        let due = due(current, &moved, &conditions);
        let is_true = |claim: &Claim| match claim {
            Claim::Happened(cause) => self.causes.still(cause),
            Claim::Moved(said) => moved.contains(said),
            Claim::Stands(said) => conditions.iter().any(|now| said.agrees(now)),
        };
        let stays = self.due.iter().all(is_true) && !self.is_urgent(&due);
        if !stays || now >= self.since + STAYS || self.due.is_empty() {
            self.shown = due.iter().filter(|claim| !claim.is_silent()).cloned().collect();
            (self.due, self.since) = (due, now);
        }
        &self.shown
    }

    /// Whether `due` has a cause that is not shown yet, or a claim more important than those shown.
    fn is_urgent(&self, due: &[Claim]) -> bool {
        let is_cause = |claim: &&Claim| matches!(claim, Claim::Happened(_));
        let rank = |claims: &[Claim]| claims.iter().map(Claim::rank).min();
        due.iter().filter(is_cause).any(|cause| !self.due.contains(cause))
            || rank(due) < rank(&self.due)
    }
}

/// The claims to show: first the causes, then either the changed counts or the present condition.
fn due(current: Vec<Cause>, moved: &[Moved], conditions: &[Condition]) -> Vec<Claim> {
    // A count that still falls must not look like the effect of "Producers 0 -> 5.": leave it out.
    let way = current.iter().rev().find_map(Cause::asks_for_more);
    let moved: Vec<&Moved> =
        moved.iter().filter(|it| way.is_none_or(|rises| rises == it.rises())).collect();
    let first = conditions.first();
    let stands = first.filter(|it| moved.is_empty() || it.rank() < MOVES);
    let after: Vec<Claim> = match stands {
        Some(condition) => vec![Claim::Stands(condition.clone())],
        None => moved.into_iter().cloned().map(Claim::Moved).collect(),
    };
    current.into_iter().map(Claim::Happened).chain(after).collect()
}
