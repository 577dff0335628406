//! The keys of idempotent publishes as the log stores them.

use broker::{Fingerprint, KeptKey, Key, MessageId, Once};
use serde::{Deserialize, Serialize};

/// A remembered key; the fields are those of [`KeptKey`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Used {
    key: [u8; 16],
    fingerprint: [u8; 16],
    /// The id of the first message published with the key.
    pub(crate) first: u64,
    count: u32,
    /// When the messages were published, in milliseconds since 1970.
    at: u64,
}

impl Used {
    /// Whether the values are possible: the first id is below `most`, and a batch may have `count`
    /// messages.
    pub(crate) fn fits(&self, most: u64) -> bool {
        /// The maximum number of messages in a batch of 16 MiB: a line takes at least 2 bytes.
        const BATCH: u32 = 8 << 20;
        self.first < most && self.count <= BATCH
    }
}

impl From<KeptKey> for Used {
    fn from(kept: KeptKey) -> Used {
        let KeptKey { once, first, count, at } = kept;
        let (key, fingerprint) = (once.key.0, once.fingerprint.0);
        Used { key, fingerprint, first: first.0, count, at }
    }
}

impl From<Used> for KeptKey {
    fn from(used: Used) -> KeptKey {
        let Used { key, fingerprint, first, count, at } = used;
        let once = Once { key: Key(key), fingerprint: Fingerprint(fingerprint) };
        KeptKey { once, first: MessageId(first), count, at }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_more_messages_than_fit_in_a_batch_is_refused() {
        let (key, fingerprint, at) = ([1; 16], [2; 16], 3);
        let used = |first, count| Used { key, fingerprint, first, count, at };
        assert!(used(9, 8 << 20).fits(10));
        assert!(!used(9, u32::MAX).fits(10) && !used(10, 1).fits(10));
    }
}
