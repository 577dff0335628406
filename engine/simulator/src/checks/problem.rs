//! How it is told what is wrong.

use std::fmt;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScenarioError {
    /// The name of the queue or workload; `None` for the scenario itself.
    pub owner: Option<String>,
    /// The key.
    pub key: &'static str,
    /// What is wrong with it, and the mend.
    pub text: String,
}

impl fmt::Display for ScenarioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(owner) = &self.owner {
            write!(f, "{owner}: ")?;
        }
        write!(f, "{} {}", self.key, self.text)
    }
}

/// How a problem is told: whose it is, at which key, and the words.
pub(super) type Report<'a> = dyn FnMut(Option<&str>, &'static str, String) + 'a;
