//! The settings of a queue.

use std::time::Duration;

use crate::name::QueueName;

/// The upper limit of `max_message_bytes`: 16 MiB.
pub const MAX_MESSAGE_BYTES: usize = 16 << 20;
/// The longest lease: 12 hours.
pub const MAX_LEASE: Duration = Duration::from_secs(12 * 60 * 60);

/// The upper limit of `max_age`: 365 days.
pub const MAX_AGE: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// A queue's settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// How long a lease lasts, unless the receive asks for another time.
    pub lease: Duration,
    /// The number of deliveries without an ack after which a message is dead.
    pub max_attempts: u32,
    /// The queue that gets dead messages; `None` means that they are dropped and counted.
    pub dead_letter_queue: Option<QueueName>,
    /// The maximum number of messages in the queue, including accepted but uncommitted messages.
    pub max_depth: usize,
    /// The maximum size of all bodies together in bytes, including
    /// [`KEY_BYTES`](crate::keys::KEY_BYTES) for each remembered key.
    pub max_bytes: u64,
    /// The maximum size of one body in bytes.
    pub max_message_bytes: usize,
    /// How long after its publish a ready message expires; `None` means never.
    pub max_age: Option<Duration>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            lease: Duration::from_secs(30),
            max_attempts: 5,
            dead_letter_queue: None,
            max_depth: 100_000,
            max_bytes: 64 << 20,
            max_message_bytes: 1 << 20,
            max_age: None,
        }
    }
}

/// The reason why settings were refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// The lease is zero or longer than [`MAX_LEASE`].
    #[error("lease_s must be more than 0 and at most 43200")]
    Lease,
    /// `max_age` is zero or longer than [`MAX_AGE`].
    #[error("max_age_s must be more than 0 and at most 31536000, or null for any age")]
    Age,
    /// A limit is zero, so that the queue could hold or deliver nothing.
    #[error("{0} must be at least 1")]
    Zero(&'static str),
    /// `max_message_bytes` is over [`MAX_MESSAGE_BYTES`].
    #[error("max_message_bytes is at most {MAX_MESSAGE_BYTES}; publish a link to larger data")]
    MessageBytes,
    /// Dead messages would come back to the queue where they died.
    #[error("dead_letter_queue {0} leads back to this queue; name one that does not")]
    Circle(QueueName),
}

impl Settings {
    /// Checks that each setting is in its range.
    ///
    /// # Errors
    /// When a setting is out of its range.
    pub fn check(&self) -> Result<(), SettingsError> {
        check_lease(self.lease)?;
        let at_least_one = [
            ("max_attempts", self.max_attempts == 0),
            ("max_depth", self.max_depth == 0),
            ("max_bytes", self.max_bytes == 0),
            ("max_message_bytes", self.max_message_bytes == 0),
        ];
        if self.max_age.is_some_and(|age| age.is_zero() || age > MAX_AGE) {
            return Err(SettingsError::Age);
        }
        if self.max_message_bytes > MAX_MESSAGE_BYTES {
            return Err(SettingsError::MessageBytes);
        }
        match at_least_one.iter().find(|(_, zero)| *zero) {
            Some((name, _)) => Err(SettingsError::Zero(name)),
            None => Ok(()),
        }
    }
}

/// Checks the length of a lease.
///
/// # Errors
/// When the lease is zero or longer than [`MAX_LEASE`].
pub fn check_lease(lease: Duration) -> Result<(), SettingsError> {
    if lease.is_zero() || lease > MAX_LEASE { Err(SettingsError::Lease) } else { Ok(()) }
}
