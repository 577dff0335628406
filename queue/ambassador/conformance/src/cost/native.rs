//! Cycles by the upstream's own client, in a queue of their own.

use std::time::Duration;

use anyhow::Context;
use async_nats::jetstream::{self, consumer::pull, stream};
use aws_sdk_sqs::config::{BehaviorVersion, Credentials, Region};
use futures::StreamExt;

use super::http::{self, Cycle};
use super::nsq;
use crate::server::Kind;

/// The cycles of this kind's own client.
pub(super) async fn cycles(kind: Kind, address: &str) -> anyhow::Result<Box<dyn Fn() -> Cycle>> {
    match kind {
        Kind::Kit => Ok(Box::new(http::cycles(address)?)),
        Kind::Nats => nats(address).await,
        Kind::Nsq => nsq::cycles(address).await,
        Kind::Sqs => sqs(address).await,
    }
}

/// With a confirmed publish and a confirmed ack, as the ambassador has them.
async fn nats(address: &str) -> anyhow::Result<Box<dyn Fn() -> Cycle>> {
    let context = jetstream::new(async_nats::connect(address).await?);
    let config = stream::Config {
        name: "native".to_owned(),
        retention: stream::RetentionPolicy::WorkQueue,
        ..stream::Config::default()
    };
    let stream = context.create_stream(config).await?;
    let config =
        pull::Config { durable_name: Some("native".to_owned()), ..pull::Config::default() };
    let consumer = stream.create_consumer(config).await?;
    Ok(Box::new(move || -> Cycle {
        let (context, consumer) = (context.clone(), consumer.clone());
        Box::pin(async move {
            context.publish("native", "a job".into()).await?.await?;
            let batch = consumer.batch().max_messages(1).expires(Duration::from_secs(5));
            let mut messages = batch.messages().await?;
            let message = messages.next().await.context("no message came")?;
            let message = message.map_err(anyhow::Error::from_boxed)?;
            message.double_ack().await.map_err(anyhow::Error::from_boxed)?;
            Ok(())
        })
    }))
}

/// Each receive waits for its message, as those of the ambassador do.
async fn sqs(address: &str) -> anyhow::Result<Box<dyn Fn() -> Cycle>> {
    let (_, endpoint) = address.split_once('@').context("an address without credentials")?;
    let keys = Credentials::new("kit", "wrong", None, None, "the address");
    let config = aws_sdk_sqs::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .region(Region::new("us-east-1"))
        .endpoint_url(format!("http://{endpoint}"))
        .credentials_provider(keys)
        .build();
    let client = aws_sdk_sqs::Client::from_conf(config);
    let queue = client.create_queue().queue_name("native").send().await?;
    let url = queue.queue_url.context("a queue without a URL")?;
    Ok(Box::new(move || -> Cycle {
        let (client, url) = (client.clone(), url.clone());
        Box::pin(async move {
            client.send_message().queue_url(&url).message_body("a job").send().await?;
            let receive = client.receive_message().queue_url(&url).wait_time_seconds(5);
            let messages = receive.send().await?.messages.unwrap_or_default();
            let receipt = messages.first().and_then(|it| it.receipt_handle.as_deref());
            let receipt = receipt.context("no message came")?;
            client.delete_message().queue_url(&url).receipt_handle(receipt).send().await?;
            Ok(())
        })
    }))
}
