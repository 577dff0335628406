//! Computes the gaps between jobs, without a clock: the same input always gives the same gaps.

use std::time::Duration;

use rand::{Rng, RngExt};

/// The longest mean gap, in seconds. Much longer gaps would overflow the clock.
const LONGEST_MEAN: f64 = 24.0 * 60.0 * 60.0;

/// An endless sequence of gaps around a mean.
#[derive(Debug, Clone)]
pub struct Gaps<R> {
    /// The mean gap, in seconds.
    mean: f64,
    jitter: f64,
    rng: R,
}

impl<R: Rng> Gaps<R> {
    /// Creates gaps for a mean rate of `rate` jobs per second. Each gap is the mean gap times a
    /// random factor, which is uniform in `1 - jitter ..= 1 + jitter`.
    pub fn new(rate: f64, jitter: f64, rng: R) -> Gaps<R> {
        Gaps { mean: rate.recip().min(LONGEST_MEAN), jitter, rng }
    }

    /// Draws the next gap.
    pub fn draw(&mut self) -> Duration {
        let factor = 1.0 + self.jitter * self.rng.random_range(-1.0..=1.0);
        Duration::from_secs_f64(self.mean * factor)
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    fn gaps(rate: f64, jitter: f64, seed: u64) -> Vec<Duration> {
        let mut gaps = Gaps::new(rate, jitter, StdRng::seed_from_u64(seed));
        (0..10_000).map(|_| gaps.draw()).collect()
    }

    #[test]
    fn the_mean_is_the_rates_inverse() {
        for jitter in [0.0, 0.1, 1.0] {
            let total: Duration = gaps(10.0, jitter, 7).iter().sum();
            let mean = total.as_secs_f64() / 10_000.0;
            assert!((mean - 0.1).abs() < 0.002, "jitter {jitter}: {mean} s");
        }
    }

    #[test]
    fn every_gap_lies_within_the_jitter() {
        for gap in gaps(10.0, 0.3, 7) {
            assert!((0.07..=0.13).contains(&gap.as_secs_f64()), "{gap:?}");
        }
    }

    #[test]
    fn the_seed_alone_decides_the_gaps() {
        assert_eq!(gaps(10.0, 0.1, 1), gaps(10.0, 0.1, 1));
        assert_ne!(gaps(10.0, 0.1, 1), gaps(10.0, 0.1, 2));
    }

    #[test]
    fn the_smallest_rate_still_has_a_gap() {
        assert_eq!(gaps(f64::MIN_POSITIVE, 0.0, 1)[0], Duration::from_secs(86_400));
    }
}
