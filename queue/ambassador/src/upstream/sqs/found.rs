//! The queue at SQS: found, or made if it is missing; its numbers, and its purge.

use std::time::Duration;

use aws_config::{BehaviorVersion, Region};
use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::retry::RetryConfig;
use aws_sdk_sqs::config::timeout::TimeoutConfig;
use aws_sdk_sqs::config::{Credentials, SharedHttpClient, StalledStreamProtectionConfig};
use aws_sdk_sqs::types::QueueAttributeName as Attribute;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use client::{Error, Numbers};

use super::fault::{Fault, fault};
use super::place::Place;
use super::shared::{Found, Inner};
use crate::upstream::{Levels, Limits, TIMEOUT};

/// For how long a queue that the ambassador makes keeps its messages: the longest that there is, as
/// the kit's queue keeps them for ever.
const RETENTION: &str = "1209600";
/// For how long a queue that was there and is gone is not made again. SQS takes the name of a
/// deleted queue only after a minute.
const GONE_FOR: Duration = Duration::from_secs(60);
/// For how long a connection that rests is kept; servers close theirs later.
const REST: Duration = Duration::from_secs(10);

pub(super) async fn client(place: &Place) -> Client {
    let retries = RetryConfig::disabled();
    let times = TimeoutConfig::builder().connect_timeout(TIMEOUT).build();
    let mut config = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .http_client(http(place))
        .region(Region::new(place.region.clone()))
        // The kit's own clients try again, and each call here has one limit.
        .retry_config(retries)
        .timeout_config(times)
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
    if let Some(endpoint) = &place.endpoint {
        config = config.endpoint_url(endpoint);
    }
    if let Some((key, secret)) = &place.keys {
        let keys = Credentials::new(key, secret, None, None, "the address");
        config = config.credentials_provider(keys);
    }
    Client::new(&config.load().await)
}

/// TLS by rustls with ring alone, as the client of NATS has it.
fn http(place: &Place) -> SharedHttpClient {
    let builder = Builder::new().pool_idle_timeout(REST);
    match place.endpoint {
        Some(_) => builder.build_http(),
        None => builder.tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https(),
    }
}

impl Inner {
    /// The queue's URL.
    pub(super) async fn url(&self) -> Result<String, Fault> {
        let mut found = self.found.lock().await;
        if let Found::At(url) = &*found {
            return Ok(url.clone());
        }
        let name = &self.name;
        let asked = self.client.get_queue_url().queue_name(name).send().await;
        let asked = asked.map_err(|error| fault(&error, &self.place.shown));
        let url = match asked {
            Ok(answer) => answer.queue_url,
            Err(Fault::Missing(text)) => {
                if let Found::Gone(since) = *found
                    && since.elapsed() < GONE_FOR
                {
                    return Err(Fault::Missing(text));
                }
                let make = self.client.create_queue().queue_name(name);
                let make = make.attributes(Attribute::MessageRetentionPeriod, RETENTION);
                let made = make.send().await.map_err(|error| fault(&error, &self.place.shown))?;
                tracing::info!("the queue {name} was made in SQS");
                made.queue_url
            }
            Err(fault) => return Err(fault),
        };
        let none = || Fault::Other(Error::Garbled("a queue without a URL".to_owned()));
        let url = url.ok_or_else(none)?;
        *found = Found::At(url.clone());
        Ok(url)
    }

    pub(super) async fn levels(&self) -> Result<Levels, Error> {
        let asked = async {
            let ask = self.client.get_queue_attributes().queue_url(self.url().await?);
            let answer = ask.attribute_names(Attribute::All).send().await;
            answer.map_err(|error| fault(&error, &self.place.shown))
        };
        let all = self.within(asked).await?.attributes.unwrap_or_default();
        let number = |name: Attribute| -> Option<u64> { all.get(&name)?.parse().ok() };
        let needed = |name: Attribute| {
            let text = format!("the answer of SQS has no number {name}");
            number(name).ok_or(Error::Garbled(text))
        };
        let not_visible = needed(Attribute::ApproximateNumberOfMessagesNotVisible)?;
        // Those that were handed back to stay hidden are in flight for SQS.
        let hidden = self.hidden.count().min(not_visible);
        let numbers = Numbers {
            ready: needed(Attribute::ApproximateNumberOfMessages)?,
            in_flight: not_visible - hidden,
            ..Numbers::default()
        };
        let delayed = needed(Attribute::ApproximateNumberOfMessagesDelayed)? + hidden;
        let limits = Limits {
            max_message_bytes: number(Attribute::MaximumMessageSize),
            max_age: number(Attribute::MessageRetentionPeriod).map(Duration::from_secs),
            ..Limits::default()
        };
        Ok(Levels { numbers, delayed, limits: Some(limits), ..Levels::default() })
    }

    pub(super) async fn purge(&self) -> Result<(), Error> {
        let purged = async {
            let purge = self.client.purge_queue().queue_url(self.url().await?);
            purge.send().await.map_err(|error| fault(&error, &self.place.shown))
        };
        self.within(purged).await?;
        self.hidden.clear();
        Ok(())
    }
}
