//! The rights that the engine has besides scaling. The engine checks them every 5 s, so that the
//! page can show in advance which of its buttons would fail.

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

/// How long to wait before asking the apiserver again. It is short, so that a presenter who grants
/// the engine a right soon sees the effect.
const AGAIN: Duration = Duration::from_secs(5);

/// The engine's missing rights, as the apiserver last reported them.
#[derive(Debug, Clone)]
pub struct Rights(watch::Receiver<Lacks>);

impl Rights {
    /// Starts to check with the apiserver which rights the engine has in a namespace.
    pub fn start(client: Client, namespace: &str) -> Rights {
        let unknown = |right| Some(format!("it is not known yet whether the engine may {right}"));
        let unknown =
            Lacks { kill: unknown("delete pods"), configure: unknown("edit annotations") };
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

    /// The rights that are missing, as far as known.
    pub fn lacks(&self) -> Lacks {
        self.0.borrow().clone()
    }
}

/// The message that the engine may not delete pods. It contains the command that grants the right.
pub(super) fn no_kill(namespace: &str) -> String {
    format!("the engine may not delete pods; grant it with {}", overlay(namespace, "kill"))
}

/// Asks for the missing rights. Without an answer: `None`, and the last known rights stay valid.
async fn ask(reviews: &Api<SelfSubjectAccessReview>, namespace: &str) -> Option<Lacks> {
    let may_kill = may(reviews, namespace, "delete", "", "pods", None).await?;
    let name = Some("engine");
    let may_edit = may(reviews, namespace, "patch", "apps", "deployments", name).await?;
    let kill = (!may_kill).then(|| no_kill(namespace));
    let configure = (!may_edit).then(|| {
        format!(
            "the engine may not edit annotations; grant it with {}",
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
