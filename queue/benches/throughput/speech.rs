//! Protocols of the servers: the bytes of a publish, and the end of an answer.

use crate::connection;

/// A way to publish one message.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Speech {
    /// HTTP, as the queue and the bare server use it.
    Queue,
    /// nsqd's HTTP.
    Nsq,
    /// Redis's protocol, for a list.
    Redis,
    /// beanstalkd's protocol.
    Beanstalk,
}

impl Speech {
    pub(crate) fn publish(self, body: &str) -> Vec<u8> {
        let len = body.len();
        match self {
            Speech::Queue => connection::request("POST /v1/queues/q/messages", "text/plain", body),
            Speech::Nsq => connection::request("POST /pub?topic=q", "text/plain", body),
            Speech::Redis => {
                format!("*3\r\n$5\r\nLPUSH\r\n$1\r\nq\r\n${len}\r\n{body}\r\n").into_bytes()
            }
            Speech::Beanstalk => format!("put 0 0 60 {len}\r\n{body}\r\n").into_bytes(),
        }
    }

    /// A function that returns the length of an answer once it is known.
    pub(crate) fn whole(self) -> fn(&[u8]) -> Option<usize> {
        match self {
            Speech::Queue | Speech::Nsq => connection::whole,
            Speech::Redis | Speech::Beanstalk => line,
        }
    }

    /// Whether the answer says that the message was published.
    pub(crate) fn is_accepted(self, answer: &str) -> bool {
        let start = match self {
            Speech::Queue => "HTTP/1.1 201",
            Speech::Nsq => "HTTP/1.1 200",
            Speech::Redis => ":",
            Speech::Beanstalk => "INSERTED",
        };
        answer.starts_with(start)
    }
}

fn line(bytes: &[u8]) -> Option<usize> {
    bytes.ends_with(b"\r\n").then_some(bytes.len())
}
