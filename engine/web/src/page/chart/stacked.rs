//! Simulated contenders on one time axis, as a stand-alone SVG file of 16:9: the load above, then
//! for each contender its queue and its containers.

use maud::{Markup, html};
use simulator::{Outcome, Scenario};

use super::axis::{Span, tenth};
use super::load::Load;
use super::scale::{Scale, is_ours, target, urgent};
use super::sheet::{HEIGHT, Key, MARGIN, Sheet, WIDTH, below, fill, sheet};
use super::strip::{DASHES, Frame, strip};
use super::theme::Theme;

/// The room between two columns.
const BETWEEN: f64 = 30.0;
/// The room for the numbers to the left of the panels.
const GUTTER: f64 = 46.0;
/// The end of the strips, above the times.
const BOTTOM: f64 = HEIGHT - 44.0;
/// The steps of the time axis in seconds.
const STEPS: [f64; 13] =
    [5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 180.0, 300.0, 600.0, 1800.0, 3600.0, 7200.0, 21600.0];

/// Draws all contenders of one scenario.
pub fn stacked(scenario: &Scenario, outcomes: &[Outcome], seed: u64, theme: Theme) -> Markup {
    let scale = Scale::of(scenario, outcomes);
    let legend = legend(scenario, outcomes);
    let top = below(&legend);
    let columns = match outcomes.len() {
        0..=3 => 1,
        4..=8 => 2,
        _ => 3,
    };
    let rows = outcomes.len().div_ceil(columns).max(1);
    let width = (WIDTH - 2.0 * MARGIN + BETWEEN) / columns as f64 - BETWEEN;
    let column = |n: usize| {
        let left = MARGIN + n as f64 * (width + BETWEEN);
        Span { left: left + GUTTER, right: left + width, end: scenario.duration.as_secs_f64() }
    };
    let (load, from) = (Load::of(scenario), top + 22.0);
    let load_ends = from + if columns == 1 { 50.0 } else { 26.0 };
    let height = (BOTTOM - load_ends - 14.0) / rows as f64;
    let parts = outcomes.chunks(rows).enumerate();
    let body = html! {
        @for (n, part) in parts {
            @let span = column(n);
            (load.drawn(span, from, load_ends))
            @for (row, outcome) in part.iter().enumerate() {
                @let frame = Frame { span, top: load_ends + 14.0 + height * row as f64, height };
                (strip(outcome, frame, &scale))
            }
            (times(span))
        }
    };
    let (title, source) = (title(scenario, outcomes), source(scenario, seed));
    sheet(&Sheet { title, source, legend, body }, theme)
}

/// The contenders' waits as a sentence, if there are few; of several queues, the most urgent one's.
fn title(scenario: &Scenario, outcomes: &[Outcome]) -> String {
    let queue = first_queue(scenario);
    let waits = outcomes.iter().map(|it| {
        let name = if is_ours(it) { "ours" } else { &it.name };
        format!("{:.1} s with {name}", it.tally.queues[queue].wait(0.99).as_secs_f64())
    });
    let waits: Vec<String> = waits.collect();
    let jobs = match scenario.queues.len() {
        1 => "jobs".to_owned(),
        _ => format!("jobs in {}", scenario.queues[queue].name),
    };
    match waits.len() {
        1..=3 => format!("99 % of the {jobs} wait at most {}", waits.join(", ")),
        many => format!("{}: the same load for {many} contenders", scenario.name),
    }
}

/// The index of the most urgent workload's queue.
fn first_queue(scenario: &Scenario) -> usize {
    let first = urgent(scenario).iter().position(|place| *place == Some(0));
    let name = first.and_then(|i| scenario.workloads[i].queue.as_deref());
    name.and_then(|name| scenario.queue(name)).unwrap_or(0)
}

fn source(scenario: &Scenario, seed: u64) -> String {
    let warm_up = scenario.warm_up.as_secs();
    let counted = match warm_up {
        0 => String::new(),
        _ => format!("; p99 without the first {warm_up} s"),
    };
    format!("{}, seed {seed}, simulated{counted}; shows {}", scenario.name, scenario.teaches)
}

fn legend(scenario: &Scenario, outcomes: &[Outcome]) -> Vec<Key> {
    let line = |class: &str, dash: &str| {
        html! {
            line class=(class) x1="-13" x2="13" y1="0" y2="0" stroke-dasharray=(dash) {}
        }
    };
    let key = |sign: Markup, text: String| Key { sign, text };
    let several = scenario.queues.len() > 1;
    let queue = |(i, name): (usize, &str)| {
        let text = if several { format!("waiting: {name}") } else { "waiting jobs".to_owned() };
        key(line("queue", DASHES[i % DASHES.len()]), text)
    };
    let names = scenario.queues.iter().map(|it| it.name.as_str()).enumerate();
    let mut keys: Vec<Key> = names.map(queue).collect();
    let allowed = html! {
        rect class="allowed" x="-13" y="-9" width="26" height="18" {}
        line class="target" x1="-13" x2="13" y1="-9" y2="-9" {}
    };
    keys.push(key(allowed, format!("allowed: {}", target(scenario))));
    let urgent = urgent(scenario);
    for (i, place) in urgent.iter().enumerate() {
        let class = if *place == Some(0) { "urgent-0" } else { "" };
        let square = html! {
            rect class=(class) fill=(fill(*place)) x="-13" y="-9" width="26" height="18" {}
        };
        let it = &scenario.workloads[i];
        let text = match place {
            None => "Spare work".to_owned(),
            Some(_) if urgent.iter().flatten().count() == 1 => "Workers (urgent)".to_owned(),
            Some(_) => format!("{}: {}", it.priority, it.name),
        };
        keys.push(key(square, text));
    }
    keys.push(key(line("capacity", ""), format!("capacity {}", scenario.capacity)));
    if outcomes.iter().any(|it| it.tally.budget_violations > 0) {
        let mark = html! { text class="strong" x="0" y="6" text-anchor="middle" { "!" } };
        keys.push(key(mark, "was over the capacity".to_owned()));
    }
    keys
}

/// The times below a column.
fn times(span: Span) -> Markup {
    let room = ((span.right - span.left) / 90.0).max(1.0);
    let step = STEPS.into_iter().find(|step| span.end / step <= room).unwrap_or(span.end);
    let count = (span.end / step) as usize;
    let text = |at: f64| match step {
        _ if at == 0.0 => "0".to_owned(),
        step if step < 60.0 => format!("{at} s"),
        _ => format!("{} min", at / 60.0),
    };
    html! {
        @for n in 0..=count {
            @let at = step * n as f64;
            @let x = tenth(span.x(at));
            line class="grid" x1=(x) x2=(x) y1=(BOTTOM) y2=(BOTTOM + 6.0) {}
            text class="quiet small" x=(x) y=(BOTTOM + 24.0)
                text-anchor=(anchor(n, at, span)) { (text(at)) }
        }
    }
}

/// The first and last times keep within the column.
fn anchor(n: usize, at: f64, span: Span) -> &'static str {
    match n {
        0 => "start",
        _ if span.right - span.x(at) < 20.0 => "end",
        _ => "middle",
    }
}
