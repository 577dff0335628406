//! How segments and batches look in bytes. All numbers are little-endian.
//!
//! | Segment's head | | Batch | |
//! |---|---|---|---|
//! | 8 bytes | `msqueue1` | 4 bytes | CRC-32 of salt, length, number and bytes |
//! | 8 bytes | its number | 4 bytes | length of its bytes |
//! | 8 bytes | salt | 8 bytes | its number, one more than that of the batch before |
//! | 4 bytes | CRC-32 of these | | its bytes |
//!
//! The salt is another one for each segment and is never told to anyone, so that nobody can publish
//! bytes that look like a batch.

/// What a segment begins with: the format, and its version.
const MAGIC: &[u8; 8] = b"msqueue1";
/// How long a segment's head is, in bytes.
pub const SEGMENT_HEAD: usize = 28;
/// How long a batch's head is, in bytes.
pub const BATCH_HEAD: usize = 16;
/// What an emptied batch keeps, in bytes, for the next one.
const ROOM: usize = 1 << 20;
/// A batch has at most so many bytes.
pub const MAX_BATCH: usize = 1 << 30;

/// A segment's head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The segment's number.
    pub number: u64,
    /// What its batches' checksums begin with.
    pub salt: u64,
}

impl Head {
    /// Its bytes.
    pub fn encode(&self) -> [u8; SEGMENT_HEAD] {
        let mut bytes = [0; SEGMENT_HEAD];
        bytes[..8].copy_from_slice(MAGIC);
        bytes[8..16].copy_from_slice(&self.number.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.salt.to_le_bytes());
        let crc = crc32fast::hash(&bytes[..24]);
        bytes[24..].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    /// The head that `bytes` begin with, if they do.
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

/// A batch that is being filled, with room for its head in front, so that it is one write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing(Vec<u8>);

impl Default for Outgoing {
    fn default() -> Outgoing {
        Outgoing(vec![0; BATCH_HEAD])
    }
}

impl Outgoing {
    /// An empty one with room for so many bytes.
    pub fn with_capacity(bytes: usize) -> Outgoing {
        let mut buffer = Vec::with_capacity(BATCH_HEAD + bytes);
        buffer.resize(BATCH_HEAD, 0);
        Outgoing(buffer)
    }

    /// Its bytes up to now.
    pub fn bytes(&self) -> &[u8] {
        &self.0[BATCH_HEAD..]
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.len() == BATCH_HEAD
    }

    /// Writes behind what is there.
    pub fn extend_from_slice(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// Cuts it to its first `len` bytes.
    pub fn truncate(&mut self, len: usize) {
        self.0.truncate(BATCH_HEAD + len);
    }

    /// Empties it, and keeps its room, if that is not large.
    pub fn clear(&mut self) {
        self.truncate(0);
        self.0.shrink_to(ROOM);
    }

    /// Writes the head, and gives all that is to be written.
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

/// A batch that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Batch<'a> {
    /// Its number.
    pub number: u64,
    /// Its bytes.
    pub bytes: &'a [u8],
}

impl<'a> Batch<'a> {
    /// The batch that `bytes` begin with, if they begin with a whole one.
    pub fn decode(salt: u64, bytes: &'a [u8]) -> Option<Batch<'a>> {
        let head = bytes.get(..BATCH_HEAD)?;
        let crc = u32::from_le_bytes(head[..4].try_into().ok()?);
        let len = u32::from_le_bytes(head[4..8].try_into().ok()?) as usize;
        let number = u64::from_le_bytes(head[8..].try_into().ok()?);
        let bytes = bytes.get(BATCH_HEAD..BATCH_HEAD.checked_add(len)?)?;
        (checksum(salt, &head[4..], bytes) == crc).then_some(Batch { number, bytes })
    }

    /// How long it is with its head.
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
    fn a_batch_comes_back_from_its_bytes_and_no_bit_of_it_may_change() {
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
    fn a_head_comes_back_from_its_bytes_and_no_bit_of_it_may_change() {
        let head = Head { number: 5, salt: 9 };
        assert_eq!(Head::decode(&head.encode()), Some(head));
        for bit in 0..8 * SEGMENT_HEAD {
            let mut bad = head.encode();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Head::decode(&bad), None, "bit {bit}");
        }
    }
}
