//! An engine in the box: the Deployments of its manifest run as local processes.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use client::Url;
use control::allocation::{Claim, allocate};
use control::{Autoscaler, Source, Workload};
use manifest::Manifest;
use model::Clock;
use model::authority::Alone;
use model::settings::Settings;
use process::localize::localize;
use process::recipe::BEHIND_A_SERVICE;
use process::{Plan, Pool, Recipe};
use runtime::control_loop::Components;
use runtime::metrics::Metrics;
use runtime::snapshots::Fixed;
use service::output::say;
use service::{Shell, UsageError};
use sources::{Kit, MetricServers, Sources};

use super::own_arguments::OwnArguments;
use super::plan::{own_queue, refusals};
use super::read::{Read, read};
use super::serve::{ServeOptions, serve};
use crate::args::{Capacity, DEFAULT_PORT, RunArgs};
use crate::listen::listen;
use crate::multicall::by_hand;

/// Starts the box and runs it until a signal ends it.
pub async fn start(args: RunArgs) -> anyhow::Result<()> {
    if args.reset_on_exit {
        let text = "--reset-on-exit needs --scheduler kubernetes; local processes always end";
        return Err(UsageError(text.to_owned()).into());
    }
    let read = read(&args.manifest, &args.core)?;
    let mut plan = refusals(&args.manifest, &read, args.queue_url.is_some())?;
    known_servers(&args, &read.config)?;
    begin_within_budget(&read.config, &mut plan.recipes);
    known_load(&args, &plan.recipes)?;
    let token = args.queue_token()?;
    let listener = listen(args.service.listen).await?;
    let shell = Shell::with_listener("engine", listener, &args.service)?;
    announce(&args, &read, &plan);
    let Read { text, manifest, config, own, budget } = read;
    let recipes = plan.recipes;
    let core = Autoscaler::new(config).map_err(|_| anyhow::anyhow!("the manifest is invalid"))?;
    let servers = servers(&recipes);
    let opening = loads_at_start(&args, &recipes, core.config());
    let pool = Pool::start(recipes, args.start_delay, &shell.shutdown()).await?;
    let Some(pool) = pool else { return Ok(()) };
    let queue_url = queue_url(&args, &manifest, &own, &pool)?;
    if !shell.has_parent() {
        say(&invitation(shell.address()?));
    }
    let clock = Clock::start();
    let from = manifest.engine().map_or("default", |engine| &engine.namespace).to_owned();
    let addresses = pool.addresses();
    // Documents are named by their Services, as in a cluster.
    let metrics = MetricServers::new(args.prometheus.clone())
        .with_addresses(move |url| localize(url, &addresses, &from));
    let kit = Kit::new(queue_url, token).with_metrics(metrics);
    let mut sources = Sources::new(Arc::new(kit.clone()), budget.tick, clock);
    sources.follow(&core.config().workloads)?;
    let components = Components {
        core,
        scheduler: Box::new(pool.described(manifest.deployments)),
        sources,
        clock,
        fixed: Fixed {
            scheduler: args.scheduler.name(),
            namespace: None,
            context: None,
            start_delay: args.start_delay,
        },
        metrics: Metrics::register(&shell.registry)?,
        settings: Settings::new(&budget).with_servers(servers),
        authority: Box::new(Alone::default()),
        opening,
        reset_on_exit: false,
    };
    let options = ServeOptions::of(args, kit, Some(text))?;
    serve(shell, components, options).await
}

/// Lowers the initial replicas of a manifest that exceed the capacity, by the same allocation as in
/// every round of the control loop.
fn begin_within_budget(config: &control::Config, recipes: &mut [Recipe]) {
    let wanted = |w: &Workload| recipes.iter().find(|r| r.deployment == w.name).map(|r| r.replicas);
    let claim = |w: &Workload| Claim {
        priority: w.priority,
        min: w.min,
        keeps: 0,
        wanted: wanted(w).unwrap_or_default(),
        takes_rest: w.rule.followed().is_none(),
        frozen: false,
    };
    let claims: Vec<Claim> = config.workloads.iter().map(claim).collect();
    let given = allocate(config.capacity, &claims);
    for (workload, given) in config.workloads.iter().zip(given) {
        let recipe = recipes.iter_mut().find(|recipe| recipe.deployment == workload.name);
        if let Some(recipe) = recipe {
            recipe.replicas = given;
        }
    }
}

