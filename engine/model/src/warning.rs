//! Warnings: why a Deployment is not scaled as its annotations say.

use std::collections::BTreeMap;

/// The warning of each Deployment, by the Deployment's name.
pub type Warnings = BTreeMap<String, Warning>;

/// Why one Deployment is not scaled as its annotations say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The kind of the warning, which becomes the reason of a Kubernetes Event.
    pub kind: Kind,
    /// Everything that is wrong with the Deployment.
    pub text: String,
}

/// Kinds of warnings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An annotation is invalid, so the last valid value counts.
    BadConfiguration,
    /// Another autoscaler scales the Deployment, too.
    ScaledByOther,
    /// It is not known which of the Deployment's containers are busy.
    BusyUnknown,
    /// The engine has no right to scale the Deployment, or to read data that it needs.
    MissingRight,
}

impl Kind {
    /// The kind's name as the reason of a Kubernetes Event.
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
    /// A warning of one kind with this text.
    pub fn new(kind: Kind, text: impl Into<String>) -> Warning {
        Warning { kind, text: text.into() }
    }

    /// Adds a text to the warning and keeps its kind.
    #[must_use]
    pub fn and(self, text: &str) -> Warning {
        Warning { text: format!("{}; {text}", self.text), ..self }
    }
}
