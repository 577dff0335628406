//! Places for the names of marks above a chart, so that no two overlap.

/// A change at one time.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// The time in seconds.
    pub at: f64,
    /// The name.
    pub text: String,
    /// Whether a step of a scenario begins; the names of steps are placed first.
    pub step: bool,
}

/// A mark with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    /// The position of the line.
    pub x: f64,
    /// The name, which begins at the line.
    pub text: String,
    /// The row of the name, from 0; `None` if no row has room for it.
    pub row: Option<usize>,
    /// Whether a step of a scenario begins.
    pub step: bool,
}

/// Lines closer than this are drawn as one: nobody could tell them apart.
const NEAR: f64 = 3.0;
/// The names of merged marks have at most this many characters together.
const LONGEST: usize = 48;
/// The room between two names.
const APART: f64 = 10.0;

/// Places marks, given with their positions. A name is drawn where it fits between `left` and
/// `right` and overlaps no other name; `letter` is the width of one character.
pub fn placed<'a>(
    marks: impl Iterator<Item = (f64, &'a Mark)>,
    left: f64,
    right: f64,
    letter: f64,
    rows: usize,
) -> Vec<Placed> {
    let marks = merged(marks.filter(|(x, _)| (left..=right).contains(x)));
    let mut taken: Vec<Vec<(f64, f64)>> = vec![Vec::new(); rows];
    let mut placed: Vec<Placed> = Vec::new();
    for (x, mark) in marks {
        let end = x + 4.0 + letter * mark.text.chars().count() as f64;
        let is_free = |row: &Vec<(f64, f64)>| {
            row.iter().all(|(from, to)| end + APART <= *from || x >= *to + APART)
        };
        let row = taken.iter().position(is_free).filter(|_| end <= right + ROOM);
        if let Some(row) = row {
            taken[row].push((x, end));
        }
        placed.push(Placed { x, text: mark.text.clone(), row, step: mark.step });
    }
    placed
}

/// The marks, steps first, with those that are close together as one mark of all their names.
fn merged<'a>(marks: impl Iterator<Item = (f64, &'a Mark)>) -> Vec<(f64, Mark)> {
    let mut marks: Vec<(f64, &Mark)> = marks.collect();
    marks.sort_by(|a, b| b.1.step.cmp(&a.1.step).then(a.0.total_cmp(&b.0)));
    let mut merged: Vec<(f64, Mark)> = Vec::new();
    for (x, mark) in marks {
        match merged.last_mut() {
            Some((at, last)) if last.step == mark.step && x - *at < NEAR => {
                if last.text.chars().count() + mark.text.chars().count() <= LONGEST {
                    last.text = format!("{}, {}", last.text, mark.text);
                }
            }
            _ => merged.push((x, mark.clone())),
        }
    }
    merged
}

/// Names may reach this far beyond the right edge, where labels stand only lower down.
const ROOM: f64 = 90.0;

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(marks: &[(f64, &str, bool)]) -> Vec<(String, Option<usize>)> {
        let all: Vec<Mark> = marks
            .iter()
            .map(|(at, text, step)| Mark { at: *at, text: (*text).to_owned(), step: *step })
            .collect();
        let placed = placed(all.iter().map(|it| (it.at, it)), 0.0, 500.0, 7.0, 2);
        placed.into_iter().map(|it| (it.text, it.row)).collect()
    }

    #[test]
    fn names_that_would_overlap_go_a_row_lower_and_then_away() {
        let marks = [(0.0, "producers 1", false), (20.0, "burst", false), (30.0, "burst", false)];
        let rows: Vec<_> = rows(&marks).into_iter().map(|(_, row)| row).collect();
        assert_eq!(rows, [Some(0), Some(1), None]);
    }

    #[test]
    fn steps_come_first_and_lines_too_close_become_one() {
        let marks = [(10.0, "load", false), (11.0, "load again", false), (12.0, "step 1", true)];
        let expected = [("step 1", Some(0)), ("load, load again", Some(1))];
        assert_eq!(rows(&marks), expected.map(|(text, row)| (text.to_owned(), row)));
    }
}
