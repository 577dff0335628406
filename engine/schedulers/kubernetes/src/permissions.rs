//! What the engine may do besides scaling: asked of the apiserver again and again, so that the page
//! can say in advance which of its buttons would be refused.

use std::time::Duration;

use k8s_openapi::api::authorization::v1::{
    ResourceAttributes, SelfSubjectAccessReview, SelfSubjectAccessReviewSpec,
};
use kube::api::PostParams;
use kube::{Api, Client};
use model::scheduler::Lacks;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::writer::REQUEST;
use crate::rights::overlay;

/// Rights change seldom, and a presenter who grants one wants to go on soon.
const AGAIN: Duration = Duration::from_secs(5);

/// What is known of the engine's rights.
#[derive(Debug, Clone)]
pub struct Rights(watch::Receiver<Lacks>);

impl Rights {
    /// Begins to ask.
    pub fn start(client: Client, namespace: &str) -> Rights {
        let unknown = Lacks {
            kill: Some("it is not known yet whether the engine may end pods".to_owned()),
            configure: Some("it is not known yet whether the engine may write settings".to_owned()),
        };
        let (sender, receiver) = watch::channel(unknown);
        let namespace = namespace.to_owned();
        tokio::spawn(async move {
            let reviews = Api::all(client);
            while !sender.is_closed() {
                if let Some(lacks) = ask(&reviews, &namespace).await {
                    sender.send_replace(lacks);
                }
                sleep(AGAIN).await;
            }
        });
        Rights(receiver)
    }

    /// What it may not do, as far as is known.
    pub fn lacks(&self) -> Lacks {
        self.0.borrow().clone()
    }
}

/// Why no pod can be ended in a namespace, with what mends it.
pub(super) fn no_kill(namespace: &str) -> String {
    format!("the engine may not end pods; grant it with {}", overlay(namespace, "kill"))
}

/// `None` where there is no answer: what was known stays.
async fn ask(reviews: &Api<SelfSubjectAccessReview>, namespace: &str) -> Option<Lacks> {
    let may_kill = may(reviews, namespace, "delete", "", "pods", None).await?;
    let name = Some("engine");
    let may_edit = may(reviews, namespace, "patch", "apps", "deployments", name).await?;
    let kill = (!may_kill).then(|| no_kill(namespace));
    let configure = (!may_edit).then(|| {
        format!(
            "the engine may not write settings; grant it with {}",
            overlay(namespace, "configure")
        )
    });
    Some(Lacks { kill, configure })
}

async fn may(
    reviews: &Api<SelfSubjectAccessReview>,
    namespace: &str,
    verb: &str,
    group: &str,
    resource: &str,
    name: Option<&str>,
) -> Option<bool> {
    let attributes = ResourceAttributes {
        namespace: Some(namespace.to_owned()),
        verb: Some(verb.to_owned()),
        group: Some(group.to_owned()),
        resource: Some(resource.to_owned()),
        name: name.map(str::to_owned),
        ..ResourceAttributes::default()
    };
    let spec = SelfSubjectAccessReviewSpec {
        resource_attributes: Some(attributes),
        ..SelfSubjectAccessReviewSpec::default()
    };
    let review = SelfSubjectAccessReview { spec, ..SelfSubjectAccessReview::default() };
    let answer = timeout(REQUEST, reviews.create(&PostParams::default(), &review)).await;
    Some(answer.ok()?.ok()?.status?.allowed)
}
