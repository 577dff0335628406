//! The subcommands, one file each.

pub mod completions;
pub(crate) mod own_box;
pub mod play;
pub(crate) mod present;
pub mod replay;
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
