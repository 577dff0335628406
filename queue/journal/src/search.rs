//! Searches for valid batches after a damaged batch.
//!
//! A client could publish a body that makes this search slow: at every position it has the head of
//! a batch, and each head claims all bytes after it. So the checksum of a possible batch is
//! computed from checksums of prefixes, which takes the same short time for any length.

use crc32fast::Hasher;

use crate::frame::BATCH_HEAD;

/// Returns the first position in `bytes` at which a complete batch with a higher number than
/// `before` begins, or with any number if `before` is `None`. The bytes follow a damaged batch. If
/// a batch is found in them, the damaged batch was not the last one.
pub(crate) fn find_later(salt: u64, before: Option<u64>, bytes: &[u8]) -> Option<usize> {
    let sums = Sums::of(salt, bytes);
    (0..bytes.len().saturating_sub(BATCH_HEAD)).find(|at| {
        let field = bytes[at + 8..at + 16].try_into().map_or(0, u64::from_le_bytes);
        // Batches have consecutive numbers, so the number is highest if all batches before `at` are
        // empty. No smaller limit is safe: one damaged block may hold hundreds of batches.
        let most = before.map(|before| before.saturating_add(2 + (at / BATCH_HEAD) as u64));
        let is_later = field > before.unwrap_or(0) && most.is_none_or(|most| field <= most);
        is_later && sums.is_batch(*at)
    })
}

/// The searched bytes, and checksums of their prefixes.
struct Sums<'a> {
    bytes: &'a [u8],
    /// The checksum of the salt alone.
    salt: u32,
    /// The checksums of all prefixes whose length is a multiple of [`STEP`].
    every: Vec<u32>,
}

/// The distance in bytes between two stored checksums.
const STEP: usize = 256;

impl<'a> Sums<'a> {
    fn of(salt: u64, bytes: &'a [u8]) -> Sums<'a> {
        let mut all = Hasher::new();
        let mut every = vec![0];
        for part in bytes.chunks(STEP) {
            all.update(part);
            every.push(all.clone().finalize());
        }
        Sums { bytes, salt: crc32fast::hash(&salt.to_le_bytes()), every }
    }

    /// The checksum of the first `at` bytes.
    fn up_to(&self, at: usize) -> u32 {
        let mut sum = Hasher::new_with_initial(self.every[at / STEP]);
        sum.update(&self.bytes[at / STEP * STEP..at]);
        sum.finalize()
    }

    /// Whether a complete batch begins at the position `at`.
    fn is_batch(&self, at: usize) -> bool {
        let field = |at: usize| {
            let bytes = self.bytes.get(at..at + 4)?;
            bytes.try_into().ok().map(u32::from_le_bytes)
        };
        let (Some(crc), Some(len)) = (field(at), field(at + 4)) else { return false };
        let end = at + BATCH_HEAD + len as usize;
        if end > self.bytes.len() {
            return false;
        }
        // CRC of two joined parts: the first's, shifted by the second's length, XOR the second's.
        let summed = at + 4;
        let begin = self.salt ^ self.up_to(summed);
        moved(begin, end - summed) ^ self.up_to(end) == crc
    }
}

/// Shifts a checksum by `len` bytes, as needed before it is combined with the checksum of those.
fn moved(sum: u32, len: usize) -> u32 {
    let mut moved = Hasher::new_with_initial(sum);
    moved.combine(&Hasher::new_with_initial_len(0, len as u64));
    moved.finalize()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::frame::tests::sealed;

    #[test]
    fn a_complete_batch_after_a_damaged_one_is_found() {
        let mut bytes = b"what was here is gone".to_vec();
        let at = bytes.len();
        bytes.extend(sealed(7, 12, b"whole"));
        assert_eq!(find_later(7, Some(11), &bytes), Some(at));
        assert_eq!(find_later(7, None, &bytes), Some(at), "the number before is unknown");
        assert_eq!(find_later(7, Some(12), &bytes), None, "it is not later");
        assert_eq!(find_later(7, Some(1), &bytes), None, "so many batches do not fit before it");
        assert_eq!(find_later(8, Some(11), &bytes), None, "it is another segment's");
    }

    #[test]
    fn a_batch_of_any_length_is_found_at_any_place() {
        for place in [0, 1, 239, 240, 255, 256, 700] {
            for len in [1, 200, 241, 256, 5000] {
                let whole = sealed(7, 2, &vec![b'x'; len]);
                let bytes = [vec![b'y'; place], whole, b"more".to_vec()].concat();
                assert_eq!(find_later(7, Some(0), &bytes), Some(place), "{len} bytes");
            }
        }
    }

    #[test]
    fn valid_batches_after_a_damaged_block_of_small_ones_are_found() {
        let batches = (1..=400).flat_map(|number| sealed(7, number, b"x"));
        let mut bytes: Vec<u8> = batches.collect();
        bytes[..4096].fill(0);
        assert_eq!(find_later(7, Some(0), &bytes[1..]), Some(4096));
    }

    #[test]
    fn heads_published_to_slow_the_search_down_do_not() {
        /// Three times the duration that was measured on a busy machine. Reading all bytes for each
        /// head would take many minutes.
        const LONGEST: Duration = Duration::from_secs(13);
        let count = (2 << 20) / BATCH_HEAD;
        let head = |n: usize| {
            let len = ((count - n - 1) * BATCH_HEAD) as u64;
            [(len << 32).to_le_bytes(), 1u64.to_le_bytes()].concat()
        };
        let bytes: Vec<u8> = (0..count).flat_map(head).collect();
        let began = Instant::now();
        assert_eq!(find_later(7, Some(0), &bytes), None);
        assert!(began.elapsed() < LONGEST, "{:?}", began.elapsed());
    }
}
