//! The elements of the two worlds side by side.

use maud::{Markup, html};

/// The view; the page's module shows and fills it.
pub(super) fn worlds() -> Markup {
    html! {
        section id="worlds" aria-labelledby="worlds-title" hidden {
            div class="worlds-head" {
                h1 id="worlds-title" { "The same load, twice." }
                p id="worlds-load" {}
            }
            p id="worlds-because" hidden {}
            div class="halves" {
                (half("world-other", &html! {
                    "simulated, as the jobs come "
                    span {
                        "("
                        button type="button" class="link" id="other-next" { "o changes who" }
                        ")"
                    }
                }))
                (half("world-ours", &html! { "simulated, the same arrivals" }))
            }
            div class="worlds-foot" {
                details {
                    summary { "Settings" }
                    div id="worlds-settings" { p {} p {} p {} }
                }
                button type="button" class="link" id="worlds-tables" { "Tables (c)" }
                button type="button" class="link" id="worlds-leave" { "Leave (v)" }
            }
        }
    }
}

fn half(id: &str, sub: &Markup) -> Markup {
    html! {
        div class="half" id=(id) {
            h2 {}
            p class="sub" { (sub) }
            ol {}
            p class="most" { b {} span {} }
            p class="waited" {}
            div class="curve-place" {}
        }
    }
}
