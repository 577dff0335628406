//! HTTP/1.1 for every program, and what its callers cannot do to it.
//!
//! # Layout
//! - [`calls`]: [`Calls`], whoever answers: a router, or what goes past one
//! - [`limits`]: [`Limits`], how far a server goes along with its callers
//! - `connection`: one connection, its calls, one after the other
//! - `socket`: its bytes; slow heads, idle callers, and answers that nobody reads
//! - `body`: bodies that must get on
//! - `state`: what these tell each other
//! - `counters`: what is counted of it

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

/// How long nothing is accepted after it has failed: files may be free again by then.
const ACCEPT_AGAIN: Duration = Duration::from_millis(100);
/// What happens all the time is told once in this time.
const TOLD_AGAIN: Duration = Duration::from_secs(60);

/// A listener, how far its callers may go, and who counts them.
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
    /// The same listener with other limits.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Server {
        Server { limits, ..self }
    }

    /// Counts its connections as `PROGRAM_connections`, and so on.
    ///
    /// # Errors
    /// When the registry has some of these names already.
    pub fn counted(self, registry: &Registry, program: &str) -> prometheus::Result<Server> {
        Ok(Server { counters: Counters::register(registry, program)?, ..self })
    }

    /// Answers calls until `leave`: then nothing more is accepted, idle connections are closed,
    /// and calls under way are finished.
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

/// Where connections come in.
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

    /// A place for one more; those who come while there is none wait in the kernel's queue.
    async fn seat(&mut self) -> Option<OwnedSemaphorePermit> {
        if let Ok(seat) = self.seats.clone().try_acquire_owned() {
            return Some(seat);
        }
        self.shared.counters.full();
        if self.full.is_news() {
            let most = self.shared.limits.connections;
            tracing::warn!("{most} connections are open, which is the most; further ones wait");
        }
        // It fails only where seats were taken away, which nobody does.
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

    /// The next try would fail at once, too, and take a whole core with it.
    async fn rest_after(&mut self, error: &io::Error) {
        if self.failing.is_news() {
            let mend = "it is tried again; if files are short, raise ulimit -n";
            tracing::warn!("no connection can be accepted: {error}; {mend}");
        }
        sleep(ACCEPT_AGAIN).await;
    }
}

/// Whether only the connection that was to be accepted is concerned.
fn is_of_one_caller(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// When something was told last.
struct Seldom(Option<Instant>);

impl Seldom {
    /// Whether it is worth a line again.
    fn is_news(&mut self) -> bool {
        let is_news = self.0.is_none_or(|told| told.elapsed() >= TOLD_AGAIN);
        if is_news {
            self.0 = Some(Instant::now());
        }
        is_news
    }
}
