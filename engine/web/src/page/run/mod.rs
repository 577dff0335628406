//! The Run page: the elements that the modules fill from the stream.

use maud::{Markup, html};

use super::assets::{Asset, Folder, assets};
use super::shell::{Page, token};

/// The Run page.
pub const PAGE: Page = Page {
    path: "/",
    name: "Run",
    title: "Microscaling in a Box",
    folder: Folder { name: "run", assets: ASSETS },
    head,
    tools,
    body,
};

const ASSETS: &[Asset] = assets![
    "app.js",
    "axis.js",
    "chart.css",
    "chart.js",
    "comparison.css",
    "comparison.js",
    "contenders.js",
    "controls.js",
    "export.js",
    "headline.js",
    "hold.js",
    "keys.js",
    "labels.js",
    "layers.js",
    "log.js",
    "marks.js",
    "numbers.js",
    "panels.js",
    "picture.js",
    "ring.js",
    "run.css",
    "scenario.js",
    "slots.js",
    "stage.css",
    "stage.js",
    "svg.js",
    "table.js",
    "values.js",
    "why.js",
];

fn head() -> Markup {
    let modules = ASSETS.iter().map(|asset| asset.name).filter(|name| name.ends_with(".js"));
    html! {
        link rel="stylesheet" href="/assets/run/run.css";
        link rel="stylesheet" href="/assets/run/chart.css";
        link rel="stylesheet" href="/assets/run/comparison.css";
        link rel="stylesheet" href="/assets/run/stage.css";
        // With these links a browser loads all modules at once, not one import after the other.
        @for name in modules { link rel="modulepreload" href={ "/assets/run/" (name) }; }
        script type="module" src="/assets/run/app.js" {}
    }
}

fn tools() -> Markup {
    html! {
        button type="button" class="link" id="stage-view" { "Stage view (s)" }
        button type="button" class="link" id="help" { "Help (?)" }
    }
}

fn body() -> Markup {
    html! {
        section id="scenario" aria-label="Scenario" hidden {}
        h1 id="headline" aria-live="polite" { "Waiting for the engine." }
        ul id="troubles" {}
        div class="columns" { (now()) (side()) }
        section id="comparison" aria-label="Comparison" hidden {}
        (help())
        div id="ring" hidden {}
    }
}

/// The present state, and the chart of the last minute.
fn now() -> Markup {
    html! {
        div class="now" {
            section aria-label="Slots" {
                ol id="slots" {}
                p class="caption" {
                    span { "Urgent work first. Background gets what is left." }
                    button type="button" class="link" id="why-open" aria-expanded="false"
                        aria-controls="why" { "Why (e)" }
                    button type="button" class="link" id="comparison-open" { "Compare (c)" }
                }
            }
            section id="audience" aria-label="Add a job with your phone" hidden {}
            section id="numbers" aria-label="Numbers" {}
            section id="why" aria-label="Why" hidden {}
            section id="chart" aria-label="Chart" {
                div id="plot" { p class="waiting" { "waiting for the queue" } }
                div id="chart-data" class="sr" {}
                (save())
            }
        }
    }
}

fn side() -> Markup {
    html! {
        div class="side" {
            section id="picture-place" {
                h2 { "The background's picture" }
                canvas id="picture" role="img" aria-label="No picture yet" {}
            }
            (controls())
            section id="decisions" {
                h2 id="decisions-title" { "Decisions" }
                div id="log-frame" tabindex="0" role="region" aria-labelledby="decisions-title" {
                    ol id="log" {}
                }
            }
        }
    }
}

fn controls() -> Markup {
    html! {
        section id="controls" aria-label="Controls" {
            div class="row" {
                label for="producers" id="producers-label" { "Producers" }
                input id="producers" type="range" min="0" max="10" value="0" autocomplete="off"
                    disabled;
                b id="producers-value" { "\u{2013}" }
                button type="button" id="burst" { "Burst" }
            }
            div class="row" {
                button type="button" id="kill" { "Kill a consumer" }
                button type="button" id="hold" aria-pressed="false" { "Hold scaling" }
            }
            div class="row" {
                button type="button" id="pause" aria-expanded="false"
                    aria-controls="pause-choices" { "Pause \u{2026}" }
                button type="button" id="freeze" aria-pressed="false" { "Freeze" }
                button type="button" id="reset" title="Hold for one second" { "Reset" }
            }
            div class="row" id="pause-choices" hidden {}
            ul id="reasons" {}
            p id="answer" {}
            (token())
        }
    }
}

/// The buttons that save the chart as a file.
fn save() -> Markup {
    html! {
        details id="save" {
            summary { "Save" }
            div {
                button type="button" id="save-svg" { "SVG" }
                button type="button" id="save-png" { "PNG" }
                button type="button" id="save-csv" { "CSV" }
            }
        }
    }
}

/// The keys and what they do.
const KEYS: [(&str, &str); 12] = [
    ("PageDown, PageUp", "the scenario's next step, previous step"),
    ("+, \u{2212}, 0 to 9", "producers: one more, one fewer, this many"),
    ("Shift+B", "burst: 100 jobs at once"),
    ("k", "kill a consumer"),
    ("h", "hold or resume scaling"),
    ("f", "freeze or unfreeze this page"),
    ("s", "stage view"),
    ("e", "why each workload has its count"),
    ("c", "compare with other autoscalers, simulated"),
    ("r for one second", "reset; its button must be held, too"),
    ("\u{2190} \u{2192} on the chart", "read earlier values"),
    ("?", "this help"),
];

fn help() -> Markup {
    html! {
        dialog id="help-dialog" aria-labelledby="help-title" {
            h2 id="help-title" { "Keys" }
            dl {
                @for (key, what) in KEYS { div { dt { (key) } dd { (what) } } }
            }
            p class="quiet" {
                "Slots: filled is running, dashed is starting, struck out is stopping."
            }
            p { label { input type="checkbox" id="keys-on" checked; " Keyboard shortcuts" } }
            p {
                label for="theme" { "Theme" } " "
                select id="theme" {
                    option value="" { "as the system" }
                    option value="light" { "light" }
                    option value="dark" { "dark" }
                }
            }
            form method="dialog" { button { "Close" } }
        }
    }
}
