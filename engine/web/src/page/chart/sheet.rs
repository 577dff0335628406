//! What all drawings share: a sheet of 16:9 with a title, a line below it, and a legend.

use maud::{Markup, PreEscaped, html};

use super::axis::tenth;
use super::theme::{Theme, style};

/// The sheet's size, that of a slide.
pub const WIDTH: f64 = 1280.0;
/// The sheet's height.
pub const HEIGHT: f64 = 720.0;
/// The margin on all sides.
pub const MARGIN: f64 = 40.0;
/// The width of a letter as a share of its height, on average; words are measured with it.
const LETTER: f64 = 0.56;
/// The same for bold letters.
const BOLD: f64 = 0.64;
/// The middle of the legend's first row.
const LEGEND: f64 = 120.0;
/// The height of a row of the legend.
const ROW: f64 = 28.0;

/// A sheet's words and its drawing.
#[derive(Debug)]
pub struct Sheet {
    /// What the drawing shows, in one sentence.
    pub title: String,
    /// Where the figures are from.
    pub source: String,
    /// The legend, from the left.
    pub legend: Vec<Key>,
    /// The drawing.
    pub body: Markup,
}

/// An entry of the legend.
#[derive(Debug)]
pub struct Key {
    /// The shape, drawn around the origin within 13 to each side and 9 up and down.
    pub sign: Markup,
    /// What it stands for.
    pub text: String,
}

/// The width of a text, roughly, at a letter height.
fn text_width(text: &str, height: f64) -> f64 {
    text.chars().count() as f64 * height * LETTER
}

/// The width of a bold text, roughly, at a letter height.
pub fn bold_width(text: &str, height: f64) -> f64 {
    text.chars().count() as f64 * height * BOLD
}

/// A text cut to a width, with an ellipsis in its middle: names differ at their ends.
pub fn fitting(text: &str, letter: f64, width: f64) -> String {
    let (room, length) = ((width / letter) as usize, text.chars().count());
    if length <= room {
        return text.to_owned();
    }
    let end = room.saturating_sub(1) * 3 / 5;
    let begin = room.saturating_sub(1) - end;
    let (first, last) = (text.chars().take(begin), text.chars().skip(length - end));
    first.chain(['\u{2026}']).chain(last).collect()
}

/// A bold text cut to a width.
pub fn fitting_bold(text: &str, height: f64, width: f64) -> String {
    fitting(text, height * BOLD, width)
}

/// The beginning of a sentence that is too long for a width.
fn begun(text: &str, letter: f64, width: f64) -> String {
    let room = (width / letter) as usize;
    if text.chars().count() <= room {
        return text.to_owned();
    }
    text.chars().take(room.saturating_sub(1)).chain(['\u{2026}']).collect()
}

/// Draws a sheet.
pub fn sheet(sheet: &Sheet, theme: Theme) -> Markup {
    let room = WIDTH - 2.0 * MARGIN;
    let size = (36.0 * room / bold_width(&sheet.title, 36.0)).clamp(24.0, 36.0).floor();
    html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox={ "0 0 " (WIDTH) " " (HEIGHT) }
            width=(WIDTH) height=(HEIGHT) role="img" aria-label=(sheet.title) {
            style { (PreEscaped(style(theme))) }
            (fills())
            rect class="ground" width=(WIDTH) height=(HEIGHT) {}
            text class="title" x=(MARGIN) y="58" style={ "font-size:" (size) "px" } {
                (fitting_bold(&sheet.title, size, room))
            }
            text class="quiet" x=(MARGIN) y="88" { (begun(&sheet.source, 18.0 * LETTER, room)) }
            (legend(&sheet.legend))
            (sheet.body)
        }
    }
}

/// Where the drawing below a legend may begin.
pub fn below(legend: &[Key]) -> f64 {
    LEGEND + ROW * places(legend).last().map_or(0.0, |(_, row)| *row) + 26.0
}

/// The left edge and the row of each entry; a row that is full is followed by another.
fn places(legend: &[Key]) -> Vec<(f64, f64)> {
    let (mut left, mut row) = (MARGIN, 0.0);
    let place = |key: &Key| {
        let width = 34.0 + text_width(&key.text, 18.0);
        if left + width > WIDTH - MARGIN {
            (left, row) = (MARGIN, row + 1.0);
        }
        let at = (left, row);
        left += width + 22.0;
        at
    };
    legend.iter().map(place).collect()
}

fn legend(keys: &[Key]) -> Markup {
    html! {
        @for ((x, row), key) in places(keys).into_iter().zip(keys) {
            @let y = LEGEND + ROW * row;
            g transform={ "translate(" (tenth(x + 13.0)) " " (y) ")" } { (key.sign) }
            text x=(tenth(x + 34.0)) y=(y + 6.0) { (key.text) }
        }
    }
}

/// The fill of a workload by its place among the urgent ones, or of the background. The fills are
/// told apart without colour: plain, dotted, barred; hatched for the background.
pub fn fill(urgent: Option<usize>) -> &'static str {
    match urgent.map(|place| place % 3) {
        None => "url(#hatch)",
        Some(1) => "url(#dots)",
        Some(2) => "url(#bars)",
        Some(_) => "",
    }
}

/// The patterns that [`fill`] names.
fn fills() -> Markup {
    html! {
        defs {
            pattern id="hatch" width="10" height="10" patternUnits="userSpaceOnUse"
                patternTransform="rotate(45)" {
                rect class="hatch-ground" width="10" height="10" {}
                line class="hatch-line" x1="0" x2="0" y1="0" y2="10" {}
            }
            pattern id="dots" width="10" height="10" patternUnits="userSpaceOnUse" {
                rect class="dots-ground" width="10" height="10" {}
                circle class="dot" cx="5" cy="5" r="2.8" {}
            }
            pattern id="bars" width="10" height="10" patternUnits="userSpaceOnUse" {
                rect class="bars-ground" width="10" height="10" {}
                line class="bar" x1="0" x2="10" y1="3" y2="3" {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_is_cut_in_its_middle() {
        assert_eq!(fitting("HPA", 10.0, 100.0), "HPA");
        let cut = fitting("fixed: consumer 5, background 5, poll wait 1 s", 10.0, 200.0);
        assert_eq!(cut, "fixed: c\u{2026}ll wait 1 s");
        assert_eq!(fitting("HPA", 10.0, 0.0), "\u{2026}");
    }
}
