//! Bodies of any bytes as the text that SQS takes, and how many fit into one call.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The attribute that says how a body is to be read. Messages of others have none, and are read as
/// they are.
pub(super) const ENCODING: &str = "microscaling.encoding";
const BASE64: &str = "base64";
const EMPTY: &str = "empty";
/// The text of a body of no bytes; SQS takes none without text.
const NOTHING: &str = "-";

/// The most messages, and the most bytes, of one call.
const MOST: usize = 10;
const MOST_BYTES: usize = 256 << 10;

/// A body as SQS takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) text: String,
    /// The value of [`ENCODING`]; `None` if the text is the body.
    pub(super) encoding: Option<&'static str>,
}

impl Written {
    pub(super) fn of(body: &[u8]) -> Written {
        match std::str::from_utf8(body) {
            Ok("") => Written { text: NOTHING.to_owned(), encoding: Some(EMPTY) },
            Ok(text) if text.chars().all(is_taken) => {
                Written { text: text.to_owned(), encoding: None }
            }
            _ => Written { text: STANDARD.encode(body), encoding: Some(BASE64) },
        }
    }

    /// Its bytes, as SQS counts them: also the attribute's name, type and value.
    pub(super) fn size(&self) -> usize {
        let attribute = |value: &str| ENCODING.len() + "String".len() + value.len();
        self.text.len() + self.encoding.map_or(0, attribute)
    }
}

/// The body of a message. If it is not what its attribute says, it is read as it is.
pub(super) fn read(text: &str, encoding: Option<&str>) -> Vec<u8> {
    match encoding {
        Some(EMPTY) => Vec::new(),
        Some(BASE64) => STANDARD.decode(text).unwrap_or_else(|_| text.into()),
        _ => text.into(),
    }
}

/// Whether SQS takes this character in a body.
fn is_taken(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// Divides messages of these sizes into as few calls as fit, in their order; returns how many each
/// call has. One that is too large for any has a call of its own, which SQS refuses.
pub(super) fn calls(sizes: impl IntoIterator<Item = usize>) -> Vec<usize> {
    let (mut calls, mut bytes) = (Vec::new(), 0);
    for size in sizes {
        match calls.last_mut() {
            Some(count) if *count < MOST && bytes + size <= MOST_BYTES => {
                *count += 1;
                bytes += size;
            }
            _ => {
                calls.push(1);
                bytes = size;
            }
        }
    }
    calls
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn text_stays_readable_for_others() {
        let written = Written::of("{\"job\": \"ü\"}\r\n".as_bytes());
        assert_eq!((&written.text[..], written.encoding), ("{\"job\": \"ü\"}\r\n", None));
        for body in [b"\xff".as_slice(), b"a\0b", "\u{ffff}".as_bytes()] {
            assert_eq!(Written::of(body).encoding, Some(BASE64), "{body:?}");
        }
        assert_eq!(Written::of(b"").text, "-");
    }

    #[test]
    fn messages_of_others_are_read_as_they_are() {
        assert_eq!(read("-", None), b"-");
        assert_eq!(read("eA==", None), b"eA==");
        assert_eq!(read("no base64!", Some(BASE64)), b"no base64!");
        assert_eq!(read("text", Some("of others")), b"text");
    }

    #[test]
    fn a_call_has_at_most_ten_messages_and_256_kib() {
        assert_eq!(calls([]), [0; 0]);
        assert_eq!(calls(vec![1; 25]), [10, 10, 5]);
        assert_eq!(calls([200 << 10, 100 << 10, 1, 300 << 10, 1]), [1, 2, 1, 1]);
    }

    proptest! {
        #[test]
        fn a_body_is_read_as_it_was_written(body: Vec<u8>, text: String) {
            for body in [body, text.into_bytes()] {
                let written = Written::of(&body);
                prop_assert!(!written.text.is_empty() && written.text.chars().all(is_taken));
                prop_assert_eq!(read(&written.text, written.encoding), body);
            }
        }
    }
}
