//! The page and its parts as HTML. Each part has an id, and comes again with every moment.

use control::Freshness;
use maud::{DOCTYPE, Markup, html};

use super::chart;
use crate::board::Snapshot;
use crate::board::headline::{capitalised, plural};
use crate::board::slots::{Occupant, Slot};
use crate::board::state::{DecisionState, QueueState, WorkloadState};
use crate::schedulers::Phase;

/// How many decisions fit beside the chart.
const DECISIONS: usize = 5;

/// The whole page at a moment.
pub fn page(moment: &Snapshot) -> Markup {
    let parts = parts(moment);
    let part = |id: &str| parts.iter().find(|(name, _)| *name == id).map(|(_, html)| html);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Microscaling in a Box" }
                link rel="stylesheet" href="/style.css";
                script src="/app.js" defer {}
            }
            body {
                header {
                    strong { "Microscaling in a Box" }
                    span id="status" { @if let Some(html) = part("status") { (html) } }
                    span id="live" class="badge" { "LIVE" }
                }
                main {
                    h1 id="headline" aria-live="polite" {
                        @if let Some(html) = part("headline") { (html) }
                    }
                    div class="columns" {
                        div class="stage" {
                            @for id in ["slots", "numbers", "chart"] {
                                div id=(id) { @if let Some(html) = part(id) { (html) } }
                            }
                        }
                        div class="side" {
                            (load_control(moment))
                            @for id in ["why", "decisions"] {
                                section id=(id) { @if let Some(html) = part(id) { (html) } }
                            }
                        }
                    }
                    noscript { p { "Without JavaScript, reload the page to see it change." } }
                }
            }
        }
    }
}

/// The parts that change, by the id of their place.
pub fn parts(moment: &Snapshot) -> Vec<(&'static str, Markup)> {
    vec![
        ("status", status(moment)),
        ("headline", html! { (arrows(&moment.state.headline)) }),
        ("slots", slots(&moment.slots)),
        ("numbers", numbers(moment)),
        ("chart", chart::chart(moment)),
        ("why", why(moment)),
        ("decisions", decisions(moment)),
        ("load-value", load_value(moment)),
    ]
}

/// Arrows as people write them; the API keeps to ASCII.
fn arrows(text: &str) -> String {
    text.replace("->", "\u{2192}")
}

fn clock(seconds: f64) -> String {
    let seconds = seconds as u64;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

fn status(moment: &Snapshot) -> Markup {
    let processes: usize = moment.deployments.values().map(|d| d.instances.len()).sum();
    let state = &moment.state;
    html! {
        @match &state.namespace {
            Some(namespace) => {
                span { "namespace " (namespace) ", " (processes) " pods" }
                span { (state.standing) }
            }
            None => span { "box, " (processes) " processes" },
        }
        span { "up " (clock(state.uptime_s)) }
        @if state.start_delay_s > 0.0 {
            span { "a start takes " (state.start_delay_s) " s" }
        }
    }
}

fn slots(slots: &[Slot]) -> Markup {
    html! {
        ol class="slots" aria-label="Slots" {
            @for slot in slots { (slot_item(slot.occupant.as_ref())) }
        }
        p class="caption" { "Urgent work first. Background gets what is left." }
    }
}

fn slot_item(occupant: Option<&Occupant>) -> Markup {
    let Some(occupant) = occupant else {
        return html! { li class="slot free" title="free" {} };
    };
    let kind = if occupant.background { "background" } else { "urgent" };
    let phase = match occupant.phase {
        Phase::Starting => "starting",
        Phase::Ready => "running",
        Phase::Terminating => "stopping",
    };
    let letter = if occupant.background { "B".to_owned() } else { initial(&occupant.workload) };
    html! {
        li class=(format!("slot {kind} {phase}")) title=(format!("{}, {phase}", occupant.name)) {
            span { (letter) }
        }
    }
}

fn initial(name: &str) -> String {
    capitalised(name).chars().take(1).collect()
}

fn numbers(moment: &Snapshot) -> Markup {
    html! {
        @for queue in &moment.state.queues { (queue_number(queue)) }
        @for workload in &moment.state.workloads { (workload_number(workload)) }
    }
}

fn queue_number(queue: &QueueState) -> Markup {
    let over = queue.ready.is_some_and(|ready| ready > u64::from(queue.target));
    let class = match queue.status {
        status if status != Freshness::Fresh.name() => "number queue old",
        _ if over => "number queue over",
        _ => "number queue",
    };
    html! {
        div class=(class) {
            b { @match queue.ready { Some(ready) => (ready), None => "\u{2013}" } }
            span {
                @match (queue.ready, queue.age_s) {
                    (Some(_), Some(age)) if queue.status != Freshness::Fresh.name() => {
                        "in the queue " (format!("{age:.0}")) " s ago"
                    }
                    (Some(_), _) => { "in the queue, target " (queue.target) }
                    (None, _) => "waiting for the queue",
                }
            }
        }
    }
}

fn workload_number(workload: &WorkloadState) -> Markup {
    html! {
        div class="number" {
            b { (workload.ready) small { "/" (workload.desired) } }
            span { (shown_name(workload, 2)) " ready" }
        }
    }
}

/// Background work is called by what it is.
fn shown_name(workload: &WorkloadState, count: u32) -> String {
    if workload.is_background() { "background".to_owned() } else { plural(&workload.name, count) }
}

fn why(moment: &Snapshot) -> Markup {
    html! {
        @for trouble in &moment.state.troubles { p class="trouble" role="alert" { (trouble) } }
        h2 { "Why" }
        @for workload in &moment.state.workloads {
            p {
                b { (shown_name(workload, workload.desired)) " " (workload.desired) ": " }
                (arrows(&workload.why.text))
            }
        }
    }
}

fn decisions(moment: &Snapshot) -> Markup {
    let decisions = &moment.state.decisions;
    html! {
        h2 { "Decisions" }
        @if decisions.is_empty() { p class="quiet" { "None yet." } }
        ol class="log" {
            @for decision in decisions.iter().take(DECISIONS) {
                li { time { (clock(decision.at)) } " " (in_page_words(moment, decision)) }
            }
        }
    }
}

/// A decision's sentence, with background work called as everywhere on the page.
fn in_page_words(moment: &Snapshot, decision: &DecisionState) -> String {
    let name = &decision.workload;
    let text = arrows(&decision.text);
    if moment.state.is_background(name) { text.replacen(name, "background", 1) } else { text }
}

/// What makes the load: the first Deployment that is neither scaled nor behind a Service.
fn load(moment: &Snapshot) -> Option<(&str, u32)> {
    let state = &moment.state;
    let others = state.deployments.iter().filter(|deployment| {
        moment.deployments.get(&deployment.name).is_some_and(|status| !status.serves)
    });
    others.map(|deployment| (deployment.name.as_str(), deployment.desired)).next()
}

fn load_value(moment: &Snapshot) -> Markup {
    html! { @if let Some((_, desired)) = load(moment) { (desired) } }
}

fn load_control(moment: &Snapshot) -> Markup {
    let Some((name, desired)) = load(moment) else { return html! {} };
    html! {
        form id="load" data-deployment=(name) {
            label for="load-slider" { (capitalised(&plural(name, 2))) }
            input id="load-slider" type="range" min="0" max="10" value=(desired)
                autocomplete="off";
            output id="load-value" for="load-slider" { (desired) }
            p id="load-error" role="alert" {}
        }
    }
}
