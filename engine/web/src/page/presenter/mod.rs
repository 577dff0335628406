//! The presenter's window: the notes, the next step, the time, the controls, and what the audience
//! sees.

use maud::{Markup, html};

use super::assets::{Asset, Folder, assets};
use super::phrases::phrase;
use super::shell::{Page, controls};

/// The presenter's window, which the Run page opens.
pub const PAGE: Page = Page {
    path: "/presenter",
    name: "presenter.name",
    title: "presenter.title",
    folder: Folder { name: "presenter", assets: ASSETS },
    head,
    tools,
    body,
};

const ASSETS: &[Asset] =
    assets!["notes.js", "plan.js", "presenter.css", "presenter.js", "preview.js", "times.js"];

/// What the audience sees; this page cannot change anything.
const PREVIEW: &str = "/?stage&readonly";

fn head() -> Markup {
    html! {
        (controls::head())
        link rel="stylesheet" href="/assets/presenter/presenter.css";
        script type="module" src="/assets/presenter/presenter.js" {}
    }
}

fn tools() -> Markup {
    html! { button type="button" class="link" id="help" { (phrase("help.open")) } }
}

fn body() -> Markup {
    html! {
        h1 class="sr" { (phrase("presenter.title")) }
        div class="desk" { (talk()) (side()) }
        (controls::help())
    }
}

/// The present step, its notes, and the next step.
fn talk() -> Markup {
    html! {
        div class="talk" {
            (controls::scenario())
            section id="notes" aria-label=(phrase("notes")) tabindex="0" {}
            section id="next-step" aria-label=(phrase("presenter.next")) hidden {
                p { b id="next-when" {} " " span id="next-caption" {} }
            }
            (controls::replay())
        }
    }
}

fn side() -> Markup {
    html! {
        div class="beside" {
            section aria-label=(phrase("presenter.time")) {
                dl id="times" {}
            }
            section aria-label=(phrase("presenter.sees")) {
                // Without `inert`, a click would give the keyboard to the page in the frame.
                div id="preview" inert {
                    iframe src=(PREVIEW) title=(phrase("presenter.sees")) {}
                }
                p class="quiet" { (phrase("presenter.keys")) }
            }
            (controls::controls())
        }
    }
}
