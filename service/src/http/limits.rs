//! The limits that protect a server against slow clients and too many clients.

use std::time::Duration;

/// A server's limits for its clients, which are programs. Each description ends with the default.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The maximum number of open connections; more clients wait until one is closed. 4,096.
    pub connections: usize,
    /// How long a request's head may take from its first byte on. For the first head of a
    /// connection, the time starts when the connection is opened. 10 s.
    pub head: Duration,
    /// How much time may pass after an answer until the connection's next head is complete. It is
    /// more than the 90 s after which reqwest and Go's client close idle connections, so that the
    /// server does not close a connection just as a call begins. 120 s.
    pub idle: Duration,
    /// How long each part of [`Limits::STEP`] bytes of a body may take, or the rest at its end. A
    /// slower body is answered with 408. 10 s.
    pub body: Duration,
    /// How long a client may read nothing of its answer before the connection is closed. 30 s.
    pub answer: Duration,
    /// How long the rest of a refused body is read and discarded, so that the client can read the
    /// answer; then the connection is reset. 2 s.
    pub linger: Duration,
}

impl Limits {
    /// How many bytes of a body must arrive in each period of [`Limits::body`]. Without a minimum,
    /// a client could send a body for days, byte by byte. 16 KiB.
    pub const STEP: usize = 16 << 10;
    /// The longest head of a request in bytes; a longer head is answered with 431. 16 KiB.
    pub const HEAD: usize = 16 << 10;
    /// The size of a connection's read buffer, in bytes. 64 KiB.
    pub const BUFFER: usize = 64 << 10;
    /// The maximum number of bytes of a refused body that are read and discarded. 16 MiB.
    pub const LINGER: usize = 16 << 20;
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            connections: 4096,
            head: Duration::from_secs(10),
            idle: Duration::from_secs(120),
            body: Duration::from_secs(10),
            answer: Duration::from_secs(30),
            linger: Duration::from_secs(2),
        }
    }
}
