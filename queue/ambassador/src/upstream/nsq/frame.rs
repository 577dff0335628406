//! Commands and frames of nsqd's protocol V2.

use std::fmt;

use bytes::{Buf, BufMut, Bytes, BytesMut};
use serde_json::Value;

use super::trouble::Trouble;

/// The channel's name. All receives of an ambassador share it.
pub(super) const CHANNEL: &str = "ambassador";
/// What a connection begins with.
pub(super) const MAGIC: &[u8] = b"  V2";
/// What nsqd says regularly, to hear a [`Command::Nop`].
pub(super) const HEARTBEAT: &[u8] = b"_heartbeat_";
/// The longest frame. nsqd limits messages by its own settings, to 1 MiB unless told otherwise.
const LONGEST: u32 = 128 << 20;
/// The bytes of a frame before its data: the size of the rest, and the type.
const HEAD: usize = 8;
/// The bytes of a message before its body: time, attempts, id.
const BEFORE_BODY: usize = 26;

/// The id of a message, 16 characters.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Id([u8; 16]);

/// What nsqd sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Frame {
    /// A heartbeat, or the answer to a command that has one.
    Response(Bytes),
    /// Why a command failed.
    Error(String),
    Message(Message),
}

/// A message as nsqd delivers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) id: Id,
    /// When it was published, in nanoseconds since 1970.
    pub(super) published: u64,
    pub(super) body: Bytes,
}

