//! Checks whether the engine has any right at all in its namespace.
//!
//! A RoleBinding names the namespace of its ServiceAccount. If the manifest is created in another
//! namespace, the RoleBinding there grants nothing. One command fixes this one fault; a separate
//! command for each missing right would hide that.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use k8s_openapi::api::authorization::v1::{
    ResourceRule, SelfSubjectRulesReview, SelfSubjectRulesReviewSpec,
};
use kube::api::PostParams;
use kube::{Api, Client};
use tokio::time::timeout;

use crate::rights::bind;

/// How long to wait for an answer. It is short, because the report of a refusal waits for it.
const PATIENCE: Duration = Duration::from_secs(1);
/// Resources of the engine's Role. An engine with no right to any of them is not bound to the Role.
const OF_ITS_ROLE: [&str; 3] = ["deployments", "pods", "leases"];

/// Finds out whether the engine's Role is bound to its ServiceAccount.
#[derive(Debug, Clone)]
pub struct Binding {
    reviews: Api<SelfSubjectRulesReview>,
    namespace: String,
    is_missing: Arc<AtomicBool>,
}

impl Binding {
    /// The RoleBinding in `namespace`. It counts as present until [`Self::ask`] finds it missing.
    pub fn of(client: Client, namespace: &str) -> Binding {
        let (reviews, namespace) = (Api::all(client), namespace.to_owned());
        Binding { reviews, namespace, is_missing: Arc::default() }
    }

    /// Checks the RoleBinding after a refusal. If it is missing, returns a message for the user.
    pub async fn ask(&self) -> Option<String> {
        let spec = SelfSubjectRulesReviewSpec { namespace: Some(self.namespace.clone()) };
        let review = SelfSubjectRulesReview { spec, ..SelfSubjectRulesReview::default() };
        let params = PostParams::default();
        let answer = timeout(PATIENCE, self.reviews.create(&params, &review)).await;
        // Without an answer the last known state is kept.
        if let Ok(Ok(SelfSubjectRulesReview { status: Some(status), .. })) = answer {
            self.is_missing.store(has_nothing(&status.resource_rules), Ordering::Relaxed);
        }
        self.refusal()
    }

    /// Records that the RoleBinding exists. Call this after a request that was not refused.
    pub fn is_there(&self) {
        self.is_missing.store(false, Ordering::Relaxed);
    }

    /// The message for the user if the RoleBinding is known to be missing, or else `None`.
    pub fn refusal(&self) -> Option<String> {
        let namespace = &self.namespace;
        self.is_missing.load(Ordering::Relaxed).then(|| {
            let bind = bind(namespace);
            format!("the engine has no rights in the namespace {namespace}; grant them with {bind}")
        })
    }
}

fn has_nothing(rules: &[ResourceRule]) -> bool {
    let is_ours = |name: &String| name == "*" || OF_ITS_ROLE.contains(&name.as_str());
    !rules.iter().flat_map(|rule| rule.resources.iter().flatten()).any(is_ours)
}

#[cfg(test)]
mod tests {
    use axum::http::{StatusCode, Uri};
    use axum::{Json, Router};
    use model::{Clock, Scheduler};
    use serde_json::json;
    use service::Shutdown;

    use super::*;
    use crate::Cluster;
    use crate::leader::Leadership;

    /// An apiserver that refuses every request except a rules review. The review lists `may`.
    async fn apiserver(may: &'static [&'static str]) -> Client {
        let answer = async move |uri: Uri| {
            let no = json!({"kind": "Status", "code": 403, "message": "no"});
            let rules = json!([{"verbs": ["get"], "resources": may}]);
            let status =
                json!({"resourceRules": rules, "nonResourceRules": [], "incomplete": false});
            match uri.path().ends_with("/selfsubjectrulesreviews") {
                true => (StatusCode::CREATED, Json(json!({"spec": {}, "status": status}))),
                false => (StatusCode::FORBIDDEN, Json(no)),
            }
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await });
        Client::try_from(kube::Config::new(url.parse().unwrap())).unwrap()
    }

    /// The messages of an engine about its Lease and about its watches, after both were refused.
    async fn said(may: &'static [&'static str]) -> [String; 2] {
        let (client, clock) = (apiserver(may).await, Clock::start());
        let (_leaves, stays) = Shutdown::new();
        let lease = Leadership::start(client.clone(), "talk", "engine", "a", clock, stays);
        let mut cluster = Cluster::start(client, "talk", "a", clock, Arc::new(|| false));
        let refused = async {
            loop {
                cluster.changed().await;
                let warning = cluster.warning().filter(|text| text.contains("grant"));
                if let (Some(problem), Some(warning)) = (lease.problem(), warning) {
                    return [problem.to_string(), warning];
                }
            }
        };
        timeout(Duration::from_secs(20), refused).await.unwrap()
    }

    #[tokio::test]
    async fn an_unbound_engine_names_the_one_command_that_fixes_it_and_others_name_the_right() {
        let line = "the engine has no rights in the namespace talk; grant them with kubectl create \
                    rolebinding engine-talk -n talk --role=engine --serviceaccount=talk:engine";
        assert_eq!(said(&["selfsubjectrulesreviews"]).await, [line, line]);
        let [lease, watched] = said(&["leases"]).await;
        assert!(lease.starts_with("the engine may not use the Lease engine; grant it"), "{lease}");
        assert!(watched.starts_with("the engine may not watch "), "{watched}");
    }

    fn rule(resource: &str) -> ResourceRule {
        ResourceRule { resources: Some(vec![resource.to_owned()]), ..ResourceRule::default() }
    }

    #[test]
    fn an_engine_without_any_right_of_its_role_is_not_bound_to_it() {
        // Rights that every ServiceAccount has.
        let everybody = vec![rule("selfsubjectaccessreviews"), rule("selfsubjectrulesreviews")];
        assert!(has_nothing(&everybody));
        for resource in ["pods", "leases", "deployments", "*"] {
            let mut rules = everybody.clone();
            rules.push(rule(resource));
            assert!(!has_nothing(&rules), "{resource}");
        }
    }
}
