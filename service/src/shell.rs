//! The common part of every `main`: starts logging, port and signals, and reports errors.

use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;

use anyhow::Context;
use prometheus::Registry;
use tokio::net::TcpListener;

use crate::args::ServiceArgs;
use crate::endpoints::{self, Health};
use crate::files;
use crate::http::{Limits, Server};
use crate::logs;
use crate::output::{self, NoOutput};
use crate::parent::{self, Parent, Word};
use crate::shutdown::{self, Shutdown};
use crate::signals::Signalled;

/// The maximum number of connections to a worker: few clients query it, and it has little memory.
const FEW: usize = 256;

/// Kubernetes sets this variable in every pod. In a pod, and in a child of the engine, `HOSTNAME`
/// is the container's name. Elsewhere it is the machine's name, which many processes share.
const IN_A_POD: &str = "KUBERNETES_SERVICE_HOST";

/// A started program: it logs, listens and handles signals, but does no work yet.
#[derive(Debug)]
pub struct Shell {
    program: String,
    name: String,
    listener: TcpListener,
    /// The registry for the program's metrics, which `/metrics` serves.
    pub registry: Registry,
    /// What `/readyz` answers: ready once the program runs, not ready during the shutdown.
    pub health: Health,
    shutdown: Shutdown,
    args: ServiceArgs,
    parent: Parent,
}

impl Shell {
    /// Starts logging and signal handling, and opens `--listen`, or `default_port` on loopback.
    ///
    /// # Errors
    /// When the port cannot be opened; the message says what to try.
    pub async fn start(
        program: &str,
        default_port: u16,
        args: &ServiceArgs,
    ) -> anyhow::Result<Shell> {
        let address = args.listen.unwrap_or((Ipv4Addr::LOCALHOST, default_port).into());
        let listener = bind(address).await?;
        Shell::with_listener(program, listener, args)
    }

    /// Like [`Shell::start`], with a listener that the program has opened itself.
    ///
    /// # Errors
    /// When the operating system refuses a signal handler.
    pub fn with_listener(
        program: &str,
        listener: TcpListener,
        args: &ServiceArgs,
    ) -> anyhow::Result<Shell> {
        let named = parent::is_there() || std::env::var_os(IN_A_POD).is_some();
        let host = std::env::var("HOSTNAME").ok().filter(|_| named);
        let name = instance_name(program, std::process::id(), host);
        logs::init(args.log_format, &name);
        files::take_enough();
        let (trigger, shutdown) = Shutdown::new();
        shutdown::on_signals(trigger.clone()).context("signals cannot be handled")?;
        let parent = Parent::find(trigger);
        let (registry, health, args) = (Registry::new(), Health::default(), args.clone());
        let program = program.to_owned();
        Ok(Shell { program, name, listener, registry, health, shutdown, args, parent })
    }

    /// The name of this process: its pod's name, or the name from the engine, or `PROGRAM-PID`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns a handle that reports when the program must shut down.
    pub fn shutdown(&self) -> Shutdown {
        self.shutdown.clone()
    }

    /// Whether another program has started this program and reads its reports.
    pub fn has_parent(&self) -> bool {
        self.parent.is_present()
    }

    /// The address on which the program listens.
    ///
    /// # Errors
    /// When the operating system does not report it.
    pub fn address(&self) -> anyhow::Result<SocketAddr> {
        self.listener.local_addr().context("the listening address is unknown")
    }

    /// Runs a worker's `work`, and serves the metrics and health endpoints at the same time.
    ///
    /// # Errors
    /// When `work` fails, or has not ended by `--shutdown-grace` after the signal.
    pub async fn run<W>(self, work: W) -> anyhow::Result<()>
    where
        W: Future<Output = anyhow::Result<()>>,
    {
        self.serve(async |server, endpoints, _| {
            let server = server.with_limits(Limits { connections: FEW, ..Limits::default() });
            // During the shutdown, the endpoints are served until the work has ended.
            tokio::select! {
                () = server.serve(endpoints, std::future::pending()) => Ok(()),
                ended = work => ended,
            }
        })
        .await
    }

