//! The sentences that explain each decision and each lasting state.

use crate::Time;
use crate::decision::{Decision, Reason};
use crate::reading::Freshness;
use crate::state::State;
use crate::why::{Lacks, Limit, Why};

pub(crate) fn decision(
    state: &State,
    from: u32,
    to: u32,
    reason: Reason,
    preempted: &str,
) -> Decision {
    let name = &state.workload.name;
    let because = match reason {
        Reason::Preempted => preempted.to_owned(),
        Reason::ScaledDown if to == state.workload.max && state.keeps() > to => {
            format!("its maximum is {to}")
        }
        Reason::ScaledUp | Reason::ScaledDown if state.is_blind() => hold_reason(state),
        // The rule's reason already explains a lower count, so it does not explain this raise.
        Reason::ScaledUp if state.recommendation.until.is_some() => {
            format!("{} granted, and a slot has come free", state.given)
        }
        Reason::ScaledUp | Reason::ScaledDown if !state.was_asked() => {
            format!("its minimum is {}, its maximum {}", state.workload.min, state.workload.max)
        }
        Reason::ScaledUp | Reason::ScaledDown => state.recommendation.because.clone(),
    };
    let at_work = state.at_work_of_leaving(to);
    let text = format!("{name} {from} -> {to}: {because}{}", busy_ones(at_work));
    Decision { workload: name.clone(), from, to, reason, at_work, text }
}

/// Says how many of the removed workers are busy, if any.
fn busy_ones(at_work: u32) -> String {
    match at_work {
        0 => String::new(),
        1 => "; 1 of the removed workers is busy".to_owned(),
        n => format!("; {n} of the removed workers are busy"),
    }
}

/// Why a workload loses containers that it needs: `gainer` gets them, or too many exist.
pub(crate) fn preempted(gainer: Option<&str>, capacity: u32, live: u32) -> String {
    match gainer {
        Some(gainer) => format!("gives way to {gainer}"),
        None if live > capacity => format!("makes room: {live} containers for {capacity} slots"),
        None => "gives way to a higher priority".to_owned(),
    }
}

/// Workloads that may hold the slots that another workload lacks; searched once in each round.
pub(crate) struct Holders<'a> {
    most_urgent: Option<&'a State>,
    /// Up to two workloads at their minimum: two, because one may be the one that lacks slots.
    at_minimum: Vec<&'a State>,
}

