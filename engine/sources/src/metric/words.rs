//! Puts texts of other programs into a line of ours.

use control::Amount;
use model::ReadError;

/// The longest part of another program's text in a line, in characters.
const LONGEST: usize = 100;

/// A text on one line, cut to a readable length.
pub(super) fn short(text: &str) -> String {
    let clean = |c: char| if c.is_control() { ' ' } else { c };
    let mut chars = text.chars().map(clean);
    let begin: String = chars.by_ref().take(LONGEST).collect();
    if chars.next().is_none() { begin } else { format!("{begin}...") }
}

pub(super) fn failed(text: impl Into<String>) -> ReadError {
    ReadError::Failed(text.into())
}

/// The amount in a reading; `whose` says what is measured.
pub(super) fn amount(value: f64, whose: &str) -> Result<Amount, ReadError> {
    let refused = || failed(format!("{whose} is {value}, and not a number from 0 to 1e15"));
    Amount::new(value).ok_or_else(refused)
}
