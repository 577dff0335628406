//! Draws the page's numbers, slots, charts and log. Letters and signs carry all the meaning, so a
//! terminal without colours shows everything.

use std::time::Duration;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::symbols::Marker;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Axis, Chart, Dataset, GraphType, Paragraph, Wrap};
use serde_json::Value;

use super::fit::{Places, longest, packed};
use super::keys::HELP;
use super::model::{Model, WINDOW};
use super::stacks::{self, BACKGROUND, URGENT};

/// The screen is marked as stale after this time without an event.
const STALE: Duration = Duration::from_secs(3);
/// The width of a slot, in columns of the terminal.
const SLOT: u16 = 4;
/// The colour of the queue's curve, as on the page.
const QUEUE: Color = Color::Indexed(166);

/// How current the screen is, and why the last command failed.
#[derive(Debug, Default)]
pub(super) struct Around {
    /// The time since the last event.
    pub(super) silent: Duration,
    /// Why the last command was refused; empty if it was accepted.
    pub(super) refusal: String,
}

/// Draws the whole screen.
pub(super) fn draw(frame: &mut Frame<'_>, model: &Model, around: &Around) {
    let area = frame.area();
    let (slots, numbers) = (slots(model, area.width), numbers(model, area.width));
    let places = Places::of(area, slots.len() as u16, numbers.len() as u16);
    frame.render_widget(status(model, around, area.width), places.status);
    frame.render_widget(headline(model), places.headline);
    frame.render_widget(Paragraph::new(slots), places.slots);
    frame.render_widget(Paragraph::new(numbers), places.numbers);
    if !places.queue.is_empty() {
        queue_chart(frame, places.queue, model);
    }
    stacks::draw(frame.buffer_mut(), places.stacks, model);
    frame.render_widget(log(model, places.log.height), places.log);
    frame.render_widget(foot(around, area.width), places.foot);
}

fn status<'a>(model: &'a Model, around: &Around, width: u16) -> Line<'a> {
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
    let title = Span::styled("Microscaling in a Box", Modifier::BOLD);
    let up = format!("  up {}:{:02}  ", seconds / 60, seconds % 60);
    let because = Span::raw(format!("  {}", model.text("status", "because")));
    let badge = Span::styled(badge, Modifier::REVERSED);
    let whole = vec![title, Span::raw(format!("  {place}{up}")), badge.clone()];
    if whole.iter().map(Span::width).sum::<usize>() <= usize::from(width) {
        return Line::from(whole.into_iter().chain([because]).collect::<Vec<_>>());
    }
    // The mode comes first, because the terminal cuts off the end of a line that is too long.
    Line::from(vec![badge, Span::raw(up), Span::raw(place), because])
}

fn headline(model: &Model) -> Paragraph<'_> {
    let text = model.keys.get("headline").and_then(Value::as_str).unwrap_or("Waiting.");
    Paragraph::new(text.replace("->", "\u{2192}")).style(Modifier::BOLD).wrap(Wrap { trim: true })
}

/// The slots in lines: `[C]` is ready, `<C>` starts, `xCx` stops, ` . ` is free.
fn slots(model: &Model, width: u16) -> Vec<Line<'_>> {
    let count = model.number("slots").unwrap_or_default() as usize;
    let slot = |i| slot_span(model, model.keys.get(&format!("slot/{i}")));
    let all: Vec<Span<'_>> = (0..count).map(slot).collect();
    let a_row = usize::from(width / SLOT).max(1);
    all.chunks(a_row).map(|row| Line::from(row.to_vec())).collect()
}

fn slot_span<'a>(model: &Model, slot: Option<&Value>) -> Span<'a> {
    let Some(slot) = slot else { return Span::raw(" .  ") };
    let workload = slot["workload"].as_str().unwrap_or_default();
    let background = model.is_background(workload);
    let letter = model.called(workload).chars().next().unwrap_or('?').to_ascii_uppercase();
    let color = if background { BACKGROUND } else { URGENT };
    match slot["phase"].as_str() {
        Some("ready") => Span::styled(format!("[{letter}] "), Style::new().fg(color).bold()),
        Some("starting") => Span::styled(format!("<{letter}> "), Style::new().fg(color)),
        _ => Span::styled(format!("x{letter}x "), Style::new().fg(color).crossed_out()),
    }
}

/// A number and its labels: `beside` it in a narrow terminal, and `below` it in a wide one.
struct Number {
    number: String,
    beside: String,
    below: String,
    style: Style,
}

impl Number {
    fn width(&self) -> usize {
        self.number.chars().count().max(self.below.chars().count())
    }
}

