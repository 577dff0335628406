//! The receipts that the ambassador gives to workers.

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Allows its holder to end one delivery. As text it is `RUN-NUMBER-ID.UPSTREAM`.
///
/// It carries the upstream's own receipt, because the ambassador forgets its leases when it
/// restarts: a worker that was busy meanwhile can then still ack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The run of the ambassador that gave it.
    pub run: u32,
    /// The number of the delivery in that run.
    pub number: u64,
    /// The message's id.
    pub id: Arc<str>,
    /// The upstream's receipt.
    pub upstream: Arc<str>,
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |part: &str| URL_SAFE_NO_PAD.encode(part);
        let (id, upstream) = (text(&self.id), text(&self.upstream));
        write!(f, "{:08x}-{}-{id}.{upstream}", self.run, self.number)
    }
}

impl Receipt {
    /// Parses a receipt; `None` if the text is not one.
    pub fn parse(text: &str) -> Option<Receipt> {
        let mut parts = text.splitn(3, '-');
        let run = u32::from_str_radix(parts.next()?, 16).ok()?;
        let number = parts.next()?.parse().ok()?;
        let (id, upstream) = parts.next()?.split_once('.')?;
        let part = |text: &str| {
            let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
            String::from_utf8(bytes).ok().map(Arc::from)
        };
        let receipt = Receipt { run, number, id: part(id)?, upstream: part(upstream)? };
        // Each receipt has only one valid text.
        (receipt.to_string() == text).then_some(receipt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn receipt() -> Receipt {
        Receipt { run: 0xbeef, number: 7, id: "a-1".into(), upstream: "x/+= ü".into() }
    }

    #[test]
    fn a_receipt_is_read_from_its_text_which_fits_into_a_path() {
        let text = receipt().to_string();
        assert_eq!(Receipt::parse(&text), Some(receipt()));
        assert!(
            text.bytes().all(|it| it.is_ascii_alphanumeric() || b"-_.".contains(&it)),
            "{text}"
        );
    }

    #[test]
    fn other_texts_are_no_receipts() {
        let good = receipt().to_string();
        let upper = good.replace("beef", "BEEF");
        for text in ["", "1-2-00000007", "x", "-", "0000beef-7-YQ", "0000beef-+7-YQ.YQ", &upper] {
            assert_eq!(Receipt::parse(text), None, "{text}");
        }
    }
}
