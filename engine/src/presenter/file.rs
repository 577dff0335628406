//! A scenario's text, read, and the line of what is wrong with it.

use simulator::Scenario;
use simulator::checks::Problem;
use simulator::trace::NoTrace;

/// What is wrong, and where.
#[derive(Debug)]
pub struct Wrong {
    /// The trace's name; `None` for the scenario itself.
    pub trace: Option<String>,
    /// The line, from 1 on.
    pub line: usize,
    /// What is wrong with it.
    pub text: String,
}

/// A scenario that can be played, with the traces whose texts `trace` gives by their names; else
/// the line, and the key with what is wrong with it.
///
/// # Errors
/// The first thing that is wrong.
pub fn parse(
    text: &str,
    trace: impl Fn(&str) -> Result<String, String>,
) -> Result<Scenario, Wrong> {
    let wrong = |line, text| Wrong { trace: None, line, text };
    let of_key = |problem: &Problem| wrong(line_of(text, problem), problem.to_string());
    let scenario: Scenario = serde_yaml::from_str(text).map_err(|error| {
        let place = error.location();
        let told = error.to_string();
        let words = told.split(" at line ").next().unwrap_or(&told).replace('\n', " ");
        wrong(place.map_or(1, |place| place.line()), words)
    })?;
    let scenario = scenario.with_traces(trace).map_err(|error| match error {
        NoTrace::Unread(problem) => of_key(&problem),
        NoTrace::Bad(file, bad) => Wrong { trace: Some(file), ..wrong(bad.line, bad.text) },
    })?;
    match scenario.problems().first() {
        Some(problem) => Err(of_key(problem)),
        None => Ok(scenario),
    }
}

/// The line of a key: the first one that has it, from the one that names its owner on.
fn line_of(text: &str, problem: &Problem) -> usize {
    let step = problem.owner.as_deref().and_then(|owner| owner.strip_prefix("step "));
    let mut captions = (0..).zip(text.lines()).filter(|(_, line)| line.contains("caption:"));
    let step: Option<usize> = step.and_then(|number| number.parse().ok());
    let step = step.and_then(|number| captions.nth(number - 1)).map(|(line, _)| line);
    let is_owner = |line: &str| {
        let name = line.split("name:").nth(1).map(str::trim);
        let name = name.and_then(|it| it.split([',', '}', ' ']).next());
        name.is_some_and(|it| Some(it) == problem.owner.as_deref())
    };
    let lines: Vec<&str> = text.lines().collect();
    let owner = match (step, &problem.owner) {
        (Some(line), _) => line,
        (None, Some(_)) => lines.iter().position(|line| is_owner(line)).unwrap_or(0),
        (None, None) => 0,
    };
    let key = format!("{}:", problem.key);
    let at = lines[owner..].iter().position(|line| line.contains(&key)).unwrap_or(0);
    owner + at + 1
}
