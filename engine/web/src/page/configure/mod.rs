//! The Configure page: fields for the annotations.

use maud::{Markup, html};

use super::assets::{Asset, Folder, assets};
use super::shell::{Page, token};

/// The Configure page.
pub const PAGE: Page = Page {
    path: "/configure",
    name: "Configure",
    title: "Configure - Microscaling in a Box",
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
    html! { a href="/#stage" { "Stage view" } }
}

fn body() -> Markup {
    html! {
        h1 id="headline" aria-live="polite" { "Changes take effect at once." }
        p id="read-only" {}
        div class="configure" {
            div {
                section id="cards" aria-label="Workloads" {}
                (another())
                section id="changes" aria-labelledby="changes-title" hidden {
                    h2 id="changes-title" { "Changes" }
                    ol id="changes-list" {}
                }
            }
            aside aria-label="All workloads" {
                (capacity())
                div {
                    h2 id="yaml-title" { "As YAML" }
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
                label for="capacity-slots" { "Capacity" }
                input id="capacity-slots" type="text" inputmode="numeric" autocomplete="off"
                    aria-describedby="capacity-note capacity-wrong";
                p id="capacity-status" class="applied" role="status" {}
                p id="capacity-note" { "slots; each has room for one container" }
                p id="capacity-wrong" class="wrong" {}
                button type="button" id="capacity-back" class="link back" hidden {
                    span class="sr" { "Capacity: " }
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
            h2 id="another-title" { "Scale another Deployment" }
            fieldset id="another-all" {
                div class="fields" id="another-fields" {
                    div class="field wide" {
                        label for="another-deployment" { "Deployment" }
                        select id="another-deployment" {}
                        p id="another-image" class="image" {}
                    }
                }
                button { "Scale it" }
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
                "Download demo.yaml"
            }
            button type="button" id="copy" { "Copy kubectl annotate lines" }
            button type="button" id="defaults" disabled { "Back to defaults" }
        }
        p id="done" role="status" {}
        textarea id="lines" aria-label="kubectl annotate lines" readonly hidden {}
    }
}