    /// Runs a server. `app` gets the server, a router with the metrics and health endpoints, which
    /// it must merge with its own router, and the shutdown.
    ///
    /// # Errors
    /// When `app` fails, or has not ended by `--shutdown-grace` after the signal.
    pub async fn serve<A>(self, app: A) -> anyhow::Result<()>
    where
        A: AsyncFnOnce(Server, axum::Router, Shutdown) -> anyhow::Result<()>,
    {
        let address = self.address()?;
        let server = Server::from(self.listener).counted(&self.registry, &self.program)?;
        tracing::info!(version = env!("CARGO_PKG_VERSION"), "listening on http://{address}");
        let endpoints = endpoints::router(self.registry.clone(), self.health.clone());
        self.parent.say(&Word::Listening(address));
        self.health.set_ready(true);
        self.parent.say(&Word::Ready);
        let ended = tokio::select! {
            ended = app(server, endpoints, self.shutdown.clone()) => ended,
            never = unready(&self.shutdown, &self.health) => never,
            () = shutdown::overdue(&self.shutdown, self.args.shutdown_grace) => {
                Err(overdue(&self.args))
            }
        };
        self.parent.say(&Word::Left(parent::counters(&self.registry)));
        ended
    }
}

/// Sets the health to not ready when the shutdown begins, so that clients send no more work.
async fn unready(shutdown: &Shutdown, health: &Health) -> anyhow::Result<()> {
    shutdown.wait().await;
    health.set_ready(false);
    std::future::pending().await
}

fn overdue(args: &ServiceArgs) -> anyhow::Error {
    let grace = humantime::format_duration(args.shutdown_grace);
    anyhow::anyhow!("work was left unfinished {grace} after the signal (--shutdown-grace)")
}

/// Opens a port.
///
/// # Errors
/// When the port cannot be opened; the message says what to try.
pub async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("cannot listen on {address}; choose another with --listen, port 0 takes any")
    })
}

/// The name of this process: `host`, or `PROGRAM-PID` if `host` is empty or `None`.
fn instance_name(program: &str, process: u32, host: Option<String>) -> String {
    let named = host.filter(|host| !host.is_empty());
    named.unwrap_or_else(|| format!("{program}-{process}"))
}

/// The command line is invalid; the program ends with exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct UsageError(pub String);

/// Runs `program` and prints its error. Returns the exit code: 0 after success, 2 after a
/// [`UsageError`], 128 plus the signal's number after a signal ([`Signalled`]), and 1 after any
/// other failure. If the reader of standard output has closed it, the exit code is 0, and no error
/// is printed.
pub async fn main(program: impl Future<Output = anyhow::Result<()>>) -> ExitCode {
    let code = program.await.map_or_else(|error| exit_code(&error), |()| ExitCode::SUCCESS);
    output::flush();
    code
}

fn exit_code(error: &anyhow::Error) -> ExitCode {
    if error.downcast_ref().is_some_and(NoOutput::is_closed) {
        return ExitCode::SUCCESS;
    }
    if let Some(Signalled(code)) = error.downcast_ref() {
        return ExitCode::from(*code);
    }
    for line in format!("{error:#}").lines() {
        output::note(&format!("error: {line}"));
    }
    if error.is::<UsageError>() { ExitCode::from(2) } else { ExitCode::FAILURE }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_container_has_the_name_that_it_was_given_whatever_its_program_is_called() {
        let named = |host: &str| instance_name("consumer", 7, Some(host.to_owned()));
        assert_eq!(named("urgent-1"), "urgent-1");
        assert_eq!(named("consumer-5d9-x2"), "consumer-5d9-x2");
    }

    #[test]
    fn a_process_without_a_name_is_named_by_its_program_and_pid() {
        assert_eq!(instance_name("consumer", 7, None), "consumer-7");
        assert_eq!(instance_name("consumer", 7, Some(String::new())), "consumer-7");
    }
}
