//! Queue names and receipts.

use broker::{QueueName, Receipt};

/// A name is 1 to 80 of a few characters, and is parsed unchanged.
pub fn names(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let fits = |c: char| c.is_ascii_alphanumeric() || ['_', '-', '.'].contains(&c);
    let is_name = (1..=80).contains(&text.chars().count()) && text.chars().all(fits);
    match text.parse::<QueueName>() {
        Ok(name) => assert!(is_name && name.as_str() == text, "{text:?} is accepted"),
        Err(error) => {
            assert!(!is_name, "{text:?} is refused");
            assert!(error.to_string().len() < 2_000, "the refusal is short");
        }
    }
}

/// A receipt has one spelling.
pub fn receipts(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(receipt) = text.parse::<Receipt>() {
        assert_eq!(receipt.to_string(), text);
        let mut parts = text.split('-').map(str::len);
        assert_eq!((parts.nth(2), parts.next()), (Some(8), None), "{text}");
    }
}
