//! The one sentence on top: "Producers 1 -> 3. Consumers 3 -> 8 in 2.5 s, taken from background."
//!
//! It is made of claims that are true of the numbers of its moment. A claim that is no longer true
//! goes at once, one that is may stay for three seconds, and what is more important comes at once.
//!
//! # Layout
//! - [`facts`]: the numbers of a moment
//! - [`cause`]: what people do, and accidents
//! - [`moved`]: changes of the counts that came of it
//! - [`condition`]: how things stand
//! - [`words`]: names and numbers

pub mod cause;
pub mod condition;
pub mod facts;
pub mod moved;
#[cfg(test)]
mod tests;
pub mod words;

use std::time::Duration;

use super::rates;
use cause::{Cause, Causes};
use condition::Condition;
use facts::Facts;
use moved::{Moved, Moves};
pub use words::{capitalised, plural};

/// A true sentence stays for at least this time, unless there is a more important one.
const STAYS: Duration = Duration::from_secs(3);
/// How important moves are among the conditions, and what is done by people beside all of them.
const MOVES: u8 = 4;

/// One part of the sentence.
#[derive(Debug, Clone, PartialEq)]
enum Claim {
    Happened(Cause),
    Moved(Moved),
    Stands(Condition),
}

impl Claim {
    /// Smaller is more important.
    fn rank(&self) -> u8 {
        match self {
            Claim::Stands(condition) => condition.rank(),
            Claim::Moved(_) => MOVES,
            Claim::Happened(_) => u8::MAX,
        }
    }

    fn text(&self, facts: &Facts) -> String {
        match self {
            Claim::Happened(cause) => cause.text(),
            Claim::Moved(moved) => moved.text(),
            Claim::Stands(condition) => condition.text(facts),
        }
    }
}

/// Remembers what was said and what has happened since.
#[derive(Debug, Default)]
pub struct Headline {
    causes: Causes,
    moves: Moves,
    shown: Vec<Claim>,
    since: Duration,
    text: String,
}

impl Headline {
    /// Takes in what the numbers alone do not tell: a burst, or who was killed.
    pub fn hear(&mut self, now: Duration, cause: Cause) {
        self.causes.hear(now, cause);
    }

    /// The sentence at `now`.
    pub fn update(&mut self, now: Duration, mut facts: Facts) -> &str {
        self.causes.follow(now, &facts);
        self.moves.follow(now, &facts, &self.causes);
        if self.causes.load_changed(now, rates::WINDOW) {
            // An average over two loads is the rate of neither.
            facts.queues.iter_mut().for_each(|queue| queue.arrive_s = None);
        }
        let facts = &facts;
        let told: Vec<Cause> = self.causes.told(now, &self.moves.clocks());
        let moved = self.moves.told(facts);
        let conditions = Condition::all(facts);
        let due = due(told, &moved, &conditions);
        let is_true = |claim: &Claim| match claim {
            Claim::Happened(cause) => self.causes.still(cause),
            Claim::Moved(said) => moved.contains(said),
            Claim::Stands(said) => conditions.iter().any(|now| said.agrees(now)),
        };
        let stays = self.shown.iter().all(is_true) && !self.is_urgent(&due);
        if !stays || now >= self.since + STAYS || self.shown.is_empty() {
            let texts = due.iter().map(|claim| claim.text(facts));
            let texts: Vec<String> = texts.filter(|text| !text.is_empty()).collect();
            (self.shown, self.since, self.text) = (due, now, texts.join(" "));
        }
        &self.text
    }

    /// Whether there is a cause that was not told yet, or something more important.
    fn is_urgent(&self, due: &[Claim]) -> bool {
        let is_cause = |claim: &&Claim| matches!(claim, Claim::Happened(_));
        let rank = |claims: &[Claim]| claims.iter().map(Claim::rank).min();
        due.iter().filter(is_cause).any(|cause| !self.shown.contains(cause))
            || rank(due) < rank(&self.shown)
    }
}

/// What is to be said: what happened, and then what moved because of it, or how things stand.
fn due(told: Vec<Cause>, moved: &[Moved], conditions: &[Condition]) -> Vec<Claim> {
    // A count that still falls beside "Producers 0 -> 5." would be read as an effect of that.
    let way = told.iter().rev().find_map(Cause::asks_for_more);
    let moved: Vec<&Moved> =
        moved.iter().filter(|it| way.is_none_or(|rises| rises == it.rises())).collect();
    let first = conditions.first();
    let stands = first.filter(|it| moved.is_empty() || it.rank() < MOVES);
    let after: Vec<Claim> = match stands {
        Some(condition) => vec![Claim::Stands(condition.clone())],
        None => moved.into_iter().cloned().map(Claim::Moved).collect(),
    };
    told.into_iter().map(Claim::Happened).chain(after).collect()
}
