//! Whether the engine has any right at all in its namespace.
//!
//! A RoleBinding has to name the namespace of whom it binds. In any other one than the manifest says,
//! everything is created, and nothing is bound. That is one thing that is wrong, and one line mends
//! it; a line for each right would hide that.

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

/// Who asks has been refused already, and wants to say why.
const PATIENCE: Duration = Duration::from_secs(1);
/// What its role speaks of; whoever may do nothing with any of them is not bound to it.
const OF_ITS_ROLE: [&str; 3] = ["deployments", "pods", "leases"];

/// What is known of the engine's binding.
#[derive(Debug, Clone)]
pub struct Binding {
    reviews: Api<SelfSubjectRulesReview>,
    namespace: String,
    is_missing: Arc<AtomicBool>,
}

impl Binding {
    /// In this namespace; nothing is known yet.
    pub fn of(client: Client, namespace: &str) -> Binding {
        let (reviews, namespace) = (Api::all(client), namespace.to_owned());
        Binding { reviews, namespace, is_missing: Arc::default() }
    }

    /// Asks why something was refused: what to say where it is because of the binding.
    pub async fn ask(&self) -> Option<String> {
        let spec = SelfSubjectRulesReviewSpec { namespace: Some(self.namespace.clone()) };
        let review = SelfSubjectRulesReview { spec, ..SelfSubjectRulesReview::default() };
        let params = PostParams::default();
        let answer = timeout(PATIENCE, self.reviews.create(&params, &review)).await;
        // What was known stays where there is no answer.
        if let Ok(Ok(SelfSubjectRulesReview { status: Some(status), .. })) = answer {
            self.is_missing.store(has_nothing(&status.resource_rules), Ordering::Relaxed);
        }
        self.refusal()
    }

    /// Something was not refused.
    pub fn is_there(&self) {
        self.is_missing.store(false, Ordering::Relaxed);
    }

    /// What to say where it is missing, as far as is known.
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

    /// An apiserver that refuses all but the question what one may do: something with these.
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

    /// What an engine says there, of its Lease and of what it watches, once both were refused.
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
    async fn who_is_not_bound_is_told_the_one_line_that_mends_it_and_others_the_right() {
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
    fn who_may_do_nothing_with_what_its_role_speaks_of_is_not_bound_to_it() {
        // What everybody may do.
        let everybody = vec![rule("selfsubjectaccessreviews"), rule("selfsubjectrulesreviews")];
        assert!(has_nothing(&everybody));
        for resource in ["pods", "leases", "deployments", "*"] {
            let mut rules = everybody.clone();
            rules.push(rule(resource));
            assert!(!has_nothing(&rules), "{resource}");
        }
    }
}
