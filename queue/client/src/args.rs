//! The command-line flags that name a queue and its server. They are the same in every program.

use std::path::PathBuf;

use reqwest::Url;

/// Flags of every program that works on a queue.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "The queue")]
pub struct QueueArgs {
    /// The address of the queue server
    #[arg(long, env = "MICROSCALING_QUEUE_URL", value_name = "URL",
          default_value = "http://127.0.0.1:4151", value_parser = parse_url)]
    pub queue_url: Url,

    /// The queue's name: 1 to 80 letters, digits, '_', '-' or '.'
    #[arg(long, env = "MICROSCALING_QUEUE", value_name = "NAME", default_value = "jobs",
          value_parser = parse_name)]
    pub queue: String,

    /// A file with the queue's token, if the queue requires one (its --token-file); re-read when it
    /// changes
    #[arg(long, env = "MICROSCALING_QUEUE_TOKEN_FILE", value_name = "FILE")]
    pub queue_token_file: Option<PathBuf>,
}

/// Parses the URL of a queue server. A path after the host is kept: calls append theirs to it.
///
/// # Errors
/// When the text is not an `http://` URL.
pub fn parse_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("{error}; try http://127.0.0.1:4151"))?;
    match (url.scheme(), url.host()) {
        ("http", Some(_)) => Ok(url),
        _ => Err("not an http:// address; try http://127.0.0.1:4151".to_owned()),
    }
}

/// Checks a queue's name by the same rule as the server.
///
/// # Errors
/// When the server would refuse the name.
pub fn parse_name(text: &str) -> Result<String, String> {
    let fits = |c: u8| c.is_ascii_alphanumeric() || b"_-.".contains(&c);
    if (1..=80).contains(&text.len()) && text.bytes().all(fits) {
        Ok(text.to_owned())
    } else {
        Err("a queue's name is 1 to 80 letters, digits, '_', '-' or '.'".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_without_a_scheme_is_refused_with_an_example() {
        for text in ["127.0.0.1:4151", "https://queue", "queue:4151", ""] {
            assert!(parse_url(text).unwrap_err().contains("http://127.0.0.1:4151"), "{text}");
        }
    }
}
