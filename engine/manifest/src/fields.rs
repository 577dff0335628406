//! Checks that annotations, variables and arguments are text. YAML reads `true` and `5` without
//! quotes as other types, which a cluster also refuses. All faults are reported together.

use serde_yaml::Value;

use crate::objects::items;
use crate::yaml::typed::must_be;
use crate::yaml::{Step, at, way};

/// The path to each part of an object that should be text but is not, and the fault's message.
pub(super) fn misfits(object: &Value) -> Vec<(Vec<Step>, String)> {
    let path = ["metadata", "annotations"].map(Step::from);
    let mut found = texts_of_map(at(object, &path), &path, "annotation");
    for key in ["initContainers", "containers"] {
        let path = ["spec", "template", "spec", key];
        for (i, container) in items(object, &path).iter().enumerate() {
            found.extend(of_container(container, &way(&path.map(Step::from), [i.into()])));
        }
    }
    found
}

fn of_container(container: &Value, path: &[Step]) -> Vec<(Vec<Step>, String)> {
    let name = container.get("name").and_then(Value::as_str).unwrap_or("?");
    let words = ["command", "args"].into_iter().flat_map(|key| words(container, key, path));
    let found = words.chain(variables(container, path));
    found.map(|(path, what)| (path, format!("container {name}: {what}"))).collect()
}

/// The faults in a container's `command` or `args`. For a flag's value, the fault names the flag.
fn words(container: &Value, key: &str, path: &[Step]) -> Vec<(Vec<Step>, String)> {
    let all = items(container, &[key]);
    let wrong = all.iter().enumerate().filter(|(_, word)| !word.is_string());
    let faults = wrong.map(|(i, word)| {
        let before = i.checked_sub(1).and_then(|before| all[before].as_str());
        let flag = before.filter(|flag| flag.starts_with("--") && !flag.contains('='));
        let name = flag.map_or(format!("{key}[{i}]"), |flag| format!("flag {flag}"));
        let path = way(path, [key.into(), i.into()]);
        (path, format!("{name} {}", must_be(word, "text")))
    });
    faults.collect()
}

fn variables(container: &Value, path: &[Step]) -> Vec<(Vec<Step>, String)> {
    let all = items(container, &["env"]).iter().enumerate();
    let wrong = all.filter_map(|(i, variable)| {
        let value = variable.get("value").filter(|value| !value.is_string() && !value.is_null())?;
        let name = variable.get("name").and_then(Value::as_str).unwrap_or("?");
        let path = way(path, ["env".into(), i.into(), "value".into()]);
        Some((path, format!("variable {name} {}", must_be(value, "text"))))
    });
    wrong.collect()
}

fn texts_of_map(map: Option<&Value>, path: &[Step], what: &str) -> Vec<(Vec<Step>, String)> {
    let entries = map.and_then(Value::as_mapping).into_iter().flatten();
    let wrong = entries.filter(|(key, value)| !key.is_string() || !value.is_string());
    let faults = wrong.map(|(key, value)| match key.as_str() {
        Some(key) => (way(path, [key.into()]), format!("{what} {key} {}", must_be(value, "text"))),
        None => (path.to_vec(), format!("the name of an {what} {}", must_be(key, "text"))),
    });
    faults.collect()
}
