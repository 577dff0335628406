//! Faults in a manifest, with the lines where they are.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use serde::Serialize;
use serde_yaml::Value;

use crate::described::{Container, Deployment, PREFIX};
use crate::objects::items;
use crate::yaml::{Document, Step, way};

/// An invalid annotation, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InvalidAnnotation {
    /// The name of the Deployment that has the annotation.
    pub deployment: String,
    /// The annotation's full name, with its prefix.
    pub annotation: String,
    /// What is wrong with the annotation, and the fix, as a whole sentence.
    pub text: String,
}

impl InvalidAnnotation {
    /// Describes a fault of one of the engine's annotations. `name` is without the engine's prefix.
    pub fn new(deployment: &str, name: &str, what: &str) -> InvalidAnnotation {
        InvalidAnnotation::whole(deployment, &format!("{PREFIX}{name}"), what)
    }

    /// Describes a fault of the annotation with this full name. The text ends with `what`.
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
    /// The line in the manifest, from 1; `None` if the fault belongs to no line.
    pub line: Option<usize>,
    /// What is wrong, and the fix.
    pub text: String,
}

/// All faults in a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused(pub Vec<Fault>);

impl Refused {
    /// One line of text for each fault, with the file and the fault's line number.
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

/// The positions of a manifest's objects in its text, to find lines for faults.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Places {
    documents: Vec<Document>,
    /// By the object's `kind/name`: the index of its document, and its path in that document.
    objects: BTreeMap<String, (usize, Vec<Step>)>,
}

impl Places {
    /// Adds a document. Objects that are added after it belong to it.
    pub(super) fn begin(&mut self, document: Document) {
        self.documents.push(document);
    }

    /// Adds an object that belongs to the last added document.
    pub(super) fn add(&mut self, object: &str, path: &[Step]) {
        let document = self.documents.len().saturating_sub(1);
        self.objects.insert(object.to_owned(), (document, path.to_vec()));
    }

    /// The line of a part of an object such as `deployment/consumer`. If the part is missing, this
    /// is the line of the map or list that should contain it.
    pub fn line(&self, object: &str, part: &[Step]) -> Option<usize> {
        let (document, path) = self.objects.get(object)?;
        Some(self.documents.get(*document)?.line(&way(path, part.to_vec())))
    }

    /// A fault in a part of an object, such as `deployment/consumer`.
    pub fn fault(&self, object: &str, part: &[Step], what: &str) -> Fault {
        Fault { line: self.line(object, part), text: format!("{object}: {what}") }
    }

    /// A fault in an argument or variable of a Deployment's main container. The fault's line is
    /// that of the first argument or variable that contains one of the texts `says`.
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

    /// The path to the first argument that contains `says`, or to the first variable whose name or
    /// value is `says`. `path` leads to the container.
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

    /// Converts an invalid annotation to a fault with the annotation's line.
    pub fn of_annotation(&self, wrong: &InvalidAnnotation) -> Fault {
        let path = ["metadata".into(), "annotations".into(), wrong.annotation.as_str().into()];
        let line = self.line(&format!("deployment/{}", wrong.deployment), &path);
        Fault { line, text: wrong.text.clone() }
    }
}
