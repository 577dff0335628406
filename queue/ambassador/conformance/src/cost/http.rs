//! Cycles over the kit's API.

use std::pin::Pin;

use anyhow::Context;
use reqwest::Client;
use serde_json::{Value, json};

pub(super) type Cycle = Pin<Box<dyn Future<Output = anyhow::Result<()>> + Send>>;

/// Publishes a job, receives one, and acks it.
pub(super) fn cycles(url: &str) -> anyhow::Result<impl Fn() -> Cycle + use<>> {
    let http = Client::builder().no_proxy().build()?;
    let url = format!("{url}/v1/queues/cost/messages");
    Ok(move || -> Cycle {
        let (http, url) = (http.clone(), url.clone());
        Box::pin(async move { cycle(&http, &url).await })
    })
}

async fn cycle(http: &Client, url: &str) -> anyhow::Result<()> {
    let published = http.post(url).body("a job").send().await?;
    published.error_for_status()?.bytes().await?;
    let receive = format!("{url}/receive?wait_s=5&lease_s=30&worker=cost");
    let received: Value = http.post(receive).send().await?.error_for_status()?.json().await?;
    let receipt = received["messages"][0]["receipt"].as_str().context("no message came")?;
    let ack = http.post(format!("{url}/ack")).json(&json!({ "receipts": [receipt] }));
    let acked: Value = ack.send().await?.error_for_status()?.json().await?;
    anyhow::ensure!(acked["results"][0]["status"] == "ok", "{acked}");
    Ok(())
}
