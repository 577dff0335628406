//! What all calls on a queue in NATS share.

use std::time::Duration;

use serde_json::Value;
use tokio::sync::Mutex;

use super::keys::Keys;
use super::link::Link;
use super::returned::Returned;

/// After this time without a sign from the ambassador JetStream delivers a message again. It has
/// one length for all messages, so leases are shorter or longer by hand-backs and renewals.
pub(super) const ACK_WAIT: Duration = Duration::from_secs(30);

#[derive(Debug)]
pub(super) struct Inner {
    /// The queue's name, which is the stream's.
    pub(super) name: String,
    pub(super) link: Link,
    /// What was found or made at the server; `None` until then, and after it is gone.
    pub(super) stream: Mutex<Option<Stream>>,
    pub(super) returned: Returned,
    pub(super) keys: Keys,
}

/// A stream that is there.
#[derive(Debug, Clone)]
pub(super) struct Stream {
    /// Where messages are published; `None` if its subjects are patterns.
    pub(super) subject: Option<String>,
    /// Whether it deletes messages that were acked. Otherwise old ones cannot be told from others.
    pub(super) deletes: bool,
}

impl Stream {
    pub(super) fn of(config: &Value) -> Stream {
        let subjects = config["subjects"].as_array().into_iter().flatten();
        let plain = |subject: &&str| !subject.contains(['*', '>']);
        let subject = subjects.filter_map(Value::as_str).find(plain).map(str::to_owned);
        Stream { subject, deletes: config["retention"] == "workqueue" }
    }
}
