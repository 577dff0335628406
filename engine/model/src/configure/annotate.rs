//! The configuration as shell commands that set it in a cluster where demo.yaml was applied.

use std::collections::{BTreeMap, BTreeSet};

use super::Ours;

/// One `kubectl annotate` line for each Deployment. `names` has the annotations that each
/// Deployment may have in the cluster. The line removes those that are not in `all`.
pub fn lines(
    all: &BTreeMap<String, Ours>,
    names: &BTreeMap<String, BTreeSet<String>>,
    namespace: Option<&str>,
) -> String {
    let nothing = BTreeSet::new();
    let lines = all.iter().filter_map(|(deployment, ours)| {
        line(deployment, ours, names.get(deployment).unwrap_or(&nothing), namespace)
    });
    lines.collect()
}

fn line(
    deployment: &str,
    ours: &Ours,
    names: &BTreeSet<String>,
    namespace: Option<&str>,
) -> Option<String> {
    let set = ours.iter().map(|(name, value)| quoted(&format!("{name}={value}")));
    let gone = names.iter().filter(|name| !ours.contains_key(*name));
    let gone = gone.map(|name| quoted(&format!("{name}-")));
    let words: Vec<_> = set.chain(gone).collect();
    if words.is_empty() {
        return None;
    }
    let place = namespace.map(|name| format!(" -n {}", quoted(name))).unwrap_or_default();
    let (deployment, words) = (quoted(deployment), words.join(" "));
    Some(format!("kubectl annotate --overwrite{place} deployment {deployment} {words}\n"))
}

/// Returns an argument for a shell, quoted if the shell would change it otherwise.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+%@".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}
