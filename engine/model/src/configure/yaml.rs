//! The configuration as a manifest: an existing manifest, comments included, with new annotations.

use std::collections::BTreeMap;

use manifest::PREFIX;
use manifest::yaml::documents;
use serde_yaml::{Mapping, Value};

use super::Ours;

/// The kit's own manifest.
pub const DEMO: &str = include_str!("../../../../demo.yaml");

/// The text of a manifest in which the engine's annotations are replaced by those in `wanted`. A
/// document in which each annotation has its own line keeps its comments. Any other document is
/// rewritten from its values, without comments.
pub fn edited(text: &str, wanted: &BTreeMap<String, Ours>) -> String {
    let documents = split(text).into_iter();
    let by_lines: String = documents.map(|document| document_of(document, wanted)).collect();
    let Some(meant) = values(text) else { return text.to_owned() };
    let meant: Vec<_> = meant.into_iter().map(|value| with(value, wanted)).collect();
    if values(&by_lines).as_ref() == Some(&meant) {
        return by_lines;
    }
    let written = meant.iter().filter_map(|value| serde_yaml::to_string(value).ok());
    written.collect::<Vec<_>>().join("---\n")
}

/// Splits a text into its YAML documents; each includes the `---` line before it.
fn split(text: &str) -> Vec<&str> {
    let mut documents = Vec::new();
    let (mut begin, mut at) = (0, 0);
    for line in text.split_inclusive('\n') {
        if (line.trim_end() == "---" || line.starts_with("--- ")) && at > begin {
            documents.push(&text[begin..at]);
            begin = at;
        }
        at += line.len();
    }
    documents.push(&text[begin..]);
    documents
}

fn values(text: &str) -> Option<Vec<Value>> {
    documents(text).map(|document| document.ok().map(|document| document.value)).collect()
}

fn document_of(text: &str, wanted: &BTreeMap<String, Ours>) -> String {
    let Some([value]) = values(text).map(<[Value; 1]>::try_from).and_then(Result::ok) else {
        return text.to_owned();
    };
    let meant = with(value.clone(), wanted);
    if meant == value {
        return text.to_owned();
    }
    let ours = name(&value).and_then(|name| wanted.get(name));
    let by_lines = ours.and_then(|ours| edit_lines(text, ours));
    match by_lines.filter(|text| values(text).is_some_and(|all| all[..] == [meant.clone()])) {
        Some(text) => text,
        None => {
            let separator = if text.starts_with("---") { "---\n" } else { "" };
            let written = serde_yaml::to_string(&meant).unwrap_or_default();
            format!("{separator}{written}")
        }
    }
}

/// The Deployment's name, if the document is a Deployment; `None` for other documents.
fn name(document: &Value) -> Option<&str> {
    let kind = document.get("kind").and_then(Value::as_str);
    kind.filter(|kind| *kind == "Deployment")?;
    document.get("metadata")?.get("name")?.as_str()
}

/// Replaces the engine's annotations in a parsed document.
fn with(mut document: Value, wanted: &BTreeMap<String, Ours>) -> Value {
    if let Some(items) = document.get_mut("items").and_then(Value::as_sequence_mut) {
        for item in items {
            *item = with(std::mem::take(item), wanted);
        }
    }
    let Some(ours) = name(&document).and_then(|name| wanted.get(name)) else { return document };
    if let Some(metadata) = document.get_mut("metadata").and_then(Value::as_mapping_mut) {
        annotate(metadata, ours);
    }
    document
}

fn annotate(metadata: &mut Mapping, ours: &Ours) {
    let mut annotations = match metadata.get("annotations") {
        Some(Value::Mapping(mapping)) => mapping.clone(),
        _ => Mapping::new(),
    };
    annotations.retain(|name, _| {
        name.as_str().is_none_or(|name| !name.starts_with(PREFIX) || ours.contains_key(name))
    });
    for (name, value) in ours {
        annotations.insert(name.as_str().into(), value.as_str().into());
    }
    if annotations.is_empty() {
        metadata.remove("annotations");
    } else {
        metadata.insert("annotations".into(), annotations.into());
    }
}

/// Edits the lines of a document's annotations; `None` if one is not on a line of its own.
fn edit_lines(text: &str, ours: &Ours) -> Option<String> {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let metadata = lines.iter().position(|line| is_key(line, "metadata"))?;
    let end = block_end(&lines, metadata);
    let block = metadata + 1..end;
    let deep = block.clone().filter(|i| says_something(&lines[*i])).map(|i| depth(&lines[i]));
    let deep = deep.min()?;
    let is_annotations = |line: &str| depth(line) == deep && is_key(line.trim(), "annotations");
    match block.clone().find(|i| is_annotations(&lines[*i])) {
        Some(head) => edit_block(&mut lines, head, ours)?,
        None => {
            let last = block.rev().find(|i| says_something(&lines[*i]))?;
            let pad = " ".repeat(deep);
            let new = ours.iter().map(|(name, value)| entry(deep + 2, name, value));
            let new: Vec<_> = std::iter::once(format!("{pad}annotations:")).chain(new).collect();
            lines.splice(last + 1..=last, new);
        }
    }
    Some(lines.join("\n") + "\n")
}

