//! What a queue can do, as `GET` on the queue reports it.

use serde::{Serialize, Serializer};

/// Whether a queue can do one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Can {
    /// As the API documents it.
    Yes,
    /// Not at all: a call that needs it is answered with 501.
    No,
    /// In part, or in another way, which the word names.
    Partly(&'static str),
}

impl Can {
    /// Whether a call that needs it works at all.
    pub fn is_possible(self) -> bool {
        self != Can::No
    }
}

impl Serialize for Can {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Can::Yes => serializer.serialize_bool(true),
            Can::No => serializer.serialize_bool(false),
            Can::Partly(word) => serializer.serialize_str(word),
        }
    }
}

/// What a queue can do. In JSON each is true, false, or a word that names the difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Capabilities {
    /// A worker can extend its lease.
    pub extend: Can,
    /// A message can be handed back without counting the attempt.
    pub release: Can,
    /// A nack can hide its message for a while.
    pub nack_delay: Can,
    /// A publish can hide its messages for a while.
    pub publish_delay: Can,
    /// A batch is published as a whole or not at all.
    pub whole_batches: Can,
    /// A receipt is refused once its delivery is over.
    pub fencing: Can,
    /// The queue counts its messages.
    pub totals: Can,
    /// The queue knows the age of its oldest message.
    pub oldest_age: Can,
    /// A message that was not done after its last attempt is given up.
    pub dead_letters: Can,
    /// A publish with a key can be repeated.
    pub idempotency: Can,
    /// The queue lists its workers and can retire them.
    pub workers: Can,
    /// Messages can be seen without receiving them.
    pub peek: Can,
    /// All messages can be deleted.
    pub purge: Can,
    /// Receives can be stopped for a while.
    pub pause: Can,
    /// Dead messages can be sent back.
    pub redrive: Can,
}

impl Capabilities {
    /// Everything, as this program's own queues can do it.
    pub const ALL: Capabilities = Capabilities {
        extend: Can::Yes,
        release: Can::Yes,
        nack_delay: Can::Yes,
        publish_delay: Can::Yes,
        whole_batches: Can::Yes,
        fencing: Can::Yes,
        totals: Can::Yes,
        oldest_age: Can::Yes,
        dead_letters: Can::Yes,
        idempotency: Can::Yes,
        workers: Can::Yes,
        peek: Can::Yes,
        purge: Can::Yes,
        pause: Can::Yes,
        redrive: Can::Yes,
    };
}
