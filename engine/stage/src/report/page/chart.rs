//! The chart of the whole run.

use maud::{Markup, html};
use web::page::chart::report::course::{Course, Line, NARROW, WIDE, course};
use web::page::chart::report::fills::Layer;
use web::page::chart::report::marks::Mark;
use web::page::chart::report::moments::Moment;

use super::outcome::outcome;
use super::words::said;
use crate::report::figures::Figures;
use crate::report::run::{Point, Run};
use crate::report::wire::QueueKey;

/// The chart, once for wide screens and paper, and once for phones.
pub(super) fn section(run: &Run, figures: &Figures) -> Markup {
    let drawn = of(run);
    let says = format!("Chart of the run. {}", outcome(figures));
    html! {
        section class="chart" {
            h2 { "The whole run" }
            figure {
                (course(&drawn, WIDE, &says))
                (course(&drawn, NARROW, &says))
                figcaption {
                    "Above: jobs that wait in the queue; the grey zone is allowed, what is above "
                    "the target is coloured. Below: containers that exist, stacked against the "
                    "capacity. Dashed lines are changes that somebody made, solid ones are steps. "
                    "A gap in the queue\u{2019}s line is a time in which it could not be read."
                }
            }
        }
    }
}

/// The values of a run as a drawing. Urgent workloads come first and the background last.
fn of(run: &Run) -> Course {
    let keys = run.workload_keys();
    let background = |name: &str| keys.iter().any(|(it, key)| it == name && key.background);
    let rank = |name: &str| {
        let at = keys.iter().position(|(it, _)| it == name);
        (background(name), at.unwrap_or(usize::MAX))
    };
    let mut order: Vec<usize> = (0..run.workloads.len()).collect();
    order.sort_by_key(|i| rank(&run.workloads[*i]));
    let layer = |i: &usize| {
        let name = &run.workloads[*i];
        let background = background(name);
        let shown = if background { "background".to_owned() } else { name.clone() };
        Layer { name: shown, background }
    };
    let last = run.key("capacity");
    let moment = |point: &Point| Moment {
        at: point.at,
        capacity: point.capacity.or(last),
        ready: point.queues.iter().map(|it| it.map(|reading| reading.ready)).collect(),
        live: order.iter().map(|i| point.live.get(*i).copied().flatten()).collect(),
    };
    Course {
        from: run.from(),
        until: run.points.back().map_or(run.until, |point| point.at),
        queues: queues(run),
        layers: order.iter().map(layer).collect(),
        moments: run.points.iter().map(moment).collect(),
        marks: marks(run),
    }
}

fn queues(run: &Run) -> Vec<Line> {
    let line = |name: &String| {
        let key = run.queue_keys().find(|(other, _)| other == name).map(|(_, key)| key);
        Line {
            name: name.clone(),
            metric: key.as_ref().is_some_and(QueueKey::is_metric),
            target: key.and_then(|key| key.target),
        }
    };
    run.queues.iter().map(line).collect()
}

fn marks(run: &Run) -> Vec<Mark> {
    let backgrounds = super::events::backgrounds(run);
    let steps = run.steps.iter().filter(|step| step.number > 0);
    let steps = steps.map(|it| Mark { at: it.at, text: format!("step {}", it.number), step: true });
    let changes = run.log.iter().filter_map(|entry| {
        let text = said(entry.mark.as_deref()?, &backgrounds);
        Some(Mark { at: entry.at, text, step: false })
    });
    steps.chain(changes).collect()
}
