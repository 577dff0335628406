//! The report's HTML. It needs no script and no other file, and prints on A4 and Letter.
//!
//! # Layout
//! - [`mod@outcome`]: the title and the sentence that says how the run went
//! - `chart`: the whole run as a drawing
//! - `tables`: figures and settings; `rivals`: other autoscalers on the same load; `events`: what
//!   was decided, what people did, and what else happened
//! - [`words`]: how numbers, times and texts are written

mod chart;
mod events;
pub mod outcome;
mod rivals;
mod tables;
#[cfg(test)]
mod tests;
pub mod words;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use web::page::chart::report::time_axis::clock;

use super::figures::figures;
use super::load::Rivals;
use super::made::{Made, POLICY, Source};
use super::run::{REACH_S, Run};
use words::quoted;

const STYLE: &str = include_str!("style.css");

/// The report of a run.
pub fn page(run: &Run, rivals: &Rivals, made: &Made) -> Markup {
    let figures = figures(run);
    let title = outcome::title(run);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                title { "Report: " (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    (head(run, made, &title))
                    p class="outcome" { (outcome::outcome(&figures)) }
                    (chart::section(run, &figures))
                    (tables::figures(run, &figures))
                    (rivals::section(rivals, run))
                    (events::decisions(run))
                    (events::people(run))
                    (events::others(run))
                    (tables::settings(run))
                    (again(run, made))
                }
            }
        }
    }
}

/// What was played, and when and from what the report was made.
fn head(run: &Run, made: &Made, title: &str) -> Markup {
    html! {
        p class="kit" { "Microscaling in a Box: report of a run" }
        h1 { (title) }
        p class="quiet" { "Made " (made.at) " by version " (made.version) ", " (source(made)) }
        @for note in notes(run, made) { p class="note" { (note) } }
        @let steps = run.steps.iter().filter(|step| step.number > 0);
        @if run.scenario().is_some() {
            ol class="steps" {
                @for step in steps {
                    li {
                        span class="at" { (clock(step.at)) } " "
                        span {
                            b { "Step " (step.number) " of " (step.of) "." } " " (step.caption)
                        }
                    }
                }
            }
        }
    }
}

fn source(made: &Made) -> String {
    match &made.source {
        Source::Engine(host) => format!("from the engine at {host}."),
        Source::Recording { file, .. } => format!("from the recording {file}."),
    }
}

/// What a reader must know about the values that the report has.
fn notes(run: &Run, made: &Made) -> Vec<String> {
    let mut notes = Vec::new();
    if run.is_cut || run.from() > 0.0 {
        let most = format!("at most the last {:.0} minutes are kept", REACH_S / 60.0);
        notes.push(format!(
            "The figures begin {} after the beginning of the run ({most}).",
            clock(run.from())
        ));
    }
    if let Source::Recording { runs, cut, .. } = &made.source {
        if *runs > 1 {
            notes.push(format!(
                "The recording has {runs} runs, because a reset begins another; this is the \
                 longest."
            ));
        }
        if let Some(line) = cut {
            notes.push(format!("The recording is cut off at line {line}."));
        }
    }
    notes
}

/// The commands that make such a report again.
fn again(run: &Run, made: &Made) -> Markup {
    let play = match run.scenario() {
        Some(name) => format!("{} --report run.html", quoted(&format!("scenarios/{name}.yaml"))),
        None => "--for 60s --report run.html".to_owned(),
    };
    html! {
        section class="again" {
            h2 { "How to make this report again" }
            @match &made.source {
                Source::Recording { file, .. } => {
                    p { "From the same recording, with the same values:" }
                    pre { "engine replay " (quoted(file)) " --report run.html" }
                }
                Source::Engine(host) => {
                    p {
                        "With the same values, if the engine was started with "
                        code { "--record run.ndjson" } ":"
                    }
                    pre { "engine replay run.ndjson --report run.html" }
                    p { "While that engine and this run go on, up to the present moment:" }
                    pre { "curl -o run.html " (quoted(&format!("http://{host}/api/v1/report"))) }
                }
            }
            @if run.scenario().is_some() {
                p { "Of the same scenario, played in a new box; give the path of its file:" }
            } @else {
                p { "Of another run, in a new box:" }
            }
            pre { "engine play " (play) }
        }
    }
}
