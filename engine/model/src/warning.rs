//! What is wrong with a Deployment, so that it is not scaled as its annotations say.

use std::collections::BTreeMap;

/// What is wrong, by Deployment.
pub type Warnings = BTreeMap<String, Warning>;

/// One Deployment's trouble.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// What kind of trouble it is.
    pub kind: Kind,
    /// All of it, in words.
    pub text: String,
}

/// Kinds of trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An annotation makes no sense; the last good value counts.
    BadConfiguration,
    /// Another autoscaler scales it, too.
    ScaledByOther,
    /// Nobody can tell which of its containers are busy.
    BusyUnknown,
    /// The engine has no right to scale it, or to look at what it needs to know.
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
    /// A trouble of a kind.
    pub fn new(kind: Kind, text: impl Into<String>) -> Warning {
        Warning { kind, text: text.into() }
    }

    /// Both at once; the kind of the first.
    #[must_use]
    pub fn and(self, text: &str) -> Warning {
        Warning { text: format!("{}; {text}", self.text), ..self }
    }
}
