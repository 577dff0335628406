//! The course of a whole run as SVG for a page with a style sheet of its own: queues against their
//! targets, stacked containers against the capacity, and marks at changes.

use maud::{Markup, html};

use super::super::axis::{Counts, path, tenth};
use super::super::labels::spread;
use super::fills::{Layer, kinds, patterns};
use super::marks::{self, Mark};
use super::moments::{Moment, thinned};
use super::time_axis::{TimeAxis, clock};

/// The course of a run. Times are in seconds.
#[derive(Debug, Clone, Default)]
pub struct Course {
    /// The time at the left edge.
    pub from: f64,
    /// The time at the right edge.
    pub until: f64,
    /// The queues, in the order of [`Moment::ready`].
    pub queues: Vec<Line>,
    /// The workloads, in the order of [`Moment::live`]; the first is drawn at the bottom.
    pub layers: Vec<Layer>,
    /// The measured values, oldest first.
    pub moments: Vec<Moment>,
    /// What was changed, oldest first.
    pub marks: Vec<Mark>,
}

/// A queue.
#[allow(missing_docs)] // the names say it
#[derive(Debug, Clone)]
pub struct Line {
    pub name: String,
    /// Whether it is a metric, which has a name of its own, and not a queue.
    pub metric: bool,
    /// The target; `None` if it is unknown.
    pub target: Option<u32>,
}

/// The width of the drawing and the size of its words.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Distinguishes the ids of two drawings on one page.
    pub id: &'static str,
    width: f64,
    left: f64,
    right: f64,
    /// The width of one character.
    letter: f64,
}

/// For paper and for screens of at least 700 px.
pub const WIDE: Size = Size { id: "wide", width: 1000.0, left: 46.0, right: 836.0, letter: 7.6 };
/// For phones, whose words would become too small in a wide drawing.
pub const NARROW: Size = Size { id: "narrow", width: 360.0, left: 32.0, right: 246.0, letter: 6.6 };

const HEIGHT: f64 = 430.0;
/// The rows of the marks' names.
const ROWS: [f64; 3] = [14.0, 31.0, 48.0];
const QUEUE: (f64, f64) = (64.0, 234.0);
const LIVE: (f64, f64) = (262.0, 396.0);

/// The name of a line or a layer at its right end.
#[derive(Debug, PartialEq)]
struct Label {
    y: f64,
    text: String,
}

/// A drawing of a course with the scales that its parts share.
struct Drawing<'a> {
    course: &'a Course,
    size: Size,
    /// The moments that are drawn: at most one for each unit of the width.
    moments: Vec<Moment>,
    queue: Counts,
    live: Counts,
}

/// Draws a run; `says` is the description for people who do not see the drawing.
pub fn course(course: &Course, size: Size, says: &str) -> Markup {
    let drawing = Drawing::new(course, size);
    let view = format!("0 0 {} {HEIGHT}", size.width);
    html! {
        svg class={ "course " (size.id) } viewBox=(view) role="img" aria-label=(says) {
            (patterns(size.id))
            (drawing.time_axis())
            (drawing.queues())
            (drawing.containers())
            (drawing.marks())
            (drawing.labels())
        }
    }
}

