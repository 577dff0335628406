//! How far a server goes along with those who are slow, and with how many.

use std::time::Duration;

/// What a server lets its callers do. The defaults fit a network whose callers are programs.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections at a time; more wait until one is closed. 4,096.
    pub connections: usize,
    /// How long a request's head may take from its first byte, and a new connection's first one
    /// from the beginning. 10 s.
    pub head: Duration,
    /// How long a connection may be without a request after an answer, the next one's head
    /// included: longer than the 90 s after which reqwest and Go's client put theirs away, so that
    /// none is closed under a call. 120 s.
    pub idle: Duration,
    /// How long a body may take for each [`Limits::STEP`], and for what is left in the end; a
    /// slower one is answered 408. 10 s.
    pub body: Duration,
    /// How long an answer may find no room at all on its way to a caller that reads nothing. 30 s.
    pub answer: Duration,
    /// How long what a refused body still sends is thrown away, so that its sender comes to read
    /// why; beyond it the connection is reset. 2 s.
    pub linger: Duration,
}

impl Limits {
    /// By so many bytes a body must get on to count as moving: less would let one be sent for
    /// days, a byte at a time. 16 KiB.
    pub const STEP: usize = 16 << 10;
    /// The longest head of a request in bytes; a longer one is answered 431. 16 KiB.
    pub const HEAD: usize = 16 << 10;
    /// What is read of a connection ahead of its call, in bytes. 64 KiB.
    pub const BUFFER: usize = 64 << 10;
    /// As [`Limits::linger`], in bytes. 16 MiB.
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
