//! Writes a replica count by the scale subresource, unless the Deployment has changed meanwhile.

use std::time::Duration;

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::autoscaling::v1::{Scale, ScaleSpec};
use kube::Api;
use kube::api::{ObjectMeta, PostParams};
use model::scheduler::ScaleError::{self, Forbidden, Refused, Unanswered};
use tokio::time::timeout;

use crate::rights::grant;

/// The time limit for a request to the apiserver. It is short, because an engine that no longer
/// leads must not have a write under way when the next leader starts.
pub const REQUEST: Duration = Duration::from_secs(1);
/// How often a write is tried, each time with the current version. Each change of a Deployment's
/// status changes its version, so conflicts are normal.
const TRIES: u32 = 5;

/// A replica count to write, and the state on which the write is based.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// The Deployment's name.
    pub name: String,
    /// The replicas that the write replaces.
    pub from: u32,
    /// The replicas to write.
    pub to: u32,
    /// The Deployment's resourceVersion at the decision, or at the last read after a conflict.
    pub version: String,
}

/// Writes, and returns the new version. After a conflict, reads the Deployment again and retries,
/// unless another client has scaled it.
///
/// # Errors
/// When the write is refused or not answered in time, or when `wanted` fails before a try.
pub async fn write(
    api: &Api<Deployment>,
    write: &mut Write,
    wanted: impl Fn() -> Result<(), ScaleError>,
) -> Result<u64, ScaleError> {
    for _ in 0..TRIES {
        wanted()?;
        let scale = scale(write);
        let params = PostParams::default();
        let request = api.replace_scale(&write.name, &params, &scale);
        match timeout(REQUEST, request).await {
            Err(_) => return Err(Unanswered(format!("no answer in {REQUEST:?}"))),
            Ok(Ok(scale)) => return Ok(number(scale.metadata.resource_version.as_deref())),
            Ok(Err(kube::Error::Api(status))) if status.code == 409 => {}
            Ok(Err(error)) => return Err(failure(&error, api, &write.name)),
        }
        write.version = read_again(api, write).await?;
    }
    Err(Refused(format!("the Deployment changed during each of {TRIES} tries")))
}

/// Tries with a dry run whether the engine may scale a Deployment.
///
/// # Errors
/// When the engine may not scale it, or when the apiserver does not answer.
pub async fn try_right(api: &Api<Deployment>, name: &str) -> Result<(), ScaleError> {
    let scale = read(api, name).await?;
    let params = PostParams { dry_run: true, ..PostParams::default() };
    let tried = timeout(REQUEST, api.replace_scale(name, &params, &scale)).await;
    tried.map_err(|_| too_late())?.map(drop).map_err(|error| refusal(&error, api, name))
}

async fn read(api: &Api<Deployment>, name: &str) -> Result<Scale, ScaleError> {
    let read = timeout(REQUEST, api.get_scale(name)).await.map_err(|_| too_late())?;
    read.map_err(|error| refusal(&error, api, name))
}

async fn read_again(api: &Api<Deployment>, write: &Write) -> Result<String, ScaleError> {
    let scale = read(api, &write.name).await?;
    let now = scale.spec.and_then(|spec| spec.replicas).unwrap_or_default();
    if now != i32::try_from(write.from).unwrap_or(i32::MAX) {
        return Err(Refused(format!("another client has set it to {now} replicas")));
    }
    Ok(scale.metadata.resource_version.unwrap_or_default())
}

fn scale(write: &Write) -> Scale {
    Scale {
        metadata: ObjectMeta {
            name: Some(write.name.clone()),
            resource_version: Some(write.version.clone()),
            ..ObjectMeta::default()
        },
        spec: Some(ScaleSpec { replicas: i32::try_from(write.to).ok() }),
        status: None,
    }
}

/// A resourceVersion as a number. Since Kubernetes 1.35 a larger number is always newer.
pub fn number(version: Option<&str>) -> u64 {
    version.and_then(|version| version.parse().ok()).unwrap_or_default()
}

fn too_late() -> ScaleError {
    Refused(format!("no answer in {REQUEST:?}"))
}

/// The error for a failed write. Unless the apiserver refused the write, it may still take effect.
fn failure(error: &kube::Error, api: &Api<Deployment>, name: &str) -> ScaleError {
    match error {
        kube::Error::Api(status) if status.code < 500 => refusal(error, api, name),
        kube::Error::Api(status) => Unanswered(status.message.clone()),
        other => Unanswered(other.to_string()),
    }
}

/// The error for a refused request. If a right is missing, its text has the command that grants it.
fn refusal(error: &kube::Error, api: &Api<Deployment>, name: &str) -> ScaleError {
    match error {
        kube::Error::Api(status) if status.code == 403 => {
            let namespace = api.namespace().unwrap_or("default");
            let grant = grant(namespace, "get,update,patch", "deployments/scale", Some(name));
            let text = format!("the engine may not scale deployment/{name}; grant it with {grant}");
            Forbidden(text)
        }
        kube::Error::Api(status) => Refused(status.message.clone()),
        other => Refused(other.to_string()),
    }
}
