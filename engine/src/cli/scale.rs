//! `engine scale deployment/producer --replicas=3`: kubectl's words for a box.

use clap::Args;
use reqwest::Url;
use service::UsageError;
use service::output::print;

use super::Engine;
use crate::args::default_engine_url;

/// The words that kubectl takes for a Deployment.
const KINDS: [&str; 5] =
    ["deployment", "deployments", "deploy", "deployment.apps", "deployments.apps"];

/// What to scale, and to how many.
#[derive(Debug, Args)]
pub struct ScaleArgs {
    /// deployment/NAME, or deployment NAME
    #[arg(required = true, num_args = 1..=2, value_name = "DEPLOYMENT")]
    target: Vec<String>,

    /// How many replicas it shall have
    #[arg(long, value_name = "N")]
    replicas: u32,

    /// The running engine
    #[arg(long, env = "MICROSCALING_ENGINE_URL", value_name = "URL",
          default_value_t = default_engine_url(), value_parser = url_text)]
    engine_url: String,
}

/// Sets the replicas and says so as kubectl does.
///
/// # Errors
/// When the target is not written as kubectl writes it, no engine answers, or it refuses.
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
            "{:?} names no deployment; write it like deployment/producer",
            words.join(" ")
        ))),
    }
}

/// Checks that a text is an `http://` address.
pub(crate) fn url_text(text: &str) -> Result<String, String> {
    let url = Url::parse(text).ok().filter(|url| url.scheme() == "http" && url.has_host());
    url.map(|url| url.to_string())
        .ok_or_else(|| format!("not an http:// address; try {}", default_engine_url()))
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
