//! The way to a cluster.

use std::time::Duration;

use anyhow::Context;
use kube::Client;
use model::{Authority, Clock};
use prometheus::Registry;
use service::Shutdown;

use super::cluster::Cluster;
use super::leader::{ByLease, Leadership};
use super::writer::REQUEST;

/// The Lease that demo.yaml contains.
const LEASE: &str = "engine";
/// A connection on which nothing comes for so long is dead: a watch ends earlier by itself.
const SILENCE: Duration = Duration::from_secs(12);

/// A namespace that is watched, and may be scaled while we lead.
#[derive(Debug)]
pub struct Connection {
    /// The namespace's Deployments.
    pub cluster: Cluster,
    /// Whether this engine leads.
    pub authority: ByLease,
    /// The namespace.
    pub namespace: String,
    /// By which of kubectl's contexts the cluster is seen; `None` in a pod.
    pub context: Option<String>,
}

impl Connection {
    /// Connects as the engine called `name`. What the whole cluster has to spare is watched where
    /// `watches_tenants`.
    ///
    /// # Errors
    /// When there is no cluster, in a line.
    pub async fn open(
        name: &str,
        registry: &Registry,
        clock: Clock,
        watches_tenants: bool,
    ) -> anyhow::Result<Connection> {
        let mut config = kube::Config::infer().await.context(
            "there is no cluster to be found; run it in a pod, set KUBECONFIG, or use \
             --scheduler process",
        )?;
        be_impatient(&mut config);
        let namespace = config.default_namespace.clone();
        let client = Client::try_from(config).context("the cluster cannot be reached")?;
        let (resign, resigned) = Shutdown::new();
        let name = identity(name);
        let lease = Leadership::start(client.clone(), &namespace, LEASE, &name, clock, resigned);
        lease.register(registry)?;
        let authority = ByLease::new(lease, resign);
        let may_write = authority.may_write();
        let mut cluster = Cluster::start(client.clone(), &namespace, &name, clock, may_write);
        if watches_tenants {
            cluster.watch_tenants(client, &namespace);
        }
        Ok(Connection { cluster, authority, namespace, context: context() })
    }
}

/// Whoever asks says how long it waits and when it asks again; a client that asks again by itself,
/// for minutes, would keep that from them.
fn be_impatient(config: &mut kube::Config) {
    config.default_retry = false;
    config.connect_timeout = Some(REQUEST);
    config.read_timeout = Some(SILENCE);
    config.reset_reader_on_write = true;
}

/// The context of the kubeconfig by which the cluster is seen; a pod has none.
fn context() -> Option<String> {
    if std::env::var_os("KUBERNETES_SERVICE_HOST").is_some() {
        return None;
    }
    kube::config::Kubeconfig::read().ok()?.current_context
}

/// The name to lead by: a pod's is its own alone. Elsewhere there may be two on one machine.
fn identity(name: &str) -> String {
    let host = std::env::var("HOSTNAME").unwrap_or_else(|_| name.to_owned());
    match std::env::var_os("KUBERNETES_SERVICE_HOST") {
        Some(_) => host,
        None => format!("{host}-{}", std::process::id()),
    }
}