/// All numbers of the screen, the most important first.
fn all_numbers(model: &Model) -> Vec<Number> {
    let mut all = Vec::new();
    let mut add = |number: String, beside: String, below: String, style: Style| {
        all.push(Number { number, beside, below, style });
    };
    for (name, queue) in model.all("queue/") {
        let ready = queue["ready"].as_u64().map_or("-".to_owned(), |n| n.to_string());
        let shown = queue["value"].as_f64().map_or(ready, |value| format!("{value:.1}"));
        let words = format!("{}, {}", whose(name, queue), bound(queue));
        add(shown, words.clone(), words, Style::new().fg(QUEUE));
    }
    for (name, it) in model.workloads() {
        let (number, name) = (format!("{}/{}", it["ready"], it["desired"]), model.called(name));
        add(number, name.to_owned(), format!("{name} ready"), Style::new());
    }
    let known = |key: &str| model.number(key).map_or("-".to_owned(), |n| format!("{n:.0}"));
    add(known("lost"), "lost".to_owned(), "jobs lost".to_owned(), Style::new());
    if let Some((name, desired)) = model.load() {
        add(desired.to_string(), format!("{name}s"), format!("{name}s"), Style::new());
    }
    let frames = model.keys.get("film").and_then(|film| film["frames"].as_u64());
    let frames = frames.map_or("-".to_owned(), |n| n.to_string());
    add(frames, "frames".to_owned(), "frames of film".to_owned(), Style::new());
    all
}

/// What a number is: the jobs in a queue, or a metric, which has a name of its own.
fn whose(name: &str, queue: &Value) -> String {
    let is_queue = queue["source"].as_str().is_none_or(|source| source == "queue");
    if is_queue { format!("in {name}") } else { name.to_owned() }
}

fn bound(queue: &Value) -> String {
    match queue["target_per_container"].as_f64() {
        Some(each) => format!("target {each} a container"),
        None => format!("target {}", queue["target"]),
    }
}

/// Lines of numbers above their labels, or before their labels if the terminal is too narrow.
fn numbers(model: &Model, width: u16) -> Vec<Line<'static>> {
    let all = all_numbers(model);
    let wide: usize = all.iter().map(|it| it.width() + 4).sum();
    if wide > usize::from(width) + 4 {
        let words: Vec<_> = all.iter().map(|it| format!("{} {}", it.number, it.beside)).collect();
        return packed(&words, width).into_iter().map(Line::from).collect();
    }
    let column = |it: &Number, text: &str| format!("{text:<width$}", width = it.width() + 4);
    let above = all.iter().map(|it| Span::styled(column(it, &it.number), it.style.bold()));
    let below = all.iter().map(|it| Span::raw(column(it, &it.below)));
    vec![Line::from(above.collect::<Vec<_>>()), Line::from(below.collect::<Vec<_>>())]
}

fn queue_chart(frame: &mut Frame<'_>, area: Rect, model: &Model) {
    let target = model.first("queue/").and_then(|(_, queue)| queue["target"].as_f64());
    // Without a target length there is no band, only a scale for the curve.
    let band_to = target.unwrap_or(0.0);
    let target = target.unwrap_or(20.0);
    let ago = |t: f64| t - model.t;
    let line: Vec<(f64, f64)> =
        model.points.iter().filter_map(|point| Some((ago(point.t), point.queue?))).collect();
    let most = line.iter().map(|(_, queue)| *queue).fold(2.0 * target, f64::max);
    let band = [(-WINDOW, band_to), (0.0, band_to)];
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

fn log(model: &Model, rows: u16) -> Paragraph<'_> {
    let line = |entry: &super::model::Entry| {
        let seconds = entry.at as u64;
        let by = entry.by.as_ref().map(|by| format!(", by {by}")).unwrap_or_default();
        let text = model.in_words(&entry.text).replace("->", "\u{2192}");
        Line::from(format!("{}:{:02}  {text}{by}", seconds / 60, seconds % 60))
    };
    let lines: Vec<_> = model.log.iter().take(rows.into()).map(line).collect();
    Paragraph::new(lines).wrap(Wrap { trim: true })
}

fn foot(around: &Around, width: u16) -> Line<'_> {
    if around.refusal.is_empty() {
        return Line::styled(longest(&HELP, width), Modifier::DIM);
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
            "2:39  background 4 \u{2192} 2: gives way to consumer",
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
    fn a_small_terminal_has_all_that_is_said_and_no_half_of_it() {
        for (width, height) in [(60, 15), (40, 10)] {
            let screen = drawn(width, height, 0);
            for text in [
                " LIVE ",
                "up 2:41",
                "Producers 1 \u{2192} 3.",
                "taken from",
                "[C] <C>  .  xBx",
                "24 in jobs, target 20  7/8 consumer",
                "1/1 background",
                "0 lost",
                "3 producers",
                "2:39  background 4 \u{2192} 2:",
                "k kill",
                "q quit",
            ] {
                assert!(screen.contains(text), "{text} is not in\n{screen}");
            }
            assert!(!screen.contains("remainder"), "{screen}");
        }
        assert!(drawn(60, 15, 0).contains("-60 s"), "the queue's curve has room there");
    }

    #[test]
    fn slots_that_have_no_room_in_a_row_go_on_in_the_next_one() {
        let model = demo();
        let rows = slots(&model, 9);
        assert_eq!(rows.iter().map(|row| row.spans.len()).collect::<Vec<_>>(), [2, 2]);
    }

    #[test]
    fn it_fits_into_any_terminal() {
        for (width, height) in [(1, 1), (20, 5), (40, 6), (80, 24), (300, 100)] {
            drawn(width, height, 0);
        }
    }
}
