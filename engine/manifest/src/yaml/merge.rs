//! Expands merge keys: `<<: *other` adds the keys of another map to a map, and `<<: [*a, *b]` those
//! of several maps. A map's own keys override merged keys, and earlier maps of a list override
//! later maps. A `"<<"` in quotes is an ordinary key.

use std::slice;

use serde_yaml::{Mapping, Value};

use super::place;
use super::step::{Bad, Step, child, way};

pub(super) const KEY: &str = "<<";

/// Expands the merge keys in a document's value.
///
/// # Errors
/// When the value of a merge key is not a map or a list of maps.
pub(super) fn meaning(written: &Value, text: &str, number: usize) -> Result<Value, Bad> {
    // Each search for quotes reads the whole text, so it is skipped for texts without quoted `<<`.
    let has_quoted = text.contains("\"<<\"") || text.contains("'<<'");
    let mut reader = Merger { text, number, has_quoted, path: Vec::new() };
    reader.merged(written)
}

struct Merger<'a> {
    text: &'a str,
    number: usize,
    has_quoted: bool,
    path: Vec<Step>,
}

impl Merger<'_> {
    fn merged(&mut self, value: &Value) -> Result<Value, Bad> {
        match value {
            Value::Mapping(map) => Ok(Value::Mapping(self.map(map)?)),
            Value::Sequence(items) => {
                let items = items.iter().enumerate();
                let items = items.map(|(i, item)| self.below(Step::Item(i), item));
                Ok(Value::Sequence(items.collect::<Result<_, _>>()?))
            }
            other => Ok(other.clone()),
        }
    }

    fn below(&mut self, step: Step, value: &Value) -> Result<Value, Bad> {
        self.path.push(step);
        let merged = self.merged(value);
        self.path.pop();
        merged
    }

    fn map(&mut self, map: &Mapping) -> Result<Mapping, Bad> {
        let (mut own, mut brought) = (Mapping::new(), Vec::new());
        for (key, value) in map {
            let step = Step::Key(key.as_str().unwrap_or_default().to_owned());
            let value = self.below(step, value)?;
            if key == KEY && self.is_plain() {
                brought = self.maps(value)?;
            } else {
                own.insert(key.clone(), value);
            }
        }
        for (key, value) in brought.into_iter().flatten() {
            own.entry(key).or_insert(value);
        }
        Ok(own)
    }

    /// Whether the `<<` of the map at `path` has no quotes, so that it is a merge key.
    fn is_plain(&self) -> bool {
        !self.has_quoted || !place::is_quoted(self.text, self.number, &self.key())
    }

    /// The path to the `<<` of the map at `path`.
    fn key(&self) -> Vec<Step> {
        way(&self.path, [KEY.into()])
    }

    /// The maps in the value of a merge key.
    fn maps(&self, value: Value) -> Result<Vec<Mapping>, Bad> {
        let items = match value {
            Value::Sequence(items) => items,
            other => vec![other],
        };
        let map = |item| match item {
            Value::Mapping(map) => Ok(map),
            _ => Err(self.bad()),
        };
        items.into_iter().map(map).collect()
    }

    fn bad(&self) -> Bad {
        let line = place::line(self.text, self.number, &self.key()).unwrap_or(1);
        let text = "<< must be followed by a map or a list of maps, as in <<: *name; in quotes it \
                    is an ordinary key";
        Bad { line, text: text.to_owned() }
    }
}

/// Converts a path in the expanded value to a path in the written value. The result leads through
/// merge keys if the value was merged.
pub(super) fn written_path(written: &Value, path: &[Step]) -> Option<Vec<Step>> {
    let Some((first, rest)) = path.split_first() else { return Some(Vec::new()) };
    if let Some(value) = child(written, first) {
        let rest = written_path(value, rest)?;
        return Some(way(slice::from_ref(first), rest));
    }
    let brought = written.get(KEY).filter(|_| matches!(first, Step::Key(_)))?;
    let through = |item: &Value, steps: &[Step]| Some(way(steps, written_path(item, path)?));
    match brought {
        Value::Sequence(items) => {
            let mut items = items.iter().enumerate();
            items.find_map(|(i, item)| through(item, &[KEY.into(), i.into()]))
        }
        map => through(map, &[KEY.into()]),
    }
}
