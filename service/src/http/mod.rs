//! An HTTP/1.1 server for every program, protected against slow clients and too many clients.
//!
//! # Layout
//! - [`calls`]: [`Calls`], the trait by which a program answers HTTP requests (calls)
//! - [`limits`]: [`Limits`] against slow clients and too many clients
//! - `connection`: answers the calls of one connection, one after the other
//! - `socket`: a connection's socket, with timeouts for heads and unread answers
//! - `body`: the bodies of requests, which must arrive fast enough
//! - `state`: the state that a connection's socket and calls share
//! - `counters`: counts connections and timeouts

mod body;
pub mod calls;
mod connection;
mod counters;
pub mod limits;
mod socket;
mod state;

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use prometheus::Registry;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep};

pub use body::{Asked, Stalled};
pub use calls::Calls;
pub use limits::Limits;

use crate::shutdown::Shutdown;
use connection::Shared;
use counters::Counters;

/// How long to wait after a connection could not be accepted, so that open files can be closed.
const ACCEPT_AGAIN: Duration = Duration::from_millis(100);
/// The shortest time between two log lines about the same problem.
const LOG_AGAIN: Duration = Duration::from_secs(60);

/// An HTTP server: a listener with its limits and counters.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    limits: Limits,
    counters: Counters,
}

impl From<TcpListener> for Server {
    fn from(listener: TcpListener) -> Server {
        Server { listener, limits: Limits::default(), counters: Counters::default() }
    }
}

impl Server {
    /// Returns the server with other limits.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Server {
        Server { limits, ..self }
    }

    /// Registers counters of the server's connections, named `PROGRAM_connections` and so on.
    ///
    /// # Errors
    /// When the registry has some of these names already.
    pub fn counted(self, registry: &Registry, program: &str) -> prometheus::Result<Server> {
        Ok(Server { counters: Counters::register(registry, program)?, ..self })
    }

    /// Answers calls until `leave` completes. Then accepts no more connections, closes idle ones,
    /// and returns when the calls in progress are finished.
    pub async fn serve(self, calls: impl Calls, leave: impl Future<Output = ()>) {
        let Server { listener, limits, counters } = self;
        let shared = Shared { calls, limits, counters };
        let (trigger, leaving) = Shutdown::new();
        tokio::select! {
            never = Door::new(listener, shared, leaving).keep() => match never {},
            () = leave => {}
        }
        trigger.set();
        trigger.heard_by_all().await;
    }
}

/// Accepts connections, at most [`Limits::connections`] at a time.
struct Door<C> {
    listener: TcpListener,
    shared: Shared<C>,
    seats: Arc<Semaphore>,
    leaving: Shutdown,
    full: Seldom,
    failing: Seldom,
}

impl<C: Calls> Door<C> {
    fn new(listener: TcpListener, shared: Shared<C>, leaving: Shutdown) -> Door<C> {
        let seats = Arc::new(Semaphore::new(shared.limits.connections));
        Door { listener, shared, seats, leaving, full: Seldom(None), failing: Seldom(None) }
    }

    async fn keep(mut self) -> Infallible {
        loop {
            let seat = self.seat().await;
            let (stream, peer) = self.next().await;
            let open = self.shared.counters.open();
            let serving = self.shared.clone().serve(stream, peer, self.leaving.clone());
            tokio::spawn(async move {
                serving.await;
                drop((open, seat));
            });
        }
    }

    /// Waits until one more connection is allowed. Meanwhile, new ones wait in the kernel's queue.
    async fn seat(&mut self) -> Option<OwnedSemaphorePermit> {
        if let Ok(seat) = self.seats.clone().try_acquire_owned() {
            return Some(seat);
        }
        self.shared.counters.full();
        if self.full.is_news() {
            let most = self.shared.limits.connections;
            tracing::warn!("{most} connections are open, the maximum; further ones wait");
        }
        // This fails only if the semaphore is closed, which never happens.
        self.seats.clone().acquire_owned().await.ok()
    }

    async fn next(&mut self) -> (TcpStream, SocketAddr) {
        loop {
            match self.listener.accept().await {
                Ok(accepted) => return accepted,
                Err(error) if is_of_one_caller(&error) => {}
                Err(error) => self.rest_after(&error).await,
            }
        }
    }

    /// Logs the error and pauses, because retrying without a pause would use a whole core.
    async fn rest_after(&mut self, error: &io::Error) {
        if self.failing.is_news() {
            let mend = "trying again; if too many files are open, raise ulimit -n";
            tracing::warn!("no connection can be accepted: {error}; {mend}");
        }
        sleep(ACCEPT_AGAIN).await;
    }
}

/// Whether the error concerns only one connection, so the next connection can be accepted at once.
fn is_of_one_caller(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// When a problem was logged last; `None` if never.
struct Seldom(Option<Instant>);

impl Seldom {
    /// Whether the problem should be logged now; if so, remembers the time.
    fn is_news(&mut self) -> bool {
        let is_news = self.0.is_none_or(|logged| logged.elapsed() >= LOG_AGAIN);
        if is_news {
            self.0 = Some(Instant::now());
        }
        is_news
    }
}
