//! Annotations of Deployments, edited.

use k8s_openapi::api::apps::v1::Deployment;
use kube::Api;
use kube::api::{Patch, PatchParams};
use serde_json::json;
use tokio::time::timeout;

use super::cluster::MayWrite;
use super::writer::REQUEST;
use crate::configure::Change;
use crate::rights::grant;
use crate::schedulers::ScaleError::{self, Forbidden, Refused, Unanswered};

/// Edits annotations. Where there are several Deployments it is rehearsed first, so that either all
/// are edited or none.
///
/// # Errors
/// When one of them may not be edited, or nobody knows whether it was.
pub async fn edit(
    api: &Api<Deployment>,
    changes: &[Change],
    may_write: &MayWrite,
) -> Result<(), ScaleError> {
    let rehearsals = if changes.len() > 1 { changes } else { &[] };
    let rehearsals = rehearsals.iter().map(|change| (change, true));
    for (change, dry_run) in rehearsals.chain(changes.iter().map(|change| (change, false))) {
        if !may_write() {
            return Err(Refused("this engine does not lead".to_owned()));
        }
        edit_one(api, change, dry_run).await?;
    }
    Ok(())
}

async fn edit_one(api: &Api<Deployment>, change: &Change, dry_run: bool) -> Result<(), ScaleError> {
    let Change { deployment, annotations } = change;
    let patch = json!({"metadata": {"annotations": annotations}});
    let params = PatchParams { dry_run, ..PatchParams::default() };
    let patch = Patch::Merge(&patch);
    match timeout(REQUEST, api.patch(deployment, &params, &patch)).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(kube::Error::Api(status))) if status.code == 403 => {
            let namespace = api.namespace().unwrap_or("default");
            let grant = grant(namespace, "patch", "deployments.apps", Some(deployment));
            let text =
                format!("the engine may not edit deployment/{deployment}; grant it with {grant}");
            Err(Forbidden(text))
        }
        Ok(Err(kube::Error::Api(status))) => Err(Refused(status.message.clone())),
        Ok(Err(error)) => Err(Unanswered(error.to_string())),
        Err(_) => {
            let text = format!("the apiserver has not said whether {deployment} was edited");
            Err(Unanswered(text))
        }
    }
}
