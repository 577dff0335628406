//! A time axis with round steps, and how times are written.

/// The steps of a time axis in seconds.
const STEPS: [f64; 14] =
    [1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0, 3600.0, 7200.0];

/// The labelled times of an axis.
#[derive(Debug, Clone, Copy)]
pub struct TimeAxis {
    first: f64,
    step: f64,
    until: f64,
}

impl TimeAxis {
    /// An axis with at most `most` labels, at multiples of a round step.
    pub fn new(from: f64, until: f64, most: u32) -> TimeAxis {
        let length = (until - from).max(0.0);
        let fits = |step: &f64| length / step < f64::from(most);
        let step = STEPS.into_iter().find(fits).unwrap_or(length / f64::from(most));
        TimeAxis { first: (from / step).ceil() * step, step, until }
    }

    /// The times, in order.
    pub fn times(self) -> impl Iterator<Item = f64> {
        let times = (0..100).map(move |n| self.first + f64::from(n) * self.step);
        times.take_while(move |at| *at <= self.until)
    }
}

/// Seconds as 2:41, or 1:02:41.
pub fn clock(seconds: f64) -> String {
    let whole = seconds.max(0.0) as u64;
    let (hours, minutes, seconds) = (whole / 3600, whole / 60 % 60, whole % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_has_round_times_and_few_of_them() {
        let times = |from, until| TimeAxis::new(from, until, 8).times().collect::<Vec<_>>();
        assert_eq!(times(0.0, 60.0), [0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0]);
        assert_eq!(times(61.0, 181.0), [90.0, 120.0, 150.0, 180.0]);
        for until in [0.0, 1.0, 3600.0, 86_400.0, 1e9] {
            assert!((1..=9).contains(&times(0.0, until).len()), "{until}");
        }
    }

    #[test]
    fn a_time_has_minutes_and_seconds() {
        assert_eq!([0.0, 59.9, 161.0, 3761.0].map(clock), ["0:00", "0:59", "2:41", "1:02:41"]);
    }
}
