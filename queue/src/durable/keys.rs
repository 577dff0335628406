//! How keys look in the log: beside their messages when these come in, and again where the segment
//! that told of them is to go.

use broker::{Fingerprint, KeptKey, Key, MessageId, Once};
use serde::{Deserialize, Serialize};

/// A key that was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Used {
    key: [u8; 16],
    fingerprint: [u8; 16],
    /// The first of its messages.
    pub(crate) first: u64,
    count: u32,
    /// Milliseconds since 1970.
    at: u64,
}

impl Used {
    /// Whether its messages are so many as a batch may have, below `most`.
    pub(crate) fn fits(&self, most: u64) -> bool {
        /// A line has a byte and its end; a batch has 16 MiB.
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
    fn a_key_of_more_messages_than_a_batch_has_is_none_of_ours() {
        let (key, fingerprint, at) = ([1; 16], [2; 16], 3);
        let used = |first, count| Used { key, fingerprint, first, count, at };
        assert!(used(9, 8 << 20).fits(10));
        assert!(!used(9, u32::MAX).fits(10) && !used(10, 1).fits(10));
    }
}
