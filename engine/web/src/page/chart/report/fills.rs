//! The fills of workloads in a chart, told apart without colour.

use maud::{Markup, html};

/// A workload.
#[allow(missing_docs)] // the names say it
#[derive(Debug, Clone)]
pub struct Layer {
    pub name: String,
    pub background: bool,
}

/// The fill of each workload: hatched for the background; plain, dotted or barred for others.
pub fn kinds(layers: &[Layer]) -> Vec<&'static str> {
    let mut urgent = ["urgent-0", "urgent-1", "urgent-2"].into_iter().cycle();
    let kind = |it: &Layer| if it.background { Some("background") } else { urgent.next() };
    layers.iter().filter_map(kind).collect()
}

/// The definitions of all fills; `id` distinguishes those of two drawings on one page.
pub fn patterns(id: &str) -> Markup {
    let tile = |kind: &str, turn: Option<&str>, inside: Markup| {
        html! {
            pattern id={ (kind) "-" (id) } width="10" height="10" patternUnits="userSpaceOnUse"
                patternTransform=[turn] {
                rect class={ (kind) " ground" } width="10" height="10" {}
                (inside)
            }
        }
    };
    let bar = html! { line class="bar" x1="0" x2="10" y1="2" y2="2" {} };
    html! {
        defs {
            (tile("urgent-0", None, html! {}))
            (tile("urgent-1", None, html! { circle class="dot" cx="5" cy="5" r="2.6" {} }))
            (tile("urgent-2", None, bar.clone()))
            (tile("background", Some("rotate(45)"), bar))
        }
    }
}
