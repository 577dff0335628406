//! Other autoscalers on the same load: a table, and a small chart for each.

use maud::{Markup, html};
use web::page::chart::report::rival::{Scales, rival};
use web::page::chart::report::time_axis::clock;

use super::words::{DASH, count};
use crate::comparison::answer::Answer;
use crate::comparison::contender::Contender;
use crate::report::load::Rivals;
use crate::report::run::Run;

/// Dollars per million requests, as on the Run page: Amazon SQS, standard queue, US East
/// (N. Virginia), March 2026.
const PRICE: f64 = 0.4;
/// Seconds of 30 days.
const MONTH: f64 = 30.0 * 24.0 * 3600.0;

/// The section of the comparison; without one, the reason.
pub(super) fn section(rivals: &Rivals, run: &Run) -> Markup {
    html! {
        section class="rivals" {
            h2 { "The same load with other autoscalers" }
            @match rivals {
                Ok(answer) => {
                    p { (about(answer, run)) }
                    (table(answer))
                    (strips(answer, run))
                    p class="quiet" {
                        "Polls in dollars a month: polls \u{00f7} seconds \u{00d7} 2,592,000 "
                        "(seconds of 30 days) \u{00d7} $" (format!("{PRICE:.2}")) " a million, the "
                        "price of Amazon SQS (standard queue, US East, March 2026). Workers poll "
                        "for jobs, the scaler polls for the queue\u{2019}s length; empty answers "
                        "count, too."
                    }
                }
                Err(because) => p { "There is no comparison: " (because) "." },
            }
        }
    }
}

fn about(answer: &Answer, run: &Run) -> String {
    let jobs: Vec<String> = answer.job_s.iter().map(|(name, s)| format!("{name} {s} s")).collect();
    let origin = run.from();
    let (from, until) = (clock(origin + answer.from), clock(origin + answer.until));
    format!(
        "All are simulated, ours too, with the jobs that came from {from} to {until} and the times \
         measured here (one job: {}). Holds, pauses, kills and outages of this \
         run are simulated for none of them. Seed {}.",
        jobs.join(", "),
        answer.seed
    )
}

fn table(answer: &Answer) -> Markup {
    let fixed = answer.contenders.iter().find(|it| it.label.starts_with("fixed"));
    let seconds = answer.until - answer.from;
    let work = if answer.remainder { "Background work" } else { "Saved against the fixed fleet" };
    html! {
        div class="scrolls" tabindex="0" role="region" aria-label="Comparison" {
            table {
                thead {
                    tr {
                        th scope="col" { "Autoscaler, simulated" }
                        @for head in ["Job wait p99", work, "Workers\u{2019} polls",
                            "Scaler\u{2019}s polls", "Polls, $ a month"] {
                            th scope="col" class="number" { (head) }
                        }
                    }
                }
                tbody { @for it in &answer.contenders { (row(it, answer, fixed, seconds)) } }
            }
        }
    }
}

fn row(it: &Contender, answer: &Answer, fixed: Option<&Contender>, seconds: f64) -> Markup {
    let saved =
        |fixed: &Contender| format!("{:.0} s", fixed.container_seconds - it.container_seconds);
    let work = match (answer.remainder, fixed) {
        (true, _) => format!("{:.0} s", it.spare_work_done),
        (false, Some(fixed)) => saved(fixed),
        (false, None) => DASH.to_owned(),
    };
    let polls = (it.worker_polls + it.scaler_polls) as f64;
    let price = if seconds > 0.0 { polls / seconds * MONTH * PRICE / 1e6 } else { 0.0 };
    html! {
        tr {
            th scope="row" {
                b { (it.label) }
                span class="with" {
                    (it.settings)
                    @if it.budget_violations > 0 { "; it went over the capacity" }
                }
            }
            td class="number" { (format!("{:.1} s", it.job_wait_p99)) }
            td class="number" { (work) }
            td class="number" { (count(it.worker_polls)) }
            td class="number" { (count(it.scaler_polls)) }
            td class="number" { (format!("{price:.2}")) }
        }
    }
}

/// A small chart for each contender, all with the same scales. A fixed fleet that is too small has
/// an endlessly growing queue, which may leave the chart.
fn strips(answer: &Answer, run: &Run) -> Markup {
    let ours = answer.contenders.first().map(|it| it.queue.as_slice());
    let scaling = answer.contenders.iter().filter(|it| !it.label.starts_with("fixed"));
    let longest = scaling.flat_map(|it| &it.queue).map(|(_, n)| *n).max().unwrap_or_default();
    let target = run.queue_keys().filter_map(|(_, key)| key.target).max();
    let scales = Scales {
        from: answer.from,
        until: answer.until,
        max: longest.max(2 * u64::from(target.unwrap_or(1))) as f64,
        target,
    };
    html! {
        div class="strips" {
            @for (i, it) in answer.contenders.iter().enumerate() {
                @let largest = it.queue.iter().map(|(_, n)| *n).max().unwrap_or_default();
                @let says = format!("{}, simulated: longest queue {largest}", it.label);
                figure {
                    (rival(&it.queue, ours.filter(|_| i > 0), scales, &says))
                    figcaption {
                        b { (it.label) } ", simulated: longest queue " (count(largest))
                    }
                }
            }
        }
        p class="quiet" {
            "Waiting jobs of all queues over time, with one scale; the grey area is ours, "
            "simulated. What is longer than the scale is drawn at its edge."
        }
    }
}
