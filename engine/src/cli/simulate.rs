//! `engine simulate FILE`: a scenario in virtual time, with our rules and their rivals.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use service::UsageError;
use simulator::{Kind, Outcome, Report, Scenario, run as play};

use crate::page::chart::fleets::fleets;
use crate::page::chart::stacked::stacked;
use crate::presenter::file::{Wrong, parse};

/// What is played, and what is made of it.
#[derive(Debug, clap::Args)]
pub struct SimulateArgs {
    /// The scenario; scenarios/README.md shows how one is written
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// A rule for all workloads with a queue, instead of their own; give it again to compare
    #[arg(long = "rule", value_name = "NAME")]
    rules: Vec<String>,

    /// The seed of all that is random; left out, the scenario's own
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,

    /// Where the curves go: a line for each half second of each contender
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,

    /// Where a drawing goes: all contenders one above the other on one time axis
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,

    /// Where another drawing goes: how long jobs wait over how much spare work is done, for everyone
    /// and for fixed fleets of all sizes
    #[arg(long, value_name = "FILE")]
    fleets: Option<PathBuf>,

    /// Print the table as JSON
    #[arg(long)]
    json: bool,
}

/// Plays the scenario with everyone, and prints the table.
///
/// # Errors
/// When the file is no scenario, by line and key; its trace is none, by line; or curves or drawing
/// cannot be written.
pub fn run(args: &SimulateArgs) -> anyhow::Result<()> {
    let scenario = read(&args.file)?;
    let seed = args.seed.unwrap_or(scenario.seed);
    let kinds = contenders(&scenario, &args.rules)?;
    let played = kinds.iter().map(|kind| play(&scenario, kind, seed));
    let outcomes: Vec<Outcome> = played.collect::<Result<_, _>>().map_err(UsageError)?;
    if let Some(file) = &args.csv {
        write(file, &csv(&outcomes))?;
    }
    if let Some(file) = &args.svg {
        write(file, &svg(&scenario, &outcomes))?;
    }
    if let Some(file) = &args.fleets {
        write(file, &drawn_fleets(&scenario, &outcomes, seed)?)?;
    }
    let report = Report::new(&scenario, seed, &outcomes);
    let text = if args.json { serde_json::to_string_pretty(&report)? } else { report.table() };
    // Whoever reads it may have enough after a few lines.
    let _ = writeln!(std::io::stdout(), "{}", text.trim_end());
    Ok(())
}

/// Ours by the rules that are asked for, and all rivals.
fn contenders(scenario: &Scenario, rules: &[String]) -> Result<Vec<Kind>, UsageError> {
    for rule in rules {
        if let Some(problem) = scenario.clone().with_rule(rule).problems().first() {
            return Err(UsageError(format!("--rule {rule}: {problem}")));
        }
    }
    let all = Kind::all(scenario);
    if rules.is_empty() {
        return Ok(all);
    }
    let ours = rules.iter().cloned().map(Kind::OursBy);
    Ok(ours.chain(all.into_iter().filter(|kind| *kind != Kind::Ours)).collect())
}

fn csv(outcomes: &[Outcome]) -> String {
    let head = outcomes.first().map(|it| it.series.csv_head()).unwrap_or_default();
    let lines = outcomes.iter().map(|it| it.series.csv_lines(&it.name));
    std::iter::once(head).chain(lines).collect()
}

fn svg(scenario: &Scenario, outcomes: &[Outcome]) -> String {
    let rest: Vec<bool> = (0..scenario.workloads.len()).map(|i| scenario.takes_rest(i)).collect();
    let target = scenario.workloads.iter().map(|it| it.target).max().unwrap_or(1);
    stacked(outcomes, &rest, target, scenario.capacity).into_string()
}

fn drawn_fleets(scenario: &Scenario, all: &[Outcome], seed: u64) -> Result<String, UsageError> {
    let fixed = Kind::fleets(scenario).into_iter();
    let played = fixed.map(|(size, kind)| Ok((size, play(scenario, &kind, seed)?)));
    let fixed: Vec<(String, Outcome)> = played.collect::<Result<_, _>>().map_err(UsageError)?;
    let scaling: Vec<Outcome> = all.iter().filter(|it| it.scales).cloned().collect();
    Ok(fleets(&scaling, &fixed).into_string())
}

