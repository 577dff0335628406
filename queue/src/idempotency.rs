//! The header `Idempotency-Key`: a repeated publish with the same key has no effect.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use broker::{Fingerprint, Key, NewMessage, Once};
use ring::digest::{Context, Digest, SHA256, digest};

use crate::api_error::ApiError;

static KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// The maximum length of a key, in characters; the error message repeats the number.
const LONGEST: usize = 255;

/// Returns the key of a call; `None` if the call has none. Quotes around a key are ignored: the
/// draft standard demands them, but most clients omit them.
///
/// # Errors
/// When the header is not a key, or occurs more than once.
pub fn key(headers: &HeaderMap) -> Result<Option<Key>, ApiError> {
    let mut values = headers.get_all(&KEY).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let text = value.as_bytes();
    let quoted = text.strip_prefix(b"\"").and_then(|text| text.strip_suffix(b"\""));
    let text = quoted.unwrap_or(text);
    let fits = (1..=LONGEST).contains(&text.len()) && text.iter().all(u8::is_ascii_graphic);
    if !fits || values.next().is_some() {
        let want = "1 to 255 visible ASCII characters, and occur only once; use a UUID";
        return Err(ApiError::BadArgument(format!("the header Idempotency-Key must have {want}")));
    }
    Ok(Some(Key(half(&digest(&SHA256, text)))))
}

/// Returns the header that marks an answer as repeated from an earlier publish with the same key.
pub fn replayed() -> (HeaderName, HeaderValue) {
    (HeaderName::from_static("idempotent-replayed"), HeaderValue::from_static("true"))
}

/// Returns the key with the batch's fingerprint, which depends on all messages and delays.
pub fn once(key: Key, batch: &[NewMessage]) -> Once {
    let mut all = Context::new(&SHA256);
    for NewMessage { body, delay } in batch {
        all.update(&delay.as_nanos().to_le_bytes());
        all.update(&(body.len() as u64).to_le_bytes());
        all.update(body);
    }
    Once { key, fingerprint: Fingerprint(half(&all.finish())) }
}

/// Returns the first 16 bytes of a SHA-256: enough to make collisions practically impossible.
fn half(digest: &Digest) -> [u8; 16] {
    let mut half = [0; 16];
    half.iter_mut().zip(digest.as_ref()).for_each(|(to, from)| *to = *from);
    half
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn read(values: &[&[u8]]) -> Result<Option<Key>, ApiError> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(&KEY, HeaderValue::from_bytes(value).unwrap());
        }
        key(&headers)
    }

    #[test]
    fn a_key_is_1_to_255_visible_characters_once() {
        let longest = [b'k'; LONGEST];
        let good: [&[u8]; 4] = [b"k", b"~!", b"8e03978e-40d5-43e8-bc93-6894a57f9324", &longest];
        good.iter().for_each(|it| assert!(read(&[it]).unwrap().is_some()));
        assert_eq!(read(&[]), Ok(None));
        let too_long = [b'k'; LONGEST + 1];
        let bad: [&[u8]; 6] = [b"", b"\"\"", b"a b", b"a\tb", "ü".as_bytes(), &too_long];
        bad.iter().for_each(|it| assert!(read(&[it]).is_err(), "{it:?}"));
        assert!(read(&[b"a", b"a"]).is_err());
    }

    #[test]
    fn quotes_around_a_key_are_not_part_of_it() {
        assert_eq!(read(&[b"\"a\""]), read(&[b"a"]));
        assert_ne!(read(&[b"\"a"]), read(&[b"a"]));
    }

    #[test]
    fn other_messages_and_other_delays_have_other_fingerprints() {
        let batch = |bodies: &[&'static str], delay| -> Vec<NewMessage> {
            let delay = Duration::from_millis(delay);
            bodies.iter().map(|body| NewMessage { body: body.as_bytes().into(), delay }).collect()
        };
        let all = [
            batch(&["ab"], 0),
            batch(&["ab"], 1),
            batch(&["a", "b"], 0),
            batch(&["", "ab"], 0),
            batch(&["ab", ""], 0),
            batch(&["b", "a"], 0),
        ];
        for (at, one) in all.iter().enumerate() {
            let same = |other: &Vec<_>| once(Key([0; 16]), other) == once(Key([0; 16]), one);
            assert_eq!(all.iter().position(same), Some(at));
        }
    }
}
