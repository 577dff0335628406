//! The upper panel: the queue against its target band.

use maud::{Markup, html};

use super::axis::{Counts, LEFT, RIGHT, Time, queue_max, tenth};
use super::labels::{Label, draw, spread};
use crate::board::Snapshot;
use crate::board::history::Point;

const TOP: f64 = 26.0;
const BOTTOM: f64 = 142.0;

/// The panel with its axis and its words.
pub fn panel(moment: &Snapshot, points: &[&Point], time: Time) -> Markup {
    let queues = &moment.state.queues;
    let Some(target) = queues.iter().map(|queue| queue.target).max() else { return html! {} };
    let seen = points.iter().flat_map(|point| point.queues.iter().map(|(_, ready)| *ready));
    let max = queue_max(target, seen.max().unwrap_or_default());
    let counts = Counts { top: TOP, bottom: BOTTOM, max };
    let line = |y: f64, class: &str| {
        html! { line class=(class) x1=(LEFT) x2=(RIGHT) y1=(tenth(y)) y2=(tenth(y)) {} }
    };
    let edge = tenth(counts.y(f64::from(target)));
    html! {
        rect class="band" x=(LEFT) y=(edge) width=(RIGHT - LEFT) height=(tenth(BOTTOM - edge)) {}
        @for share in [0.0, 0.5, 1.0] {
            (line(counts.y(max * share), "grid"))
            text class="axis" x=(LEFT - 8.0) y=(tenth(counts.y(max * share) + 6.0))
                text-anchor="end" { (max * share) }
        }
        (line(counts.y(f64::from(target)), "target"))
        @for queue in queues {
            path class="queue" d=(path(&queue.name, points, time, &counts)) {}
        }
        (draw(&labels(moment, target, &counts)))
    }
}

fn labels(moment: &Snapshot, target: u32, counts: &Counts) -> Vec<Label> {
    let y = counts.y(f64::from(target));
    let bound = Label { y, text: format!("target {target}"), strong: false };
    let queues = moment.state.queues.iter().filter_map(|queue| {
        let ready = queue.ready?;
        let text = format!("queue {ready}");
        Some(Label { y: counts.y(ready as f64), text, strong: true })
    });
    spread(queues.chain([bound]).collect(), TOP, BOTTOM)
}

/// A line through the readings; where there was none, there is no line.
fn path(name: &str, points: &[&Point], time: Time, counts: &Counts) -> String {
    let mut path = String::new();
    let mut drawing = false;
    for point in points {
        let ready = point.queues.iter().find(|(queue, _)| queue == name);
        let Some((_, ready)) = ready else {
            drawing = false;
            continue;
        };
        let x = time.x(point.at.as_secs_f64()).max(LEFT);
        let y = counts.y(*ready as f64);
        let step = if drawing { 'L' } else { 'M' };
        path.push_str(&format!("{step}{} {}", tenth(x), tenth(y)));
        drawing = true;
    }
    path
}
