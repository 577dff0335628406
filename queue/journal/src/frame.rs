//! The byte format of segments and batches. All numbers are little-endian.
//!
//! | Segment's head | | Batch | |
//! |---|---|---|---|
//! | 8 bytes | `msqueue1` | 4 bytes | CRC-32 of salt, length, number and contents |
//! | 8 bytes | number of the segment | 4 bytes | length of the contents |
//! | 8 bytes | salt | 8 bytes | number of the batch, one more than the batch before |
//! | 4 bytes | CRC-32 of the 24 bytes before | the rest | contents |
//!
//! A salt is a random number, different for each segment and never shown to clients. So no client
//! can publish bytes that look like a batch.

/// The first bytes of a segment: the name of the format, and its version.
const MAGIC: &[u8; 8] = b"msqueue1";
/// The length of a segment's head, in bytes.
pub const SEGMENT_HEAD: usize = 28;
/// The length of a batch's head, in bytes.
pub const BATCH_HEAD: usize = 16;
/// The maximum capacity in bytes that a batch keeps when it is cleared for reuse.
const ROOM: usize = 1 << 20;
/// The longest batch, in bytes.
pub const MAX_BATCH: usize = 1 << 30;

/// The head of a segment.
#[allow(missing_docs)] // the names say it
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    pub number: u64,
    /// A random number. The checksum of each batch in this segment begins with it.
    pub salt: u64,
}

impl Head {
    /// Returns the bytes of the head on the disk.
    pub fn encode(&self) -> [u8; SEGMENT_HEAD] {
        let mut bytes = [0; SEGMENT_HEAD];
        bytes[..8].copy_from_slice(MAGIC);
        bytes[8..16].copy_from_slice(&self.number.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.salt.to_le_bytes());
        let crc = crc32fast::hash(&bytes[..24]);
        bytes[24..].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    /// Decodes the head at the start of `bytes`; `None` if it is not valid.
    pub fn decode(bytes: &[u8]) -> Option<Head> {
        let bytes = bytes.get(..SEGMENT_HEAD)?;
        let crc = u32::from_le_bytes(bytes[24..].try_into().ok()?);
        if &bytes[..8] != MAGIC || crc32fast::hash(&bytes[..24]) != crc {
            return None;
        }
        let number = u64::from_le_bytes(bytes[8..16].try_into().ok()?);
        let salt = u64::from_le_bytes(bytes[16..24].try_into().ok()?);
        Some(Head { number, salt })
    }
}

/// A batch that is being filled. Its buffer includes the head, so that one write is enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing(Vec<u8>);

impl Default for Outgoing {
    fn default() -> Outgoing {
        Outgoing(vec![0; BATCH_HEAD])
    }
}

impl Outgoing {
    /// An empty batch with capacity for `bytes`.
    pub fn with_capacity(bytes: usize) -> Outgoing {
        let mut buffer = Vec::with_capacity(BATCH_HEAD + bytes);
        buffer.resize(BATCH_HEAD, 0);
        Outgoing(buffer)
    }

    /// The contents so far.
    pub fn bytes(&self) -> &[u8] {
        &self.0[BATCH_HEAD..]
    }

    /// Whether the batch has no contents.
    pub fn is_empty(&self) -> bool {
        self.0.len() == BATCH_HEAD
    }

    /// Appends bytes.
    pub fn extend_from_slice(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// Shortens the contents to the first `len` bytes.
    pub fn truncate(&mut self, len: usize) {
        self.0.truncate(BATCH_HEAD + len);
    }

    /// Clears the contents, and keeps at most 1 MiB of the capacity.
    pub fn clear(&mut self) {
        self.truncate(0);
        self.0.shrink_to(ROOM);
    }

    /// Fills in the batch's head; returns head and contents as they are written to the disk.
    pub(crate) fn seal(&mut self, salt: u64, number: u64) -> &[u8] {
        let (head, bytes) = self.0.split_at_mut(BATCH_HEAD);
        head[4..8].copy_from_slice(&(bytes.len() as u32).to_le_bytes());
        head[8..].copy_from_slice(&number.to_le_bytes());
        let crc = checksum(salt, &head[4..], bytes);
        head[..4].copy_from_slice(&crc.to_le_bytes());
        &self.0
    }
}

impl std::io::Write for Outgoing {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn checksum(salt: u64, head: &[u8], bytes: &[u8]) -> u32 {
    let mut crc = crc32fast::Hasher::new();
    crc.update(&salt.to_le_bytes());
    crc.update(head);
    crc.update(bytes);
    crc.finalize()
}

/// A batch that was read from a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Batch<'a> {
    /// The number of the batch, one more than the number of the batch before.
    pub number: u64,
    /// The contents, without the head.
    pub bytes: &'a [u8],
}

impl<'a> Batch<'a> {
    /// Decodes the batch at the start of `bytes`; `None` if it is incomplete or not valid.
    pub fn decode(salt: u64, bytes: &'a [u8]) -> Option<Batch<'a>> {
        let head = bytes.get(..BATCH_HEAD)?;
        let crc = u32::from_le_bytes(head[..4].try_into().ok()?);
        let len = u32::from_le_bytes(head[4..8].try_into().ok()?) as usize;
        let number = u64::from_le_bytes(head[8..].try_into().ok()?);
        let bytes = bytes.get(BATCH_HEAD..BATCH_HEAD.checked_add(len)?)?;
        (checksum(salt, &head[4..], bytes) == crc).then_some(Batch { number, bytes })
    }

    /// The length of the batch including its head, in bytes.
    pub fn len_with_head(&self) -> usize {
        BATCH_HEAD + self.bytes.len()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn sealed(salt: u64, number: u64, bytes: &[u8]) -> Vec<u8> {
        let mut outgoing = Outgoing::default();
        outgoing.extend_from_slice(bytes);
        outgoing.seal(salt, number).to_vec()
    }

    #[test]
    fn a_batch_is_decoded_from_its_bytes_and_any_flipped_bit_is_noticed() {
        let mut bytes = sealed(7, 3, b"hello");
        bytes.extend(b" and more");
        let batch = Batch::decode(7, &bytes);
        assert_eq!(batch, Some(Batch { number: 3, bytes: b"hello" }));
        for bit in 0..8 * (BATCH_HEAD + 5) {
            let mut bad = bytes.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Batch::decode(7, &bad), None, "bit {bit}");
        }
        assert_eq!(Batch::decode(8, &bytes), None, "another segment's");
    }

    #[test]
    fn a_head_is_decoded_from_its_bytes_and_any_flipped_bit_is_noticed() {
        let head = Head { number: 5, salt: 9 };
        assert_eq!(Head::decode(&head.encode()), Some(head));
        for bit in 0..8 * SEGMENT_HEAD {
            let mut bad = head.encode();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Head::decode(&bad), None, "bit {bit}");
        }
    }
}
