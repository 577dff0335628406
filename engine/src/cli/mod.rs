//! The subcommands, one file each.

pub mod completions;
pub(crate) mod own_box;
pub mod play;
pub(crate) mod present;
pub mod replay;
mod report_file;
pub mod scale;
pub mod simulate;
pub(crate) mod stream;
mod summary;
pub mod top;
pub mod validate;

use anyhow::Context;
use reqwest::{RequestBuilder, Response, Url};
use serde::de::DeserializeOwned;

use crate::multicall::script_by_hand;

/// How long a report may take; it simulates other autoscalers, with rests.
const REPORT: std::time::Duration = std::time::Duration::from_secs(120);

/// A client of a running engine.
#[derive(Debug, Clone)]
pub(crate) struct Engine {
    url: Url,
    http: reqwest::Client,
}

impl Engine {
    pub(crate) fn at(url: &Url) -> anyhow::Result<Engine> {
        let timeout = std::time::Duration::from_secs(5);
        let http = reqwest::Client::builder().no_proxy().timeout(timeout).build()?;
        Ok(Engine { url: url.clone(), http })
    }

    pub(crate) async fn get<T: DeserializeOwned>(&self, path: &str) -> anyhow::Result<T> {
        let answer = self.http.get(self.url.join(path)?).send().await;
        self.read(answer).await
    }

    pub(crate) async fn scale(&self, name: &str, replicas: u32) -> anyhow::Result<()> {
        let mut url = self.url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(["api", "v1", "deployments", name, "scale"]);
        }
        let body = web::api::scale::SetScale { replicas };
        self.send("command", self.http.put(url).json(&body)).await
    }

    /// Sends the request for a key that was pressed in `engine top`.
    pub(crate) async fn call(
        &self,
        method: &str,
        path: &str,
        body: &serde_json::Value,
    ) -> anyhow::Result<()> {
        let call = self.http.request(method.parse()?, self.url.join(path)?).json(body);
        self.send("top", call).await
    }

    /// The time since the engine's start or its last reset, in seconds.
    pub(crate) async fn uptime_s(&self) -> anyhow::Result<f64> {
        let state: serde_json::Value = self.get("api/v1/state").await?;
        state["uptime_s"].as_f64().with_context(|| format!("{} is not an engine", self.url))
    }

    /// The report of the engine's run, from this time of the run on.
    ///
    /// # Errors
    /// When the engine does not answer or makes no report.
    pub(crate) async fn report(&self, since: Option<f64>) -> anyhow::Result<String> {
        let mut url = self.url.join("api/v1/report")?;
        url.set_query(since.map(|since| format!("since={since}")).as_deref());
        let answer = self.http.get(url).timeout(REPORT).send().await;
        let answer = answer.with_context(|| format!("no report comes from {}", self.url))?;
        if answer.status() == reqwest::StatusCode::NOT_FOUND {
            anyhow::bail!("the engine at {} is of an earlier version, without reports", self.url);
        }
        Ok(answer.error_for_status()?.text().await?)
    }

    /// Sends a request that changes something; `client` names the caller in the engine's log.
    pub(crate) async fn send(&self, client: &str, call: RequestBuilder) -> anyhow::Result<()> {
        let answer = call.header("x-microscaling-client", client).send().await;
        self.read::<serde_json::Value>(answer).await.map(drop)
    }

    async fn read<T: DeserializeOwned>(
        &self,
        answer: reqwest::Result<Response>,
    ) -> anyhow::Result<T> {
        let Ok(answer) = answer else {
            let demo = script_by_hand("demo");
            anyhow::bail!("no engine answers at {}; start one with {demo}", self.url);
        };
        let status = answer.status();
        let body: serde_json::Value =
            answer.json().await.with_context(|| format!("{} is not an engine", self.url))?;
        if !status.is_success() {
            let message = body["error"]["message"].as_str().unwrap_or("no reason given");
            anyhow::bail!("{message}");
        }
        serde_json::from_value(body)
            .with_context(|| format!("{} is an engine of another version", self.url))
    }
}
