//! The sentences: one for every decision and one for every state that lasts.

use crate::Time;
use crate::decision::{Decision, Reason};
use crate::reading::Freshness;
use crate::state::State;
use crate::why::{Limit, Why};

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
            format!("{to} is its maximum")
        }
        Reason::ScaledUp | Reason::ScaledDown if state.is_blind() => hold_reason(state),
        // The rule wants fewer by now, but not so few yet.
        Reason::ScaledUp if state.recommendation.until.is_some() => {
            format!("{} are due, and a slot has come free", state.given)
        }
        Reason::ScaledUp | Reason::ScaledDown if !state.was_asked() => {
            format!("it shall have {} to {}", state.workload.min, state.workload.max)
        }
        Reason::ScaledUp | Reason::ScaledDown => state.recommendation.because.clone(),
    };
    let at_work = state.at_work_of_leaving(to);
    let text = format!("{name} {from} -> {to}: {because}{}", busy_ones(at_work));
    Decision { workload: name.clone(), from, to, reason, at_work, text }
}

/// How many of those that leave are at work, where any is.
fn busy_ones(at_work: u32) -> String {
    match at_work {
        0 => String::new(),
        1 => "; 1 of those that leave is at work".to_owned(),
        n => format!("; {n} of those that leave are at work"),
    }
}

/// Why a workload loses what it would need: to `gainer`, or since more lives than may.
pub(crate) fn preempted(gainer: Option<&str>, capacity: u32, live: u32) -> String {
    match gainer {
        Some(gainer) => format!("gives way to {gainer}"),
        None if live > capacity => format!("makes room: {live} live, {capacity} may"),
        None => "gives way to more urgent work".to_owned(),
    }
}

/// Those who may have what somebody else would like; looked for once, and not by each who asks.
pub(crate) struct Holders<'a> {
    most_urgent: Option<&'a State>,
    /// Two that have their minimum and no more, for one of them may be who asks.
    at_minimum: Vec<&'a State>,
}

impl<'a> Holders<'a> {
    /// Among all states, by priority.
    pub(crate) fn among(all: &'a [State]) -> Holders<'a> {
        let at_minimum = |it: &&State| it.workload.min > 0 && it.given <= it.workload.min;
        let at_minimum = all.iter().filter(at_minimum).take(2).collect();
        Holders { most_urgent: all.first(), at_minimum }
    }
}

pub(crate) fn why(state: &State, holders: &Holders<'_>, now: Time) -> Why {
    let frozen = Why { wanted: state.wanted(), ..Why::default() };
    if let Some(reason) = &state.workload.blocked {
        let text = format!("held at {}: {reason}", state.replicas.desired);
        return Why { limited_by: Some(Limit::Blocked), text, ..frozen };
    }
    if state.is_frozen() {
        let text = format!("paused at {}", state.replicas.desired);
        return Why { limited_by: Some(Limit::Paused), text, ..frozen };
    }
    if state.is_blind() {
        let text = format!("holding at {}: {}", state.replicas.desired, hold_reason(state));
        return Why { limited_by: Some(Limit::Reading), text, ..frozen };
    }
    if !state.was_asked() {
        let text = format!("holding at {} until its rule is asked", state.replicas.desired);
        return Why { text, ..frozen };
    }
    let recommendation = &state.recommendation;
    let (limit, addition) = short_of(state, holders);
    // A wish that comes down to what is given removes nobody.
    let all_given = state.given >= recommendation.wanted;
    let until = recommendation.until.filter(|at| *at > now && all_given);
    let next = until.map(|at| {
        // Tenths as whole numbers, as `Figure` has it.
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
        until,
        text,
    }
}

/// Why nothing is decided for a workload.
pub(crate) fn looking_on(state: &State, because: &str) -> Why {
    let wanted = state.replicas.desired;
    let limited_by = Some(Limit::Blocked);
    Why { wanted, limited_by, text: because.to_owned(), ..Why::default() }
}

fn hold_reason(state: &State) -> String {
    let queue = state.workload.rule.target().map_or("", |target| &target.queue);
    let age = match state.age {
        Some(_) if state.freshness == Freshness::Fresh => {
            format!("waiting for a second reading of queue {queue}")
        }
        Some(age) => {
            format!("the last reading of queue {queue} is {:.1} s old", age.as_secs_f64())
        }
        None => format!("waiting for the queue {queue}"),
    };
    match state.fallback() {
        Some(fallback) => format!("{age}; fallback-containers is {fallback}"),
        None => age,
    }
}

/// What keeps a workload from what its rule wants, in a few words.
fn short_of(state: &State, holders: &Holders<'_>) -> (Option<Limit>, Option<String>) {
    let (wanted, given, has) = (state.wanted(), state.given, state.replicas.desired);
    let min = state.workload.min;
    let takes_rest = state.workload.rule.target().is_none();
    if state.room.most() < wanted.max(min) {
        let most = state.room.most();
        let text = format!("no machine has room for more than {most}; the rest is lent");
        return (Some(Limit::Unschedulable), Some(text));
    }
    if given < min {
        let text = format!("{given} of its minimum {min}: the minimums are over the capacity");
        return (Some(Limit::Capacity), Some(text));
    }
    if state.careful && given > wanted {
        let text = "nothing is removed yet: the engine has just begun".to_owned();
        return (Some(Limit::JustBegun), Some(text));
    }
    if state.is_recovering() && given > wanted {
        let text = "nothing is removed before a second reading".to_owned();
        return (Some(Limit::Reading), Some(text));
    }
    if given > wanted.max(min) && state.busy() >= given {
        let text = format!("{} are at work and stay until they are done", state.busy());
        return (Some(Limit::AtWork), Some(text));
    }
    if has > given {
        let leaving = has - given;
        let text = format!("{leaving} leave once they are known to be idle");
        return (Some(Limit::AtWork), Some(text));
    }
    if has < given {
        let short = given - has;
        let slots = if short == 1 { "a slot" } else { "slots" };
        let text = format!("{given} are due, {has} so far, waiting for {slots} to come free");
        return (Some(Limit::Stopping), Some(text));
    }
    if takes_rest {
        return (Some(Limit::Capacity), None);
    }
    if given < wanted {
        return (Some(Limit::Capacity), Some(taken_by_others(state, holders)));
    }
    match state.recommendation.limited_by {
        Some(Limit::Max) => (None, Some(format!("{given} is its maximum"))),
        Some(Limit::Min) => (None, Some(format!("{given} is its minimum"))),
        _ => (None, None),
    }
}

/// Who has the slots that a workload would like.
fn taken_by_others(state: &State, holders: &Holders<'_>) -> String {
    let (wanted, given) = (state.wanted(), state.given);
    let other = |other: &&&State| other.workload.name != state.workload.name;
    let at_minimum = holders.at_minimum.iter().find(other);
    let first = holders.most_urgent.filter(|o| o.workload.priority < state.workload.priority);
    match (first, at_minimum) {
        (Some(first), _) => {
            format!("{given} of {wanted}: {} comes first", first.workload.name)
        }
        (None, Some(other)) if other.workload.min == 1 => {
            format!("{given} of {wanted}: the last slot is {}'s minimum", called(other))
        }
        (None, Some(other)) => {
            let (min, name) = (other.workload.min, called(other));
            format!("{given} of {wanted}: the last {min} slots are {name}'s minimum")
        }
        (None, None) => format!("{given} of {wanted}: the rest is taken"),
    }
}

/// Background work is called by what it is.
fn called(state: &State) -> &str {
    match state.workload.rule.target() {
        Some(_) => &state.workload.name,
        None => "the background",
    }
}
