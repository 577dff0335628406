//! `engine simulate FILE`: compares the engine's rules with other autoscalers in virtual time.

use std::path::Path;

use anyhow::Context;
use service::UsageError;
use simulator::{Kind, Outcome, Report, Scenario, run as play};
use stage::presenter::file::read;
use web::page::chart::fleets::fleets;
use web::page::chart::stacked::stacked;
use web::page::chart::theme::Theme;

use crate::args::SimulateArgs;

/// Simulates the scenario with each contender; returns the table.
///
/// # Errors
/// When the scenario or its trace is invalid (the text has the line), a rule or a contender is
/// unknown, or a file cannot be written.
pub fn run(args: &SimulateArgs) -> anyhow::Result<String> {
    let scenario = read(&args.file)?;
    let seed = args.seed.unwrap_or(scenario.seed);
    let all = contenders(&scenario, &args.rules)?;
    let kinds = match &args.only {
        Some(names) => only(&scenario, &all, names)?,
        None => all,
    };
    let played = kinds.iter().map(|kind| play(&scenario, kind, seed));
    let outcomes: Vec<Outcome> = played.collect::<Result<_, _>>().map_err(UsageError)?;
    if let Some(file) = &args.csv {
        write(file, &csv(&outcomes))?;
    }
    if let Some(file) = &args.svg {
        write(file, &stacked(&scenario, &outcomes, seed, args.theme).into_string())?;
    }
    if let Some(file) = &args.fleets {
        write(file, &drawn_fleets(&scenario, &outcomes, seed, args.theme)?)?;
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

/// Those of the contenders that are named, in the order of the names. Names are divided by commas;
/// as a name may have commas itself, the longest one that fits is taken.
fn only(scenario: &Scenario, all: &[Kind], names: &str) -> Result<Vec<Kind>, UsageError> {
    let mut chosen: Vec<Kind> = Vec::new();
    let mut rest = names.trim();
    while !rest.is_empty() {
        let fits = |name: &String| {
            rest.strip_prefix(name.as_str()).is_some_and(|it| it.is_empty() || it.starts_with(','))
        };
        let called = all.iter().flat_map(|kind| kind.called(scenario));
        let Some(name) = called.filter(fits).max_by_key(String::len) else {
            return Err(unknown(scenario, all, rest));
        };
        let named = all.iter().filter(|kind| kind.called(scenario).contains(&name));
        let new: Vec<Kind> = named.filter(|kind| !chosen.contains(kind)).cloned().collect();
        chosen.extend(new);
        rest = rest[name.len()..].trim_start_matches([',', ' ']);
    }
    if chosen.is_empty() { Err(unknown(scenario, all, names)) } else { Ok(chosen) }
}

fn unknown(scenario: &Scenario, all: &[Kind], rest: &str) -> UsageError {
    let name = rest.split(',').next().unwrap_or_default();
    let known: Vec<String> = all.iter().map(|kind| kind.name(scenario)).collect();
    let known = known.join("; ");
    UsageError(format!("--only {name:?}: there is no such contender; there are: {known}"))
}

fn csv(outcomes: &[Outcome]) -> String {
    let head = outcomes.first().map(|it| it.series.csv_head()).unwrap_or_default();
    let lines = outcomes.iter().map(|it| it.series.csv_lines(&it.name));
    std::iter::once(head).chain(lines).collect()
}

fn drawn_fleets(
    scenario: &Scenario,
    all: &[Outcome],
    seed: u64,
    theme: Theme,
) -> Result<String, UsageError> {
    let fixed = Kind::fleets(scenario).into_iter();
    let played = fixed.map(|(size, kind)| Ok((size, play(scenario, &kind, seed)?)));
    let fixed: Vec<(String, Outcome)> = played.collect::<Result<_, _>>().map_err(UsageError)?;
    let scaling: Vec<Outcome> = all.iter().filter(|it| it.scales).cloned().collect();
    Ok(fleets(scenario, &scaling, &fixed, seed, theme).into_string())
}

fn write(file: &Path, text: &str) -> anyhow::Result<()> {
    std::fs::write(file, text).with_context(|| format!("{} cannot be written", file.display()))
}

#[cfg(test)]
mod tests {
    use stage::presenter::file::parse;
    use web::page::chart::scale::Scale;

    use super::*;

    const STEADY: &str = include_str!("../../../scenarios/steady.yaml");
    const STEP: &str = include_str!("../../../scenarios/step.yaml");
    const THREE: &str = include_str!("../../../scenarios/three-priorities.yaml");

    fn no_trace(_: &str) -> Result<String, String> {
        Err("there is no such file".to_owned())
    }

    fn steady() -> Scenario {
        parse(STEADY, no_trace).unwrap()
    }

    fn play_all(scenario: &Scenario, kinds: &[Kind]) -> Vec<Outcome> {
        kinds.iter().map(|kind| play(scenario, kind, 1).unwrap()).collect()
    }

    #[test]
    fn the_drawing_has_all_contenders_and_is_the_same_each_time() {
        let scenario = steady();
        let kinds = contenders(&scenario, &[]).unwrap();
        let draw = || {
            let outcomes = play_all(&scenario, &kinds[..3]);
            stacked(&scenario, &outcomes, 1, Theme::Auto).into_string()
        };
        let drawing = draw();
        assert_eq!(drawing.matches("class=\"name strong").count(), 3);
        assert_eq!(drawing.matches(">p99 ").count(), 3);
        assert!(drawing.contains("viewBox=\"0 0 1280 720\""));
        assert_eq!(drawing, draw());
    }

    #[test]
    fn the_changes_of_ours_can_be_seen_beside_contenders_with_longer_queues() {
        for text in [STEADY, STEP, THREE] {
            let scenario = parse(text, no_trace).unwrap();
            let outcomes = play_all(&scenario, &Kind::all(&scenario));
            let ours = outcomes[0].series.points.iter().flat_map(|it| it.ready.iter().copied());
            let share = ours.max().unwrap() as f64 / Scale::of(&scenario, &outcomes).queue;
            assert!(share > 0.15, "{}: {share}", scenario.name);
            let drawing = stacked(&scenario, &outcomes, 1, Theme::Auto).into_string();
            let leaves = |it: &&Outcome| {
                let scale = Scale::of(&scenario, &outcomes).queue;
                it.series.points.iter().any(|it| it.ready.iter().any(|n| *n as f64 > scale))
            };
            let leaving = outcomes.iter().filter(leaves).count();
            assert!(drawing.matches(" waited<").count() >= leaving, "{}", scenario.name);
        }
    }

    #[test]
    fn three_priorities_and_the_background_have_fills_of_their_own() {
        let scenario = parse(THREE, no_trace).unwrap();
        let outcomes = play_all(&scenario, &[Kind::Ours]);
        let drawing = stacked(&scenario, &outcomes, 1, Theme::Auto).into_string();
        let areas = |mark: &str| drawing.matches(&format!("<path {mark} d=")).count();
        assert_eq!(areas("class=\"urgent-0\" fill=\"\""), 1);
        for pattern in ["dots", "bars", "hatch"] {
            assert_eq!(areas(&format!("class=\"\" fill=\"url(#{pattern})\"")), 1, "{pattern}");
            assert_eq!(drawing.matches(&format!("<pattern id=\"{pattern}\"")).count(), 1);
        }
    }

    #[test]
    fn only_the_named_contenders_are_played_in_the_order_of_their_names() {
        let scenario = steady();
        let all = contenders(&scenario, &[]).unwrap();
        let chosen = |names: &str| {
            let kinds = only(&scenario, &all, names).unwrap();
            kinds.iter().map(|kind| kind.name(&scenario)).collect::<Vec<_>>()
        };
        assert_eq!(chosen("HPA,ours"), ["HPA", "ours: rate"]);
        assert_eq!(chosen("ours: rate, KEDA tuned"), ["ours: rate", "KEDA tuned"]);
        assert_eq!(chosen("original"), ["original: simple-queue", "original: queue"]);
        for kind in &all {
            assert_eq!(chosen(&kind.name(&scenario)), [kind.name(&scenario)]);
        }
    }

    #[test]
    fn an_unknown_contender_is_named_with_all_known_ones() {
        let scenario = steady();
        let all = contenders(&scenario, &[]).unwrap();
        for (names, wrong) in [("ours,HPAX", "HPAX"), ("hpa", "hpa"), (",", ""), ("", "")] {
            let error = only(&scenario, &all, names).unwrap_err().to_string();
            let begins = format!("--only {wrong:?}: there is no such contender; there are: ours: ");
            assert!(error.starts_with(&begins), "{error}");
            assert!(error.contains("; KEDA tuned; "), "{error}");
        }
    }

    #[test]
    fn an_unknown_rule_is_named() {
        let scenario = steady();
        let error = contenders(&scenario, &["quick".to_owned()]).unwrap_err();
        assert!(error.to_string().starts_with("--rule quick: consumer: rule is quick"), "{error}");
    }
}
