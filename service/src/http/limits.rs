//! Limits for slow clients, and for many of them.

use std::time::Duration;

/// What a server allows its clients. The defaults fit a network whose clients are programs.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The most connections at a time; more wait until one is closed. 4,096.
    pub connections: usize,
    /// How long a request's head may take from its first byte. The first head of a connection is
    /// timed from the connection's start. 10 s.
    pub head: Duration,
    /// How long a connection may be without a request after an answer, including the time of the
    /// next head. It is longer than the 90 s after which reqwest and Go's client close idle
    /// connections, so that no connection is closed during a call. 120 s.
    pub idle: Duration,
    /// How long a body may take for each [`Limits::STEP`], and for the rest at its end; a slower
    /// one is answered with 408. 10 s.
    pub body: Duration,
    /// How long a client may take none of its answer. 30 s.
    pub answer: Duration,
    /// How long the rest of a refused body is read and discarded, so that the client gets to read
    /// the answer; then the connection is reset. 2 s.
    pub linger: Duration,
}

impl Limits {
    /// A body must progress by this many bytes in [`Limits::body`]. Without a minimum, one could be
    /// sent for days, a byte at a time. 16 KiB.
    pub const STEP: usize = 16 << 10;
    /// The longest head of a request in bytes; a longer one is answered with 431. 16 KiB.
    pub const HEAD: usize = 16 << 10;
    /// The read buffer of a connection, in bytes. 64 KiB.
    pub const BUFFER: usize = 64 << 10;
    /// Like [`Limits::linger`], in bytes. 16 MiB.
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
