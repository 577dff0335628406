//! [`Scene`]: an ambassador in front of a server, with queues of its own, and calls on it.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::port::free_port;
use crate::program::{Program, SOON};
use crate::server::Server;

/// Where things are.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    pub(crate) programs: PathBuf,
    pub(crate) ambassador: PathBuf,
    pub(crate) manifest: PathBuf,
}

/// An ambassador with two upstream queues that no other scene has.
pub(crate) struct Scene<'a> {
    pub(crate) server: &'a mut Server,
    pub(crate) places: &'a Places,
    pub(crate) ambassador: Program,
    /// The queue that most calls are on, and one more.
    pub(crate) queue: String,
    pub(crate) other: String,
    http: reqwest::Client,
    port: u16,
}

/// A message as a receiver gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) receipt: String,
    pub(crate) attempts: u64,
    pub(crate) body: Vec<u8>,
}

/// The answer to a call.
#[derive(Debug)]
pub(crate) struct Heard {
    pub(crate) status: StatusCode,
    pub(crate) retry_after: Option<String>,
    pub(crate) replayed: bool,
    pub(crate) json: Value,
}

impl<'a> Scene<'a> {
    pub(crate) async fn new(
        server: &'a mut Server,
        places: &'a Places,
        number: usize,
    ) -> anyhow::Result<Scene<'a>> {
        let (queue, other) = (format!("claim-{number}"), format!("claim-{number}-other"));
        let port = free_port()?;
        let ambassador = start(places, server, &[&queue, &other], port).await?;
        let http = reqwest::Client::builder().no_proxy().build()?;
        Ok(Scene { server, places, ambassador, queue, other, http, port })
    }

    /// Starts the ambassador again after it was killed, at the same address.
    pub(crate) async fn restart_ambassador(&mut self) -> anyhow::Result<()> {
        let queues = [self.queue.as_str(), self.other.as_str()];
        self.ambassador = start(self.places, self.server, &queues, self.port).await?;
        Ok(())
    }

    /// Calls `METHOD PATH`, where the path follows `/v1/queues/`; an initial `~` stands for the
    /// scene's queue.
    pub(crate) async fn call(&self, call: &str, body: impl Into<Vec<u8>>) -> anyhow::Result<Heard> {
        self.call_with(call, body, &[]).await
    }

    pub(crate) async fn call_with(
        &self,
        call: &str,
        body: impl Into<Vec<u8>>,
        headers: &[(&str, &str)],
    ) -> anyhow::Result<Heard> {
        let (method, path) = call.split_once(' ').context("a call without a path")?;
        let path = path.replacen('~', &self.queue, 1);
        let url = format!("{}/v1/queues/{path}", self.ambassador.url);
        let method: Method = method.parse()?;
        let call = self.http.request(method, url).timeout(Duration::from_secs(40));
        let call = headers.iter().fold(call, |call, (name, value)| call.header(*name, *value));
        let answer = call.body(body.into()).send().await?;
        let header = |name: &str| {
            answer.headers().get(name).and_then(|it| it.to_str().ok()).map(str::to_owned)
        };
        let (status, retry_after) = (answer.status(), header("retry-after"));
        let replayed = header("idempotent-replayed").is_some();
        let bytes = answer.bytes().await?;
        let json = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Ok(Heard { status, retry_after, replayed, json })
    }

    /// A call that must succeed.
    pub(crate) async fn ok(&self, call: &str, body: impl Into<Vec<u8>>) -> anyhow::Result<Value> {
        let Heard { status, json, .. } = self.call(call, body).await?;
        ensure!(status.is_success(), "{call}: {status} {json}");
        Ok(json)
    }

    pub(crate) async fn publish(&self, body: &str) -> anyhow::Result<()> {
        self.ok("POST ~/messages", body).await.map(drop)
    }

    /// Receives at most `max` messages, and waits 5 s for the first one.
    pub(crate) async fn receive(&self, max: u32, more: &str) -> anyhow::Result<Vec<Message>> {
        self.receive_from("~", max, &format!("wait_s=5{more}")).await
    }

    pub(crate) async fn receive_from(
        &self,
        queue: &str,
        max: u32,
        arguments: &str,
    ) -> anyhow::Result<Vec<Message>> {
        let call = format!("POST {queue}/messages/receive?max={max}&{arguments}");
        let json = self.ok(&call, "").await?;
        let messages = json["messages"].as_array().context("no messages")?;
        messages.iter().map(message).collect()
    }

    /// Receives one message, which must be there.
    pub(crate) async fn one(&self, more: &str) -> anyhow::Result<Message> {
        self.receive(1, more).await?.pop().context("no message came")
    }

    /// Receives one message that is delayed, and may be late.
    pub(crate) async fn late(&self) -> anyhow::Result<Message> {
        self.receive_from("~", 1, "wait_s=15").await?.pop().context("no message came")
    }

    /// Nothing is ready now.
    pub(crate) async fn none(&self) -> anyhow::Result<()> {
        let messages = self.receive_from("~", 1, "wait_s=0").await?;
        ensure!(messages.is_empty(), "a message came: {messages:?}");
        Ok(())
    }

    /// Ends deliveries; returns the status of each.
    pub(crate) async fn end(
        &self,
        how: &str,
        messages: &[&Message],
    ) -> anyhow::Result<Vec<String>> {
        self.end_with(how, messages, json!({})).await
    }

    pub(crate) async fn end_with(
        &self,
        how: &str,
        messages: &[&Message],
        mut body: Value,
    ) -> anyhow::Result<Vec<String>> {
        let receipts: Vec<&str> = messages.iter().map(|it| it.receipt.as_str()).collect();
        body["receipts"] = json!(receipts);
        let json = self.ok(&format!("POST ~/messages/{how}"), body.to_string()).await?;
        let results = json["results"].as_array().context("no results")?;
        Ok(results.iter().map(|it| it["status"].as_str().unwrap_or_default().to_owned()).collect())
    }

    /// Acks a delivery, which must not have ended.
    pub(crate) async fn ack(&self, message: &Message) -> anyhow::Result<()> {
        let status = self.end("ack", &[message]).await?;
        ensure!(status == ["ok"], "an ack was {status:?}");
        Ok(())
    }

    pub(crate) async fn stats(&self) -> anyhow::Result<Value> {
        self.ok("GET ~", "").await
    }

    /// What the queue says it can do: true, false, or a word.
    pub(crate) async fn can(&self, what: &str) -> anyhow::Result<Value> {
        let can = self.stats().await?["capabilities"][what].clone();
        ensure!(!can.is_null(), "capabilities says nothing of {what}");
        Ok(can)
    }

    /// Waits until the queue's numbers are as wanted.
    pub(crate) async fn until(
        &self,
        what: &str,
        so: impl Fn(&Value) -> bool,
    ) -> anyhow::Result<Value> {
        let end = Instant::now() + SOON;
        loop {
            let stats = self.stats().await;
            if let Ok(stats) = &stats
                && so(stats)
            {
                return Ok(stats.clone());
            }
            if Instant::now() > end {
                bail!("never {what}: {stats:?}");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

async fn start(
    places: &Places,
    server: &Server,
    queues: &[&str],
    port: u16,
) -> anyhow::Result<Program> {
    let (address, listen) = (server.address(), format!("--listen=127.0.0.1:{port}"));
    let names = format!("--upstream-queue={}", queues.join(","));
    Program::start(&places.ambassador, &[&address, &listen, &names]).await
}

fn message(json: &Value) -> anyhow::Result<Message> {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    let text = |name: &str| json[name].as_str().map(str::to_owned);
    let body = match (text("body"), text("body_base64")) {
        (Some(text), None) => text.into_bytes(),
        (None, Some(base64)) => STANDARD.decode(base64)?,
        _ => bail!("a message without a body: {json}"),
    };
    let receipt = text("receipt").context("a message without a receipt")?;
    let attempts = json["attempts"].as_u64().context("a message without attempts")?;
    Ok(Message { receipt, attempts, body })
}
