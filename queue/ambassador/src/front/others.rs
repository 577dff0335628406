//! [`Others`]: the queues to which dead messages go.

use std::fmt::Debug;
use std::pin::Pin;

use broker::QueueName;
use bytes::Bytes;

use crate::error::Failure;

/// The pending end of [`Others::deliver`].
pub type Delivering<'a> = Pin<Box<dyn Future<Output = Result<(), Failure>> + Send + 'a>>;

/// All queues, as one of them knows the others.
pub trait Others: Debug + Send + Sync {
    /// Publishes a message of another queue. If the target knows keys, only once for each key.
    ///
    /// # Errors
    /// When the target's upstream fails, or the target is in memory and full.
    fn deliver<'a>(&'a self, to: &'a QueueName, body: Bytes, key: &'a str) -> Delivering<'a>;
}
