//! [`Address`]: the URL that names an upstream.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use broker::QueueName;
use client::{Error, QueueArgs, Url};

use super::nats::Nats;
use super::nsq::{self, Nsq};
use super::sqs::{self, Sqs};
use super::{Any, kit};

/// Examples of all addresses, for messages.
const EXAMPLES: &str = "http://127.0.0.1:4151, nats://127.0.0.1:4222, nsq://127.0.0.1:4150 or \
                        sqs:eu-central-1";

/// Where the upstream is, and of which kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// `http://HOST:PORT`: the kit's own queue.
    Kit(Url),
    /// `nats://[USER:PASSWORD@]HOST:PORT`, or `tls://...`: NATS JetStream.
    Nats(Url),
    /// `nsq://[:SECRET@]HOST[:PORT][?http=PORT]`: NSQ.
    Nsq(Url),
    /// `sqs:REGION`: SQS of AWS. `sqs://[KEY:SECRET@]HOST:PORT`: a server with its API.
    Sqs(Url),
}

/// What else is needed to open an upstream.
#[derive(Debug, Clone, Default)]
pub struct Credentials {
    /// A file with the token of the kit's own queue.
    pub token_file: Option<PathBuf>,
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Address, String> {
        let url = Url::parse(text).map_err(|error| format!("{error}; try {EXAMPLES}"))?;
        match url.scheme() {
            "http" if url.has_host() => Ok(Address::Kit(url)),
            "nats" | "tls" if url.has_host() => Ok(Address::Nats(url)),
            "nsq" => nsq::check(&url).map(|()| Address::Nsq(url)),
            "sqs" => sqs::check(&url).map(|()| Address::Sqs(url)),
            other => Err(format!("there is no upstream of the kind {other}; try {EXAMPLES}")),
        }
    }
}

/// Without a password that the URL may have.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Address::Kit(url) | Address::Nats(url) | Address::Nsq(url) | Address::Sqs(url)) = self;
        let Some(host) = url.host_str() else { return f.write_str(url.as_str()) };
        write!(f, "{}://{host}", url.scheme())?;
        url.port().map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

impl Address {
    /// Opens one queue. An upstream that is away now is no error: its calls fail until it answers.
    ///
    /// # Errors
    /// When the name cannot be one of this upstream, or the credentials cannot be read.
    pub async fn open(&self, queue: &QueueName, with: &Credentials) -> Result<Any, Error> {
        match self {
            Address::Kit(url) => {
                let queue = queue.to_string();
                let (queue_url, queue_token_file) = (url.clone(), with.token_file.clone());
                kit::open(&QueueArgs { queue_url, queue, queue_token_file }).map(Any::Kit)
            }
            Address::Nats(url) => Nats::open(url, queue).await.map(Any::Nats),
            Address::Nsq(url) => Nsq::open(url, queue).await.map(Any::Nsq),
            Address::Sqs(url) => Sqs::open(url, queue).await.map(Any::Sqs),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_names_no_upstream_is_refused_with_an_example() {
        for text in ["127.0.0.1:4151", "ftp://queue", "", "http:"] {
            let error = text.parse::<Address>().unwrap_err();
            assert!(error.contains("http://127.0.0.1:4151"), "{text}: {error}");
        }
    }

    #[test]
    fn a_password_is_not_shown() {
        let address: Address = "http://me:secret@queue:4151".parse().unwrap();
        assert_eq!(address.to_string(), "http://queue:4151");
    }
}
