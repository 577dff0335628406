//! A text into values. A few aliases can stand for more values than any memory holds, so that
//! they are counted while they are made.

use std::fmt;
use std::sync::Arc;

use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess, Visitor,
};
use serde_yaml::{Mapping, Value};

use super::document::Document;
use super::merge;
use super::step::Bad;

/// A manifest of a thousand Deployments has a tenth of it.
const MOST_VALUES: usize = 1_000_000;

/// The documents of a text, up to the first one that is wrong: what follows a broken document
/// cannot be trusted to begin where it seems to. Empty ones are left out.
pub fn documents(text: &str) -> impl Iterator<Item = Result<Document, Bad>> {
    let shared: Arc<str> = text.into();
    let mut left = MOST_VALUES;
    let mut broken = false;
    let read = move |(number, from): (usize, serde_yaml::Deserializer<'_>)| {
        // Behind what is broken there is no end of documents.
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

/// What an error says, without the place.
fn words(error: &serde_yaml::Error) -> String {
    let told = error.to_string();
    told.split(" at line ").next().unwrap_or(&told).replace('\n', " ")
}

/// Reads values while there may be more of them.
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
                "there are more than {MOST_VALUES} values in it, aliases written out; \
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

    /// A value with a tag of somebody's own: the tag means nothing here.
    fn visit_enum<A: EnumAccess<'de>>(self, from: A) -> Result<Value, A::Error> {
        let (_, value) = from.variant::<String>()?;
        value.newtype_variant_seed(self)
    }
}

fn twice(key: &Value) -> String {
    match key.as_str() {
        Some(merge::KEY) => "<< is there twice in one map; write <<: [*a, *b]".to_owned(),
        Some(key) => format!("the key {key} is there twice in one map; leave one out"),
        None => "a key is there twice in one map; leave one out".to_owned(),
    }
}
