//! Reads a scenario, and finds the line of an error in it.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use manifest::yaml::{Bad, Document, Step, documents, way};
use serde_yaml::Value;
use service::UsageError;
use simulator::Scenario;
use simulator::checks::ScenarioError;
use simulator::trace::NoTrace;

/// The built-in scenario: the opening of a talk, in three steps.
const OPENING: &str = include_str!("../../../../scenarios/first-five-minutes.yaml");

/// Limits in bytes. A scenario is a few pages of text; a trace has at most a few numbers for each
/// second of a day.
const LONGEST_SCENARIO: u64 = 1 << 20;
const LONGEST_TRACE: u64 = 16 << 20;

/// The scenario that `--stage` plays without a file.
///
/// # Errors
/// Never in practice: the scenario is built in, and a test checks that it can be read.
pub fn opening() -> Result<Scenario, UsageError> {
    let no_file = |_: &str| Err("no file is read".to_owned());
    parse(OPENING, no_file).map_err(|wrong| UsageError(wrong.text))
}

/// Reads a scenario and the traces in its folder.
///
/// # Errors
/// Returns the first problem, with its file and line.
pub fn read(file: &Path) -> Result<Scenario, UsageError> {
    let text = bounded(file, LONGEST_SCENARIO)
        .map_err(|error| UsageError(format!("{} cannot be read: {error}", file.display())))?;
    let trace = |name: &str| {
        bounded(&file.with_file_name(name), LONGEST_TRACE).map_err(|error| error.to_string())
    };
    parse(&text, trace).map_err(|InvalidScenario { trace, line, text }| {
        // A trace is in the same folder as its scenario.
        let name = trace.map_or(file.to_owned(), |name| file.with_file_name(name));
        UsageError(format!("{}: line {line}: {text}", name.display()))
    })
}

/// Reads a file; fails if it has more than `most` bytes.
fn bounded(file: &Path, most: u64) -> std::io::Result<String> {
    let mut text = String::new();
    File::open(file)?.take(most + 1).read_to_string(&mut text)?;
    if text.len() as u64 > most {
        return Err(std::io::Error::other(format!("it has more than {most} bytes")));
    }
    Ok(text)
}

/// A problem in a scenario or its trace.
#[derive(Debug)]
pub struct InvalidScenario {
    /// The name of the trace that has the problem; `None` for the scenario itself.
    pub trace: Option<String>,
    /// The line of the problem, from 1.
    pub line: usize,
    /// The key and the problem with its value.
    pub text: String,
}

/// Reads and checks a scenario; `trace` returns the text of a trace by its name.
///
/// # Errors
/// Returns the first problem.
pub fn parse(
    text: &str,
    trace: impl Fn(&str) -> Result<String, String>,
) -> Result<Scenario, InvalidScenario> {
    let wrong = |line, text| InvalidScenario { trace: None, line, text };
    let bad = |bad: Bad| wrong(bad.line, bad.text);
    let mut all = documents(text);
    let document = all.next().ok_or_else(|| wrong(1, "it is empty".to_owned()))?.map_err(bad)?;
    if let Some(further) = all.next() {
        let line = further.map_err(bad)?.line(&[]);
        return Err(wrong(
            line,
            "there is a second document; a file has one scenario only".to_owned(),
        ));
    }
    let of_key = |problem: &ScenarioError| wrong(line_of(&document, problem), problem.to_string());
    let scenario: Scenario = document.typed().map_err(bad)?;
    let scenario = scenario.with_traces(trace).map_err(|error| match error {
        NoTrace::Unread(problem) => of_key(&problem),
        NoTrace::Bad(file, bad) => {
            InvalidScenario { trace: Some(file), ..wrong(bad.line, bad.text) }
        }
    })?;
    match scenario.problems().first() {
        Some(problem) => Err(of_key(problem)),
        None => Ok(scenario),
    }
}

/// The line of the key in a problem, whose owner is a step, such as `step 2`, or a name.
fn line_of(document: &Document, problem: &ScenarioError) -> usize {
    let step = problem.owner.as_deref().and_then(|owner| owner.strip_prefix("step "));
    let step: Option<usize> = step.and_then(|number| number.parse().ok());
    let owners = match (step, &problem.owner) {
        (Some(number), _) => vec![vec!["steps".into(), (number - 1).into()]],
        (None, Some(name)) => named(document, name),
        (None, None) => vec![Vec::new()],
    };
    let found = owners.iter().find_map(|owner| below(document, owner, problem.key));
    document.line(&found.or(owners.into_iter().next()).unwrap_or_default())
}

