//! The elements of the two worlds side by side.

use maud::{Markup, html};

use crate::page::phrases::phrase;

/// The view; the page's module shows and fills it.
pub(super) fn worlds() -> Markup {
    html! {
        section id="worlds" aria-labelledby="worlds-title" hidden {
            div class="worlds-head" {
                h1 id="worlds-title" { (phrase("worlds.title")) }
                p id="worlds-load" {}
            }
            p id="worlds-because" hidden {}
            div class="halves" {
                (half("world-other", &html! {
                    (phrase("worlds.other")) " "
                    span {
                        "("
                        button type="button" class="link" id="other-next" {
                            (phrase("worlds.change"))
                        }
                        ")"
                    }
                }))
                (half("world-ours", &html! { (phrase("worlds.same")) }))
            }
            div class="worlds-foot" {
                details {
                    summary { (phrase("worlds.settings")) }
                    div id="worlds-settings" { p {} p {} p {} }
                }
                button type="button" class="link" id="worlds-tables" { (phrase("worlds.tables")) }
                button type="button" class="link" id="worlds-leave" { (phrase("worlds.leave")) }
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