/// The Deployments behind a Service, which are never scaled, each with the reason.
fn servers(recipes: &[Recipe]) -> BTreeMap<String, String> {
    let servers = recipes.iter().filter(|recipe| recipe.is_server());
    servers.map(|it| (it.deployment.clone(), BEHIND_A_SERVICE.to_owned())).collect()
}

/// The initial replicas of the Deployments that make load: those that are neither scaled nor behind
/// a Service. Replicas come from the manifest, and from the flag if no scenario makes the load.
fn loads_at_start(
    args: &RunArgs,
    recipes: &[Recipe],
    config: &control::Config,
) -> BTreeMap<String, u32> {
    let loads = recipes
        .iter()
        .filter(|recipe| !recipe.is_server() && config.workload(&recipe.deployment).is_none());
    let from_manifest = loads.map(|recipe| (recipe.deployment.clone(), recipe.replicas));
    let no_scenario = args.scenario.is_none() && !args.stage;
    let from_flag = args.opening_load.clone().filter(|_| no_scenario);
    from_manifest.chain(from_flag).filter(|(_, replicas)| *replicas > 0).collect()
}

/// Refuses workloads that query Prometheus if no server is given. An edit that comes later is no
/// reason to end: then the page says what is missing.
fn known_servers(args: &RunArgs, config: &control::Config) -> anyhow::Result<()> {
    let asks = |w: &&Workload| {
        let source = w.rule.followed().map(|followed| &followed.source);
        matches!(source, Some(Source::Prometheus { .. }))
    };
    match config.workloads.iter().find(asks) {
        Some(workload) if args.prometheus.is_none() => {
            let name = &workload.name;
            let text = format!("{name} follows a query to Prometheus; give --prometheus URL");
            Err(UsageError(text).into())
        }
        _ => Ok(()),
    }
}

fn known_load(args: &RunArgs, recipes: &[Recipe]) -> anyhow::Result<()> {
    let Some((name, _)) = &args.opening_load else { return Ok(()) };
    let known = recipes.iter().any(|recipe| recipe.deployment == *name);
    let text = format!("--opening-load: the manifest has no deployment {name}");
    if known { Ok(()) } else { Err(UsageError(text).into()) }
}

/// The queue server's URL: from the flag, or else from the engine's own Deployment in the manifest,
/// translated to the server's local address.
fn queue_url(
    args: &RunArgs,
    manifest: &Manifest,
    own: &OwnArguments,
    pool: &Pool,
) -> anyhow::Result<Url> {
    if let Some(url) = &args.queue_url {
        return Ok(url.clone());
    }
    let from = manifest.engine().map_or("default", |engine| &engine.namespace);
    let local = localize(own_queue(own)?, &pool.addresses(), from);
    client::args::parse_url(&local)
        .map_err(|why| anyhow::anyhow!("the queue's address {local:?}: {why}"))
}

/// The text that a person sees at the start: the page's address and the next commands.
fn invitation(page: SocketAddr) -> String {
    let is_elsewhere = page != SocketAddr::from((Ipv4Addr::LOCALHOST, DEFAULT_PORT));
    let url = if is_elsewhere { format!(" --engine-url http://{page}") } else { String::new() };
    let scale = format!("{} scale deployment/producer{url}", by_hand());
    format!(
        "\n  Open            http://{page}\n  for more load   {scale} --replicas=3\n  \
         for none        {scale} --replicas=0\n  to end          Ctrl-C\n"
    )
}

/// Logs which parts of the manifest, and which flags in it, are not honoured.
fn announce(args: &RunArgs, read: &Read, plan: &Plan) {
    let Read { manifest, config, .. } = read;
    let mut for_clusters: Vec<_> = manifest.unused.for_clusters.iter().cloned().collect();
    for_clusters.extend(manifest.cluster_only.iter().cloned());
    if !for_clusters.is_empty() {
        tracing::info!("only used on a cluster, ignored here: {}", for_clusters.join(", "));
    }
    for warning in read.warnings(plan) {
        tracing::warn!("{warning}");
    }
    if Capacity::Fixed(config.capacity) != args.core.capacity() {
        tracing::info!("the capacity is {}, from the engine in the manifest", config.capacity);
    }
}