/// The paths of all queues, workloads and producers with this name.
fn named(document: &Document, name: &str) -> Vec<Vec<Step>> {
    let all = ["queues", "workloads", "producers"].into_iter().flat_map(|list| {
        let items = document.value.get(list).and_then(Value::as_sequence);
        let items = items.into_iter().flatten().enumerate();
        let is_it = |item: &Value| item.get("name").and_then(Value::as_str) == Some(name);
        items.filter(move |(_, item)| is_it(item)).map(move |(i, _)| vec![list.into(), i.into()])
    });
    all.collect()
}

/// The path of a key in an owner, or in its arrivals or actions; `None` if no such key exists.
fn below(document: &Document, owner: &[Step], key: &str) -> Option<Vec<Step>> {
    let mut ways = vec![way(owner, [key.into()]), way(owner, ["arrivals".into(), key.into()])];
    for list in ["do", "while-waiting"] {
        let actions = document.at(&way(owner, [list.into()])).and_then(Value::as_sequence);
        let count = actions.map_or(0, Vec::len);
        ways.extend((0..count).map(|i| way(owner, [list.into(), i.into(), key.into()])));
    }
    ways.into_iter().find(|way| document.at(way).is_some())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use simulator::arrivals::Arrivals;

    use super::*;

    const STEADY: &str = include_str!("../../../../scenarios/steady.yaml");
    const POISSON: &str = "{shape: poisson, rate: 10}";
    const BOTH: &str = "{shape: replay, file: a.csv, points: [[\"0s\", 1]]}";

    const BURST: &str = "{shape: burst, jobs: 4000000000, at: 1s}";
    const OFTEN: &str = "{shape: burst, jobs: 100, at: 0s, every: 1ms}";

    fn no_trace(_: &str) -> Result<String, String> {
        Err("there is no such file".to_owned())
    }

    fn refusal(from: &str, to: &str) -> String {
        assert!(STEADY.contains(from), "{from}");
        let InvalidScenario { line, text, .. } =
            parse(&STEADY.replacen(from, to, 1), no_trace).unwrap_err();
        format!("line {line}: {text}")
    }

    #[test]
    fn an_error_has_the_line_and_the_key() {
        let cases = [
            ("capacity: 10", "capacity: ten", "line 6: capacity"),
            ("capacity: 10", "capcity: 10", "line 6: capcity: unknown field `capcity`"),
            ("rate: 10", "rate: 1x", "line 9: queues[0].arrivals.rate"),
            ("rate: 10", "mean: 10", "line 9: queues[0].arrivals: the shape poisson needs"),
            ("rate: 10", "rate: -1", "line 9: jobs: rate must"),
            (POISSON, "{shape: replay}", "line 9: queues[0].arrivals: the shape replay needs"),
            (POISSON, "{shape: replay, file: a.csv}", "line 9: jobs: file a.csv cannot be read"),
            (POISSON, BOTH, "line 9: queues[0].arrivals: points and file are both given"),
            ("job: 300ms", "job: 300", "line 19: workloads[0].job"),
            ("rule: rate", "rule: quue", "line 15: consumer: rule is quue"),
            ("queue: jobs", "queue: job", "line 17: consumer: queue is job"),
            ("max: 10", "max: 0", "line 13: consumer: min is 1, more than"),
            ("capacity: 10", "capacity: 1", "line 6: capacity is 1"),
            (POISSON, BURST, "line 9: jobs: jobs is 4000000000; it must be from 0 to 100000"),
            (POISSON, OFTEN, "line 9: jobs: arrivals bring 36000100 jobs;"),
            ("rate: 10", "rate: 9999", "line 9: jobs: arrivals bring 3599640 jobs;"),
            ("duration: 6m", "duration: 25h", "line 4: duration must be at most 24h"),
            ("max: 10", "max: 4000000000", "line 14: consumer: max is 4000000000; it must be"),
            ("max: 10", "max: 40000000000", "line 14: workloads[0].max is 40000000000; it must be"),
            ("max: 10", "max: -1", "line 14: workloads[0].max is -1; it must be a whole number"),
            ("max: 10", "max: \"10\"", "line 14: workloads[0].max is \"10\"; it must be a whole"),
        ];
        for (from, to, begin) in cases {
            let message = refusal(from, to);
            assert!(message.starts_with(begin), "{message:?} for {to:?}");
            assert!(!message.contains('\n'), "{message}");
        }
    }

    #[test]
    fn an_error_in_a_trace_has_its_name_and_line_and_a_missing_trace_those_of_the_scenario() {
        let folder = std::env::temp_dir().join(format!("traces-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let [file, trace] = ["replayed.yaml", "a.csv"].map(|name| folder.join(name));
        let text = STEADY.replacen(POISSON, "{shape: replay, file: a.csv}", 1);
        std::fs::write(&file, text).unwrap();
        let missing = read(&file).unwrap_err().to_string();
        std::fs::write(&trace, "time_s,rate\n0,10\n60,-1\n").unwrap();
        let bad = read(&file).unwrap_err().to_string();
        std::fs::write(&trace, "time_s,rate\n0,10\n60,1\n").unwrap();
        let points = vec![(Duration::ZERO, 10.0), (Duration::from_secs(60), 1.0)];
        let arrivals = read(&file).unwrap().queues.remove(0).arrivals;
        std::fs::remove_dir_all(&folder).unwrap();

        let begin = format!("{}: line 9: jobs: file a.csv cannot be read: ", file.display());
        assert!(missing.starts_with(&begin), "{missing}");
        let message = format!("{}: line 3: rate must be from 0 to 10000", trace.display());
        assert!(bad.starts_with(&message), "{bad}");
        assert_eq!(arrivals, Some(Arrivals::Replay { points, even: false }));
    }

    #[test]
    fn a_scenario_with_merges_is_the_same_as_written_out_and_keeps_its_lines() {
        let text = include_str!("../../../../scenarios/priority.yaml");
        let first = text.lines().find(|line| line.trim().starts_with("seed:"));
        assert_eq!(first, None, "the test adds one");
        let merged = format!("<<: {{seed: 7, name: other}}\n{text}");
        let scenario = parse(&merged, no_trace).unwrap();
        let written = parse(&format!("seed: 7\n{text}"), no_trace).unwrap();
        assert_eq!(scenario, written);
        let bad = parse(&merged.replace("seed: 7", "seed: x"), no_trace).unwrap_err();
        assert_eq!(bad.line, 1, "{bad:?}");
        let twice = parse(&format!("{text}---\n{text}"), no_trace).unwrap_err();
        assert!(twice.text.starts_with("there is a second document"), "{twice:?}");
    }

    #[test]
    fn an_error_in_a_step_has_the_line_of_the_action() {
        let text = include_str!("../../../../scenarios/priority.yaml");
        let bad = text.replacen("do: [burst: {jobs: 200}]", "do: [burst: {job: 200}]", 1);
        let line = 1 + text.lines().position(|line| line.contains("burst: {")).unwrap();
        let wrong = parse(&bad, no_trace).unwrap_err();
        assert_eq!(wrong.line, line, "{wrong:?}");
        assert!(wrong.text.starts_with("step 3: burst names job"), "{wrong:?}");
    }

    /// A problem of a scenario whose only step has these further keys, which begin in line 100.
    fn with_keys(keys: &str) -> Result<Scenario, InvalidScenario> {
        let text = include_str!("../../../../scenarios/priority.yaml");
        let (head, rest) = text.split_once("steps:").unwrap();
        let (_, workloads) = rest.split_once("workloads:").unwrap();
        let space = "\n".repeat(95 - head.lines().count());
        let step = format!("  - caption: One.\n    for: 8s\n{keys}");
        parse(&format!("{head}{space}\nsteps:\n{step}\nworkloads:{workloads}"), no_trace)
    }

    #[test]
    fn notes_have_a_limit_and_no_control_characters() {
        for (notes, says) in [
            ("x".repeat(4001), "step 1: notes have 4001 characters; at most 4000 are allowed"),
            ("a\\u0007".to_owned(), "step 1: notes have the control character \\u{7}; only"),
            ("a\\tb".to_owned(), "step 1: notes have the control character \\t; only"),
        ] {
            let wrong = with_keys(&format!("    notes: \"{notes}\"")).unwrap_err();
            assert!(wrong.line == 100 && wrong.text.starts_with(says), "{wrong:?}");
        }
        let wrong = with_keys("    plan: 0s").unwrap_err();
        assert_eq!((wrong.line, &*wrong.text), (100, "step 1: plan must be more than 0"));
        let good = with_keys("    plan: 2m\n    notes: |\n      One.\n\n      Two.").unwrap();
        let step = &good.steps[0];
        let both = (&*step.notes, step.planned());
        assert_eq!(both, ("One.\n\nTwo.\n", Duration::from_secs(120)));
        assert_eq!(with_keys("").unwrap().steps[0].planned(), Duration::from_secs(8));
    }

    #[test]
    fn the_opening_has_notes_of_about_a_minute_for_each_of_its_three_steps() {
        let steps = opening().unwrap().steps;
        assert_eq!(steps.len(), 3);
        for step in steps {
            // People speak 130 to 160 words a minute.
            let minutes = step.planned().as_secs_f64() / 60.0;
            let words = step.notes.split_whitespace().count() as f64;
            assert!((130.0..=160.0).contains(&(words / minutes)), "{words}: {}", step.caption);
        }
    }
}
