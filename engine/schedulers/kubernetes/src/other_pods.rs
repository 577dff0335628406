//! The nodes and all pods of the cluster. They are watched only for `--capacity auto`, because
//! watching them needs a right over the whole cluster.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{Node, Pod};
use kube::api::ListParams;
use kube::core::{Selector, SelectorExt};
use kube::{Api, Client, Resource, ResourceExt};
use manifest::PREFIX;
use serde::de::DeserializeOwned;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::spare;
use super::watch::{Health, Watched};
use super::writer::REQUEST;

/// How long to wait before trying again to read nodes and pods, until a try succeeds.
const AGAIN: Duration = Duration::from_secs(3);

/// The command that grants the right to read nodes and pods, as deploy/capacity-auto does.
const GRANT: &str = "kubectl create clusterrole engine-capacity-auto --verb=get,list,watch \
     --resource=nodes,pods && kubectl create clusterrolebinding engine-capacity-auto \
     --clusterrole=engine-capacity-auto --serviceaccount=";

/// The nodes and pods of the cluster, which are watched as soon as the engine may read them.
#[derive(Debug)]
pub struct OtherPods {
    namespace: String,
    seen: watch::Receiver<Access>,
}

/// Whether the nodes and pods can be watched; `Refused` holds the reason why not.
#[derive(Debug, Clone)]
enum Access {
    NotYet,
    Refused(String),
    Watched(Arc<Watched<Node>>, Arc<Watched<Pod>>),
}

impl OtherPods {
    /// Starts to read nodes and pods. The scaled workloads are in `namespace`.
    pub fn start(client: Client, namespace: &str) -> OtherPods {
        let (sender, seen) = watch::channel(Access::NotYet);
        let namespace = namespace.to_owned();
        tokio::spawn(begin(client, namespace.clone(), sender));
        OtherPods { namespace, seen }
    }

    /// How many slots the cluster has for the scaled Deployments of the namespace, or why the
    /// number is unknown; `None` before the first answer.
    pub fn spare(&self, all: &[Arc<Deployment>]) -> Option<Result<u32, String>> {
        let (nodes, pods) = match &*self.seen.borrow() {
            Access::NotYet => return None,
            Access::Refused(why) => return Some(Err(why.clone())),
            Access::Watched(nodes, pods) => (nodes.clone(), pods.clone()),
        };
        match [nodes.health(), pods.health()] {
            [Health::Works, Health::Works] => {}
            both if both.contains(&Health::Beginning) => return None,
            _ => return Some(Err(self.why_not_known(&nodes, &pods))),
        }
        let scaled = all.iter().filter(|deployment| is_scaled(deployment));
        let specs: Vec<_> = scaled.filter_map(|deployment| deployment.spec.as_ref()).collect();
        let selectors = specs.iter().map(|spec| Selector::try_from(spec.selector.clone()));
        let selectors: Vec<Selector> = selectors.filter_map(Result::ok).collect();
        let is_own = |pod: &Pod| {
            pod.namespace().as_deref() == Some(&*self.namespace)
                && selectors.iter().any(|selector| selector.matches(pod.labels()))
        };
        let templates = specs.iter().filter_map(|spec| spec.template.spec.as_ref());
        let spare = spare::capacity(&nodes.store.state(), &pods.store.state(), templates, is_own);
        Some(spare.map_err(|why| format!("the spare capacity is unknown: {why}")))
    }

    fn why_not_known(&self, nodes: &Watched<Node>, pods: &Watched<Pod>) -> String {
        if [nodes.health(), pods.health()].contains(&Health::Forbidden) {
            let grant = format!("{GRANT}{}:engine", self.namespace);
            return format!("--capacity auto may not read the cluster; grant it with {grant}");
        }
        "--capacity auto cannot read the cluster now; the last known capacity is used".to_owned()
    }
}

fn is_scaled(deployment: &Deployment) -> bool {
    let marks = deployment.annotations().iter();
    let mut ours = marks.filter_map(|(name, value)| Some((name.strip_prefix(PREFIX)?, value)));
    ours.any(|(name, value)| name == "is-scalable" && value == "true")
}

/// Publishes why the nodes and pods cannot be read. As soon as they can be read, watches them.
async fn begin(client: Client, namespace: String, seen: watch::Sender<Access>) {
    let (nodes, pods): (Api<Node>, Api<Pod>) = (Api::all(client.clone()), Api::all(client));
    while let Err(why) = try_reading(&nodes, &pods, &namespace).await {
        seen.send_replace(Access::Refused(why));
        sleep(AGAIN).await;
    }
    // These events do not wake the control loop: in a busy cluster they come all the time.
    let (unheard, _) = watch::channel(0);
    let nodes = Arc::new(Watched::start(nodes, unheard.clone()));
    let pods = Arc::new(Watched::start(pods, unheard));
    seen.send_replace(Access::Watched(nodes, pods));
    seen.closed().await;
}

async fn try_reading(nodes: &Api<Node>, pods: &Api<Pod>, namespace: &str) -> Result<(), String> {
    try_listing(nodes, namespace).await?;
    try_listing(pods, namespace).await
}

async fn try_listing<K>(api: &Api<K>, namespace: &str) -> Result<(), String>
where
    K: Resource<DynamicType = ()> + Clone + DeserializeOwned + Debug,
{
    let one = ListParams::default().limit(1);
    let why = match timeout(REQUEST, api.list(&one)).await {
        Ok(Ok(_)) => return Ok(()),
        Ok(Err(kube::Error::Api(status))) if status.code == 403 => {
            format!("the engine may not read them; grant it with {GRANT}{namespace}:engine")
        }
        Ok(Err(error)) => error.to_string(),
        Err(_) => format!("no answer in {REQUEST:?}"),
    };
    let kind = K::plural(&());
    Err(format!("--capacity auto needs the {kind} of the whole cluster: {why}"))
}
