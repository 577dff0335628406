//! What a queue can be told.

use std::time::Duration;

use crate::name::QueueName;

/// The longest lease: half a day.
pub const MAX_LEASE: Duration = Duration::from_secs(12 * 60 * 60);

/// A queue's settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// How long a delivery belongs to its receiver, unless it asks otherwise.
    pub lease: Duration,
    /// After how many deliveries a message that is still not done is dead.
    pub max_attempts: u32,
    /// Where dead messages go; without it they are dropped and counted.
    pub dead_letter_queue: Option<QueueName>,
    /// How many messages the queue holds, whether ready, delayed or in flight.
    pub max_depth: usize,
    /// The largest body in bytes.
    pub max_message_bytes: usize,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            lease: Duration::from_secs(30),
            max_attempts: 5,
            dead_letter_queue: None,
            max_depth: 100_000,
            max_message_bytes: 1 << 20,
        }
    }
}

/// Why settings were refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// The lease is zero or longer than [`MAX_LEASE`].
    #[error("lease_s must be more than 0 and at most 43200")]
    Lease,
    /// A limit is zero, so that the queue could hold or deliver nothing.
    #[error("{0} must be at least 1")]
    Zero(&'static str),
    /// Dead messages would come back to where they died.
    #[error("dead_letter_queue {0} leads back to this queue; name one that does not")]
    Circle(QueueName),
}

impl Settings {
    /// Checks each setting by itself.
    ///
    /// # Errors
    /// The first setting that is out of its range.
    pub fn check(&self) -> Result<(), SettingsError> {
        check_lease(self.lease)?;
        let at_least_one = [
            ("max_attempts", self.max_attempts == 0),
            ("max_depth", self.max_depth == 0),
            ("max_message_bytes", self.max_message_bytes == 0),
        ];
        match at_least_one.iter().find(|(_, zero)| *zero) {
            Some((name, _)) => Err(SettingsError::Zero(name)),
            None => Ok(()),
        }
    }
}

/// Checks a lease that a receiver asks for.
///
/// # Errors
/// When it is zero or longer than [`MAX_LEASE`].
pub fn check_lease(lease: Duration) -> Result<(), SettingsError> {
    if lease.is_zero() || lease > MAX_LEASE { Err(SettingsError::Lease) } else { Ok(()) }
}
