//! The pages as HTML: a shell with places, which the scripts fill from the stream.

use maud::{DOCTYPE, Markup, html};

use super::assets;

/// Which page this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Here {
    /// What happens.
    Run,
    /// What shall happen.
    Configure,
}

/// A page: the header that all have, and what is its own. `head` has its style sheets and scripts.
pub fn shell(title: &str, here: Here, head: &Markup, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                link rel="stylesheet" href="/assets/style.css";
                script type="module" src="/assets/header.js" {}
                (head)
            }
            body {
                (header(here))
                main { (body) }
                noscript { p { "This page needs JavaScript; without it, use engine top." } }
            }
        }
    }
}

fn header(here: Here) -> Markup {
    html! {
        header {
            strong { "Microscaling in a Box" }
            span id="status" {}
            span id="badge" class="badge" data-badge="waiting" { "WAITING" }
            span id="since" {}
            nav aria-label="Pages" {
                (page_link(here, Here::Run, "/", "Run"))
                (page_link(here, Here::Configure, "/configure", "Configure"))
                @if here == Here::Run {
                    button type="button" class="link" id="stage-view" { "Stage view (s)" }
                    button type="button" class="link" id="help" { "Help (?)" }
                } @else {
                    a href="/#stage" { "Stage view" }
                }
            }
        }
    }
}

fn page_link(here: Here, there: Here, path: &str, name: &str) -> Markup {
    html! {
        @if here == there { a href=(path) aria-current="page" { (name) } }
        @else { a href=(path) { (name) } }
    }
}

/// The Run page.
pub fn run() -> Markup {
    let head = html! {
        link rel="stylesheet" href="/assets/run.css";
        link rel="stylesheet" href="/assets/chart.css";
        link rel="stylesheet" href="/assets/ghosts.css";
        link rel="stylesheet" href="/assets/stage.css";
        @for name in assets::modules() {
            link rel="modulepreload" href={ "/assets/" (name) };
        }
        script type="module" src="/assets/app.js" {}
    };
    let body = html! {
        section id="scenario" aria-label="Scenario" hidden {}
        h1 id="headline" aria-live="polite" { "Waiting for the engine." }
        ul id="troubles" {}
        div class="columns" { (now()) (side()) }
        section id="ghosts" aria-label="What others would do" hidden {}
        (help())
        div id="ring" hidden {}
    };
    shell("Microscaling in a Box", Here::Run, &head, &body)
}

/// What is now, and how it came about.
fn now() -> Markup {
    html! {
        div class="now" {
            section aria-label="Slots" {
                ol id="slots" {}
                p class="caption" {
                    span { "Urgent work first. Background gets what is left." }
                    button type="button" class="link" id="why-open" aria-expanded="false"
                        aria-controls="why" { "Why (e)" }
                    button type="button" class="link" id="ghosts-open" { "Others (c)" }
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
                h2 { "What spare capacity does" }
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
                button type="button" id="reset" title="Hold it for a second" { "Reset" }
            }
            div class="row" id="pause-choices" hidden {}
            ul id="reasons" {}
            p id="answer" {}
            (token())
        }
    }
}

/// The field for the token, for whoever is asked for one.
pub fn token() -> Markup {
    html! {
        form id="token" hidden {
            label for="token-field" { "Token for changes from elsewhere" }
            div class="row" {
                input id="token-field" type="password" autocomplete="off";
                button { "Use it" }
            }
        }
    }
}

/// The chart as a file.
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

/// What each key does.
const KEYS: [(&str, &str); 12] = [
    ("PageDown, PageUp", "the scenario's next step, the one before"),
    ("+, \u{2212}, 0 to 9", "producers: one more, one fewer, so many"),
    ("Shift+B", "burst: many jobs at once"),
    ("k", "kill a consumer"),
    ("h", "hold scaling, and let go"),
    ("f", "freeze this page's picture"),
    ("s", "stage view"),
    ("e", "why each workload has what it has"),
    ("c", "what others would do, simulated"),
    ("r, for a second", "reset; its button is held, too"),
    ("\u{2190} \u{2192} on the chart", "read its values"),
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
                "A slot that is filled is at work; a dashed one starts; one that is struck out stops."
            }
            p { label { input type="checkbox" id="keys-on" checked; " Keys are on" } }
            p {
                label for="theme" { "Light or dark" } " "
                select id="theme" {
                    option value="" { "as the system has it" }
                    option value="light" { "light" }
                    option value="dark" { "dark" }
                }
            }
            form method="dialog" { button { "Close" } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_become_markup() {
        let title = "<script>alert(1)</script>";
        let page = shell(title, Here::Configure, &html! {}, &html! {}).into_string();
        assert!(!page.contains("<script>"), "{page}");
    }

    #[test]
    fn nothing_is_inline() {
        let page = run().into_string();
        for inline in [" style=", "<style", " onclick", "javascript:"] {
            assert!(!page.contains(inline), "{inline}");
        }
        assert_eq!(
            page.matches("<script").count(),
            page.matches("<script type=\"module\" src=").count()
        );
    }

    #[test]
    fn the_headline_alone_is_read_out_by_itself() {
        let page = run().into_string();
        assert_eq!(page.matches("aria-live").count(), 1);
        for live in ["role=\"alert\"", "role=\"status\"", "<output"] {
            assert!(!page.contains(live), "{live}");
        }
    }
}
