//! A drawing of job waits against background work done, as a stand-alone SVG file of 16:9. A
//! contender that scales well is below and to the right of the line through the fixed fleets.

use maud::{Markup, html};
use simulator::{Outcome, Scenario};

use super::axis::{path, tenth};
use super::labels::leaders;
use super::scale::is_ours;
use super::sheet::{HEIGHT, Key, MARGIN, Sheet, below, bold_width, sheet};
use super::theme::Theme;

const LEFT: f64 = MARGIN + 92.0;
const RIGHT: f64 = 880.0;
const BOTTOM: f64 = HEIGHT - 84.0;
/// Where the names begin, to the right of the drawing.
const NAMES: f64 = RIGHT + 60.0;
/// The start of the wait axis in seconds; shorter waits do not matter, because nobody notices them.
const SHORTEST: f64 = 0.1;

/// A point of the drawing.
#[derive(Debug, Clone)]
struct Spot {
    name: String,
    x: f64,
    y: f64,
    ours: bool,
}

/// The axes.
#[derive(Debug, Clone, Copy)]
struct Axes {
    top: f64,
    /// The end of the axis of background work.
    spare_work: f64,
    /// The length of the wait axis in powers of ten, beginning at [`SHORTEST`].
    decades: f64,
}

/// Draws the contenders that scale, and a line through the fixed fleets, which are sorted by size.
pub fn fleets(
    scenario: &Scenario,
    scaling: &[Outcome],
    fixed: &[(String, Outcome)],
    seed: u64,
    theme: Theme,
) -> Markup {
    let all = || scaling.iter().chain(fixed.iter().map(|(_, outcome)| outcome));
    let longest = all().map(wait).fold(1.0, f64::max);
    let legend = legend();
    let axes = Axes {
        top: below(&legend) + 10.0,
        spare_work: all().map(|it| it.tally.spare_work).fold(1.0, f64::max),
        decades: (longest / SHORTEST).log10().ceil(),
    };
    let spots: Vec<Spot> = scaling.iter().map(|it| axes.spot(&it.name, it)).collect();
    let line: Vec<Spot> = fixed.iter().map(|(size, it)| axes.spot(size, it)).collect();
    let body = html! {
        (axes.drawn())
        path class="fixed" d=(path(line.iter().map(|spot| (spot.x, spot.y)))) {}
        (named(&spots, axes.top))
        @for spot in &line {
            circle class="fleet" cx=(spot.x) cy=(spot.y) r="4" {}
            (size(spot))
        }
    };
    let name = &scenario.name;
    let title = format!("{name}: how long jobs wait, and how much spare work is done");
    let source = format!("{name}, seed {seed}, simulated; best is at the bottom right");
    sheet(&Sheet { title, source, legend, body }, theme)
}

fn wait(outcome: &Outcome) -> f64 {
    outcome.tally.wait(0.99).as_secs_f64()
}

fn legend() -> Vec<Key> {
    let key = |sign: Markup, text: &str| Key { sign, text: text.to_owned() };
    let line = html! {
        line class="fixed" x1="-13" x2="13" y1="0" y2="0" {}
        circle class="fleet" r="4" {}
    };
    vec![
        key(html! { rect class="ours" x="-8" y="-8" width="16" height="16" {} }, "ours"),
        key(html! { circle class="other" r="8" {} }, "other autoscalers"),
        key(line, "fixed fleets, by their number of workers"),
    ]
}

impl Axes {
    fn spot(&self, name: &str, outcome: &Outcome) -> Spot {
        let share = outcome.tally.spare_work / self.spare_work;
        let x = tenth(LEFT + share * (RIGHT - LEFT));
        Spot { name: name.to_owned(), x, y: self.y(wait(outcome)), ours: is_ours(outcome) }
    }

    fn y(&self, wait: f64) -> f64 {
        let decades = (wait.max(SHORTEST) / SHORTEST).log10();
        tenth(BOTTOM - decades / self.decades * (BOTTOM - self.top))
    }

    fn drawn(&self) -> Markup {
        let half = tenth(f64::midpoint(LEFT, RIGHT));
        let middle = tenth(f64::midpoint(self.top, BOTTOM));
        html! {
            @for decade in 0..=self.decades as i32 {
                @let wait = SHORTEST * 10_f64.powi(decade);
                @let y = self.y(wait);
                line class="grid" x1=(LEFT) x2=(RIGHT) y1=(y) y2=(y) {}
                text class="quiet" x=(LEFT - 8.0) y=(y + 6.0) text-anchor="end" {
                    (tenth(wait)) " s"
                }
            }
            text transform={ "translate(" (MARGIN + 14.0) " " (middle) ") rotate(-90)" }
                text-anchor="middle" { "99 % of the jobs wait at most" }
            text class="quiet" x=(LEFT) y=(BOTTOM + 26.0) text-anchor="middle" { "0" }
            text class="quiet" x=(RIGHT) y=(BOTTOM + 26.0) text-anchor="end" {
                (self.spare_work.round())
            }
            text x=(half) y=(BOTTOM + 50.0) text-anchor="middle" {
                "spare work done, in container-seconds"
            }
        }
    }
}

/// The size of a fixed fleet, below its point: to the left, or to the right beside the axis.
fn size(spot: &Spot) -> Markup {
    let reaches = spot.x - 8.0 - bold_width(&spot.name, 18.0);
    let (x, anchor) = match reaches < LEFT {
        true => (spot.x + 6.0, "start"),
        false => (spot.x - 8.0, "end"),
    };
    html! {
        text class="quiet outlined" x=(x) y=(spot.y + 20.0) text-anchor=(anchor) { (spot.name) }
    }
}

/// Draws points, with their names beside the drawing; a line joins each name to its point.
fn named(spots: &[Spot], top: f64) -> Markup {
    let points: Vec<(f64, f64)> = spots.iter().map(|it| (it.x, it.y)).collect();
    let places = leaders(&points, NAMES - 6.0, top, BOTTOM);
    html! {
        @for (spot, y) in spots.iter().zip(&places) {
            line class="lead" x1=(spot.x) y1=(spot.y) x2=(NAMES - 6.0) y2=(tenth(*y)) {}
        }
        @for (spot, y) in spots.iter().zip(&places) {
            @if spot.ours {
                rect class="ours" x=(spot.x - 8.0) y=(spot.y - 8.0) width="16" height="16" {}
            } @else {
                circle class="other" cx=(spot.x) cy=(spot.y) r="8" {}
            }
            text class=(if spot.ours { "strong ours" } else { "" }) x=(NAMES)
                y=(tenth(y + 6.0)) { (spot.name) }
        }
    }
}
