//! The Run page: the elements that the modules fill from the stream.

mod worlds;

use maud::{Markup, html};

use super::assets::{Asset, Folder, assets};
use super::phrases::phrase;
use super::shell::{Page, controls};

/// The Run page.
pub const PAGE: Page = Page {
    path: "/",
    name: "run.name",
    title: "kit",
    folder: Folder { name: "run", assets: ASSETS },
    head,
    tools,
    body,
};

const ASSETS: &[Asset] = assets![
    "app.js",
    "audience.js",
    "axis.js",
    "beside.js",
    "canvas.js",
    "chart.css",
    "chart.js",
    "comparison.css",
    "comparison.js",
    "contenders.js",
    "curve.js",
    "dots.js",
    "export.js",
    "figures.js",
    "film.js",
    "flights.js",
    "halves.js",
    "hands.js",
    "headline.js",
    "labels.js",
    "layers.js",
    "legend.js",
    "load.js",
    "log.js",
    "marks.js",
    "numbers.js",
    "other.js",
    "panels.js",
    "picture.js",
    "places.js",
    "presenter.js",
    "report.js",
    "run.css",
    "schedule.js",
    "slots.js",
    "stage.css",
    "stage.js",
    "table.js",
    "tiles.css",
    "turn.js",
    "values.js",
    "visit.css",
    "visit.js",
    "why.js",
    "worlds.css",
    "worlds.js",
];

fn head() -> Markup {
    let modules = ASSETS.iter().map(|asset| asset.name).filter(|name| name.ends_with(".js"));
    html! {
        (controls::head())
        link rel="stylesheet" href="/assets/run/run.css";
        link rel="stylesheet" href="/assets/run/tiles.css";
        link rel="stylesheet" href="/assets/run/chart.css";
        link rel="stylesheet" href="/assets/run/comparison.css";
        link rel="stylesheet" href="/assets/run/stage.css";
        link rel="stylesheet" href="/assets/run/visit.css";
        link rel="stylesheet" href="/assets/run/worlds.css";
        // With these links a browser loads all modules at once, not one import after the other.
        @for name in modules { link rel="modulepreload" href={ "/assets/run/" (name) }; }
        script type="module" src="/assets/run/app.js" {}
    }
}

fn tools() -> Markup {
    html! {
        button type="button" class="link" id="stage-view" { (phrase("stage.open")) }
        button type="button" class="link" id="presenter" title=(phrase("presenter.title")) {
            (phrase("presenter.open"))
        }
        button type="button" class="link" id="help" { (phrase("help.open")) }
    }
}

fn body() -> Markup {
    html! {
        (controls::scenario())
        h1 id="headline" aria-live="polite" { (phrase("waiting")) }
        ul id="troubles" {}
        div class="columns" { (now()) (side()) }
        (worlds::worlds())
        (controls::replay())
        section id="comparison" aria-label=(phrase("comparison")) hidden {}
        section id="visit" role="dialog" aria-labelledby="visit-title"
            aria-describedby="visit-words" hidden {}
        dialog id="code" aria-label=(phrase("audience.place")) tabindex="-1" {}
        (controls::help())
    }
}

/// The present state, and the chart of the last minute.
fn now() -> Markup {
    html! {
        div class="now" {
            section aria-label=(phrase("slots")) {
                ol id="slots" {}
                div class="caption" {
                    ul id="legend" aria-label=(phrase("legend")) {}
                    span id="dots-brief" aria-hidden="true" hidden { i {} b {} }
                    span id="dots-legend" {}
                    button type="button" class="link" id="why-open" aria-expanded="false"
                        aria-controls="why" { (phrase("why.open")) }
                    button type="button" class="link" id="comparison-open" {
                        (phrase("comparison.open"))
                    }
                    button type="button" class="link" id="worlds-open" { (phrase("worlds.open")) }
                }
            }
            section id="audience" aria-label=(phrase("audience.place")) hidden {}
            section id="numbers" aria-label=(phrase("numbers")) {}
            section id="load-now" aria-label=(phrase("load")) hidden {
                strong { (phrase("load")) }
                b id="load-count" {}
                span id="load-rate" {}
            }
            section id="why" aria-label=(phrase("why")) hidden {}
            section id="chart" aria-label=(phrase("chart")) {
                div id="plot" { p class="waiting" { (phrase("jobs.unknown")) } }
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
                h2 { (phrase("film.title")) }
                div id="film-screen" {
                    canvas id="picture" role="img" aria-label=(phrase("film.none")) {}
                    button type="button" id="film-play" hidden { (phrase("film.pause")) }
                }
                div id="film" {
                    canvas id="making" role="img" aria-label=(phrase("film.next")) hidden {}
                    p {
                        b id="film-frames" {} br;
                        span id="film-time" hidden {}
                    }
                }
            }
            (controls::controls())
            section id="decisions" {
                h2 id="decisions-title" { (phrase("log")) }
                div id="log-frame" tabindex="0" role="region" aria-labelledby="decisions-title" {
                    ol id="log" {}
                }
            }
        }
    }
}

/// The buttons that save the chart or the report of the whole run as a file.
fn save() -> Markup {
    html! {
        div id="save-row" {
            span id="report-said" {}
            button type="button" class="link" id="report" { (phrase("report")) }
            details id="save" {
                summary { (phrase("save")) }
                div {
                    button type="button" id="save-svg" { (phrase("save.svg")) }
                    button type="button" id="save-png" { (phrase("save.png")) }
                    button type="button" id="save-csv" { (phrase("save.csv")) }
                }
            }
        }
    }
}
