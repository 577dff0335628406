//! The terminal's picture of a moment: the page's numbers, grid, charts and log. Letters and signs
//! carry it; colour only helps.

use std::time::Duration;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::symbols::Marker;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Axis, Chart, Dataset, GraphType, Paragraph, Wrap};
use serde_json::Value;

use super::keys::HELP;
use super::model::{Model, WINDOW};
use super::stacks;

/// A stream that says nothing for so long is old.
const STALE: Duration = Duration::from_secs(3);
/// Urgent workloads, the background and the queue: the page's three colours.
pub(super) const URGENT: Color = Color::Indexed(32);
pub(super) const SPARE: Color = Color::Indexed(36);
const QUEUE: Color = Color::Indexed(166);

/// What is known beside the model.
#[derive(Debug, Default)]
pub(super) struct Around {
    /// Since when nothing was heard.
    pub(super) silent: Duration,
    /// What the last wish came to, where it was refused.
    pub(super) refusal: String,
}

/// Draws a moment.
pub(super) fn draw(frame: &mut Frame<'_>, model: &Model, around: &Around) {
    let rows = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(2),
        Constraint::Length(1),
        Constraint::Length(2),
        Constraint::Min(6),
        Constraint::Min(4),
        Constraint::Length(6),
        Constraint::Length(1),
    ])
    .spacing(0)
    .split(frame.area());
    frame.render_widget(status(model, around), rows[0]);
    frame.render_widget(headline(model), rows[1]);
    frame.render_widget(slots(model), rows[2]);
    frame.render_widget(numbers(model), rows[3]);
    queue_chart(frame, rows[4], model);
    stacks::draw(frame.buffer_mut(), rows[5], model);
    frame.render_widget(log(model), rows[6]);
    frame.render_widget(foot(around), rows[7]);
}

fn status<'a>(model: &'a Model, around: &Around) -> Line<'a> {
    let seconds = model.t as u64;
    let place = match model.text("status", "namespace") {
        "" => "box".to_owned(),
        namespace => format!("namespace {namespace}"),
    };
    let badge = if around.silent > STALE {
        format!(" STALE {} s ", around.silent.as_secs())
    } else {
        format!(" {} ", model.text("status", "mode").replace('_', " ").to_uppercase())
    };
    Line::from(vec![
        Span::styled("Microscaling in a Box", Modifier::BOLD),
        Span::raw(format!("  {place}  up {}:{:02}  ", seconds / 60, seconds % 60)),
        Span::styled(badge, Modifier::REVERSED),
        Span::raw(format!("  {}", model.text("status", "because"))),
    ])
}

fn headline(model: &Model) -> Paragraph<'_> {
    let text = model.keys.get("headline").and_then(Value::as_str).unwrap_or("Waiting.");
    Paragraph::new(text.replace("->", "\u{2192}")).style(Modifier::BOLD).wrap(Wrap { trim: true })
}

/// `[C]` runs, `<C>` starts, `xCx` stops, ` . ` is free.
fn slots(model: &Model) -> Line<'_> {
    let count = model.number("slots").unwrap_or_default() as usize;
    let slot = |i| model.keys.get(&format!("slot/{i}"));
    Line::from((0..count).map(|i| slot_span(model, slot(i))).collect::<Vec<_>>())
}

fn slot_span<'a>(model: &Model, slot: Option<&Value>) -> Span<'a> {
    let Some(slot) = slot else { return Span::raw(" .  ") };
    let workload = slot["workload"].as_str().unwrap_or_default();
    let background = model.is_background(workload);
    let letter = if background { 'B' } else { workload.chars().next().unwrap_or('?') };
    let letter = letter.to_ascii_uppercase();
    let color = if background { SPARE } else { URGENT };
    match slot["phase"].as_str() {
        Some("ready") => Span::styled(format!("[{letter}] "), Style::new().fg(color).bold()),
        Some("starting") => Span::styled(format!("<{letter}> "), Style::new().fg(color)),
        _ => Span::styled(format!("x{letter}x "), Style::new().fg(color).crossed_out()),
    }
}

