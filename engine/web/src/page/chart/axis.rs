//! Positions of times and counts in a drawing.

/// A time axis.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    /// The position of second 0.
    pub left: f64,
    /// The position of the end.
    pub right: f64,
    /// The end in seconds.
    pub end: f64,
}

impl Span {
    /// The position of a time in seconds; a later time is drawn at the edge.
    pub fn x(&self, at: f64) -> f64 {
        self.left + (at / self.end).min(1.0) * (self.right - self.left)
    }
}

/// A panel's count axis.
#[derive(Debug, Clone, Copy)]
pub struct Counts {
    /// The position of `max`.
    pub top: f64,
    /// The position of zero.
    pub bottom: f64,
    /// The greatest count.
    pub max: f64,
}

impl Counts {
    /// The position of a count; a count above `max` is drawn at the edge.
    pub fn y(&self, count: f64) -> f64 {
        self.bottom - (count / self.max).min(1.0) * (self.bottom - self.top)
    }
}

/// Rounds a position to one decimal; more digits only make the file longer.
pub fn tenth(place: f64) -> f64 {
    (place * 10.0).round() / 10.0
}

/// The SVG path of a line through these positions.
pub fn path(places: impl Iterator<Item = (f64, f64)>) -> String {
    let mut path = String::new();
    for (x, y) in places {
        let word = if path.is_empty() { 'M' } else { 'L' };
        path += &format!("{word}{} {}", tenth(x), tenth(y));
    }
    path
}
