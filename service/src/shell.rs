//! The four moves of a main: parse, start, build, run.

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

/// Those who scrape and probe a worker are few, and its memory is small.
const FEW: usize = 256;

/// Kubernetes sets it in every pod. Each pod, and each process of the box after it, has its name as
/// its host name; elsewhere that is the name of a machine, which many processes share.
const IN_A_POD: &str = "KUBERNETES_SERVICE_HOST";

/// A started program: it logs, listens and hears signals, and waits for its work.
#[derive(Debug)]
pub struct Shell {
    program: String,
    name: String,
    listener: TcpListener,
    /// Taken by every part that counts something; served at `/metrics`.
    pub registry: Registry,
    /// What `/readyz` says; set once the program runs, taken back when it leaves.
    pub health: Health,
    shutdown: Shutdown,
    args: ServiceArgs,
    parent: Parent,
}

impl Shell {
    /// Starts logging, takes the port (`--listen`, or `default_port` on loopback) and listens
    /// for signals.
    ///
    /// # Errors
    /// When the address cannot be had; the message names the way out.
    pub async fn start(
        program: &str,
        default_port: u16,
        args: &ServiceArgs,
    ) -> anyhow::Result<Shell> {
        let address = args.listen.unwrap_or((Ipv4Addr::LOCALHOST, default_port).into());
        let listener = bind(address).await?;
        Shell::with_listener(program, listener, args)
    }

    /// As [`Shell::start`], on a port that the program has taken itself.
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

    /// This instance's name: the pod's or the process's, as whoever started it calls it, and
    /// `PROGRAM-PID` elsewhere.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The word to leave.
    pub fn shutdown(&self) -> Shutdown {
        self.shutdown.clone()
    }

    /// Whether another program has started this one and hears what it says.
    pub fn has_parent(&self) -> bool {
        self.parent.is_present()
    }

    /// Where the program listens.
    ///
    /// # Errors
    /// When the operating system does not say.
    pub fn address(&self) -> anyhow::Result<SocketAddr> {
        self.listener.local_addr().context("the listening address is unknown")
    }

    /// Runs a worker: `work` beside the metrics and health endpoints.
    ///
    /// # Errors
    /// Those of `work`, and when it has not ended `--shutdown-grace` after it should have.
    pub async fn run<W>(self, work: W) -> anyhow::Result<()>
    where
        W: Future<Output = anyhow::Result<()>>,
    {
        self.serve(async |server, endpoints, _| {
            let server = server.with_limits(Limits { connections: FEW, ..Limits::default() });
            // They are there until the end, also while work is finished.
            tokio::select! {
                () = server.serve(endpoints, std::future::pending()) => Ok(()),
                ended = work => ended,
            }
        })
        .await
    }

    /// Runs a server: `app` gets it, the endpoints every program has, to be merged with its own,
    /// and the word to leave.
    ///
    /// # Errors
    /// Those of `app`, and when it has not ended `--shutdown-grace` after it should have.
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

/// Takes readiness back as soon as it is time to leave, so that nobody sends more work.
async fn unready(shutdown: &Shutdown, health: &Health) -> anyhow::Result<()> {
    shutdown.wait().await;
    health.set_ready(false);
    std::future::pending().await
}

fn overdue(args: &ServiceArgs) -> anyhow::Error {
    let grace = humantime::format_duration(args.shutdown_grace);
    anyhow::anyhow!("work was left unfinished {grace} after the signal (--shutdown-grace)")
}

/// Takes a port.
///
/// # Errors
/// When it cannot be had; the message names the way out.
pub async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("cannot listen on {address}; choose another with --listen, port 0 takes any")
    })
}

/// The name of this process: the host's, where that is the name of this replica alone.
fn instance_name(program: &str, process: u32, host: Option<String>) -> String {
    let named = host.filter(|host| !host.is_empty());
    named.unwrap_or_else(|| format!("{program}-{process}"))
}

/// What was typed makes no sense; a program ends with exit code 2 on it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct UsageError(pub String);

/// The frame of a main: runs `program`, prints an error (a line for each thing that is wrong),
/// and gives the exit code: 0, 2 for a [`UsageError`], 128 and its number for a signal
/// ([`Signalled`]), 1 for any other failure. Where the reader of its output has left it ends with
/// 0, and says nothing.
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
    fn a_replica_has_the_name_that_it_was_given_whatever_its_program_is_called() {
        let named = |host: &str| instance_name("consumer", 7, Some(host.to_owned()));
        assert_eq!(named("urgent-1"), "urgent-1");
        assert_eq!(named("consumer-5d9-x2"), "consumer-5d9-x2");
    }

    #[test]
    fn a_process_that_has_no_name_is_called_by_its_program_and_number() {
        assert_eq!(instance_name("consumer", 7, None), "consumer-7");
        assert_eq!(instance_name("consumer", 7, Some(String::new())), "consumer-7");
    }
}
