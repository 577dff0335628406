//! Seeded random numbers. Each purpose has its own stream, so that one more draw by a contender
//! changes neither the arrivals nor the durations of jobs.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// A stream of random numbers.
#[derive(Debug)]
pub struct Random(StdRng);

impl Random {
    /// The stream that a seed gives for `purpose`.
    pub fn new(seed: u64, purpose: &str) -> Random {
        Random(StdRng::seed_from_u64(seed ^ mixed(purpose)))
    }

    /// A uniform number from 0 to 1, excluding 1.
    pub fn share(&mut self) -> f64 {
        self.0.random::<f64>()
    }

    /// A uniform number from 0 to `u64::MAX`.
    pub fn number(&mut self) -> u64 {
        self.0.random::<u64>()
    }

    /// An exponential number with mean 1.
    pub fn exponential(&mut self) -> f64 {
        -(1.0 - self.share()).ln()
    }

    /// A normal number with mean 0 and deviation 1, from two uniform draws (Box and Muller).
    pub fn normal(&mut self) -> f64 {
        let radius = (2.0 * self.exponential()).sqrt();
        radius * (std::f64::consts::TAU * self.share()).cos()
    }
}

/// A hash (FNV-1a), so that streams differ. std's hasher could change between versions of Rust.
fn mixed(text: &str) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325_u64;
    text.bytes().fold(start, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}
