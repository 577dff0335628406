//! The tables of the figures and of the settings.

use maud::{Markup, html};
use web::page::chart::report::time_axis::clock;

use super::words::{DASH, count, or_dash, seconds};
use crate::report::figures::{Figures, QueueFigures};
use crate::report::run::Run;
use crate::report::wire::WorkloadKey;

/// The figures of the run, its queues and its workloads.
pub(super) fn figures(run: &Run, figures: &Figures) -> Markup {
    let queues = &figures.queues;
    html! {
        section {
            h2 { "Figures" }
            div class="side-by-side" {
                @if !queues.is_empty() { (of_queues(queues)) }
                (of_run(figures))
                (of_workloads(run, figures))
            }
            p class="quiet" {
                "Jobs in are those that were in the queue at its first reading, and those that "
                "came later. The mean wait is the queue\u{2019}s length summed over time, divided "
                "by the jobs in (Little\u{2019}s law). A dash stands for what is not known."
            }
        }
    }
}

fn of_queues(queues: &[QueueFigures]) -> Markup {
    type Cell = fn(&QueueFigures) -> String;
    let rows: [(&str, Cell); 8] = [
        ("Jobs in", |it| or_dash(it.jobs_in, count)),
        ("Jobs done", |it| or_dash(it.done, count)),
        ("In the queue at the end", |it| or_dash(it.left, count)),
        ("Largest queue", |it| {
            or_dash(it.largest, |(n, at)| format!("{} at {}", count(n), clock(at)))
        }),
        ("Target", |it| or_dash(it.target, |target| count(target.into()))),
        ("Time over the target", |it| or_dash(it.over_s, seconds)),
        ("Time not read", |it| seconds(it.unread_s)),
        ("Mean wait", |it| or_dash(it.mean_wait_s, |s| format!("{s:.2} s"))),
    ];
    html! {
        table class="short" {
            thead {
                tr {
                    th scope="col" { "Queue" }
                    @for it in queues {
                        th scope="col" class="number" {
                            @if it.metric { "metric " }
                            (it.name)
                        }
                    }
                }
            }
            tbody {
                @for (head, cell) in rows {
                    tr {
                        th scope="row" { (head) }
                        @for it in queues { td class="number" { (cell(it)) } }
                    }
                }
            }
        }
    }
}

fn of_run(figures: &Figures) -> Markup {
    let most = or_dash(figures.most, |(most, capacity)| {
        format!("{} of {}", count(most), or_dash(capacity, |n| count(n.into())))
    });
    let unknown = figures.unknown_s;
    let mut rows = vec![
        ("Measured time", clock(figures.seconds)),
        ("Jobs lost", or_dash(figures.lost, count)),
        ("Most containers at once", most),
        ("Decisions", or_dash(figures.decisions, |n| count(n as u64))),
    ];
    if unknown > 0.0 {
        rows.insert(1, ("Time without values", seconds(unknown)));
    }
    pairs("The run", &rows)
}

/// A table of names and values.
fn pairs(head: &str, rows: &[(&str, String)]) -> Markup {
    html! {
        table class="short" {
            thead { tr { th scope="col" { (head) } th scope="col" class="number" { "Value" } } }
            tbody {
                @for (name, value) in rows {
                    tr { th scope="row" { (name) } td class="number" { (value) } }
                }
            }
        }
    }
}

fn of_workloads(run: &Run, figures: &Figures) -> Markup {
    let all: f64 = figures.container_s.iter().map(|(_, s)| s).sum();
    let share =
        |s: f64| if all > 0.0 { format!("{:.0} %", s / all * 100.0) } else { DASH.to_owned() };
    let backgrounds = super::events::backgrounds(run);
    html! {
        table class="short" {
            thead {
                tr {
                    th scope="col" { "Workload" }
                    th scope="col" class="number" { "Container-seconds" }
                    th scope="col" class="number" { "Share" }
                }
            }
            tbody {
                @for (name, s) in &figures.container_s {
                    tr {
                        th scope="row" {
                            (name) @if backgrounds.contains(name) { " (background)" }
                        }
                        td class="number" { (count(s.round() as u64)) }
                        td class="number" { (share(*s)) }
                    }
                }
            }
        }
    }
}

/// The settings at the end of the run.
pub(super) fn settings(run: &Run) -> Markup {
    let status = run.status();
    let rows = [
        ("Capacity", or_dash(run.key("capacity"), |n: u64| format!("{} slots", count(n)))),
        ("Scheduler", or_dash(status.scheduler, |it| it)),
        ("Namespace", or_dash(status.namespace, |it| it)),
        ("Tick", or_dash(run.tick_s(), |s| format!("{s} s"))),
        ("Start delay", or_dash(status.start_delay_s, |s| format!("{s} s"))),
    ];
    let keys = run.workload_keys();
    html! {
        section {
            h2 { "Settings at the end of the run" }
            (pairs("Engine", &rows))
            div class="scrolls" tabindex="0" role="region" aria-label="Settings of the workloads" {
                table class="settings" {
                    thead {
                        tr {
                            th scope="col" { "Workload" }
                            @for head in ["Priority", "Rule", "Queue", "Target", "Minimum",
                                "Maximum", "Start-up, p90"] { th scope="col" { (head) } }
                            th scope="col" { "Other settings" }
                        }
                    }
                    tbody { @for (name, key) in &keys { (of_workload(name, key)) } }
                }
            }
        }
    }
}

fn of_workload(name: &str, key: &WorkloadKey) -> Markup {
    let number = |value: Option<u32>| or_dash(value, |n| count(n.into()));
    html! {
        tr {
            th scope="row" { (name) }
            td { (number(key.priority)) }
            td { (or_dash(key.rule.clone(), |it| it)) }
            td { (or_dash(key.queue.clone(), |it| it)) }
            td {
                @match key.target_per_container {
                    Some(each) => { (each) " a container" }
                    None => { (number(key.target)) }
                }
            }
            td { (number(key.min)) }
            td { (number(key.max)) }
            td { (or_dash(key.start_up_s, |s| format!("{s:.1} s"))) }
            td { (others(key)) }
        }
    }
}

fn others(key: &WorkloadKey) -> String {
    let Some(settings) = &key.settings else { return DASH.to_owned() };
    let time = |name: &str, s: Option<f64>| s.map(|s| format!("{name} {s} s"));
    let all = [
        key.paused.then(|| "paused".to_owned()),
        settings.max_delta.map(|n| format!("max-delta {n}")),
        settings.fallback.map(|n| format!("fallback-containers {n}")),
        time("scale-down-window", settings.window_s),
        time("rate-average", settings.average_s),
        settings.service_time_s.map(|s| format!("service-rate {:.3}/s", 1.0 / s)),
    ];
    let set: Vec<String> = all.into_iter().flatten().collect();
    if set.is_empty() { "none".to_owned() } else { set.join(", ") }
}
