//! The texts that the pages show. All of them are in `shell/english.js`, which the pages' modules
//! import, and which is read here for the HTML. So a translation is one file.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// A JavaScript module that exports one JSON object: a text by its key.
const ENGLISH: &str = include_str!("shell/english.js");

static PHRASES: LazyLock<BTreeMap<String, String>> = LazyLock::new(read);

/// The text of a key. A test holds that every key of the pages has a text; a key without one is
/// shown as it is.
pub fn phrase(key: &'static str) -> &'static str {
    PHRASES.get(key).map_or(key, String::as_str)
}

/// All keys.
#[cfg(test)]
pub fn all() -> impl Iterator<Item = &'static str> {
    PHRASES.keys().map(String::as_str)
}

fn read() -> BTreeMap<String, String> {
    let json = ENGLISH.find('{').zip(ENGLISH.rfind('}'));
    let json = json.map_or("{}", |(begin, end)| &ENGLISH[begin..=end]);
    serde_json::from_str(json).unwrap_or_default()
}
