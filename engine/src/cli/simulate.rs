//! `engine simulate FILE`: compares the engine's rules with other autoscalers in virtual time.

use std::path::Path;

use anyhow::Context;
use service::UsageError;
use simulator::{Kind, Outcome, Report, Scenario, run as play};
use stage::presenter::file::read;
use web::page::chart::fleets::fleets;
use web::page::chart::stacked::stacked;

use crate::args::SimulateArgs;

/// Simulates the scenario with each contender; returns the table.
///
/// # Errors
/// When the scenario or its trace is invalid (the text has the line), or a file cannot be written.
pub fn run(args: &SimulateArgs) -> anyhow::Result<String> {
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
    Ok(text.trim_end().to_owned())
}

/// The contenders: the engine with each of the given rules, then all other autoscalers.
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

#[cfg(test)]
mod tests {
    use stage::presenter::file::parse;

    use super::*;

    const STEADY: &str = include_str!("../../../scenarios/steady.yaml");

    fn no_trace(_: &str) -> Result<String, String> {
        Err("there is no such file".to_owned())
    }

    fn steady() -> Scenario {
        parse(STEADY, no_trace).unwrap()
    }

    #[test]
    fn the_drawing_has_all_contenders_and_is_the_same_each_time() {
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
    fn an_unknown_rule_is_named() {
        let scenario = steady();
        let error = contenders(&scenario, &["quick".to_owned()]).unwrap_err();
        assert!(error.to_string().starts_with("--rule quick: consumer: rule is quick"), "{error}");
    }
}
