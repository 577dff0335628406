//! Connects to a cluster.

use std::time::Duration;

use anyhow::Context;
use kube::Client;
use model::{Authority, Clock};
use prometheus::Registry;
use service::Shutdown;

use super::cluster::Cluster;
use super::leader::{ByLease, Leadership};
use super::writer::REQUEST;

/// The name of the Lease in demo.yaml.
const LEASE: &str = "engine";
/// A connection that is silent for 12 s is dead, because the server ends a watch after 10 s.
const SILENCE: Duration = Duration::from_secs(12);

/// A namespace that is watched. This engine may scale it while it leads.
#[derive(Debug)]
pub struct Connection {
    /// The namespace's Deployments and pods.
    pub cluster: Cluster,
    /// Decides whether this engine may scale: only while it holds the Lease.
    pub authority: ByLease,
    /// The namespace of the kubeconfig's current context, or of the engine's pod.
    pub namespace: String,
    /// The current context of the kubeconfig; `None` in a pod.
    pub context: Option<String>,
}

impl Connection {
    /// Connects as the engine with this `name`. With `watches_tenants`, also watches the whole
    /// cluster, to compute its spare capacity.
    ///
    /// # Errors
    /// When no cluster is configured, or its configuration is invalid.
    pub async fn open(
        name: &str,
        registry: &Registry,
        clock: Clock,
        watches_tenants: bool,
    ) -> anyhow::Result<Connection> {
        let mut config = kube::Config::infer().await.context(
            "no cluster was found; run the engine in a pod, set KUBECONFIG, or use \
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

/// Switches the client's own retries off: they last minutes and would hide a failure from the
/// callers, which have their own timeouts and retries.
fn be_impatient(config: &mut kube::Config) {
    config.default_retry = false;
    config.connect_timeout = Some(REQUEST);
    config.read_timeout = Some(SILENCE);
    config.reset_reader_on_write = true;
}

/// The current context of the kubeconfig; `None` in a pod.
fn context() -> Option<String> {
    if std::env::var_os("KUBERNETES_SERVICE_HOST").is_some() {
        return None;
    }
    kube::config::Kubeconfig::read().ok()?.current_context
}

/// The identity in the Lease: in a pod, the pod's name; elsewhere, the host's name and process id.
fn identity(name: &str) -> String {
    let host = std::env::var("HOSTNAME").unwrap_or_else(|_| name.to_owned());
    match std::env::var_os("KUBERNETES_SERVICE_HOST") {
        Some(_) => host,
        None => format!("{host}-{}", std::process::id()),
    }
}