/// What is sent to nsqd. Only the first five and the publishes are answered, if they succeed.
#[derive(Debug, Clone, Copy)]
pub(super) enum Command<'a> {
    Identify(&'a Value),
    Auth(&'a str),
    /// Delivers messages of this topic on this connection.
    Sub(&'a str),
    /// Publishes messages to this topic, all or none.
    Publish(&'a str, &'a [Bytes]),
    /// Publishes a message to this topic, hidden for so many milliseconds.
    Defer(&'a str, u128, &'a Bytes),
    /// How many messages may be in flight on this connection.
    Ready(u32),
    /// The message is done.
    Fin(Id),
    /// Takes the message back and hides it for so many milliseconds.
    Req(Id, u128),
    /// The message's time begins again.
    Touch(Id),
    Nop,
}

impl Command<'_> {
    pub(super) fn put(self, out: &mut BytesMut) {
        match self {
            Command::Identify(json) => {
                out.put_slice(b"IDENTIFY\n");
                put_sized(out, json.to_string().as_bytes());
            }
            Command::Auth(secret) => {
                out.put_slice(b"AUTH\n");
                put_sized(out, secret.as_bytes());
            }
            Command::Sub(topic) => put_line(out, &format!("SUB {topic} {CHANNEL}")),
            Command::Publish(topic, [body]) => {
                put_line(out, &format!("PUB {topic}"));
                put_sized(out, body);
            }
            Command::Publish(topic, bodies) => {
                put_line(out, &format!("MPUB {topic}"));
                let size: usize = bodies.iter().map(|body| 4 + body.len()).sum();
                out.put_u32(4 + size as u32);
                out.put_u32(bodies.len() as u32);
                bodies.iter().for_each(|body| put_sized(out, body));
            }
            Command::Defer(topic, millis, body) => {
                put_line(out, &format!("DPUB {topic} {millis}"));
                put_sized(out, body);
            }
            Command::Ready(count) => put_line(out, &format!("RDY {count}")),
            Command::Fin(id) => put_line(out, &format!("FIN {id}")),
            Command::Req(id, millis) => put_line(out, &format!("REQ {id} {millis}")),
            Command::Touch(id) => put_line(out, &format!("TOUCH {id}")),
            Command::Nop => put_line(out, "NOP"),
        }
    }
}

fn put_line(out: &mut BytesMut, line: &str) {
    out.put_slice(line.as_bytes());
    out.put_u8(b'\n');
}

fn put_sized(out: &mut BytesMut, bytes: &[u8]) {
    out.put_u32(bytes.len() as u32);
    out.put_slice(bytes);
}

impl Frame {
    /// Takes the first frame out of what was received; `None` if it has not come as a whole.
    pub(super) fn take(received: &mut BytesMut) -> Result<Option<Frame>, Trouble> {
        let number = |at: usize| -> Option<u32> {
            let bytes: [u8; 4] = received.get(at..at + 4)?.try_into().ok()?;
            Some(u32::from_be_bytes(bytes))
        };
        let Some((size, kind)) = number(0).zip(number(4)) else { return Ok(None) };
        if !(4..=LONGEST).contains(&size) || kind > 2 {
            let text = format!("a frame of {size} bytes and type {kind}; is nsqd there?");
            return Err(Trouble::Garbled(text));
        }
        let whole = 4 + size as usize;
        if received.len() < whole {
            received.reserve(whole - received.len());
            return Ok(None);
        }
        let mut data = received.split_to(whole).freeze();
        data.advance(HEAD);
        Ok(Some(match kind {
            0 => Frame::Response(data),
            1 => Frame::Error(String::from_utf8_lossy(&data).into_owned()),
            _ => Frame::Message(Message::read(data)?),
        }))
    }
}

impl Message {
    fn read(mut data: Bytes) -> Result<Message, Trouble> {
        if data.len() < BEFORE_BODY {
            return Err(Trouble::Garbled(format!("a message of {} bytes", data.len())));
        }
        let published = data.get_u64();
        // nsqd's attempts also count what never reached a worker; the table has its own.
        data.advance(2);
        let mut id = [0; 16];
        data.copy_to_slice(&mut id);
        let id = Id::of(&id).ok_or_else(|| Trouble::Garbled("an id with spaces".to_owned()))?;
        Ok(Message { id, published, body: data })
    }
}

impl Id {
    /// An id, if it fits into a command.
    pub(super) fn of(text: &[u8]) -> Option<Id> {
        let id: [u8; 16] = text.try_into().ok()?;
        id.iter().all(u8::is_ascii_graphic).then_some(Id(id))
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.0))
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(command: Command<'_>) -> Vec<u8> {
        let mut out = BytesMut::new();
        command.put(&mut out);
        out.to_vec()
    }

    #[test]
    fn commands_are_written_as_the_protocol_has_them() {
        let id = Id::of(b"0123456789abcdef").unwrap();
        let (one, two) = (Bytes::from_static(b"a"), Bytes::from_static(b"bc"));
        assert_eq!(sent(Command::Sub("jobs")), b"SUB jobs ambassador\n");
        assert_eq!(sent(Command::Ready(3)), b"RDY 3\n");
        assert_eq!(sent(Command::Req(id, 1500)), b"REQ 0123456789abcdef 1500\n");
        let bodies = [one.clone(), two];
        assert_eq!(sent(Command::Publish("t", &bodies[..1])), b"PUB t\n\0\0\0\x01a");
        let batch = b"MPUB t\n\0\0\0\x0f\0\0\0\x02\0\0\0\x01a\0\0\0\x02bc";
        assert_eq!(sent(Command::Publish("t", &bodies)), batch);
        assert_eq!(sent(Command::Defer("t", 9, &one)), b"DPUB t 9\n\0\0\0\x01a");
    }

    #[test]
    fn a_frame_is_taken_once_it_is_whole() {
        let bytes = b"\0\0\0\x06\0\0\0\0OK\0\0\0\x05\0\0\0\x01E";
        let mut received = BytesMut::new();
        for byte in &bytes[..9] {
            received.put_u8(*byte);
            assert_eq!(Frame::take(&mut received).unwrap(), None);
        }
        received.put_slice(&bytes[9..]);
        let ok = Frame::Response(Bytes::from_static(b"OK"));
        assert_eq!(Frame::take(&mut received).unwrap(), Some(ok));
        assert_eq!(Frame::take(&mut received).unwrap(), Some(Frame::Error("E".to_owned())));
        assert_eq!(Frame::take(&mut received).unwrap(), None);
    }

    #[test]
    fn a_message_is_read_from_its_frame() {
        let mut received = BytesMut::new();
        received.put_slice(b"\0\0\0\x20\0\0\0\x02\0\0\0\0\0\0\0\x07\0\x030123456789abcdefhi");
        let id = Id::of(b"0123456789abcdef").unwrap();
        let message = Message { id, published: 7, body: Bytes::from_static(b"hi") };
        assert_eq!(Frame::take(&mut received).unwrap(), Some(Frame::Message(message)));
    }

    #[test]
    fn what_is_no_frame_is_garbled() {
        for bytes in [
            b"HTTP/1.1 400 Bad".as_slice(),
            b"\0\0\0\x03\0\0\0\0",
            b"\0\0\0\x09\0\0\0\x02short",
            b"\0\0\0\x1e\0\0\0\x02\0\0\0\0\0\0\0\x07\0\x030123456789 bcdef",
        ] {
            let taken = Frame::take(&mut BytesMut::from(bytes));
            assert!(matches!(taken, Err(Trouble::Garbled(_))), "{bytes:?}: {taken:?}");
        }
    }
}
