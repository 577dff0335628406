//! The limits that protect a server against slow clients and too many clients.

use std::time::Duration;

/// What a server allows its clients, which are programs. Each text ends with the default.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The most connections at a time; more wait until one is closed. 4,096.
    pub connections: usize,
    /// How long a request's head may take from its first byte on. The time for the first head of a
    /// connection starts with the connection. 10 s.
    pub head: Duration,
    /// How long the next request of a connection may take after an answer, until its head is
    /// complete. It is longer than the 90 s after which reqwest and Go's client close idle
    /// connections, so that the server does not close one just as a call begins. 120 s.
    pub idle: Duration,
    /// How long each [`Limits::STEP`] of a body may take, and the rest at its end. A slower body is
    /// answered with 408. 10 s.
    pub body: Duration,
    /// How long a client may read nothing of its answer before the connection is closed. 30 s.
    pub answer: Duration,
    /// How long the rest of a refused body is read and discarded, so that the client gets to read
    /// the answer; then the connection is reset. 2 s.
    pub linger: Duration,
}

impl Limits {
    /// How many bytes of a body must arrive in each [`Limits::body`]. Without a minimum, a client
    /// could send a body for days, byte by byte. 16 KiB.
    pub const STEP: usize = 16 << 10;
    /// The longest head of a request in bytes; a longer head is answered with 431. 16 KiB.
    pub const HEAD: usize = 16 << 10;
    /// The size of a connection's read buffer, in bytes. 64 KiB.
    pub const BUFFER: usize = 64 << 10;
    /// How many bytes of a refused body are read and discarded at most. 16 MiB.
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
