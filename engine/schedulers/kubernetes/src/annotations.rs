//! Edits the annotations of Deployments.

use k8s_openapi::api::apps::v1::Deployment;
use kube::Api;
use kube::api::{Patch, PatchParams};
use model::MayWrite;
use model::configure::Change;
use model::scheduler::ScaleError::{self, Forbidden, Refused, Unanswered};
use serde_json::json;
use tokio::time::timeout;

use super::writer::REQUEST;
use crate::rights::grant;

/// Edits annotations. Edits of several Deployments are first sent as dry runs, so that either all
/// Deployments are edited or none.
///
/// # Errors
/// When a Deployment may not be edited, or the apiserver does not confirm the edit.
pub async fn edit(
    api: &Api<Deployment>,
    changes: &[Change],
    may_write: &MayWrite,
) -> Result<(), ScaleError> {
    let dry_runs = if changes.len() > 1 { changes } else { &[] };
    let dry_runs = dry_runs.iter().map(|change| (change, true));
    for (change, dry_run) in dry_runs.chain(changes.iter().map(|change| (change, false))) {
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
            let text = format!("the apiserver did not answer; {deployment} may have been edited");
            Err(Unanswered(text))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use axum::Router;
    use axum::body::Bytes;
    use axum::http::{HeaderMap, StatusCode, Uri};
    use kube::Client;
    use serde_json::Value;

    use super::*;

    /// The requests that a test's apiserver received: query, content type and body.
    type Asked = Arc<Mutex<Vec<(String, String, Value)>>>;

    /// An apiserver that refuses requests for the named Deployments.
    async fn apiserver(refused: &'static [&'static str]) -> (Api<Deployment>, Asked) {
        let asked = Asked::default();
        let notes = asked.clone();
        let answer = async move |uri: Uri, headers: HeaderMap, body: Bytes| {
            let kind = headers["content-type"].to_str().unwrap().to_owned();
            let query = uri.query().unwrap_or_default().to_owned();
            let body: Value = serde_json::from_slice(&body).unwrap();
            notes.lock().unwrap().push((query, kind, body));
            if refused.iter().any(|name| uri.path().ends_with(name)) {
                let status = json!({"kind": "Status", "code": 403, "message": "no"});
                return (StatusCode::FORBIDDEN, axum::Json(status));
            }
            (StatusCode::OK, axum::Json(json!({"metadata": {"name": "any"}})))
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer);
        tokio::spawn(async move { axum::serve(listener, router).await });
        let client = Client::try_from(kube::Config::new(url.parse().unwrap())).unwrap();
        (Api::namespaced(client, "talk"), asked)
    }

    fn changes() -> Vec<Change> {
        vec![
            Change::one("consumer", "target-queue-length", Some("10")),
            Change::one("remainder", "max-delta", None),
        ]
    }

    fn always(may: bool) -> MayWrite {
        Arc::new(move || may)
    }

    #[tokio::test]
    async fn several_edits_are_dry_runs_before_any_is_made() {
        let (api, asked) = apiserver(&[]).await;
        edit(&api, &changes(), &always(true)).await.unwrap();
        let asked = asked.lock().unwrap();
        let is_dry: Vec<_> = asked.iter().map(|(query, ..)| query.contains("dryRun=All")).collect();
        assert_eq!(is_dry, [true, true, false, false]);
        let (_, kind, body) = &asked[3];
        assert_eq!(kind, "application/merge-patch+json");
        let gone = json!({"metadata": {"annotations": {"microscaling.com/max-delta": null}}});
        assert_eq!(*body, gone);
    }

    #[tokio::test]
    async fn one_forbidden_edit_leaves_all_unedited_and_names_the_command_that_grants_it() {
        let (api, asked) = apiserver(&["remainder"]).await;
        let error = edit(&api, &changes(), &always(true)).await.unwrap_err();
        assert!(asked.lock().unwrap().iter().all(|(query, ..)| query.contains("dryRun=All")));
        let text = "the engine may not edit deployment/remainder; grant it with kubectl create \
                    role engine-deployments-apps-remainder -n talk --verb=patch \
                    --resource=deployments.apps --resource-name=remainder";
        assert!(error.to_string().starts_with(text), "{error}");
        assert!(matches!(error, Forbidden(_)));
    }

    #[tokio::test]
    async fn an_engine_that_does_not_lead_sends_no_edit() {
        let (api, asked) = apiserver(&[]).await;
        assert!(edit(&api, &changes()[..1], &always(false)).await.is_err());
        assert!(asked.lock().unwrap().is_empty());
        edit(&api, &changes()[..1], &always(true)).await.unwrap();
        assert_eq!(asked.lock().unwrap().len(), 1);
    }
}
