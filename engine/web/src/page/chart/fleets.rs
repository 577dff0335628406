//! A chart of job waits against background work done, as a stand-alone SVG file. A contender that
//! scales well is below and to the right of the line through the fixed fleets.

use maud::{Markup, PreEscaped, html};
use simulator::Outcome;

use super::axis::{path, tenth};
use super::labels::{Label, spread};

const LEFT: f64 = 60.0;
const RIGHT: f64 = 560.0;
const TOP: f64 = 20.0;
const BOTTOM: f64 = 340.0;
/// The start of the wait axis in seconds; shorter waits do not matter, because nobody notices them.
const SHORTEST: f64 = 0.1;

/// The page's colours; the file has no other style sheet.
const STYLE: &str = "text{font:13px sans-serif;fill:#1b1f24}.quiet{fill:#57606a}\
    .grid{stroke:#d8dee4}.lead{stroke:#8c959f;stroke-width:.7}\
    .fixed{fill:none;stroke:#57606a;stroke-width:2;stroke-dasharray:6 4}.dot{fill:#57606a}\
    .other{fill:#d55e00}.ours{fill:#0072b2}.strong{font-weight:700}";

/// A point of the chart.
#[derive(Debug, Clone)]
struct Spot {
    name: String,
    x: f64,
    y: f64,
    ours: bool,
}

/// The ends of the axes.
#[derive(Debug, Clone, Copy)]
struct Reach {
    spare_work: f64,
    /// The length of the wait axis in powers of ten, beginning at [`SHORTEST`].
    decades: f64,
}

/// Draws the contenders that scale, and a line through the fixed fleets, which are sorted by size.
pub fn fleets(scaling: &[Outcome], fixed: &[(String, Outcome)]) -> Markup {
    let all = || scaling.iter().chain(fixed.iter().map(|(_, outcome)| outcome));
    let longest = all().map(wait).fold(1.0, f64::max);
    let spare_work = all().map(|it| it.tally.spare_work).fold(1.0, f64::max);
    let reach = Reach { spare_work, decades: (longest / SHORTEST).log10().ceil() };
    let spots: Vec<Spot> = scaling.iter().map(|it| spot(&it.name, it, reach)).collect();
    let line: Vec<Spot> = fixed.iter().map(|(size, it)| spot(size, it, reach)).collect();
    html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 860 390" role="img" {
            style { (PreEscaped(STYLE)) }
            rect width="860" height="390" fill="#ffffff" {}
            (axes(reach))
            path class="fixed" d=(path(line.iter().map(|spot| (spot.x, spot.y)))) {}
            @for spot in &line {
                circle class="dot" cx=(spot.x) cy=(spot.y) r="3" {}
                text class="quiet" x=(spot.x + 6.0) y=(spot.y - 6.0) { (spot.name) }
            }
            (named(&spots))
        }
    }
}

fn wait(outcome: &Outcome) -> f64 {
    outcome.tally.wait(0.99).as_secs_f64()
}

fn spot(name: &str, outcome: &Outcome, reach: Reach) -> Spot {
    let share = outcome.tally.spare_work / reach.spare_work;
    let x = tenth(LEFT + share * (RIGHT - LEFT));
    let ours = name.starts_with("ours");
    Spot { name: name.to_owned(), x, y: reach.y(wait(outcome)), ours }
}

impl Reach {
    fn y(self, wait: f64) -> f64 {
        let decades = (wait.max(SHORTEST) / SHORTEST).log10();
        tenth(BOTTOM - decades / self.decades * (BOTTOM - TOP))
    }
}

fn axes(reach: Reach) -> Markup {
    let half = tenth(f64::midpoint(LEFT, RIGHT));
    html! {
        @for decade in 0..=reach.decades as i32 {
            @let wait = SHORTEST * 10_f64.powi(decade);
            @let y = reach.y(wait);
            line class="grid" x1=(LEFT) x2=(RIGHT) y1=(y) y2=(y) {}
            text class="quiet" x=(LEFT - 6.0) y=(y + 4.0) text-anchor="end" {
                (tenth(wait)) " s"
            }
        }
        text class="quiet" x="6" y="12" { "job wait p99" }
        text class="quiet" x=(LEFT) y=(BOTTOM + 20.0) { "0" }
        text class="quiet" x=(RIGHT) y=(BOTTOM + 20.0) text-anchor="end" {
            (reach.spare_work.round())
        }
        text class="quiet" x=(half) y=(BOTTOM + 38.0) text-anchor="middle" {
            "background work done, container-seconds; dashed: fixed fleets by size"
        }
    }
}

/// Draws points, with their names beside the chart; a thin line joins each name to its point.
fn named(spots: &[Spot]) -> Markup {
    let label = |it: &Spot| Label { y: it.y, text: it.name.clone() };
    let labels = spread(spots.iter().map(label).collect(), TOP, BOTTOM);
    let place = |spot: &Spot| labels.iter().find(|it| it.text == spot.name).map_or(0.0, |it| it.y);
    html! {
        @for spot in spots {
            line class="lead" x1=(spot.x) y1=(spot.y) x2=(RIGHT + 14.0) y2=(tenth(place(spot))) {}
        }
        @for spot in spots {
            circle class=(if spot.ours { "ours" } else { "other" }) cx=(spot.x) cy=(spot.y) r="6" {}
            text class=(if spot.ours { "strong" } else { "" })
                x=(RIGHT + 18.0) y=(tenth(place(spot) + 4.0)) { (spot.name) }
        }
    }
}
