//! The faults in a manifest, with their lines.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use serde::Serialize;
use serde_yaml::Value;

use crate::described::{Container, Deployment, PREFIX};
use crate::objects::items;
use crate::yaml::{Document, Step, way};

/// One invalid annotation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InvalidAnnotation {
    /// The Deployment that has it.
    pub deployment: String,
    /// Its full name.
    pub annotation: String,
    /// What is wrong with it, and the fix, as a whole sentence.
    pub text: String,
}

impl InvalidAnnotation {
    /// One of the engine's annotations, by its name without the prefix, and what is wrong with it.
    pub fn new(deployment: &str, name: &str, what: &str) -> InvalidAnnotation {
        InvalidAnnotation::whole(deployment, &format!("{PREFIX}{name}"), what)
    }

    /// Any annotation, by its full name.
    pub fn whole(deployment: &str, annotation: &str, what: &str) -> InvalidAnnotation {
        let text = format!("deployment/{deployment}: annotation {annotation} {what}");
        InvalidAnnotation {
            deployment: deployment.to_owned(),
            annotation: annotation.to_owned(),
            text,
        }
    }
}

impl fmt::Display for InvalidAnnotation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// One fault in a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The line, from 1; `None` if it has none.
    pub line: Option<usize>,
    /// What is wrong, and the fix.
    pub text: String,
}

/// All faults in a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused(pub Vec<Fault>);

impl Refused {
    /// One line for each fault, with the file and the line number.
    pub fn in_file(&self, file: &Path) -> String {
        let file = file.display();
        let line = |fault: &Fault| match fault.line {
            Some(line) => format!("{file}:{line}: {}", fault.text),
            None => format!("{file}: {}", fault.text),
        };
        self.0.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts: Vec<_> = self.0.iter().map(|fault| fault.text.as_str()).collect();
        f.write_str(&texts.join("\n"))
    }
}

impl std::error::Error for Refused {}

/// The places of a manifest's objects in its text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Places {
    documents: Vec<Document>,
    /// The document of each object and the path in it, by `kind/name`.
    objects: BTreeMap<String, (usize, Vec<Step>)>,
}

impl Places {
    /// Adds a document.
    pub(super) fn begin(&mut self, document: Document) {
        self.documents.push(document);
    }

    /// Adds an object of the last document.
    pub(super) fn add(&mut self, object: &str, path: &[Step]) {
        let document = self.documents.len().saturating_sub(1);
        self.objects.insert(object.to_owned(), (document, path.to_vec()));
    }

    /// The line of a part of an object such as `deployment/consumer`. For a missing part, the line
    /// of what it would be in.
    pub fn line(&self, object: &str, part: &[Step]) -> Option<usize> {
        let (document, path) = self.objects.get(object)?;
        Some(self.documents.get(*document)?.line(&way(path, part.to_vec())))
    }

    /// A fault in a part of an object.
    pub fn fault(&self, object: &str, part: &[Step], what: &str) -> Fault {
        Fault { line: self.line(object, part), text: format!("{object}: {what}") }
    }

    /// A fault in an argument or variable of a Deployment's main container: in the first one that
    /// contains one of the texts `says`.
    pub fn of_words(&self, of: &Deployment, says: &[&str], what: &str) -> Fault {
        let object = format!("deployment/{}", of.name);
        let main = of.main();
        let is_main = |it: &Container| main.is_some_and(|main| std::ptr::eq(it, main));
        let i = of.containers.iter().position(is_main).unwrap_or_default();
        let place = ["spec", "template", "spec", "containers"].map(Step::from);
        let path = way(&place, [i.into()]);
        let mut says = says.iter().filter(|says| !says.is_empty());
        let part = says.find_map(|says| self.part(&object, &path, says)).unwrap_or(path);
        self.fault(&object, &part, what)
    }

    /// The path to the argument or variable of a container that contains a text: a flag, a part of
    /// an argument, or a variable's name or value.
    fn part(&self, object: &str, path: &[Step], says: &str) -> Option<Vec<Step>> {
        let (document, before) = self.objects.get(object)?;
        let container = self.documents.get(*document)?.at(&way(before, path.to_vec()))?;
        for key in ["args", "command"] {
            let is_it = |word: &Value| word.as_str().is_some_and(|word| word.contains(says));
            if let Some(i) = items(container, &[key]).iter().position(is_it) {
                return Some(way(path, [key.into(), i.into()]));
            }
        }
        let is_it = |variable: &Value| {
            let text = |key: &str| variable.get(key).and_then(Value::as_str);
            text("value") == Some(says) || text("name") == Some(says)
        };
        let i = items(container, &["env"]).iter().position(is_it)?;
        Some(way(path, ["env".into(), i.into(), "value".into()]))
    }

    /// The fault for an invalid annotation.
    pub fn of_annotation(&self, wrong: &InvalidAnnotation) -> Fault {
        let path = ["metadata".into(), "annotations".into(), wrong.annotation.as_str().into()];
        let line = self.line(&format!("deployment/{}", wrong.deployment), &path);
        Fault { line, text: wrong.text.clone() }
    }
}