impl<'a> Drawing<'a> {
    fn new(course: &'a Course, size: Size) -> Drawing<'a> {
        let largest = course.moments.iter().flat_map(|it| &it.ready).flatten().max();
        let target = course.queues.iter().filter_map(|it| it.target).max().unwrap_or(1);
        let most = course.moments.iter().map(|it| it.total().max(it.capacity.unwrap_or(0).into()));
        let max = queue_max(target, largest.copied().unwrap_or_default());
        Drawing {
            course,
            size,
            moments: thinned(&course.moments, course.from, course.until, size.right - size.left),
            queue: Counts { top: QUEUE.0, bottom: QUEUE.1, max },
            live: Counts {
                top: LIVE.0,
                bottom: LIVE.1,
                max: most.max().unwrap_or(1).max(1) as f64,
            },
        }
    }

    fn x(&self, at: f64) -> f64 {
        let length = (self.course.until - self.course.from).max(1e-3);
        let share = ((at - self.course.from) / length).clamp(0.0, 1.0);
        self.size.left + share * (self.size.right - self.size.left)
    }

    fn rule(&self, class: &str, y: f64) -> Markup {
        html! { line class=(class) x1=(self.size.left) x2=(self.size.right) y1=(y) y2=(y) {} }
    }

    fn time_axis(&self) -> Markup {
        let places = if self.size.width > 500.0 { 8 } else { 4 };
        let axis = TimeAxis::new(self.course.from, self.course.until, places);
        html! {
            @for at in axis.times() {
                @let x = tenth(self.x(at));
                line class="tick" x1=(x) x2=(x) y1=(LIVE.1) y2=(LIVE.1 + 5.0) {}
                text class="axis" x=(x) y=(LIVE.1 + 22.0) text-anchor="middle" { (clock(at)) }
            }
        }
    }

    /// The changes: thin lines with their names above the queue's panel.
    fn marks(&self) -> Markup {
        let all = self.course.marks.iter().map(|mark| (self.x(mark.at), mark));
        let Size { left, right, letter, .. } = self.size;
        let placed = marks::placed(all, left, right, letter, ROWS.len());
        html! {
            @for it in &placed {
                @let class = if it.step { "step" } else { "change" };
                line class=(class) x1=(tenth(it.x)) x2=(tenth(it.x))
                    y1=(it.row.map_or(QUEUE.0, |row| ROWS[row] - 11.0)) y2=(LIVE.1) {}
                @if let Some(row) = it.row {
                    text class={ "name " (class) } x=(tenth(it.x + 4.0)) y=(ROWS[row]) {
                        (it.text)
                    }
                }
            }
        }
    }

    fn queues(&self) -> Markup {
        let targets = || self.course.queues.iter().filter_map(|line| line.target);
        html! {
            @if let Some(target) = targets().max() {
                @let y = tenth(self.queue.y(target.into()));
                rect class="allowed" x=(self.size.left) width=(self.size.right - self.size.left)
                    y=(y) height=(tenth(QUEUE.1 - y)) {}
            }
            (self.scale(self.queue))
            @for (i, line) in self.course.queues.iter().enumerate() {
                @if let Some(target) = line.target {
                    path class="over" d=(self.excess(i, target)) {}
                    (self.rule("target", tenth(self.queue.y(target.into()))))
                }
                path class={ "queue dash-" (i % 4) } d=(self.line(i)) {}
            }
        }
    }

    /// The grid lines at zero and at the greatest count, with both counts.
    fn scale(&self, counts: Counts) -> Markup {
        html! {
            @for (y, count) in [(counts.bottom, 0.0), (counts.top, counts.max)] {
                (self.rule("grid", y))
                text class="axis" x=(self.size.left - 6.0) y=(y + 5.0) text-anchor="end" { (count) }
            }
        }
    }

    /// The stretches of a queue's line between missing readings.
    fn stretches(&self, i: usize) -> Vec<Vec<(f64, u64)>> {
        let value = |it: &Moment| Some((self.x(it.at), it.ready.get(i).copied().flatten()?));
        let mut stretches = vec![Vec::new()];
        for moment in &self.moments {
            match (value(moment), stretches.last_mut()) {
                (Some(known), Some(last)) => last.push(known),
                (None, Some(last)) if !last.is_empty() => stretches.push(Vec::new()),
                _ => {}
            }
        }
        stretches
    }

    fn line(&self, i: usize) -> String {
        let place = |(x, ready): &(f64, u64)| (*x, self.queue.y(*ready as f64));
        self.stretches(i).iter().map(|it| path(it.iter().map(place))).collect()
    }

    /// The area between a queue's line and its target where the queue is longer than the target.
    fn excess(&self, i: usize, target: u32) -> String {
        let floor = tenth(self.queue.y(target.into()));
        let place = |(x, ready): &(f64, u64)| (*x, self.queue.y(*ready as f64).min(floor));
        let closed = |it: &Vec<(f64, u64)>| {
            let (Some(first), Some(last)) = (it.first(), it.last()) else { return String::new() };
            let top = path(it.iter().map(place));
            format!("{top}L{} {floor}L{} {floor}Z", tenth(last.0), tenth(first.0))
        };
        self.stretches(i).iter().map(closed).collect()
    }

    fn containers(&self) -> Markup {
        let kinds = kinds(&self.course.layers);
        let capacity = |it: &Moment| it.capacity.map(u64::from);
        html! {
            (self.scale(self.live))
            @for (i, kind) in kinds.iter().enumerate() {
                path class={ "layer " (kind) } fill={ "url(#" (kind) "-" (self.size.id) ")" }
                    d=(self.area(i)) {}
            }
            path class="capacity" d=(self.stepped(&capacity)) {}
        }
    }

    /// The area of one layer of the stacked containers. A count holds until the next one.
    fn area(&self, i: usize) -> String {
        let sum = |it: &Moment, layers: usize| -> u64 {
            it.live.iter().take(layers).flatten().map(|n| u64::from(*n)).sum()
        };
        let edge = |layers: usize| -> Vec<(f64, f64)> {
            let y = |it: &Moment| tenth(self.live.y(sum(it, layers) as f64));
            self.steps(self.moments.iter().map(|it| (it.at, y(it))))
        };
        let (upper, mut lower) = (edge(i + 1), edge(i));
        lower.reverse();
        let whole = path(upper.into_iter().chain(lower).map(|(x, y)| (tenth(x), y)));
        if whole.is_empty() { whole } else { whole + "Z" }
    }

    fn stepped(&self, count: &dyn Fn(&Moment) -> Option<u64>) -> String {
        let known = self.moments.iter().filter_map(|it| Some((it.at, count(it)?)));
        path(self.steps(known.map(|(at, n)| (at, self.live.y(n as f64)))).into_iter())
    }

    /// The corners of a stepped line through these values, up to the right edge.
    fn steps(&self, values: impl Iterator<Item = (f64, f64)>) -> Vec<(f64, f64)> {
        let mut corners: Vec<(f64, f64)> = Vec::new();
        for (at, y) in values {
            let x = self.x(at);
            if let Some((_, before)) = corners.last().copied() {
                if before == y {
                    continue;
                }
                corners.push((x, before));
            }
            corners.push((x, y));
        }
        let last = corners.last().copied();
        corners.extend(last.map(|(_, y)| (self.size.right, y)));
        corners
    }

    /// The names at the right ends of all lines.
    fn labels(&self) -> Markup {
        html! { (self.named(&self.queue_labels(), QUEUE)) (self.named(&self.layer_labels(), LIVE)) }
    }

    /// The labels of one panel, moved apart.
    fn named(&self, labels: &[Label], (top, bottom): (f64, f64)) -> Markup {
        let heights: Vec<f64> = labels.iter().map(|label| label.y).collect();
        html! {
            @for (label, y) in labels.iter().zip(spread(&heights, top, bottom)) {
                text x=(self.size.right + 8.0) y=(tenth(y + 5.0)) { (label.text) }
            }
        }
    }

    fn queue_labels(&self) -> Vec<Label> {
        let several = self.course.queues.len() > 1;
        let of = |(i, line): (usize, &Line)| {
            let last = self.moments.iter().rev().find_map(|it| it.ready.get(i).copied().flatten());
            let text = match (line.metric, several) {
                (true, _) => self.short(&line.name),
                (false, true) => format!("queue {}", self.short(&line.name)),
                (false, false) => "queue".to_owned(),
            };
            let y = self.queue.y(last.unwrap_or_default() as f64);
            let queue = Label { y, text };
            let target = line.target.map(|target| Label {
                y: self.queue.y(target.into()),
                text: format!("target {target}"),
            });
            [Some(queue), target]
        };
        let mut labels: Vec<Label> =
            self.course.queues.iter().enumerate().flat_map(of).flatten().collect();
        labels.dedup_by(|a, b| a == b);
        labels
    }

    fn layer_labels(&self) -> Vec<Label> {
        let Some(last) = self.moments.last() else { return Vec::new() };
        let mut below = 0.0;
        let mut labels = Vec::new();
        for (i, layer) in self.course.layers.iter().enumerate() {
            let above = below + f64::from(last.live.get(i).copied().flatten().unwrap_or_default());
            let y = self.live.y(f64::midpoint(below, above));
            labels.push(Label { y, text: self.short(&layer.name) });
            below = above;
        }
        let capacity = last.capacity.map(|n| (self.live.y(n.into()), format!("capacity {n}")));
        labels.extend(capacity.map(|(y, text)| Label { y, text }));
        labels
    }

    fn short(&self, name: &str) -> String {
        let room = ((self.size.width - self.size.right) / self.size.letter) as usize - 2;
        if name.chars().count() <= room {
            return name.to_owned();
        }
        name.chars().take(room - 1).chain(['\u{2026}']).collect()
    }
}

/// The largest value on a queue's axis: 2, 5, 10, 20, ... times the target, as needed.
fn queue_max(target: u32, largest: u64) -> f64 {
    let target = f64::from(target.max(1));
    let decades = [1.0, 10.0, 100.0, 1e3, 1e4, 1e5, 1e6];
    let mut steps = decades.iter().flat_map(|decade| [2.0, 5.0, 10.0].map(|n| n * decade));
    steps.find(|step| step * target >= largest as f64).unwrap_or(1e7) * target
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(at: f64, ready: Option<u64>, live: [u32; 2]) -> Moment {
        Moment { at, capacity: Some(10), ready: vec![ready], live: live.map(Some).to_vec() }
    }

    fn drawn(moments: Vec<Moment>) -> String {
        let layer = |name: &str, background| Layer { name: name.to_owned(), background };
        let run = Course {
            from: 0.0,
            until: moments.last().map_or(1.0, |it| it.at),
            queues: vec![Line { name: "jobs".to_owned(), metric: false, target: Some(20) }],
            layers: vec![layer("consumer", false), layer("background", true)],
            moments,
            marks: vec![Mark { at: 1.0, text: "<b>2</b>".to_owned(), step: true }],
        };
        course(&run, WIDE, "a \"run\"").into_string()
    }

    #[test]
    fn a_missing_reading_is_a_gap_in_the_line() {
        let readings = [Some(5), None, Some(7), Some(9)];
        let moments = (0..4).zip(readings).map(|(at, n)| moment(f64::from(at), n, [1, 9]));
        let svg = drawn(moments.collect());
        let line = svg.split("queue dash-0\" d=\"").nth(1).unwrap().split('"').next().unwrap();
        assert_eq!((line.matches('M').count(), line.matches('L').count()), (2, 1), "{line}");
    }

    #[test]
    fn names_are_escaped() {
        let svg = drawn(vec![moment(0.0, Some(1), [1, 9]), moment(2.0, Some(1), [1, 9])]);
        assert!(svg.contains("&lt;b&gt;2") && !svg.contains("<b>"), "{svg}");
    }

    #[test]
    fn a_queue_axis_begins_at_twice_the_target_and_grows_in_steps() {
        let cases = [(0, 40.0), (40, 40.0), (41, 100.0), (101, 200.0), (401, 1000.0)];
        assert!(cases.iter().all(|(largest, max)| queue_max(20, *largest) == *max));
    }

    #[test]
    fn an_empty_run_is_drawn_without_lines() {
        let svg = drawn(Vec::new());
        assert!(svg.contains("class=\"queue dash-0\" d=\"\""), "{svg}");
    }
}
