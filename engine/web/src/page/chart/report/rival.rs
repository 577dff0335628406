//! A small chart of one contender's queue, with another queue behind it for comparison.

use maud::{Markup, html};

use super::super::axis::{Counts, path, tenth};

const LEFT: f64 = 34.0;
const RIGHT: f64 = 296.0;
const TOP: f64 = 8.0;
const BOTTOM: f64 = 92.0;

/// A queue's length as (seconds, count), oldest first.
pub type Curve = [(f64, u64)];

/// The scales that all strips of a page share.
#[derive(Debug, Clone, Copy)]
pub struct Scales {
    /// The time at the left edge, in seconds.
    pub from: f64,
    /// The time at the right edge, in seconds.
    pub until: f64,
    /// The greatest count; longer queues are drawn at the edge.
    pub max: f64,
    /// The target; `None` without one.
    pub target: Option<u32>,
}

/// Draws one queue as a line; `behind` is drawn as an area. `says` describes the drawing.
pub fn rival(curve: &Curve, behind: Option<&Curve>, scales: Scales, says: &str) -> Markup {
    let counts = Counts { top: TOP, bottom: BOTTOM, max: scales.max };
    let line = |curve: &Curve| {
        path(thinned(curve, scales).into_iter().map(|(x, n)| (x, counts.y(n as f64))))
    };
    let area = |curve: &Curve| {
        let top = line(curve);
        if top.is_empty() { top } else { format!("{top}L{RIGHT} {BOTTOM}L{LEFT} {BOTTOM}Z") }
    };
    html! {
        svg class="strip" viewBox="0 0 300 100" role="img" aria-label=(says) {
            @if let Some(behind) = behind { path class="behind" d=(area(behind)) {} }
            line class="grid" x1=(LEFT) x2=(RIGHT) y1=(BOTTOM) y2=(BOTTOM) {}
            @if let Some(target) = scales.target {
                @let y = tenth(counts.y(target.into()));
                line class="target" x1=(LEFT) x2=(RIGHT) y1=(y) y2=(y) {}
            }
            path class="queue" d=(line(curve)) {}
            text class="axis" x=(LEFT - 5.0) y=(TOP + 6.0) text-anchor="end" { (scales.max) }
            text class="axis" x=(LEFT - 5.0) y=(BOTTOM) text-anchor="end" { "0" }
        }
    }
}

/// One position for each unit of the width, with the longest queue in it.
fn thinned(curve: &Curve, scales: Scales) -> Vec<(f64, u64)> {
    let length = (scales.until - scales.from).max(1e-3);
    let mut kept: Vec<(f64, u64)> = Vec::new();
    for (at, count) in curve {
        let share = ((at - scales.from) / length).clamp(0.0, 1.0);
        let x = (LEFT + share * (RIGHT - LEFT)).round();
        match kept.last_mut() {
            Some(last) if last.0 == x => last.1 = last.1.max(*count),
            _ => kept.push((x, *count)),
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strip_keeps_the_longest_queue_of_each_unit() {
        let scales = Scales { from: 0.0, until: 300.0, max: 40.0, target: Some(20) };
        let curve: Vec<(f64, u64)> =
            (0..600).map(|i| (f64::from(i) / 2.0, if i == 301 { 39 } else { 1 })).collect();
        let thin = thinned(&curve, scales);
        assert!(thin.len() <= 264, "{}", thin.len());
        assert_eq!(thin.iter().map(|(_, n)| *n).max(), Some(39));
    }
}
