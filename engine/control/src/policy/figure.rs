//! Numbers as whole counts and as text.

use std::fmt;

/// Rounds up to a whole count; up to 1e-6 over a whole number is a rounding error, not demand.
pub(crate) fn ceil(count: f64) -> u32 {
    (count - 1e-6).ceil().max(0.0) as u32
}

/// A number that prints with as many decimal places as it needs.
///
/// Printing uses integers only: a sentence is made for every workload at every tick, and exact
/// formatting of fractions would be most of its cost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Figure(pub(crate) f64);

impl Figure {
    /// The most decimal places to print.
    fn places(self) -> u32 {
        match self.0 {
            v if (0.0005..0.095).contains(&v) => 4,
            v if (0.095..0.95).contains(&v) => 2,
            _ => 1,
        }
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !(0.0..1e9).contains(&self.0) {
            return write!(f, "{:.1}", self.0);
        }
        let mut places = self.places();
        let parts = 10_u64.pow(places);
        let all = (self.0 * parts as f64).round_ties_even() as u64;
        let (whole, mut rest) = (all / parts, all % parts);
        if rest == 0 {
            return write!(f, "{whole}");
        }
        while rest.is_multiple_of(10) {
            (rest, places) = (rest / 10, places - 1);
        }
        write!(f, "{whole}.{rest:0places$}", places = places as usize)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn small_numbers_have_more_places() {
        let written = [0.0, 0.04, 0.012_34, 0.123, 0.5, 0.96, 7.5, 30.0, 1234.56, 2e9];
        let texts = written.map(|value| Figure(value).to_string());
        let wanted =
            ["0", "0.04", "0.0123", "0.12", "0.5", "1", "7.5", "30", "1234.6", "2000000000.0"];
        assert_eq!(texts, wanted);
    }

    proptest! {
        #[test]
        fn a_figure_is_what_was_rounded(value in 0.0..1e6_f64) {
            let read: f64 = Figure(value).to_string().parse().unwrap();
            let half = 0.5 / 10_f64.powi(Figure(value).places() as i32);
            prop_assert!((read - value).abs() <= half * 1.001, "{value}: {read}");
        }
    }
}