fn numbers(model: &Model) -> Paragraph<'_> {
    let mut above = Vec::new();
    let mut below = Vec::new();
    let mut add = |number: String, words: String, style: Style| {
        let width = number.len().max(words.len()) + 4;
        above.push(Span::styled(format!("{number:<width$}"), style.bold()));
        below.push(Span::raw(format!("{words:<width$}")));
    };
    for (name, queue) in model.all("queue/") {
        let ready = queue["ready"].as_u64().map_or("-".to_owned(), |n| n.to_string());
        let words = format!("in {name}, target {}", queue["target"]);
        add(ready, words, Style::new().fg(QUEUE));
    }
    for (name, it) in model.workloads() {
        let name = if it["background"] == true { "background" } else { name };
        add(format!("{}/{}", it["ready"], it["desired"]), format!("{name} ready"), Style::new());
    }
    let known = |key: &str| model.number(key).map_or("-".to_owned(), |n| format!("{n:.0}"));
    add(known("tiles_s"), "tiles a second".to_owned(), Style::new());
    add(known("lost"), "jobs lost".to_owned(), Style::new());
    if let Some((name, desired)) = model.load() {
        add(desired.to_string(), format!("{name}s"), Style::new());
    }
    Paragraph::new(vec![Line::from(above), Line::from(below)])
}

fn queue_chart(frame: &mut Frame<'_>, area: Rect, model: &Model) {
    let target = model.first("queue/").and_then(|(_, queue)| queue["target"].as_f64());
    let target = target.unwrap_or(20.0);
    let ago = |t: f64| t - model.t;
    let line: Vec<(f64, f64)> =
        model.points.iter().filter_map(|point| Some((ago(point.t), point.queue?))).collect();
    let most = line.iter().map(|(_, queue)| *queue).fold(2.0 * target, f64::max);
    let band = [(-WINDOW, target), (0.0, target)];
    let datasets = vec![
        Dataset::default().data(&band).marker(Marker::Dot).graph_type(GraphType::Line),
        Dataset::default()
            .data(&line)
            .marker(Marker::Braille)
            .graph_type(GraphType::Line)
            .style(Style::new().fg(QUEUE)),
    ];
    let labels = |most: f64| ["0".to_owned(), format!("{:.0}", most / 2.0), format!("{most:.0}")];
    let chart = Chart::new(datasets)
        .x_axis(Axis::default().bounds([-WINDOW, 0.0]).labels(["-60 s", "-30 s", "now"]))
        .y_axis(Axis::default().bounds([0.0, most]).labels(labels(most)));
    frame.render_widget(chart, area);
}

fn log(model: &Model) -> Paragraph<'_> {
    let line = |entry: &super::model::Entry| {
        let seconds = entry.at as u64;
        let by = entry.by.as_ref().map(|by| format!(", by {by}")).unwrap_or_default();
        let text = entry.text.replace("->", "\u{2192}");
        Line::from(format!("{}:{:02}  {text}{by}", seconds / 60, seconds % 60))
    };
    Paragraph::new(model.log.iter().take(6).map(line).collect::<Vec<_>>())
}

fn foot(around: &Around) -> Line<'_> {
    if around.refusal.is_empty() {
        return Line::styled(HELP, Modifier::DIM);
    }
    Line::styled(around.refusal.as_str(), Style::new().fg(Color::Red))
}

#[cfg(test)]
mod tests {
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;

    use super::super::model::tests::demo;
    use super::*;

    fn drawn(width: u16, height: u16, silent: u64) -> String {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        let silent = Duration::from_secs(silent);
        let around = Around { silent, ..Around::default() };
        terminal.draw(|frame| draw(frame, &demo(), &around)).unwrap();
        terminal.backend().to_string()
    }

    #[test]
    fn the_page_s_numbers_grid_and_log_are_there() {
        let screen = drawn(100, 36, 0);
        for text in [
            "box  up 2:41   LIVE ",
            "Producers 1 \u{2192} 3. Consumers 3 \u{2192} 8 in 2.5 s, taken from background.",
            "[C] <C>  .  xBx",
            "24                    7/8",
            "in jobs, target 20    consumer ready    background ready",
            "2:38  producers 1 \u{2192} 3, by the page",
            "q quit",
        ] {
            assert!(screen.contains(text), "{text} is not in\n{screen}");
        }
    }

    #[test]
    fn a_silent_engine_is_said_to_be_old() {
        assert!(!drawn(100, 36, 3).contains("STALE"));
        assert!(drawn(100, 36, 4).contains("STALE 4 s"));
    }

    #[test]
    fn it_fits_into_any_terminal() {
        for (width, height) in [(1, 1), (20, 5), (80, 24), (300, 100)] {
            drawn(width, height, 0);
        }
    }
}
