//! Simulated contenders one above the other on one time axis, as a stand-alone SVG file.

use maud::{Markup, PreEscaped, html};
use simulator::Outcome;
use simulator::series::Point;

use super::axis::{Counts, LEFT, path, queue_max, tenth};

/// The right edge of all panels.
const RIGHT: f64 = 850.0;
/// The height of one contender's part: its name, its queue and its containers.
const PANEL: f64 = 140.0;
/// Room below the last panel for the time axis.
const FOOT: f64 = 30.0;

/// The page's colours; the file has no other style sheet.
const STYLE: &str = "text{font:13px sans-serif;fill:#1b1f24}.quiet{fill:#57606a}\
    .name{font-weight:700}.grid{stroke:#d8dee4}.capacity{stroke:#1b1f24}\
    .queue{fill:none;stroke:#d55e00;stroke-width:2}.urgent{fill:#0072b2}.spare{fill:#bfe7db}";

/// The scales that all panels share.
#[derive(Debug, Clone, Copy)]
struct Scale {
    /// The end of the time axis, in seconds.
    end: f64,
    /// The end of the queue axis.
    queue: f64,
    /// The number of slots.
    capacity: u32,
    /// The end of the container axis.
    containers: u32,
}

/// Draws all contenders of one scenario. `rest`: whether each workload is the background.
pub fn stacked(outcomes: &[Outcome], rest: &[bool], target: u32, capacity: u32) -> Markup {
    let points = || outcomes.iter().flat_map(|it| &it.series.points);
    // A fixed fleet that is too small has an endlessly growing queue, which may leave the chart.
    let scaling = outcomes.iter().filter(|it| it.scales).flat_map(|it| &it.series.points);
    let longest = scaling.map(queue_length).max().unwrap_or_default();
    let most = points().map(placed).max().unwrap_or_default().max(capacity);
    let end = points().map(|it| it.at.as_secs_f64()).fold(1.0, f64::max);
    let scale = Scale { end, queue: queue_max(target, longest), capacity, containers: most };
    let height = PANEL * outcomes.len() as f64 + FOOT;
    html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox={ "0 0 860 " (height) } role="img" {
            style { (PreEscaped(STYLE)) }
            rect width="860" height=(height) fill="#ffffff" {}
            @for (i, outcome) in outcomes.iter().enumerate() {
                (panel(outcome, rest, PANEL * i as f64, scale))
            }
            @for quarter in 0..=4 {
                @let seconds = scale.end * f64::from(quarter) / 4.0;
                text class="quiet" x=(tenth(scale.x(seconds))) y=(height - 10.0)
                    text-anchor=(if quarter == 0 { "start" } else { "end" }) {
                    (seconds.round()) " s"
                }
            }
        }
    }
}

fn panel(outcome: &Outcome, rest: &[bool], top: f64, scale: Scale) -> Markup {
    let queue = Counts { top: top + 24.0, bottom: top + 78.0, max: scale.queue };
    let most = f64::from(scale.containers);
    let live = Counts { top: top + 86.0, bottom: top + 134.0, max: most };
    let capacity = tenth(live.y(scale.capacity.into()));
    let points = &outcome.series.points;
    let urgent = |point: &Point| urgent(point, rest);
    let length =
        |point: &Point| (scale.x(point.at.as_secs_f64()), queue.y(queue_length(point) as f64));
    html! {
        text class="name" x=(LEFT) y=(top + 18.0) { (outcome.name) }
        @for (counts, max) in [(queue, scale.queue), (live, most)] {
            line class="grid" x1=(LEFT) x2=(RIGHT) y1=(counts.bottom) y2=(counts.bottom) {}
            text class="quiet" x=(LEFT - 6.0) y=(counts.top + 10.0) text-anchor="end" { (max) }
        }
        path class="spare" d=(area(points, &placed, live, scale)) {}
        path class="urgent" d=(area(points, &urgent, live, scale)) {}
        line class="capacity" x1=(LEFT) x2=(RIGHT) y1=(capacity) y2=(capacity) {}
        path class="queue" d=(path(points.iter().map(length))) {}
    }
}

impl Scale {
    fn x(&self, at: f64) -> f64 {
        LEFT + at / self.end * (RIGHT - LEFT)
    }
}

fn queue_length(point: &Point) -> u64 {
    point.ready.iter().sum()
}

fn placed(point: &Point) -> u32 {
    point.containers.iter().map(|it| it.placed()).sum()
}

fn urgent(point: &Point, rest: &[bool]) -> u32 {
    let pools = point.containers.iter().zip(rest).filter(|(_, rest)| !**rest);
    pools.map(|(it, _)| it.placed()).sum()
}

/// The SVG path of the area under a stepped line.
fn area(points: &[Point], count: &dyn Fn(&Point) -> u32, counts: Counts, scale: Scale) -> String {
    let mut path = format!("M{LEFT} {}", counts.bottom);
    for point in points {
        let (x, y) = (scale.x(point.at.as_secs_f64()), counts.y(count(point).into()));
        path += &format!("H{}V{}", tenth(x), tenth(y));
    }
    path + &format!("H{RIGHT}V{}Z", counts.bottom)
}
