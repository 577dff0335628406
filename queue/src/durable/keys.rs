//! Keys in the log: beside their messages, and again when the segment that holds them is deleted.

use broker::{Fingerprint, KeptKey, Key, MessageId, Once};
use serde::{Deserialize, Serialize};

/// A remembered key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Used {
    key: [u8; 16],
    fingerprint: [u8; 16],
    /// The id of the first of its messages.
    pub(crate) first: u64,
    count: u32,
    /// Milliseconds since 1970.
    at: u64,
}

impl Used {
    /// Whether the count of its messages is possible for a batch, and all their ids are below
    /// `most`.
    pub(crate) fn fits(&self, most: u64) -> bool {
        /// A line takes one byte and its line break; a batch has at most 16 MiB.
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
