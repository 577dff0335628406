//! What is wrong with a Deployment, so that it is not scaled as its annotations say.

use std::collections::BTreeMap;

/// Warnings, by Deployment.
pub type Warnings = BTreeMap<String, Warning>;

/// What is wrong with one Deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The kind, which becomes the reason of an Event.
    pub kind: Kind,
    /// Everything that is wrong.
    pub text: String,
}

/// Kinds of warnings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An annotation is invalid; the last good value counts.
    BadConfiguration,
    /// Another autoscaler scales it too.
    ScaledByOther,
    /// It is unknown which of its containers are busy.
    BusyUnknown,
    /// The engine has no right to scale it, or to read what it needs to know.
    MissingRight,
}

impl Kind {
    /// The kind as the reason of an Event.
    pub fn name(self) -> &'static str {
        match self {
            Kind::BadConfiguration => "BadConfiguration",
            Kind::ScaledByOther => "ScaledByOther",
            Kind::BusyUnknown => "BusyUnknown",
            Kind::MissingRight => "MissingRight",
        }
    }
}

impl Warning {
    /// A warning of a kind.
    pub fn new(kind: Kind, text: impl Into<String>) -> Warning {
        Warning { kind, text: text.into() }
    }

    /// Adds another text; the kind stays.
    #[must_use]
    pub fn and(self, text: &str) -> Warning {
        Warning { text: format!("{}; {text}", self.text), ..self }
    }
}
