//! The lower panel: live containers stacked under the capacity.

use maud::{Markup, html};

use super::axis::{BOTTOM, Counts, LEFT, RIGHT, Time, tenth};
use super::labels::{Label, draw, spread};
use crate::board::Snapshot;
use crate::board::headline::plural;
use crate::board::history::Point;

const TOP: f64 = 176.0;

/// The pattern of background work, told apart without colour.
pub fn hatch() -> Markup {
    html! {
        defs {
            pattern id="hatch" width="12" height="12" patternUnits="userSpaceOnUse"
                patternTransform="rotate(45)" {
                rect class="hatch-ground" width="12" height="12" {}
                line class="hatch-line" x1="0" x2="0" y1="0" y2="12" {}
            }
        }
    }
}

/// The panel with its axis and its words.
pub fn panel(moment: &Snapshot, points: &[&Point], time: Time) -> Markup {
    let capacity = f64::from(moment.state.capacity);
    let counts = Counts { top: TOP, bottom: BOTTOM, max: capacity };
    let names: Vec<&str> = points
        .last()
        .map(|point| point.live.iter().map(|(name, _)| name.as_str()).collect())
        .unwrap_or_default();
    let is_background = |name: &str| moment.state.is_background(name);
    html! {
        @for (layer, name) in names.iter().enumerate() {
            @let hatched = is_background(name).then_some("url(#hatch)");
            path class=(if is_background(name) { "background" } else { "urgent" })
                fill=[hatched] d=(area(layer, points, time, &counts)) {}
        }
        @for share in [0.0, 0.5] {
            @let y = tenth(counts.y(capacity * share));
            line class="grid" x1=(LEFT) x2=(RIGHT) y1=(y) y2=(y) {}
        }
        @for share in [0.0, 0.5, 1.0] {
            text class="axis" x=(LEFT - 8.0) y=(tenth(counts.y(capacity * share) + 6.0))
                text-anchor="end" { (capacity * share) }
        }
        line class="capacity" x1=(LEFT) x2=(RIGHT) y1=(TOP) y2=(TOP) {}
        (draw(&labels(points, &counts, is_background)))
    }
}

fn labels(points: &[&Point], counts: &Counts, is_background: impl Fn(&str) -> bool) -> Vec<Label> {
    let text = format!("capacity {}", counts.max);
    let mut labels = vec![Label { y: counts.top, text, strong: false }];
    let mut below = 0.0;
    for (name, live) in points.last().map(|point| point.live.as_slice()).unwrap_or_default() {
        let middle = below + f64::from(*live) / 2.0;
        below += f64::from(*live);
        let name = if is_background(name) { "background".into() } else { plural(name, 2) };
        let text = format!("{name} {live}");
        labels.push(Label { y: counts.y(middle), text, strong: true });
    }
    spread(labels, counts.top, counts.bottom)
}

/// The area of one layer: counts hold until the next point, so its edges are steps.
fn area(layer: usize, points: &[&Point], time: Time, counts: &Counts) -> String {
    let sum = |point: &Point, layers: usize| -> f64 {
        point.live.iter().take(layers).map(|(_, live)| f64::from(*live)).sum()
    };
    let mut upper = String::new();
    let mut lower: Vec<String> = Vec::new();
    for (i, point) in points.iter().enumerate() {
        let x = tenth(time.x(point.at.as_secs_f64()).max(LEFT));
        let next = points.get(i + 1).map_or(RIGHT, |next| time.x(next.at.as_secs_f64()).max(LEFT));
        let (next, top) = (tenth(next), tenth(counts.y(sum(point, layer + 1))));
        let bottom = tenth(counts.y(sum(point, layer)));
        let begin = if i == 0 { 'M' } else { 'L' };
        upper.push_str(&format!("{begin}{x} {top}L{next} {top}"));
        lower.push(format!("L{next} {bottom}L{x} {bottom}"));
    }
    lower.reverse();
    upper + &lower.concat() + "Z"
}
