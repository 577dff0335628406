//! `engine scale deployment/producer --replicas=3`: `kubectl scale` for a box.

use client::Url;
use service::UsageError;
use service::output::print;

use super::Engine;
use crate::args::ScaleArgs;

/// The names that kubectl accepts for the kind Deployment.
const KINDS: [&str; 5] =
    ["deployment", "deployments", "deploy", "deployment.apps", "deployments.apps"];

/// Sets the replicas and prints the line that kubectl would print.
///
/// # Errors
/// When kubectl would not accept the target, no engine answers, or the engine refuses the request.
pub async fn run(args: &ScaleArgs) -> anyhow::Result<()> {
    let name = target(&args.target)?;
    Engine::at(&Url::parse(&args.engine_url)?)?.scale(name, args.replicas).await?;
    Ok(print(&format!("deployment.apps/{name} scaled")).await?)
}

fn target(words: &[String]) -> Result<&str, UsageError> {
    let parts: Vec<&str> = match words {
        [one] => one.splitn(2, '/').collect(),
        more => more.iter().map(String::as_str).collect(),
    };
    match parts[..] {
        [kind, name] if KINDS.contains(&kind) && !name.is_empty() && !name.contains('/') => {
            Ok(name)
        }
        _ => Err(UsageError(format!(
            "{:?} is not a deployment; write it like deployment/producer",
            words.join(" ")
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(words: &[&str]) -> Option<String> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        target(&words).ok().map(str::to_owned)
    }

    #[test]
    fn a_deployment_is_named_as_kubectl_names_it() {
        for words in [&["deployment/a"][..], &["deploy/a"], &["deployment", "a"]] {
            assert_eq!(named(words).as_deref(), Some("a"), "{words:?}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for words in [&["a"][..], &["pod/a"], &["deployment/"], &["deployment/a/b"], &["a", "b"]] {
            assert_eq!(named(words), None, "{words:?}");
        }
    }
}