fn write(file: &Path, text: &str) -> anyhow::Result<()> {
    std::fs::write(file, text).with_context(|| format!("{} cannot be written", file.display()))
}

fn read(file: &Path) -> Result<Scenario, UsageError> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| UsageError(format!("{} cannot be read: {error}", file.display())))?;
    let trace = |name: &str| {
        std::fs::read_to_string(file.with_file_name(name)).map_err(|error| error.to_string())
    };
    parse(&text, trace).map_err(|Wrong { trace, line, text }| {
        // A trace stands beside its scenario.
        let name = trace.map_or(file.to_owned(), |name| file.with_file_name(name));
        UsageError(format!("{}: line {line}: {text}", name.display()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use simulator::arrivals::Arrivals;
    use std::time::Duration;

    const STEADY: &str = include_str!("../../../scenarios/steady.yaml");
    const POISSON: &str = "{shape: poisson, rate: 10}";
    const BOTH: &str = "{shape: replay, file: a.csv, points: [[\"0s\", 1]]}";

    fn no_trace(_: &str) -> Result<String, String> {
        Err("there is no such file".to_owned())
    }

    fn steady() -> Scenario {
        parse(STEADY, no_trace).unwrap()
    }

    fn refusal(from: &str, to: &str) -> String {
        assert!(STEADY.contains(from), "{from}");
        let Wrong { line, text, .. } = parse(&STEADY.replacen(from, to, 1), no_trace).unwrap_err();
        format!("line {line}: {text}")
    }

    #[test]
    fn a_bad_file_gets_the_line_and_the_key() {
        let cases = [
            ("capacity: 10", "capacity: ten", "line 6: capacity"),
            ("capacity: 10", "capcity: 10", "line 6: unknown field `capcity`"),
            ("rate: 10", "rate: 1x", "line 9: queues[0].arrivals.rate"),
            ("rate: 10", "mean: 10", "line 8: queues[0]: arrivals: the shape poisson needs"),
            ("rate: 10", "rate: -1", "line 9: jobs: rate must"),
            (POISSON, "{shape: replay}", "line 8: queues[0]: arrivals: the shape replay needs"),
            (POISSON, "{shape: replay, file: a.csv}", "line 9: jobs: file a.csv cannot be read"),
            (POISSON, BOTH, "line 8: queues[0]: arrivals: points and file are both there"),
            ("job: 300ms", "job: 300", "line 19: workloads[0].job"),
            ("rule: rate", "rule: quue", "line 15: consumer: rule is quue"),
            ("queue: jobs", "queue: job", "line 17: consumer: queue is job"),
            ("max: 10", "max: 0", "line 13: consumer: min is 1, more than"),
            ("capacity: 10", "capacity: 1", "line 6: capacity is 1"),
        ];
        for (from, to, begin) in cases {
            let told = refusal(from, to);
            assert!(told.starts_with(begin), "{told:?} for {to:?}");
            assert!(!told.contains('\n'), "{told}");
        }
    }

    #[test]
    fn a_bad_trace_gets_its_own_name_and_line_and_a_missing_one_the_scenario_s() {
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
        let told = format!("{}: line 3: rate must be from 0 to 10000", trace.display());
        assert!(bad.starts_with(&told), "{bad}");
        assert_eq!(arrivals, Some(Arrivals::Replay { points, even: false }));
    }

    #[test]
    fn the_drawing_has_everyone_and_is_the_same_each_time() {
        let scenario = steady();
        let kinds = contenders(&scenario, &[]).unwrap();
        let draw = || {
            let played = kinds.iter().take(3).map(|kind| play(&scenario, kind, 1).unwrap());
            svg(&scenario, &played.collect::<Vec<_>>())
        };
        let drawing = draw();
        assert_eq!(drawing.matches("class=\"name\"").count(), 3);
        assert_eq!(drawing, draw());
    }

    #[test]
    fn a_rule_that_is_not_there_is_named() {
        let scenario = steady();
        let error = contenders(&scenario, &["quick".to_owned()]).unwrap_err();
        assert!(error.to_string().starts_with("--rule quick: consumer: rule is quick"), "{error}");
    }
}
