//! The layout. A small terminal leaves out the charts first, then the labels, but never a number.

use ratatui::layout::{Constraint, Layout, Rect};

/// With at least this number of rows, a terminal has room for all parts.
const ROOMY: u16 = 23;
/// The fewest rows in which a chart can be read.
const CHART: u16 = 5;

/// The rectangles of all parts of the screen; a part without room has an empty rectangle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Places {
    pub(super) status: Rect,
    pub(super) headline: Rect,
    pub(super) slots: Rect,
    pub(super) numbers: Rect,
    pub(super) queue: Rect,
    pub(super) stacks: Rect,
    pub(super) log: Rect,
    pub(super) foot: Rect,
}

impl Places {
    /// Divides a terminal's area; `slots` and `numbers` are the rows that these two parts need.
    pub(super) fn of(area: Rect, slots: u16, numbers: u16) -> Places {
        let slots = slots.clamp(1, (area.height / 5).max(1));
        let numbers = numbers.clamp(1, (area.height / 5).max(1));
        let rest = area.height.saturating_sub(4 + slots + numbers);
        let [queue, stacks, log] = match rest {
            _ if area.height >= ROOMY => {
                [Constraint::Min(6), Constraint::Min(4), Constraint::Length(6)]
            }
            rest if rest >= CHART + 2 => {
                [Constraint::Fill(2), Constraint::Length(0), Constraint::Fill(1)]
            }
            _ => [Constraint::Length(0), Constraint::Length(0), Constraint::Min(0)],
        };
        let rows = Layout::vertical([
            Constraint::Length(1),
            Constraint::Length(2),
            Constraint::Length(slots),
            Constraint::Length(numbers),
            queue,
            stacks,
            log,
            Constraint::Length(1),
        ]);
        let [status, headline, slots, numbers, queue, stacks, log, foot] = rows.areas(area);
        Places { status, headline, slots, numbers, queue, stacks, log, foot }
    }
}

/// Joins words into lines of at most `width`, with two spaces between words; splits no word.
pub(super) fn packed(words: &[String], width: u16) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        let room = usize::from(width);
        match lines.last_mut() {
            Some(line) if line.chars().count() + 2 + word.chars().count() <= room => {
                line.push_str("  ");
                line.push_str(word);
            }
            _ => lines.push(word.clone()),
        }
    }
    lines
}

/// The first text that fits into `width`, or else the last one. `texts` go from long to short.
pub(super) fn longest<'a>(texts: &[&'a str], width: u16) -> &'a str {
    let fits = |text: &&&str| text.chars().count() <= usize::from(width);
    texts.iter().find(fits).or(texts.last()).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_part_lies_on_another_and_the_foot_is_the_last_row() {
        for height in 7..60 {
            let it = Places::of(Rect::new(0, 0, 40, height), 1, 2);
            let all = [
                it.status,
                it.headline,
                it.slots,
                it.numbers,
                it.queue,
                it.stacks,
                it.log,
                it.foot,
            ];
            assert_eq!(all.iter().map(|it| it.height).sum::<u16>(), height);
            assert!(all.windows(2).all(|pair| pair[0].bottom() == pair[1].top()), "{all:?}");
            assert_eq!((it.foot.height, it.foot.bottom()), (1, height));
        }
    }

    #[test]
    fn words_stay_whole() {
        let words = ["24 in jobs", "7/8 consumer", "0 lost"].map(str::to_owned);
        assert_eq!(packed(&words, 24), ["24 in jobs  7/8 consumer", "0 lost"]);
        assert_eq!(packed(&words, 5), words);
        assert_eq!(longest(&["long", "it"], 3), "it");
        assert_eq!(longest(&["long", "it"], 1), "it");
    }
}
