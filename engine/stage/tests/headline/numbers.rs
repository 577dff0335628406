//! Finds the numbers of a snapshot by the words of a sentence.

use std::collections::BTreeSet;

use runtime::snapshots::state::{QueueState, State, WorkloadState};

use super::judge::TENTH;
use super::sentence::list;

pub fn check(holds: bool, why: impl Into<String>) -> Result<(), String> {
    if holds { Ok(()) } else { Err(why.into()) }
}

/// "30 jobs/s arrive, 3 consumers do 15/s", or "keep up with 30 jobs/s", or "are ready".
pub fn pace(text: &str, queue: &QueueState, state: &State) -> Result<(), String> {
    let verbs = [" does ", " do ", " keeps up with ", " keep up with ", " is ready", " are ready"];
    let lower = text.to_lowercase();
    let (said_arrive, says) = lower.split_once(" jobs/s arrive, ").unwrap_or(("", &lower));
    let verb = verbs.iter().find(|verb| says.contains(**verb)).ok_or("no verb")?;
    let (who, rest) = says.split_once(verb).ok_or("no verb")?;
    for (count, name) in list(who).iter().map(|it| counted(it)) {
        let it = find(state, name)?;
        check(it.ready == count, format!("{} are ready", it.ready))?;
        check(it.queue.as_ref() == Some(&queue.name), "works on another queue")?;
        check((count == 1) == (name == it.name), "is called otherwise")?;
    }
    let number = |text: &str| text.split(['/', ' ']).next().and_then(|it| it.parse::<f64>().ok());
    let near = |said: Option<f64>, is: f64| {
        said.is_some_and(|said| (said - is).abs() <= 0.05 * is + 0.2 + 0.5)
    };
    match (verb.trim(), rates(queue)) {
        ("does" | "do", Some((arrive, done))) => {
            check(near(number(rest), done), format!("{done}/s are done"))?;
            check(near(number(said_arrive), arrive), format!("{arrive}/s arrive"))
        }
        ("is ready" | "are ready", _) => Ok(()),
        (_, Some((arrive, done))) => {
            check(near(number(rest), arrive), format!("{arrive}/s arrive"))?;
            check(done >= 0.75 * arrive - 1.0, format!("only {done}/s are done"))
        }
        _ => Err("no rate is known".to_owned()),
    }
}

/// Checks that exactly the paused workloads are named.
pub fn paused(parts: &[String], state: &State) -> Result<(), String> {
    let said = parts.iter().filter_map(|it| it.split_once(" is paused at "));
    let said: Result<BTreeSet<(String, u32)>, String> =
        said.map(|(name, at)| Ok((find(state, name)?.name.clone(), at.parse().unwrap()))).collect();
    let paused = state.workloads.iter().filter(|it| it.paused);
    let paused = paused.map(|it| (it.name.clone(), it.desired)).collect();
    check(said? == paused, format!("paused are {paused:?}"))
}

pub fn unread(text: &str, state: &State) -> Result<(), String> {
    if let Some((_, rest)) = text.split_once("the last reading of queue ") {
        let (name, age) = rest.split_once(" is ").ok_or("no age")?;
        let age: f64 = age.split(' ').next().and_then(|it| it.parse().ok()).ok_or("no age")?;
        let queue = state.queues.iter().find(|it| it.name == name).ok_or("no such queue")?;
        let is = queue.age_s.ok_or("never read")?;
        check((age - is).abs() <= TENTH, format!("it is {is} s old"))?;
        return check(queue.status != "fresh", "it is fresh");
    }
    let waits = state.workloads.iter().any(|it| it.why.limited_by == Some("reading"));
    check(waits || state.queues.iter().all(|it| it.ready.is_none()), "nothing is waited for")
}

pub fn is_held(state: &State) -> bool {
    format!("{:?}", state.mode) == "Held"
}

pub fn rates(queue: &QueueState) -> Option<(f64, f64)> {
    queue.arrive_s.zip(queue.done_s)
}

pub fn workers<'a>(
    queue: &'a QueueState,
    state: &'a State,
) -> impl Iterator<Item = &'a WorkloadState> {
    state.workloads.iter().filter(|it| it.queue.as_ref() == Some(&queue.name))
}

pub fn queue_of<'a>(it: &WorkloadState, state: &'a State) -> Result<&'a QueueState, String> {
    let queue = state.queues.iter().find(|queue| Some(&queue.name) == it.queue.as_ref());
    queue.ok_or_else(|| "it has no queue".to_owned())
}

pub fn counted(text: &str) -> (u32, &str) {
    let (count, name) = text.split_once(' ').unwrap_or(("", text));
    (count.parse().unwrap_or(u32::MAX), name)
}

/// Whether a word is a Deployment's name, in singular or plural.
pub fn names(name: &str, word: &str) -> bool {
    let word = word.to_lowercase();
    word == name || word == format!("{name}s") || word == format!("{name}es")
}

/// The desired count of a load.
pub fn load(state: &State, word: &str) -> Option<u32> {
    state.deployments.iter().find(|it| names(&it.name, word)).map(|it| it.desired)
}

pub fn called(it: &WorkloadState) -> String {
    if it.rule == "remainder" { "background".to_owned() } else { it.name.clone() }
}

pub fn find<'a>(state: &'a State, word: &str) -> Result<&'a WorkloadState, String> {
    let is = |it: &&WorkloadState| names(&called(it), word);
    state.workloads.iter().find(is).ok_or_else(|| format!("there is no {word}"))
}
