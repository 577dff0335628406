//! What annotations, variables and words must be: texts. YAML reads `true` and `5` without quotes
//! as something else, and a cluster would refuse them, too. All of them are told at once.

use serde_yaml::Value;

use crate::yaml::Step;
use crate::yaml::typed::must_be;

/// The parts of an object that should be texts and are not, each with what is wrong.
pub(super) fn misfits(object: &Value) -> Vec<(Vec<Step>, String)> {
    let path = vec!["metadata".into(), "annotations".into()];
    let annotations = object.get("metadata").and_then(|metadata| metadata.get("annotations"));
    let mut found = texts_of_map(annotations, &path, "annotation");
    let template: Vec<Step> = ["spec", "template"].map(Step::from).to_vec();
    let spec = object.get("spec").and_then(|spec| spec.get("template"));
    let spec = spec.and_then(|template| template.get("spec"));
    let path: Vec<Step> = template.into_iter().chain(["spec".into()]).collect();
    for key in ["initContainers", "containers"] {
        let all = spec.and_then(|spec| spec.get(key)).and_then(Value::as_sequence);
        for (i, container) in all.into_iter().flatten().enumerate() {
            let path: Vec<Step> = path.iter().cloned().chain([key.into(), i.into()]).collect();
            found.extend(of_container(container, &path));
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

/// Words of a command line; the one behind a flag is called by the flag.
fn words(container: &Value, key: &str, path: &[Step]) -> Vec<(Vec<Step>, String)> {
    let all = container.get(key).and_then(Value::as_sequence);
    let all: Vec<&Value> = all.into_iter().flatten().collect();
    let wrong = all.iter().enumerate().filter(|(_, word)| !word.is_string());
    let told = wrong.map(|(i, word)| {
        let before = i.checked_sub(1).and_then(|before| all[before].as_str());
        let flag = before.filter(|flag| flag.starts_with("--") && !flag.contains('='));
        let name = flag.map_or(format!("{key}[{i}]"), |flag| format!("flag {flag}"));
        let path = path.iter().cloned().chain([key.into(), i.into()]).collect();
        (path, format!("{name} {}", must_be(word, "text")))
    });
    told.collect()
}

fn variables(container: &Value, path: &[Step]) -> Vec<(Vec<Step>, String)> {
    let all = container.get("env").and_then(Value::as_sequence);
    let all = all.into_iter().flatten().enumerate();
    let wrong = all.filter_map(|(i, variable)| {
        let value = variable.get("value").filter(|value| !value.is_string() && !value.is_null())?;
        let name = variable.get("name").and_then(Value::as_str).unwrap_or("?");
        let steps = ["env".into(), i.into(), "value".into()];
        let path = path.iter().cloned().chain(steps).collect();
        Some((path, format!("variable {name} {}", must_be(value, "text"))))
    });
    wrong.collect()
}

fn texts_of_map(map: Option<&Value>, path: &[Step], what: &str) -> Vec<(Vec<Step>, String)> {
    let entries = map.and_then(Value::as_mapping).into_iter().flatten();
    let wrong = entries.filter(|(key, value)| !key.is_string() || !value.is_string());
    let told = wrong.map(|(key, value)| match key.as_str() {
        Some(key) => {
            let path = path.iter().cloned().chain([key.into()]).collect();
            (path, format!("{what} {key} {}", must_be(value, "text")))
        }
        None => (path.to_vec(), format!("the name of an {what} {}", must_be(key, "text"))),
    });
    told.collect()
}
