//! Who else scales a Deployment. Two that scale the same thing fight; where there is another one
//! we keep our hands off.

use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use kube::{Api, Client, ResourceExt};
use tokio::sync::watch;

use super::watch::Watched;
use crate::settings::Troubles;

/// Other autoscalers of the namespace. KEDA's ScaledObjects each make a HorizontalPodAutoscaler,
/// which names its owner, so that watching these finds both.
pub struct Rivals {
    autoscalers: Watched<HorizontalPodAutoscaler>,
}

impl Rivals {
    /// Begins to watch them.
    pub fn start(client: &Client, namespace: &str, changes: &watch::Sender<u64>) -> Rivals {
        let api = Api::namespaced(client.clone(), namespace);
        Rivals { autoscalers: Watched::start(api, changes.clone()) }
    }

    /// Which Deployments somebody else scales, and who, in words.
    pub fn conflicts(&self) -> Troubles {
        let all = self.autoscalers.store.state();
        all.iter().filter_map(|autoscaler| conflict(autoscaler)).collect()
    }
}

fn conflict(autoscaler: &HorizontalPodAutoscaler) -> Option<(String, String)> {
    let target = &autoscaler.spec.scale_target_ref;
    if target.kind != "Deployment" {
        return None;
    }
    let owner = autoscaler.owner_references().iter().find(|owner| owner.kind == "ScaledObject");
    let who = match owner {
        Some(owner) => format!("scaledobject/{}", owner.name),
        None => format!("horizontalpodautoscaler/{}", autoscaler.name_any()),
    };
    let text = format!("deployment/{0} is scaled by {who} too; delete one of the two", target.name);
    Some((target.name.clone(), text))
}
