//! Other autoscalers of the namespace. Two autoscalers of one Deployment would undo each other's
//! writes, so the engine does not scale a Deployment that another autoscaler scales.

use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use kube::api::ListParams;
use kube::{Api, Client, ResourceExt};
use model::warning::{Kind, Warning, Warnings};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::scaled_object::ScaledObject;
use super::watch::{Health, Watched};
use super::writer::REQUEST;

/// How long to wait before checking again whether KEDA is installed.
const AGAIN: Duration = Duration::from_secs(10);

/// The watch of KEDA's ScaledObjects; `None` until KEDA is installed.
type ScaledObjects = watch::Receiver<Option<Arc<Watched<ScaledObject>>>>;

/// The HorizontalPodAutoscalers and ScaledObjects of the namespace.
pub struct OtherAutoscalers {
    autoscalers: Watched<HorizontalPodAutoscaler>,
    scaled_objects: ScaledObjects,
}

impl OtherAutoscalers {
    /// Starts to watch both kinds. `changes` counts the watches' events, to wake the control loop.
    pub fn start(
        client: &Client,
        namespace: &str,
        changes: &watch::Sender<u64>,
    ) -> OtherAutoscalers {
        let autoscalers = Api::namespaced(client.clone(), namespace);
        let (sender, scaled_objects) = watch::channel(None);
        let api = Api::namespaced(client.clone(), namespace);
        tokio::spawn(await_keda(api, changes.clone(), sender));
        OtherAutoscalers {
            autoscalers: Watched::start(autoscalers, changes.clone()),
            scaled_objects,
        }
    }

    /// Whether the HorizontalPodAutoscalers were listed once. Before that, nothing is scaled.
    pub fn are_known(&self) -> bool {
        self.autoscalers.health() != Health::Beginning
    }

    /// For each Deployment with another autoscaler: a warning that names the autoscaler.
    pub fn conflicts(&self) -> Warnings {
        let autoscalers = self.autoscalers.store.state();
        let mut conflicts: Warnings =
            autoscalers.iter().filter_map(|it| of_autoscaler(it)).collect();
        if let Some(watched) = &*self.scaled_objects.borrow() {
            conflicts.extend(watched.store.state().iter().filter_map(|it| of_scaled_object(it)));
        }
        conflicts
    }
}

/// Watches ScaledObjects as soon as the cluster has that kind and the engine may read it.
async fn await_keda(
    api: Api<ScaledObject>,
    changes: watch::Sender<u64>,
    found: watch::Sender<Option<Arc<Watched<ScaledObject>>>>,
) {
    let one = ListParams::default().limit(1);
    while !matches!(timeout(REQUEST, api.list(&one)).await, Ok(Ok(_))) {
        sleep(AGAIN).await;
    }
    found.send_replace(Some(Arc::new(Watched::start(api, changes))));
    found.closed().await;
}

/// The warning about a HorizontalPodAutoscaler, or about the ScaledObject that made it.
fn of_autoscaler(autoscaler: &HorizontalPodAutoscaler) -> Option<(String, Warning)> {
    let target = &autoscaler.spec.scale_target_ref;
    if target.kind != "Deployment" {
        return None;
    }
    let owner = autoscaler.owner_references().iter().find(|owner| owner.kind == "ScaledObject");
    let by = match owner {
        Some(owner) => format!("scaledobject/{}", owner.name),
        None => format!("horizontalpodautoscaler/{}", autoscaler.name_any()),
    };
    Some(conflict(&target.name, &by))
}

fn of_scaled_object(object: &ScaledObject) -> Option<(String, Warning)> {
    let by = format!("scaledobject/{}", object.name_any());
    Some(conflict(object.deployment()?, &by))
}

fn conflict(deployment: &str, by: &str) -> (String, Warning) {
    let text = format!("{by} also scales deployment/{deployment}; delete one of the two");
    (deployment.to_owned(), Warning::new(Kind::ScaledByOther, text))
}
