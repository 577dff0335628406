//! Reads YAML values into Rust types, with a message for each value that does not fit.

use std::fmt;

use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;
use serde_yaml::Value;

use super::document::Document;
use super::step::{Step, at};

/// A value that has the wrong type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// The path to the value.
    pub path: Vec<Step>,
    /// What is wrong with the value, and the fix: `is 5; it must be text: write "5"`.
    pub text: String,
    /// Whether `text` needs the path as its subject, like "is 5"; otherwise it is a whole sentence.
    pub is_of_value: bool,
}

/// Writes the path and then the message.
impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Misfit { path, text, is_of_value } = self;
        match (path.is_empty(), is_of_value) {
            (true, _) => f.write_str(text),
            (false, true) => write!(f, "{} {text}", shown(path)),
            (false, false) => write!(f, "{}: {text}", shown(path)),
        }
    }
}

/// Reads a value into a Rust type.
///
/// # Errors
/// Returns the first part of the value that does not fit the type.
pub fn typed<T: DeserializeOwned>(value: &Value) -> Result<T, Misfit> {
    serde_path_to_error::deserialize(value.clone()).map_err(|error| {
        let path = steps(error.path());
        misfit(value, path, &error.inner().to_string())
    })
}

impl Document {
    /// Reads the whole document into a Rust type.
    ///
    /// # Errors
    /// Returns the line of the first part that does not fit the type, and the message for it.
    pub fn typed<T: DeserializeOwned>(&self) -> Result<T, super::step::Bad> {
        typed(&self.value).map_err(|misfit| {
            let (line, text) = (self.line(&misfit.path), misfit.to_string());
            super::step::Bad { line, text }
        })
    }
}

/// A path in its usual form: `spec.containers[0].name`.
pub fn shown(path: &[Step]) -> String {
    path.iter().fold(String::new(), |text, step| match step {
        Step::Key(key) if text.is_empty() => key.clone(),
        Step::Key(key) => format!("{text}.{key}"),
        Step::Item(item) => format!("{text}[{item}]"),
    })
}

/// The message for a value that is not of the `wanted` type, with the fix if the fix is simple.
pub fn must_be(value: &Value, wanted: &str) -> String {
    let is = in_words(value);
    let fix = match (wanted, value) {
        ("text", Value::Bool(_) | Value::Number(_)) => format!("text: write \"{is}\" in quotes"),
        ("text", Value::Null) => "text: write \"\" for no text".to_owned(),
        (_, Value::String(text)) if is_number(wanted, text) => {
            format!("{wanted}: write {text} without quotes")
        }
        ("true or false", Value::String(text)) if text == "true" || text == "false" => {
            format!("{wanted}: write {text} without quotes")
        }
        _ => wanted.to_owned(),
    };
    format!("is {is}; it must be {fix}")
}

/// Whether a quoted text would be a number of the wanted type without its quotes.
fn is_number(wanted: &str, text: &str) -> bool {
    match wanted {
        "a number" => text.parse::<f64>().is_ok(),
        "a whole number" => text.parse::<i64>().is_ok(),
        "a whole number, 0 or more" => text.parse::<u64>().is_ok(),
        _ => false,
    }
}

fn in_words(value: &Value) -> String {
    match value {
        Value::Null => "empty".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(value) => value.to_string(),
        Value::String(text) => format!("{text:?}"),
        Value::Sequence(_) => "a list".to_owned(),
        Value::Mapping(_) => "a map".to_owned(),
        Value::Tagged(_) => "a value with a tag".to_owned(),
    }
}

fn steps(path: &serde_path_to_error::Path) -> Vec<Step> {
    let step = |segment: &Segment| match segment {
        Segment::Seq { index } => Some(Step::Item(*index)),
        Segment::Map { key } => Some(Step::Key(key.clone())),
        Segment::Enum { .. } | Segment::Unknown => None,
    };
    path.iter().filter_map(step).collect()
}

fn misfit(value: &Value, mut path: Vec<Step>, message: &str) -> Misfit {
    let by_itself = |path, text: &str| {
        let text = text.replace('\n', " ");
        Misfit { path, text, is_of_value: false }
    };
    if let Some(rest) = message.strip_prefix("missing field `") {
        let key = rest.split('`').next().unwrap_or_default();
        return by_itself(path, &format!("the key {key} is missing"));
    }
    if message.starts_with("unknown field") {
        let key = message.split('`').nth(1).unwrap_or_default();
        if path.last() != Some(&key.into()) {
            path.push(key.into());
        }
        return by_itself(path, message);
    }
    let wrong = message.strip_prefix("invalid type: ").or(message.strip_prefix("invalid value: "));
    let wanted = wrong.and_then(|wrong| wrong.split(", expected ").nth(1));
    let found = at(value, &path);
    match (wanted, found) {
        (Some(wanted), Some(found)) => {
            let text = must_be(found, plain(wanted));
            Misfit { path, text, is_of_value: true }
        }
        _ => by_itself(path, message),
    }
}

/// Converts Serde's name for an expected type to words that users understand.
pub(crate) fn plain(wanted: &str) -> &str {
    match wanted {
        "a string" | "string" | "a borrowed string" => "text",
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number, 0 or more",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        "a boolean" => "true or false",
        "a sequence" | "a list" => "a list",
        "a map" => "a map",
        // Serde names a structure by its Rust type.
        name if name.starts_with("struct ") || name.starts_with(char::is_uppercase) => "a map",
        other => other,
    }
}
