//! A strip of one contender: its name and its p99, its queue, and its containers by priority.

use maud::{Markup, html};
use simulator::Outcome;
use simulator::series::Point;
use simulator::tally::QueueTally;

use super::axis::{Counts, Span, path, tenth};
use super::scale::{Scale, is_ours};
use super::sheet::{bold_width, fill, fitting_bold};

/// Dash patterns tell the queues' lines apart without colour, as on the page.
pub const DASHES: [&str; 4] = ["", "12 5", "3 4", "12 4 3 4"];

/// Lower strips have smaller words, and no peak as long as it can be seen.
const LOW: f64 = 130.0;

/// The place of a strip.
#[derive(Debug, Clone, Copy)]
pub struct Frame {
    /// The time axis.
    pub span: Span,
    /// The strip's upper edge.
    pub top: f64,
    /// The strip's height.
    pub height: f64,
}

impl Frame {
    fn is_low(&self) -> bool {
        self.height < LOW
    }

    /// The height of a letter of the name.
    fn letter(&self) -> f64 {
        if self.is_low() { 15.0 } else { 20.0 }
    }
}

/// Draws a contender.
pub fn strip(outcome: &Outcome, frame: Frame, scale: &Scale) -> Markup {
    let Frame { span, top, height } = frame;
    let (head_ends, gap) = (top + frame.letter() + 6.0, if frame.is_low() { 5.0 } else { 10.0 });
    let room = top + height - head_ends - 2.0 * gap;
    let queue_ends = head_ends + 0.56 * room;
    let queue = Counts { top: head_ends, bottom: queue_ends, max: scale.queue };
    let max = f64::from(scale.containers);
    let live = Counts { top: queue_ends + gap, bottom: top + height - gap, max };
    let points = in_pixels(&outcome.series.points, span);
    html! {
        (head(outcome, frame))
        (queues(outcome, &points, (span, queue), scale))
        (containers(&points, (span, live), scale))
    }
}

/// The name on the left, the p99 on the right.
fn head(outcome: &Outcome, frame: Frame) -> Markup {
    let (Span { left, right, .. }, letter) = (frame.span, frame.letter());
    let (y, size) = (frame.top + letter, format!("font-size:{letter}px"));
    let over = if outcome.tally.budget_violations > 0 { " !" } else { "" };
    let p99 = if frame.is_low() { p99(outcome) } else { p99_by_queue(outcome) } + over;
    let room = right - left - bold_width(&p99, letter) - 10.0;
    let class = if is_ours(outcome) { "name strong ours" } else { "name strong" };
    html! {
        text class=(class) x=(left) y=(tenth(y)) style=(size) {
            (fitting_bold(&outcome.name, letter, room))
        }
        text class="strong" x=(right) y=(tenth(y)) style=(size) text-anchor="end" { (p99) }
    }
}

fn p99(outcome: &Outcome) -> String {
    format!("p99 {:.1} s", outcome.tally.wait(0.99).as_secs_f64())
}

/// "p99 6.1 s orders, 35.0 s mails", or without names if there is only one queue.
fn p99_by_queue(outcome: &Outcome) -> String {
    let names = &outcome.series.queues;
    if names.len() < 2 {
        return p99(outcome);
    }
    let one = |(name, tally): (&String, &QueueTally)| {
        format!("{:.1} s {name}", tally.wait(0.99).as_secs_f64())
    };
    let all: Vec<String> = names.iter().zip(&outcome.tally.queues).map(one).collect();
    format!("p99 {}", all.join(", "))
}

fn queues(outcome: &Outcome, points: &[Point], place: (Span, Counts), scale: &Scale) -> Markup {
    let (span, counts) = place;
    let target = tenth(counts.y(scale.target));
    let several = outcome.series.queues.len() > 1;
    let line = |queue: usize| path(points.iter().map(|it| on(it, it.ready[queue], place)));
    html! {
        rect class="allowed" x=(span.left) y=(target) width=(span.right - span.left)
            height=(tenth(counts.bottom - target)) {}
        @if !several { path class="over" d=(over(points, place, scale.target)) {} }
        line class="target" x1=(span.left) x2=(span.right) y1=(target) y2=(target) {}
        text class="quiet small" x=(span.left - 6.0) y=(tenth(counts.top + 10.0))
            text-anchor="end" { (scale.queue) }
        @for queue in 0..outcome.series.queues.len() {
            path class="queue" stroke-dasharray=(DASHES[queue % DASHES.len()]) d=(line(queue)) {}
        }
        (peak(points, place))
    }
}

