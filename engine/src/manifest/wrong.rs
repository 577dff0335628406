//! An annotation that makes no sense.

use std::fmt;

use serde::Serialize;

use super::annotations::PREFIX;

/// One annotation that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Wrong {
    /// Whose it is.
    pub deployment: String,
    /// Its whole name.
    pub annotation: String,
    /// What is wrong with it, and the mend, as a whole sentence.
    pub text: String,
}

impl Wrong {
    /// An annotation of ours, by its name without the prefix, and what is wrong with it.
    pub fn new(deployment: &str, name: &str, what: &str) -> Wrong {
        Wrong::whole(deployment, &format!("{PREFIX}{name}"), what)
    }

    /// Any annotation, by its whole name.
    pub fn whole(deployment: &str, annotation: &str, what: &str) -> Wrong {
        let text = format!("deployment/{deployment}: annotation {annotation} {what}");
        Wrong { deployment: deployment.to_owned(), annotation: annotation.to_owned(), text }
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
