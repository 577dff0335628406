//! The parts that all pages with controls share: the controls, the scenario's present step, the
//! help, and the ring of a held key.

use maud::{Markup, html};

use super::token;

/// The modules behind the controls; with links to them a browser loads them all at once.
const MODULES: [&str; 10] = [
    "controls.js",
    "help.js",
    "hold.js",
    "keys.js",
    "moments.js",
    "replay.js",
    "ring.js",
    "scenario.js",
    "svg.js",
    "windows.js",
];

/// The style sheet of the controls, and links to their modules.
pub fn head() -> Markup {
    html! {
        link rel="stylesheet" href="/assets/shell/controls.css";
        @for name in MODULES { link rel="modulepreload" href={ "/assets/shell/" (name) }; }
    }
}

/// The place of the scenario's present step.
pub fn scenario() -> Markup {
    html! { section id="scenario" aria-label="Scenario" hidden {} }
}

/// The place of the controls of a replay.
pub fn replay() -> Markup {
    html! { section id="replay" aria-label="Replay" hidden {} }
}

/// The controls: load, burst, kill, hold, pause, freeze and reset.
pub fn controls() -> Markup {
    html! {
        section id="controls" aria-label="Controls" {
            div class="row" {
                label for="producers" id="producers-label" { "Load" }
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

/// The keys and what they do.
const KEYS: [(&str, &str); 16] = [
    ("PageDown, PageUp", "the scenario's next step, previous step"),
    ("+, \u{2212}, 0 to 9", "load: one more, one fewer, this many producers"),
    ("Shift+B", "burst: 100 jobs at once"),
    ("k", "kill a consumer"),
    ("h", "hold or resume scaling"),
    ("f", "freeze or unfreeze this page"),
    ("s", "stage view"),
    ("p", "presenter window, with notes and time"),
    ("e", "why each workload has its count"),
    ("c", "compare with other autoscalers, simulated"),
    ("q", "the audience's QR code over the whole screen; q again or Esc leaves it"),
    ("v, o", "two worlds side by side, simulated; who stands on the left there"),
    ("space", "in a replay: pause or play"),
    ("r for one second", "reset; its button must be held, too"),
    ("\u{2190} \u{2192} on the chart", "read earlier values"),
    ("?", "this help"),
];

/// The help, and the ring of a held key.
pub fn help() -> Markup {
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
        div id="ring" hidden {}
    }
}
