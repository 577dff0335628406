//! The fields of Kubernetes objects, and their types. A cluster refuses a value of the wrong type
//! anywhere in an object. So does the box, even in fields that it does not use.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_yaml::Value;

use crate::yaml::Step;
use crate::yaml::typed::{Misfit, must_be, plain};

#[cfg(test)]
mod tests;

/// For each kind, the type of each field: `text`, `list text`, `map text`, another kind, or `is v1`
/// if only the value `v1` is allowed. Fields that only a cluster writes are left out.
static KINDS: LazyLock<BTreeMap<String, BTreeMap<String, String>>> =
    LazyLock::new(|| serde_yaml::from_str(include_str!("objects.yaml")).unwrap_or_default());

/// Checks the types of an object's fields against its kind.
///
/// # Errors
/// Returns the first part that has the wrong type.
pub(super) fn check(kind: &str, object: &Value) -> Result<(), Misfit> {
    fits(kind, object, &mut Vec::new())
}

/// The part of a checked object at a path; `T`'s default if that part is missing or null.
pub(super) fn part<'a, T: Deserialize<'a> + Default>(of: &'a Value, path: &[&str]) -> T {
    find(of, path).and_then(|found| T::deserialize(found).ok()).unwrap_or_default()
}

/// The items of the list at a path; empty if the path leads to no list.
pub(super) fn items<'a>(of: &'a Value, path: &[&str]) -> &'a [Value] {
    find(of, path).and_then(Value::as_sequence).map_or(&[], Vec::as_slice)
}

/// The part of an object at a path; `None` if that part is missing or null.
pub(super) fn find<'a>(of: &'a Value, path: &[&str]) -> Option<&'a Value> {
    path.iter().try_fold(of, |of, key| of.get(key)).filter(|found| !found.is_null())
}

fn fits(of: &str, value: &Value, path: &mut Vec<Step>) -> Result<(), Misfit> {
    match (of.split_once(' '), KINDS.get(of)) {
        (Some(("list", of)), _) => {
            let Some(items) = value.as_sequence() else { return misfit(path, value, "a list") };
            let mut items = items.iter().enumerate();
            items.try_for_each(|(i, item)| fits_below(i.into(), of, item, path))
        }
        (Some(("map", of)), _) => fits_map(value, path, "text", |_, _| Some(of)),
        (_, Some(fields)) => fits_map(value, path, "field identifier", |key, it| {
            let of = fields.get(key)?.as_str();
            // Kubernetes treats a null field as missing.
            (!it.is_null() || of.starts_with("is ")).then_some(of)
        }),
        _ => unfit(of, value).map_or(Ok(()), |wanted| misfit(path, value, wanted)),
    }
}

fn fits_below(step: Step, of: &str, value: &Value, path: &mut Vec<Step>) -> Result<(), Misfit> {
    path.push(step);
    fits(of, value, path)?;
    path.pop();
    Ok(())
}

/// Checks that a map's keys are text, and that each value has the type that `of` returns for it.
fn fits_map<'a>(
    value: &Value,
    path: &mut Vec<Step>,
    keys: &str,
    of: impl Fn(&str, &Value) -> Option<&'a str>,
) -> Result<(), Misfit> {
    let map = match value {
        Value::Null => return Ok(()),
        Value::Mapping(map) => map,
        _ => return misfit(path, value, "a map"),
    };
    for (key, below) in map {
        let Some(key) = key.as_str() else { return misfit(path, value, keys) };
        let Some(of) = of(key, below) else { continue };
        fits_below(key.into(), of, below, path)?;
        if let Some(only) = of.strip_prefix("is ").filter(|only| below != only) {
            return misfit(path, value, only);
        }
    }
    Ok(())
}

/// The type that a simple value should have; `None` if the value has the right type.
fn unfit<'a>(of: &'a str, value: &Value) -> Option<&'a str> {
    let is_small = value.as_i64().is_some_and(|number| i32::try_from(number).is_ok());
    let (fits, wanted) = match of {
        "bool" => (value.is_bool(), "true or false"),
        "i32" => (is_small, "a whole number"),
        "i64" => (value.is_i64(), "a whole number"),
        "IntOrString" if value.is_i64() || value.is_u64() => (is_small, "a 32-bit integer"),
        "IntOrString" => (value.is_string(), of),
        "Quantity" => (value.is_string() || value.is_number(), of),
        "Time" => (value.is_string(), "a timestamp string"),
        _ => (value.is_string(), "text"),
    };
    (!fits).then_some(wanted)
}

fn misfit(path: &[Step], value: &Value, wanted: &str) -> Result<(), Misfit> {
    Err(Misfit { path: path.to_vec(), text: must_be(value, plain(wanted)), is_of_value: true })
}
