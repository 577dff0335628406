//! The content of a job: text, so that a person who inspects the queue can read it.

/// The text of one job, `size` bytes of ASCII: its number, its producer, and dots as padding.
///
/// Other characters in the producer's name become question marks, so that each takes one byte.
pub fn text(number: u64, producer: &str, size: usize) -> Vec<u8> {
    let ascii = |c: char| if c.is_ascii() { c as u8 } else { b'?' };
    let mut text: Vec<u8> = format!("job {number} of {producer} ").chars().map(ascii).collect();
    text.resize(size, b'.');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_text_is_filled_up() {
        assert_eq!(text(17, "producer-1", 30), b"job 17 of producer-1 .........");
    }

    #[test]
    fn a_long_text_is_cut() {
        assert_eq!(text(17, "producer-1", 6), b"job 17");
    }

    #[test]
    fn a_foreign_name_keeps_the_size() {
        assert_eq!(text(1, "zürich", 18), b"job 1 of z?rich ..");
    }
}
