//! Lists the fields of k8s-openapi's types. Each type is read from a deserializer that records
//! which fields the type asks for.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::slice::Iter;

use k8s_openapi::Resource;
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::Service;
use serde::de::value::{Error, StrDeserializer};
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Expected, IntoDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

const HEAD: &str = "\
# The fields of Kubernetes' Deployments and Services, of all that is in them, and their types.
# A test writes this from k8s-openapi's types, and says what it must be where these have changed.
";

/// Fields that are not checked, because only the cluster writes them.
const SKIPPED: [&str; 2] = ["managedFields", "status"];

/// The text that objects.yaml should have: all kinds that a Deployment and a Service contain.
pub(super) fn kinds() -> String {
    let mut seen = Seen::default();
    seen.look_at::<Deployment>();
    seen.look_at::<Service>();
    seen.kinds.iter().fold(HEAD.to_owned(), |text, (kind, fields)| text + &line(kind, fields))
}

/// The YAML of one kind, in lines of at most 100 characters.
fn line(kind: &str, fields: &[(&str, String)]) -> String {
    let (mut text, mut long) = (format!("{kind}:"), kind.len() + 1);
    for (i, (field, of)) in fields.iter().enumerate() {
        let before = if i == 0 { "{" } else { "" };
        let after = if i + 1 == fields.len() { "}" } else { "," };
        let word = format!("{before}{field}: {of}{after}");
        let break_or_not = if long + word.len() < 100 { " " } else { "\n  " };
        long = if break_or_not == " " { long + 1 } else { 2 } + word.len();
        write!(text, "{break_or_not}{word}").unwrap();
    }
    text + "\n"
}

#[derive(Default)]
struct Seen {
    kinds: BTreeMap<&'static str, Vec<(&'static str, String)>>,
    /// The type that was last asked for.
    last: String,
    /// The only allowed value of a text field, by kind and field, for fields that have just one.
    only: BTreeMap<(&'static str, &'static str), &'static str>,
}

impl Seen {
    fn look_at<K: Resource + DeserializeOwned>(&mut self) {
        self.only.insert((K::KIND, "apiVersion"), K::API_VERSION);
        self.only.insert((K::KIND, "kind"), K::KIND);
        K::deserialize(Probe { seen: self, text: "1970-01-01T00:00:00Z" }).unwrap();
    }
}

/// A deserializer that returns some value for every type, and records the types.
struct Probe<'a> {
    seen: &'a mut Seen,
    /// The value that is returned for a text.
    text: &'static str,
}

impl Probe<'_> {
    /// Records the requested type, by the visitor's description of the expected value.
    fn note(&mut self, expected: &dyn Expected) {
        self.seen.last = match expected.to_string().as_str() {
            "a string" => "text",
            "a boolean" => "bool",
            "a timestamp string" => "Time",
            other => other,
        }
        .to_owned();
    }
}

impl<'de> Deserializer<'de> for Probe<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Error> {
        self.note(&visitor);
        visitor.visit_str(self.text)
    }

    fn deserialize_bool<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Error> {
        self.note(&visitor);
        visitor.visit_bool(true)
    }

    fn deserialize_i32<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Error> {
        self.note(&visitor);
        visitor.visit_i32(1)
    }

    fn deserialize_i64<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Error> {
        self.note(&visitor);
        visitor.visit_i64(1)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let value = visitor.visit_seq(Parts::new(self.seen, "", &[""]))?;
        self.seen.last = format!("list {}", self.seen.last);
        Ok(value)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let value = visitor.visit_map(Parts::new(self.seen, "", &[""]))?;
        self.seen.last = format!("map {}", self.seen.last);
        Ok(value)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        kind: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let value = visitor.visit_map(Parts::new(self.seen, kind, fields))?;
        self.seen.last = kind.to_owned();
        Ok(value)
    }

    forward_to_deserialize_any! {
        i8 i16 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        tuple tuple_struct enum identifier ignored_any
    }
}

/// The fields of a structure, or one item of a list or a map.
struct Parts<'a> {
    seen: &'a mut Seen,
    /// The structure's kind; empty for lists and maps.
    kind: &'static str,
    left: Iter<'static, &'static str>,
    types: Vec<(&'static str, String)>,
    key: &'static str,
}

impl<'a> Parts<'a> {
    fn new(seen: &'a mut Seen, kind: &'static str, keys: &'static [&'static str]) -> Parts<'a> {
        Parts { seen, kind, left: keys.iter(), types: Vec::new(), key: "" }
    }

    fn value<'de, S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        let only = self.seen.only.get(&(self.kind, self.key)).copied();
        let text = only.unwrap_or("1970-01-01T00:00:00Z");
        let value = seed.deserialize(Probe { seen: &mut *self.seen, text })?;
        let of = only.map_or_else(|| self.seen.last.clone(), |only| format!("is {only}"));
        self.types.push((self.key, of));
        Ok(value)
    }
}

impl<'de> MapAccess<'de> for Parts<'_> {
    type Error = Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Error> {
        let Some(key) = self.left.find(|key| !SKIPPED.contains(key)) else {
            if !self.kind.is_empty() {
                self.seen.kinds.insert(self.kind, std::mem::take(&mut self.types));
            }
            return Ok(None);
        };
        self.key = key;
        let key: StrDeserializer<'_, Error> = key.into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        self.value(seed)
    }
}

impl<'de> SeqAccess<'de> for Parts<'_> {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Error> {
        if self.left.next().is_none() { Ok(None) } else { self.value(seed).map(Some) }
    }
}
