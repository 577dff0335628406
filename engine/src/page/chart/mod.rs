//! The last minute as SVG: two panels on one time axis, with "now" at the right edge.
//!
//! # Layout
//! - [`axis`]: seconds and counts into places
//! - [`queue`]: the upper panel, the queue against its target band
//! - [`containers`]: the lower panel, live containers stacked under the capacity
//! - [`labels`]: words at the lines' ends that never touch
//! - [`stacked`]: simulated contenders one above the other
//! - [`fleets`]: how long jobs wait with each of them, over how much spare work is done

pub mod axis;
pub mod containers;
pub mod fleets;
pub mod labels;
pub mod queue;
pub mod stacked;

use maud::{Markup, html};

use crate::board::Snapshot;
use crate::board::headline::{capitalised, plural};
use crate::board::history::Point;
use axis::{BOTTOM, LEFT, RIGHT, TOP, Time};

/// Two marks nearer than this would write over one another.
const MARK_GAP: f64 = 170.0;

/// The chart of a moment.
pub fn chart(moment: &Snapshot) -> Markup {
    let points: Vec<&Point> = moment.history.points.iter().collect();
    let Some(last) = points.last() else {
        return html! { p class="quiet waiting" { "The chart begins with the first reading." } };
    };
    let time = Time { now: last.at.as_secs_f64() };
    html! {
        svg viewBox="0 0 860 326" role="img" aria-labelledby="chart-title" {
            title id="chart-title" { (in_words(moment)) }
            (containers::hatch())
            (queue::panel(moment, &points, time))
            (containers::panel(moment, &points, time))
            (marks(&points, time))
            @for seconds in [60, 40, 20] {
                text class="axis" x=(axis::tenth(time.back(f64::from(seconds)))) y="322"
                    text-anchor=(if seconds == 60 { "start" } else { "middle" }) {
                    "-" (seconds) " s"
                }
            }
            text class="axis" x=(RIGHT) y="322" text-anchor="end" { "now" }
        }
    }
}

/// What a screen reader says in the chart's place.
fn in_words(moment: &Snapshot) -> String {
    let queues = moment.state.queues.iter().map(|queue| match queue.ready {
        Some(ready) => format!("queue {ready}, target {}", queue.target),
        None => "queue not read yet".to_owned(),
    });
    let workloads = moment.state.workloads.iter().map(|w| format!("{} {}", w.name, w.ready));
    let all: Vec<String> = queues.chain(workloads).collect();
    format!("The last minute. Now: {}; capacity {}.", all.join(", "), moment.state.capacity)
}

/// Thin lines where the load changed, each with its name.
fn marks(points: &[&Point], time: Time) -> Markup {
    let mut marks: Vec<(f64, String)> = Vec::new();
    for pair in points.windows(2) {
        for (name, to) in &pair[1].others {
            let from = pair[0].others.iter().find(|(other, _)| other == name);
            if let Some((_, from)) = from.filter(|(_, from)| from != to) {
                let name = capitalised(&plural(name, 2)).to_lowercase();
                let text = format!("{name} {from} \u{2192} {to}");
                marks.push((time.x(pair[1].at.as_secs_f64()), text));
            }
        }
    }
    marks.retain(|(x, _)| *x >= LEFT);
    let crowded = |i: usize| marks.get(i + 1).is_some_and(|(next, _)| next - marks[i].0 < MARK_GAP);
    html! {
        @for (i, (x, text)) in marks.iter().enumerate() {
            line class="mark" x1=(axis::tenth(*x)) x2=(axis::tenth(*x)) y1=(TOP) y2=(BOTTOM) {}
            @if !crowded(i) {
                @let end = *x > RIGHT - MARK_GAP;
                text x=(axis::tenth(if end { x - 6.0 } else { x + 6.0 })) y="18"
                    text-anchor=(if end { "end" } else { "start" }) { (text) }
            }
        }
    }
}