impl<'a> Holders<'a> {
    /// Searches all states, which are sorted by priority.
    pub(crate) fn among(all: &'a [State]) -> Holders<'a> {
        let at_minimum = |it: &&State| it.workload.min > 0 && it.given <= it.workload.min;
        let at_minimum = all.iter().filter(at_minimum).take(2).collect();
        Holders { most_urgent: all.first(), at_minimum }
    }
}

pub(crate) fn why(state: &State, holders: &Holders<'_>, now: Time) -> Why {
    let frozen = Why { wanted: state.wanted(), ..Why::default() };
    if let Some(reason) = &state.workload.blocked {
        let text = format!("blocked at {}: {reason}", state.replicas.desired);
        return Why { limited_by: Some(Limit::Blocked), text, ..frozen };
    }
    if state.is_frozen() {
        let text = format!("paused at {}", state.replicas.desired);
        return Why { limited_by: Some(Limit::Paused), text, ..frozen };
    }
    if state.is_blind() {
        let text = format!("kept at {}: {}", state.replicas.desired, hold_reason(state));
        let (lacks, fallback) = (Some(lacks(state)), state.fallback());
        return Why { limited_by: Some(Limit::Reading), lacks, fallback, text, ..frozen };
    }
    if !state.was_asked() {
        let text = format!("kept at {} until its rule runs", state.replicas.desired);
        return Why { text, ..frozen };
    }
    let recommendation = &state.recommendation;
    let (limit, addition) = short_of(state, holders);
    // While less is granted than wanted, a fall of the wanted count removes nothing.
    let all_given = state.given >= recommendation.wanted;
    let until = recommendation.until.filter(|at| *at > now && all_given);
    let next = until.map(|at| {
        // Computes the tenths with integers, for the reason given at `Figure`.
        let tenths = (at.saturating_sub(now).as_millis() + 50) / 100;
        format!("next removal in {}.{} s", tenths / 10, tenths % 10)
    });
    let mut text = recommendation.because.clone();
    for part in [addition, next].into_iter().flatten() {
        text = text + "; " + &part;
    }
    Why {
        wanted: recommendation.wanted,
        terms: recommendation.terms.clone(),
        limited_by: limit.or(recommendation.limited_by),
        lacks: (limit == Some(Limit::Reading)).then_some(Lacks::ReadingBeforeRemovals),
        fallback: None,
        until,
        text,
    }
}

/// Why nothing is decided for a workload while the core only looks on.
pub(crate) fn looking_on(state: &State, because: &str) -> Why {
    let wanted = state.replicas.desired;
    let limited_by = Some(Limit::Blocked);
    Why { wanted, limited_by, text: because.to_owned(), ..Why::default() }
}

fn hold_reason(state: &State) -> String {
    lacks(state).text(&followed(state), state.fallback())
}

/// How a reason calls what the workload follows: `queue jobs`.
fn followed(state: &State) -> String {
    state.workload.rule.followed().map(ToString::to_string).unwrap_or_default()
}

/// The reading that a workload without usable readings lacks.
fn lacks(state: &State) -> Lacks {
    match state.age {
        Some(_) if state.freshness == Freshness::Fresh => Lacks::SecondReading,
        Some(age) => Lacks::FreshReading(age),
        None => Lacks::FirstReading,
    }
}

impl Lacks {
    /// The reason as words, for what is followed, such as `queue jobs`, and the fallback count in
    /// force.
    pub fn text(self, followed: &str, fallback: Option<u32>) -> String {
        let reason = match self {
            Lacks::FirstReading => format!("{followed} has not been read yet"),
            Lacks::FreshReading(age) => {
                let tenths = (age.as_millis() + 50) / 100;
                let (seconds, tenths) = (tenths / 10, tenths % 10);
                format!("the last reading of {followed} is {seconds}.{tenths} s old")
            }
            Lacks::SecondReading => format!("waiting for a second reading of {followed}"),
            Lacks::ReadingBeforeRemovals => {
                format!("nothing is removed before a second reading of {followed}")
            }
        };
        match fallback {
            Some(fallback) => format!("{reason}; fallback-containers is {fallback}"),
            None => reason,
        }
    }
}

/// The limit that keeps a workload from the count that its rule wants, with a short text.
fn short_of(state: &State, holders: &Holders<'_>) -> (Option<Limit>, Option<String>) {
    let (wanted, given, has) = (state.wanted(), state.given, state.replicas.desired);
    let min = state.workload.min;
    let takes_rest = state.workload.rule.followed().is_none();
    if state.room.most() < wanted.max(min) {
        let most = state.room.most();
        let text = format!("no machine has room for more than {most}; its other slots are lent");
        return (Some(Limit::Unschedulable), Some(text));
    }
    if given < min {
        let text = format!("{given} of its minimum {min}: the minimums exceed the capacity");
        return (Some(Limit::Capacity), Some(text));
    }
    if state.careful && given > wanted {
        let text = "nothing is removed yet: the engine has just started".to_owned();
        return (Some(Limit::JustBegun), Some(text));
    }
    if state.is_recovering() && given > wanted {
        let text = Lacks::ReadingBeforeRemovals.text(&followed(state), None);
        return (Some(Limit::Reading), Some(text));
    }
    if given > wanted.max(min) && state.busy() >= given {
        let text = format!("{} are busy and stay until their jobs end", state.busy());
        return (Some(Limit::AtWork), Some(text));
    }
    if has > given {
        let leaving = has - given;
        let text = format!("{leaving} leave once they are known to be idle");
        return (Some(Limit::AtWork), Some(text));
    }
    if has < given {
        let text = format!("{given} granted, {has} started: waiting for free slots");
        return (Some(Limit::Stopping), Some(text));
    }
    if takes_rest {
        return (Some(Limit::Capacity), None);
    }
    if given < wanted {
        return (Some(Limit::Capacity), Some(taken_by_others(state, holders)));
    }
    match state.recommendation.limited_by {
        Some(Limit::Max) => (None, Some(format!("its maximum is {given}"))),
        Some(Limit::Min) => (None, Some(format!("its minimum is {given}"))),
        _ => (None, None),
    }
}

/// Which workload has the slots that this one wants.
fn taken_by_others(state: &State, holders: &Holders<'_>) -> String {
    let (wanted, given) = (state.wanted(), state.given);
    let other = |other: &&&State| other.workload.name != state.workload.name;
    let at_minimum = holders.at_minimum.iter().find(other);
    let first = holders.most_urgent.filter(|o| o.workload.priority < state.workload.priority);
    let because = match (first, at_minimum) {
        (Some(first), _) => format!("{} has a higher priority", first.workload.name),
        (None, Some(other)) if other.workload.min == 1 => {
            format!("one slot is reserved for {}", called(other))
        }
        (None, Some(other)) => {
            format!("{} slots are reserved for {}", other.workload.min, called(other))
        }
        (None, None) => "the other slots are taken".to_owned(),
    };
    format!("{wanted} wanted, {given} allowed: {because}")
}

/// A workload's name in a reason; the background is called `the background`.
fn called(state: &State) -> &str {
    match state.workload.rule.followed() {
        Some(_) => &state.workload.name,
        None => "the background",
    }
}
