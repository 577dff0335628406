//! Finds the line of a value in a text. serde_yaml reports a position only in an error. So this
//! module reads the text again along the value's path, and causes an error at the end of the path.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::step::Step;

/// The line, from 1, of the key or list item at the end of a path; `None` if it is missing.
pub(super) fn line(text: &str, document: usize, path: &[Step]) -> Option<usize> {
    find(text, document, path).map(|place| place.line())
}

/// Whether the key at the end of a path is in quotes.
pub(super) fn is_quoted(text: &str, document: usize, path: &[Step]) -> bool {
    let Some(place) = find(text, document, path) else { return false };
    let line = text.lines().nth(place.line() - 1).unwrap_or_default();
    line.chars().nth(place.column() - 1).is_some_and(|c| "\"'".contains(c))
}

fn find(text: &str, document: usize, path: &[Step]) -> Option<serde_yaml::Location> {
    let from = serde_yaml::Deserializer::from_str(text).nth(document)?;
    let refused = Way { path }.deserialize(from).err()?;
    refused.location()
}

/// Causes an error at the end of a path, and ignores all other values.
struct Way<'a> {
    path: &'a [Step],
}

impl<'de> DeserializeSeed<'de> for Way<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        if self.path.is_empty() {
            return from.deserialize_any(Refuse);
        }
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Way<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map or a list")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<(), A::Error> {
        let Some((Step::Key(wanted), rest)) = self.path.split_first() else {
            return Err(A::Error::custom("a map is no list"));
        };
        let is_end = rest.is_empty();
        while let Some(is_it) = from.next_key_seed(Key { wanted, is_end })? {
            if is_it {
                from.next_value_seed(Way { path: rest })?;
            } else {
                from.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<(), A::Error> {
        let Some((Step::Item(wanted), rest)) = self.path.split_first() else {
            return Err(A::Error::custom("a list is no map"));
        };
        for _ in 0..*wanted {
            from.next_element::<IgnoredAny>()?;
        }
        from.next_element_seed(Way { path: rest })?;
        while from.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

/// Reads a key, and returns whether it is `wanted`. If `is_end`, `wanted` causes the error instead.
struct Key<'a> {
    wanted: &'a str,
    is_end: bool,
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<bool, D::Error> {
        // A key of any type can be read as a string: the result is the key as written.
        from.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("another key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<bool, E> {
        match key == self.wanted {
            true if self.is_end => Err(E::custom("here it is")),
            is_it => Ok(is_it),
        }
    }
}

/// Refuses every value, to cause an error with the value's position.
struct Refuse;

impl Visitor<'_> for Refuse {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("nothing")
    }
}
