//! Positions of counts in a chart.

/// The left edge of all panels.
pub const LEFT: f64 = 44.0;

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

/// The largest value on a queue's axis: 2, 5, 10, 20, ... times the target, as needed.
pub fn queue_max(target: u32, largest: u64) -> f64 {
    let target = f64::from(target.max(1));
    let decades = [1.0, 10.0, 100.0, 1e3, 1e4, 1e5, 1e6];
    let mut steps = decades.iter().flat_map(|decade| [2.0, 5.0, 10.0].map(|n| n * decade));
    steps.find(|step| step * target >= largest as f64).unwrap_or(1e7) * target
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_axis_begins_at_twice_the_target_and_grows_in_steps() {
        let cases = [(0, 40.0), (40, 40.0), (41, 100.0), (101, 200.0), (399, 400.0), (401, 1000.0)];
        for (largest, max) in cases {
            assert_eq!(queue_max(20, largest), max, "{largest}");
        }
        assert_eq!(queue_max(0, 0), 2.0);
    }
}
