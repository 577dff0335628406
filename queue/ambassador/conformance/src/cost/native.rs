//! Cycles by the upstream's own client, in a queue of their own.

use std::time::Duration;

use anyhow::Context;
use async_nats::jetstream::{self, consumer::pull, stream};
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
