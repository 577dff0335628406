//! The parts that all pages with controls share: the controls, the scenario's present step, the
//! help, and the ring of a held key.

use maud::{Markup, html};

use super::token;
use crate::page::phrases::phrase;

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
    html! { section id="scenario" aria-label=(phrase("scenario")) hidden {} }
}

/// The place of the controls of a replay.
pub fn replay() -> Markup {
    html! { section id="replay" aria-label=(phrase("replay")) hidden {} }
}

/// The controls: load, burst, kill, hold, pause, freeze and reset.
pub fn controls() -> Markup {
    html! {
        section id="controls" aria-label=(phrase("controls")) {
            div class="row" {
                label for="producers" id="producers-label" { (phrase("load")) }
                input id="producers" type="range" min="0" max="10" value="0" autocomplete="off"
                    disabled;
                b id="producers-value" { "\u{2013}" }
                button type="button" id="burst" { (phrase("burst")) }
            }
            div class="row" {
                button type="button" id="kill" { (phrase("kill.first")) }
                button type="button" id="hold" aria-pressed="false" { (phrase("hold")) }
            }
            div class="row" {
                button type="button" id="pause" aria-expanded="false"
                    aria-controls="pause-choices" { (phrase("pause")) }
                button type="button" id="freeze" aria-pressed="false" { (phrase("freeze")) }
                button type="button" id="reset" title=(phrase("reset.title")) { (phrase("reset")) }
            }
            div class="row" id="pause-choices" hidden {}
            ul id="reasons" {}
            p id="answer" {}
            (token())
        }
    }
}

/// The texts of the keys and of what they do.
const KEYS: [(&str, &str); 16] = [
    ("key.steps", "help.steps"),
    ("key.load", "help.load"),
    ("key.burst", "help.burst"),
    ("key.kill", "help.kill"),
    ("key.hold", "help.hold"),
    ("key.freeze", "help.freeze"),
    ("key.stage", "help.stage"),
    ("key.presenter", "help.presenter"),
    ("key.why", "help.why"),
    ("key.comparison", "help.comparison"),
    ("key.code", "help.code"),
    ("key.worlds", "help.worlds"),
    ("key.play", "help.play"),
    ("key.reset", "help.reset"),
    ("key.values", "help.values"),
    ("key.help", "help.help"),
];

/// The help, and the ring of a held key.
pub fn help() -> Markup {
    html! {
        dialog id="help-dialog" aria-labelledby="help-title" {
            h2 id="help-title" { (phrase("help.title")) }
            dl {
                @for (key, what) in KEYS { div { dt { (phrase(key)) } dd { (phrase(what)) } } }
            }
            p class="quiet" { (phrase("help.slots")) }
            p {
                label {
                    input type="checkbox" id="keys-on" checked;
                    " " (phrase("help.shortcuts"))
                }
            }
            p {
                label for="theme" { (phrase("theme")) } " "
                select id="theme" {
                    option value="" { (phrase("theme.system")) }
                    option value="light" { (phrase("theme.light")) }
                    option value="dark" { (phrase("theme.dark")) }
                }
            }
            form method="dialog" { button { (phrase("close")) } }
        }
        div id="ring" hidden {}
    }
}
