//! An engine that watches and scales a namespace of a cluster.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use client::Url;
use control::{Autoscaler, Config};
use kubernetes::Connection;
use model::{Budget, Clock, Settings};
use runtime::control_loop::Components;
use runtime::metrics::Metrics;
use runtime::snapshots::Fixed;
use service::{Shell, UsageError};
use sources::{Kit, MetricServers, Sources};

use super::serve::{ServeOptions, serve};
use crate::args::{Capacity, RunArgs};
use crate::listen::listen;

/// The default queue server: the Service `queue` in the engine's own namespace.
const QUEUE: &str = "http://queue:4151";

/// Starts the engine and runs it until a signal ends it.
pub async fn start(args: RunArgs) -> anyhow::Result<()> {
    if args.opening_load.is_some() || !args.start_delay.is_zero() {
        let text = "--opening-load and --start-delay need --scheduler process; on a cluster use \
                    kubectl scale, and containers take their own time to start";
        return Err(UsageError(text.to_owned()).into());
    }
    let token = args.queue_token()?;
    let listener = listen(args.service.listen).await?;
    let shell = Shell::with_listener("engine", listener, &args.service)?;
    let clock = Clock::start();
    let is_auto = args.core.capacity() == Capacity::Auto;
    let connection = Connection::open(shell.name(), &shell.registry, clock, is_auto).await?;
    let queue_url = match &args.queue_url {
        Some(url) => url.clone(),
        None => Url::parse(QUEUE)?,
    };
    let budget = args.core.budget();
    let metrics = MetricServers::new(args.prometheus.clone());
    let kit = Kit::new(queue_url, token).with_metrics(metrics);
    let sources = Sources::new(Arc::new(kit.clone()), budget.tick, clock);
    // At first there are no workloads, so nothing is scaled before the Deployments are listed.
    let Budget { capacity, tick } = budget;
    let nothing_yet = Config { capacity, tick, workloads: Vec::new() };
    let core = Autoscaler::new(nothing_yet).map_err(|_| anyhow::anyhow!("capacity is 0"))?;
    let components = Components {
        core,
        scheduler: Box::new(connection.cluster),
        sources,
        clock,
        fixed: Fixed {
            scheduler: args.scheduler.name(),
            namespace: Some(connection.namespace),
            context: connection.context,
            start_delay: Duration::ZERO,
        },
        metrics: Metrics::register(&shell.registry)?,
        settings: Settings::new(&budget),
        authority: Box::new(connection.authority),
        opening: BTreeMap::new(),
        reset_on_exit: args.reset_on_exit,
    };
    let options = ServeOptions::of(args, kit, None)?;
    serve(shell, components, options).await
}
