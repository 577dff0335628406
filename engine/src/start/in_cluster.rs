//! An engine that watches and scales a namespace of a cluster.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Context;
use control::{Autoscaler, Config};
use kube::Client;
use reqwest::Url;
use service::{Shell, Shutdown, UsageError};

use super::{Facing, listen, run_parts};
use crate::args::{Capacity, RunArgs};
use crate::authority::Authority;
use crate::board::Fixed;
use crate::control_loop::Parts;
use crate::leader::Leadership;
use crate::metrics::Metrics;
use crate::picture::Canvas;
use crate::schedulers::Scheduler;
use crate::schedulers::kubernetes::Cluster;
use crate::schedulers::kubernetes::writer::REQUEST;
use crate::settings::Settings;
use crate::sources::{Clock, Sources};

/// The Lease that demo.yaml contains.
const LEASE: &str = "engine";
/// A connection on which nothing comes for so long is dead: a watch ends earlier by itself.
const SILENCE: Duration = Duration::from_secs(12);
/// Where the queue is in the engine's own namespace.
const QUEUE: &str = "http://queue:4151";

/// Starts the engine and runs it to its end.
///
/// # Errors
/// Whatever stops it, in a line.
pub async fn start(args: RunArgs) -> anyhow::Result<()> {
    if args.opening_load.is_some() || !args.start_delay.is_zero() {
        let text = "--opening-load and --start-delay are for --scheduler process; on a cluster \
                    use kubectl scale, and its own start-up times";
        return Err(UsageError(text.to_owned()).into());
    }
    let token = args.queue_token()?;
    let listener = listen(args.service.listen).await?;
    let shell = Shell::with_listener("engine", listener, &args.service)?;
    let mut config = kube::Config::infer().await.context(
        "there is no cluster to be found; run it in a pod, set KUBECONFIG, or use \
         --scheduler process",
    )?;
    be_impatient(&mut config);
    let namespace = config.default_namespace.clone();
    let client = Client::try_from(config).context("the cluster cannot be reached")?;
    let clock = Clock::start();
    let (resign, resigned) = Shutdown::new();
    let name = identity(shell.name());
    let lease = Leadership::start(client.clone(), &namespace, LEASE, &name, clock, resigned);
    lease.register(&shell.registry)?;
    let authority = Authority::Lease { lease, resign };
    let may_write = authority.may_write();
    let mut cluster = Cluster::start(client.clone(), &namespace, &name, clock, may_write);
    if args.core.capacity() == Capacity::Auto {
        cluster.watch_tenants(client, &namespace);
    }
    let queue_url = match &args.queue_url {
        Some(url) => url.clone(),
        None => Url::parse(QUEUE)?,
    };
    let sources = Sources::new(queue_url.clone(), args.core.tick(), clock);
    let sources = sources.with_token(token);
    // Nothing is scaled before the first list; the annotations in it say what is.
    let (capacity, tick) = (args.core.capacity().or_default(), args.core.tick());
    let nothing_yet = Config { capacity, tick, workloads: Vec::new() };
    let core = Autoscaler::new(nothing_yet).map_err(|_| anyhow::anyhow!("capacity is 0"))?;
    let parts = Parts {
        core,
        scheduler: Scheduler::Kubernetes(Box::new(cluster)),
        sources,
        clock,
        fixed: Fixed {
            scheduler: args.scheduler.name(),
            namespace: Some(namespace),
            context: context(),
            start_delay: Duration::ZERO,
        },
        metrics: Metrics::register(&shell.registry)?,
        settings: Settings::new(&args.core),
        authority,
        canvas: Canvas::default(),
        audience: None,
        opening: BTreeMap::new(),
        reset_on_exit: args.reset_on_exit,
    };
    let facing = Facing::of(&args, queue_url)?;
    run_parts(shell, parts, facing).await
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
