//! The share of a core that may be used, and the pauses that keep the use within this share.

use std::str::FromStr;
use std::time::Duration;

/// A share of one core, more than 0 and at most 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Duty(f64);

impl Duty {
    /// How long to rest after the time `busy`, so that `busy` is this share of the total time.
    pub fn rest_after(self, busy: Duration) -> Duration {
        let rest = busy.as_secs_f64() * (self.0.recip() - 1.0);
        // For a tiny share, this rest can exceed the longest `Duration`.
        Duration::try_from_secs_f64(rest).unwrap_or(Duration::MAX)
    }

    /// The share in percent, rounded to three decimals for display.
    pub fn percent(self) -> f64 {
        (self.0 * 100_000.0).round() / 1000.0
    }
}

impl FromStr for Duty {
    type Err = &'static str;

    /// Reads a percentage ("5%") or a fraction ("0.05").
    fn from_str(text: &str) -> Result<Duty, &'static str> {
        let share = match text.strip_suffix('%') {
            Some(percent) => percent.trim_end().parse().map(|percent: f64| percent / 100.0),
            None => text.parse(),
        };
        match share {
            Ok(share) if share > 0.0 && share <= 1.0 => Ok(Duty(share)),
            _ => Err("a share is more than 0 and at most 100%; try 5% or 0.05"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rest_ms(duty: &str, busy_ms: u64) -> u128 {
        duty.parse::<Duty>().unwrap().rest_after(Duration::from_millis(busy_ms)).as_millis()
    }

    #[test]
    fn percent_and_fraction_mean_the_same() {
        assert_eq!("5%".parse::<Duty>(), "0.05".parse());
        assert_eq!("100%".parse::<Duty>(), "1".parse());
        assert_eq!("0.07".parse::<Duty>().map(Duty::percent), Ok(7.0));
    }

    #[test]
    fn the_rest_makes_the_work_its_share() {
        assert_eq!(rest_ms("50%", 2), 2);
        assert_eq!(rest_ms("5%", 2), 38);
        assert_eq!(rest_ms("5%", 10), 190);
    }

    #[test]
    fn a_whole_core_never_rests() {
        assert_eq!(rest_ms("100%", 2), 0);
    }

    #[test]
    fn the_smallest_share_rests_for_ever() {
        assert_eq!(rest_ms("1e-300", 2), Duration::MAX.as_millis());
    }
}