/// Edits the entries below `annotations:` in `lines[head]`; `None` if one is not on its own line.
fn edit_block(lines: &mut Vec<String>, head: usize, ours: &Ours) -> Option<()> {
    let end = block_end(lines, head);
    let (mut kept, mut missing) = (Vec::new(), ours.clone());
    let mut inner = depth(&lines[head]) + 2;
    for line in &lines[head + 1..end] {
        if !says_something(line) {
            kept.push(line.clone());
            continue;
        }
        inner = depth(line);
        // A YAML merge (`<<`) can stay, because annotations on their own lines override it.
        if line.trim_start().starts_with("<<:") {
            kept.push(line.clone());
            continue;
        }
        let one: BTreeMap<String, String> = serde_yaml::from_str(line).ok()?;
        let (name, value) = one.into_iter().next()?;
        match missing.remove(&name) {
            Some(new) if new != value => kept.push(entry(inner, &name, &new)),
            None if name.starts_with(PREFIX) => {}
            _ => kept.push(line.clone()),
        }
    }
    let after = kept.iter().rposition(|line| says_something(line)).map_or(0, |last| last + 1);
    let new = missing.iter().map(|(name, value)| entry(inner, name, value));
    kept.splice(after..after, new);
    let is_empty = !kept.iter().any(|line| says_something(line));
    lines.splice(if is_empty { head } else { head + 1 }..end, kept);
    Some(())
}

/// The index of the first line after the block that begins at `lines[head]`.
fn block_end(lines: &[String], head: usize) -> usize {
    let depth_of_head = depth(&lines[head]);
    let below = lines[head + 1..].iter();
    let same = below.clone().position(|line| says_something(line) && depth(line) <= depth_of_head);
    same.map_or(lines.len(), |n| head + 1 + n)
}

fn depth(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// Whether a line is neither empty nor only a comment.
fn says_something(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && !line.starts_with('#')
}

fn is_key(line: &str, name: &str) -> bool {
    let rest = line.strip_prefix(name).and_then(|rest| rest.strip_prefix(':'));
    rest.is_some_and(|rest| !says_something(rest))
}

fn entry(depth: usize, name: &str, value: &str) -> String {
    format!("{}{}: {}", " ".repeat(depth), scalar(name), scalar(value))
}

/// Returns a text as YAML, quoted if YAML would read it as another value without quotes.
fn scalar(text: &str) -> String {
    const OTHER: [&str; 8] = ["true", "false", "null", "yes", "no", "on", "off", "y"];
    let plain = |c: char| c.is_ascii_alphanumeric() || "./-:".contains(c);
    let begins = text.chars().next().is_some_and(|c| c.is_ascii_alphabetic());
    let lower = text.to_ascii_lowercase();
    let is_key = text.ends_with(':');
    if begins
        && !is_key
        && text.chars().all(plain)
        && lower != "n"
        && !OTHER.contains(&lower.as_str())
    {
        return text.to_owned();
    }
    serde_json::to_string(text).unwrap_or_default()
}

/// The kit's manifest with the annotations, images and namespace of a cluster's Deployments. In a
/// cluster the engine sees only Deployments, so everything else is as in the kit. `others` becomes
/// a comment: the commands for Deployments that are not part of the kit.
pub fn for_cluster(
    images: &BTreeMap<String, String>,
    wanted: &BTreeMap<String, Ours>,
    namespace: &str,
    others: &str,
) -> String {
    let text: String = split(&edited(DEMO, wanted)).into_iter().map(|it| at(it, images)).collect();
    let account = format!("name: engine, namespace: {}}}", scalar(namespace));
    let text = text.replace("name: engine, namespace: default}", &account);
    if others.is_empty() {
        return text;
    }
    let head = "# Also scaled, but not part of this kit:\n";
    let lines = others.lines().map(|line| format!("#   {line}\n"));
    format!("{head}{}#\n{text}", lines.collect::<String>())
}

/// Replaces the image in a document by the image that the cluster runs, if `images` has one.
fn at(document: &str, images: &BTreeMap<String, String>) -> String {
    let value = values(document).and_then(|mut all| all.pop());
    let image = value.as_ref().and_then(name).and_then(|name| images.get(name));
    let Some(image) = image else { return document.to_owned() };
    let line = |line: &str| match line.trim_start().strip_prefix("image: ") {
        Some(_) => format!("{}image: {}\n", " ".repeat(depth(line)), scalar(image)),
        None => line.to_owned(),
    };
    document.split_inclusive('\n').map(line).collect()
}
