//! The load's curve: how many jobs a second the scenario brings, and its bursts.

use maud::{Markup, html};
use simulator::Scenario;
use simulator::steps::Action;

use super::axis::{Span, path, tenth};

/// The most parts that the time is divided into. A part has whole seconds, because the changes of a
/// load mostly come at whole seconds.
const MOST_PARTS: f64 = 600.0;

/// The jobs that a scenario brings, whoever scales its workers.
#[derive(Debug)]
pub struct Load {
    /// Jobs a second of all queues together, in each part of the time.
    rates: Vec<f64>,
    /// Bursts: the time in seconds, and the number of jobs.
    bursts: Vec<(f64, u32)>,
    /// The length of a part in seconds.
    part: f64,
}

impl Load {
    /// The load of a scenario, as its file sets it: chance moves single jobs, but not the curve.
    pub fn of(scenario: &Scenario) -> Load {
        let end = scenario.duration.as_secs_f64();
        let arrivals = || scenario.queues.iter().filter_map(|queue| scenario.arrivals(&queue.name));
        let part = (end / MOST_PARTS).ceil().max(1.0);
        let parts = (end / part).ceil() as u32;
        let by = |at: f64| arrivals().map(|it| it.expected(at)).sum::<f64>();
        let rate = |n: u32| (by(part * f64::from(n + 1)) - by(part * f64::from(n))) / part;
        let own = arrivals().flat_map(|it| it.bursts(scenario.duration));
        let by_steps = scenario.done().filter_map(|(at, action)| match action {
            Action::Burst { jobs, .. } => Some((at, *jobs)),
            _ => None,
        });
        let bursts = own.chain(by_steps).map(|(at, jobs)| (at.as_secs_f64(), jobs)).collect();
        Load { rates: (0..parts).map(rate).collect(), bursts, part }
    }

    /// The highest rate in jobs a second.
    pub fn highest(&self) -> f64 {
        self.rates.iter().copied().fold(0.0, f64::max)
    }

    /// Draws the load between two heights, with a word above it.
    pub fn drawn(&self, span: Span, top: f64, bottom: f64) -> Markup {
        let highest = self.highest().max(1e-9);
        let y = |rate: f64| bottom - rate / highest * (bottom - top);
        let x = |part: usize| span.x(self.part * part as f64);
        let steps = self.rates.iter().enumerate().flat_map(|(n, rate)| {
            let height = y(*rate);
            [(x(n), height), (x(n + 1), height)]
        });
        let line = path(steps);
        let area = format!("{line}V{bottom}H{}Z", tenth(span.left));
        html! {
            text x=(span.left) y=(top - 8.0) { (self.words()) }
            path class="under-load" d=(area) {}
            path class="load" d=(line) {}
            line class="grid" x1=(span.left) x2=(span.right) y1=(bottom) y2=(bottom) {}
            @for (at, _) in &self.bursts {
                line class="load" x1=(tenth(span.x(*at))) x2=(tenth(span.x(*at)))
                    y1=(top) y2=(bottom) {}
            }
        }
    }

    /// "load, up to 24 jobs/s, and 200 at once".
    fn words(&self) -> String {
        let highest = self.highest();
        let rate = if highest < 10.0 { (highest * 10.0).round() / 10.0 } else { highest.round() };
        let most = self.bursts.iter().map(|(_, jobs)| jobs).max();
        let bursts = most.map(|jobs| format!(", and {jobs} at once")).unwrap_or_default();
        format!("load: up to {rate} jobs/s{bursts}")
    }
}