/// The length of the longest queue, if the panel is high or the queue leaves it.
fn peak(points: &[Point], (span, counts): (Span, Counts)) -> Markup {
    let longest = |it: &&Point| it.ready.iter().copied().max().unwrap_or(0);
    let Some(point) = points.iter().max_by_key(longest) else { return html! {} };
    let most = longest(&point);
    let height = counts.bottom - counts.top;
    if most as f64 <= counts.max && height < 60.0 {
        return html! {};
    }
    let size: f64 = if height < 60.0 { 15.0 } else { 18.0 };
    let text = format!("{most} waited");
    let half = bold_width(&text, size) / 2.0;
    let x = span.x(point.at.as_secs_f64()).clamp(span.left + half, span.right - half);
    let y = (counts.y(most as f64) - 7.0).max(counts.top + size - 3.0);
    html! {
        text class="strong outlined" x=(tenth(x)) y=(tenth(y)) style={ "font-size:" (size) "px" }
            text-anchor="middle" { (text) }
    }
}

fn containers(points: &[Point], place: (Span, Counts), scale: &Scale) -> Markup {
    let (span, counts) = place;
    let capacity = tenth(counts.y(scale.capacity.into()));
    let layer = |below: usize| {
        let (workload, urgent) = scale.layers[below];
        let sum = |point: &Point, layers: &[(usize, Option<usize>)]| -> u32 {
            layers.iter().map(|(i, _)| point.containers[*i].placed()).sum()
        };
        let (lower, upper) = (&scale.layers[..below], &scale.layers[..=below]);
        let bounds = points.iter().map(|it| (it.at.as_secs_f64(), sum(it, lower), sum(it, upper)));
        (workload, urgent, area(&bounds.collect::<Vec<_>>(), place))
    };
    html! {
        text class="quiet small" x=(span.left - 6.0) y=(capacity + 6.0) text-anchor="end" {
            (scale.capacity)
        }
        @for (_, urgent, area) in (0..scale.layers.len()).map(layer) {
            path class=(if urgent == Some(0) { "urgent-0" } else { "" }) fill=(fill(urgent))
                d=(area) {}
        }
        line class="grid" x1=(span.left) x2=(span.right) y1=(counts.bottom) y2=(counts.bottom) {}
        line class="capacity" x1=(span.left) x2=(span.right) y1=(capacity) y2=(capacity) {}
    }
}

/// The position of a queue's length.
fn on(point: &Point, length: u64, (span, counts): (Span, Counts)) -> (f64, f64) {
    (span.x(point.at.as_secs_f64()), counts.y(length as f64))
}

/// The area between the target and the first queue where that is longer.
fn over(points: &[Point], place: (Span, Counts), target: f64) -> String {
    let (span, counts) = place;
    let upper = points.iter().map(|it| {
        let length = it.ready.first().copied().unwrap_or(0).max(target as u64);
        on(it, length, place)
    });
    let y = tenth(counts.y(target));
    format!("M{} {y}{}V{y}Z", tenth(span.left), path(upper).replacen('M', "L", 1))
}

/// The area between the lower and the upper of stepped lines: times, lower and upper counts.
fn area(bounds: &[(f64, u32, u32)], (span, counts): (Span, Counts)) -> String {
    let (Some(first), Some(last)) = (bounds.first(), bounds.last()) else { return String::new() };
    let y = |count: u32| tenth(counts.y(count.into()));
    let mut area = format!("M{} {}", tenth(span.x(first.0)), y(first.1));
    let mut at = first.1;
    for (time, _, upper) in bounds {
        if *upper != at {
            area += &format!("H{}V{}", tenth(span.x(*time)), y(*upper));
            at = *upper;
        }
    }
    area += &format!("H{}V{}", tenth(span.right), y(last.1));
    let mut at = last.1;
    for window in bounds.windows(2).rev() {
        if window[0].1 != at {
            area += &format!("H{}V{}", tenth(span.x(window[1].0)), y(window[0].1));
            at = window[0].1;
        }
    }
    area + "Z"
}

/// One point for each pixel: the longest queues in it, and the containers at its end.
fn in_pixels(points: &[Point], span: Span) -> Vec<Point> {
    let size = points.len().div_ceil(((span.right - span.left) as usize).max(1)).max(1);
    let merged = |part: &[Point]| {
        let mut point = part.last()?.clone();
        for (i, longest) in point.ready.iter_mut().enumerate() {
            *longest = part.iter().map(|it| it.ready[i]).max().unwrap_or(*longest);
        }
        Some(point)
    };
    points.chunks(size).filter_map(merged).collect()
}
