//! An error in a scenario.

use std::fmt;

/// An error in a scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScenarioError {
    /// The name of the queue, workload or step; `None` for the scenario itself.
    pub owner: Option<String>,
    /// The key in the file whose value is wrong.
    pub key: &'static str,
    /// What is wrong, and the fix, as the rest of a sentence that begins with the key.
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

/// Reports an error: the owner, the key and the text.
pub(super) type Report<'a> = dyn FnMut(Option<&str>, &'static str, String) + 'a;
