//! The Configure page: fields for the annotations.

use maud::{Markup, html};

use super::assets::{Asset, Folder, assets};
use super::phrases::phrase;
use super::shell::{Page, token};

/// The Configure page.
pub const PAGE: Page = Page {
    path: "/configure",
    name: "configure.name",
    title: "configure.title",
    folder: Folder { name: "configure", assets: ASSETS },
    head,
    tools,
    body,
};

const ASSETS: &[Asset] = assets![
    "capacity.js",
    "card.js",
    "configure.css",
    "configure.js",
    "fields.js",
    "form.js",
    "others.js",
    "yaml.js",
];

fn head() -> Markup {
    html! {
        link rel="stylesheet" href="/assets/configure/configure.css";
        script type="module" src="/assets/configure/configure.js" {}
    }
}

fn tools() -> Markup {
    html! { a href="/#stage" { (phrase("configure.stage")) } }
}

fn body() -> Markup {
    html! {
        h1 id="headline" aria-live="polite" { (phrase("configure.at-once")) }
        p id="read-only" {}
        div class="configure" {
            div {
                section id="cards" aria-label=(phrase("configure.workloads")) {}
                (another())
                section id="changes" aria-labelledby="changes-title" hidden {
                    h2 id="changes-title" { (phrase("configure.changes")) }
                    ol id="changes-list" {}
                }
            }
            aside aria-label=(phrase("configure.all")) {
                (capacity())
                div {
                    h2 id="yaml-title" { (phrase("configure.yaml")) }
                    pre id="preview" tabindex="0" role="region" aria-labelledby="yaml-title" {}
                }
                (ways_out())
                (token())
            }
        }
        datalist id="queues" {}
    }
}

fn capacity() -> Markup {
    html! {
        form id="capacity" novalidate {
            div class="field" {
                label for="capacity-slots" { (phrase("configure.capacity")) }
                input id="capacity-slots" type="text" inputmode="numeric" autocomplete="off"
                    aria-describedby="capacity-note capacity-wrong";
                p id="capacity-status" class="applied" role="status" {}
                p id="capacity-note" { (phrase("configure.slots")) }
                p id="capacity-wrong" class="wrong" {}
                button type="button" id="capacity-back" class="link back" hidden {
                    span class="sr" { (phrase("configure.capacity-back")) }
                    span {}
                }
            }
        }
    }
}

/// The form for a Deployment that is not scaled yet.
fn another() -> Markup {
    html! {
        form id="another" novalidate aria-labelledby="another-title" hidden {
            h2 id="another-title" { (phrase("configure.another")) }
            fieldset id="another-all" {
                div class="fields" id="another-fields" {
                    div class="field wide" {
                        label for="another-deployment" { (phrase("configure.deployment")) }
                        select id="another-deployment" {}
                        p id="another-image" class="image" {}
                    }
                }
                button { (phrase("configure.scale-it")) }
            }
            p id="another-status" class="applied" role="status" {}
            p id="another-cannot" class="quiet" {}
        }
    }
}

fn ways_out() -> Markup {
    html! {
        div class="buttons" {
            a class="button" id="download" href="/api/v1/config/demo.yaml" download="demo.yaml" {
                (phrase("configure.download"))
            }
            button type="button" id="copy" { (phrase("configure.copy")) }
            button type="button" id="defaults" disabled { (phrase("configure.defaults")) }
        }
        p id="done" role="status" {}
        textarea id="lines" aria-label=(phrase("configure.lines")) readonly hidden {}
    }
}
