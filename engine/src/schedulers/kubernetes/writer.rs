//! One write through the scale subresource, with the version it was decided on.

use std::time::Duration;

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::autoscaling::v1::{Scale, ScaleSpec};
use kube::Api;
use kube::api::{ObjectMeta, PostParams};
use tokio::time::timeout;

/// An apiserver that has not answered by then counts as away. Short, for an engine that no longer
/// leads must not have a write under way when the next one begins.
pub const REQUEST: Duration = Duration::from_secs(1);
/// A Deployment's status changes all the time and its version with it; so often the write is
/// tried with the version that is there now.
const TRIES: u32 = 5;

/// What to write, and what it was decided on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// The Deployment.
    pub name: String,
    /// How many it had by then.
    pub from: u32,
    /// How many it shall have.
    pub to: u32,
    /// Its resourceVersion by then.
    pub version: String,
}

/// Writes; returns the version that came of it. Where the Deployment has changed since, it is
/// read again; where somebody has scaled it, nothing is forced.
///
/// # Errors
/// When the write was refused, not answered in time, or no longer wanted by `wanted`; in words.
pub async fn write(
    api: &Api<Deployment>,
    write: &Write,
    wanted: impl Fn() -> Result<(), String>,
) -> Result<u64, String> {
    let mut version = write.version.clone();
    for _ in 0..TRIES {
        wanted()?;
        let scale = scale(write, version);
        let params = PostParams::default();
        let request = api.replace_scale(&write.name, &params, &scale);
        match timeout(REQUEST, request).await {
            Err(_) => return Err(format!("no answer in {REQUEST:?}")),
            Ok(Ok(scale)) => return Ok(number(scale.metadata.resource_version.as_deref())),
            Ok(Err(kube::Error::Api(status))) if status.code == 409 => {}
            Ok(Err(error)) => return Err(in_words(&error, &write.name)),
        }
        version = read_again(api, write).await?;
    }
    Err("it changes too fast".to_owned())
}

async fn read_again(api: &Api<Deployment>, write: &Write) -> Result<String, String> {
    let read = timeout(REQUEST, api.get_scale(&write.name)).await;
    let scale = read.map_err(|_| format!("no answer in {REQUEST:?}"))?;
    let scale = scale.map_err(|error| in_words(&error, &write.name))?;
    let now = scale.spec.and_then(|spec| spec.replicas).unwrap_or_default();
    if now != i32::try_from(write.from).unwrap_or(i32::MAX) {
        return Err(format!("somebody has set it to {now} meanwhile"));
    }
    Ok(scale.metadata.resource_version.unwrap_or_default())
}

fn scale(write: &Write, version: String) -> Scale {
    Scale {
        metadata: ObjectMeta {
            name: Some(write.name.clone()),
            resource_version: Some(version),
            ..ObjectMeta::default()
        },
        spec: Some(ScaleSpec { replicas: i32::try_from(write.to).ok() }),
        status: None,
    }
}

/// A version as a number; Kubernetes promises since 1.35 that they can be compared so.
pub fn number(version: Option<&str>) -> u64 {
    version.and_then(|version| version.parse().ok()).unwrap_or_default()
}

/// An error of the apiserver; a missing right with the line that grants it.
pub fn in_words(error: &kube::Error, name: &str) -> String {
    match error {
        kube::Error::Api(status) if status.code == 403 => format!(
            "the engine may not scale it; grant it with kubectl create role scale-{name} \
             --verb=get,update,patch --resource=deployments/scale --resource-name={name} \
             and a rolebinding to the engine's service account"
        ),
        kube::Error::Api(status) => status.message.clone(),
        other => other.to_string(),
    }
}
