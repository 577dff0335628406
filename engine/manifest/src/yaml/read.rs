//! Reads a text into values. A few aliases can expand to more values than fit in memory, so the
//! values are counted while they are read.

use std::fmt;
use std::sync::Arc;

use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess, Visitor,
};
use serde_yaml::{Mapping, Value};

use super::document::Document;
use super::merge;
use super::step::Bad;

/// The most values that a text may have: ten times as many as a manifest of 1,000 Deployments has.
const MOST_VALUES: usize = 1_000_000;

/// The documents of a text, without empty ones. They end with the first invalid document, because
/// the start of the document after it is unknown.
pub fn documents(text: &str) -> impl Iterator<Item = Result<Document, Bad>> {
    let shared: Arc<str> = text.into();
    let mut left = MOST_VALUES;
    let mut broken = false;
    let read = move |(number, from): (usize, serde_yaml::Deserializer<'_>)| {
        // After an invalid document the reader would return documents without end.
        if broken {
            return None;
        }
        let document = document(&shared, number, from, &mut left);
        broken = document.is_err();
        Some(document)
    };
    let is_full = |document: &Result<Document, Bad>| {
        !document.as_ref().is_ok_and(|document| document.written.is_null())
    };
    serde_yaml::Deserializer::from_str(text).enumerate().map_while(read).filter(is_full)
}

fn document(
    text: &Arc<str>,
    number: usize,
    from: serde_yaml::Deserializer<'_>,
    left: &mut usize,
) -> Result<Document, Bad> {
    let written = from.deserialize_any(Values { left }).map_err(|error| {
        let line = error.location().map_or(1, |place| place.line());
        Bad { line, text: words(&error) }
    })?;
    let value = merge::meaning(&written, text, number)?;
    Ok(Document { text: text.clone(), number, written, value })
}

/// The message of an error without the line and column.
fn words(error: &serde_yaml::Error) -> String {
    let message = error.to_string();
    message.split(" at line ").next().unwrap_or(&message).replace('\n', " ")
}

/// Reads values, and fails if there are more than `left`.
struct Values<'a> {
    left: &'a mut usize,
}

impl Values<'_> {
    fn again(&mut self) -> Values<'_> {
        Values { left: self.left }
    }

    fn count<E: Error>(&mut self) -> Result<(), E> {
        let too_many = || {
            E::custom(format!(
                "it has more than {MOST_VALUES} values when aliases are expanded; \
                 use fewer aliases (*)"
            ))
        };
        *self.left = self.left.checked_sub(1).ok_or_else(too_many)?;
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Values<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Values<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any YAML value")
    }

    fn visit_bool<E: Error>(mut self, value: bool) -> Result<Value, E> {
        self.count().map(|()| value.into())
    }

    fn visit_i64<E: Error>(mut self, value: i64) -> Result<Value, E> {
        self.count().map(|()| value.into())
    }

    fn visit_u64<E: Error>(mut self, value: u64) -> Result<Value, E> {
        self.count().map(|()| value.into())
    }

    fn visit_f64<E: Error>(mut self, value: f64) -> Result<Value, E> {
        self.count().map(|()| value.into())
    }

    fn visit_str<E: Error>(mut self, value: &str) -> Result<Value, E> {
        self.count().map(|()| value.into())
    }

    fn visit_unit<E: Error>(mut self) -> Result<Value, E> {
        self.count().map(|()| Value::Null)
    }

    fn visit_none<E: Error>(self) -> Result<Value, E> {
        self.visit_unit()
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut from: A) -> Result<Value, A::Error> {
        self.count()?;
        let mut items = Vec::new();
        while let Some(item) = from.next_element_seed(self.again())? {
            items.push(item);
        }
        Ok(Value::Sequence(items))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut from: A) -> Result<Value, A::Error> {
        self.count()?;
        let mut map = Mapping::new();
        while let Some(key) = from.next_key_seed(self.again())? {
            if map.contains_key(&key) {
                return Err(A::Error::custom(twice(&key)));
            }
            let value = from.next_value_seed(self.again())?;
            map.insert(key, value);
        }
        Ok(Value::Mapping(map))
    }

    /// Ignores a YAML tag before a value, such as `!a` in `!a 5`.
    fn visit_enum<A: EnumAccess<'de>>(self, from: A) -> Result<Value, A::Error> {
        let (_, value) = from.variant::<String>()?;
        value.newtype_variant_seed(self)
    }
}

fn twice(key: &Value) -> String {
    match key.as_str() {
        Some(merge::KEY) => "<< occurs twice in one map; write <<: [*a, *b]".to_owned(),
        Some(key) => format!("the key {key} occurs twice in one map; leave one out"),
        None => "a key occurs twice in one map; leave one out".to_owned(),
    }
}
