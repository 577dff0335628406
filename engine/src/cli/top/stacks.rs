//! The chart of the last minute's containers, stacked up to the capacity.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};

use super::model::{Model, WINDOW};

/// The colours of urgent workloads and of the background, as on the page.
pub(super) const URGENT: Color = Color::Indexed(32);
pub(super) const BACKGROUND: Color = Color::Indexed(36);
/// The characters that draw urgent workloads and the background.
const SIGNS: (&str, &str) = ("\u{2588}", "\u{2592}");
/// The width of the axis with its numbers, in columns of the terminal.
const MARGIN: u16 = 6;

/// Draws the chart into `area`, if the area has room for it.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, model: &Model) {
    let capacity = model.number("capacity").unwrap_or_default();
    if area.width <= MARGIN || area.height < 2 || capacity < 1.0 {
        return;
    }
    let plot = Rect { x: area.x + MARGIN, width: area.width - MARGIN, ..area };
    buffer.set_string(area.x, area.y, format!("{capacity:>4} \u{2502}"), Style::new());
    buffer.set_string(area.x, area.bottom() - 1, "   0 \u{2502}", Style::new());
    for column in 0..plot.width {
        let share = (f64::from(column) + 0.5) / f64::from(plot.width);
        let t = model.t - WINDOW * (1.0 - share);
        // Between two points the counts are those of the earlier point.
        let point = model.points.iter().rev().find(|point| point.t <= t);
        let Some(point) = point else { continue };
        let rows = |count: f64| (count / capacity * f64::from(plot.height)).round() as u16;
        let (urgent, both) = (rows(point.live.0), rows(point.live.0 + point.live.1));
        for row in 0..both.min(plot.height) {
            let (sign, color) =
                if row < urgent { (SIGNS.0, URGENT) } else { (SIGNS.1, BACKGROUND) };
            let y = plot.bottom() - 1 - row;
            buffer.set_string(plot.x + column, y, sign, Style::new().fg(color));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::model::tests::demo;
    use super::*;

    #[test]
    fn urgent_work_stands_below_the_background_under_the_capacity() {
        let area = Rect::new(0, 0, 66, 10);
        let mut buffer = Buffer::empty(area);
        draw(&mut buffer, area, &demo());
        let column = |x: u16| (0..10).map(|y| buffer[(x, y)].symbol()).collect::<String>();
        // The newest column has eight consumers and one background container; the oldest is empty.
        assert_eq!(column(65), format!(" {}{}", SIGNS.1, SIGNS.0.repeat(8)));
        assert_eq!(column(10), " ".repeat(10));
    }
}
