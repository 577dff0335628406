//! The names of queues.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// A queue's name: 1 to 80 of the characters `A-Z a-z 0-9 _ - .`; cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QueueName(Arc<str>);

/// The text is not a valid queue name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a queue's name is 1 to 80 letters, digits, '_', '-' or '.', not {0:?}")]
pub struct BadName(String);

impl QueueName {
    /// The name as text, as URLs contain it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for QueueName {
    type Err = BadName;

    fn from_str(text: &str) -> Result<QueueName, BadName> {
        let fits = |c: u8| c.is_ascii_alphanumeric() || b"_-.".contains(&c);
        if (1..=80).contains(&text.len()) && text.bytes().all(fits) {
            Ok(QueueName(text.into()))
        } else {
            Err(BadName(text.chars().take(100).collect()))
        }
    }
}

impl fmt::Display for QueueName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
