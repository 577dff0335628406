//! [`Wire`]: a connection to nsqd, after the introduction.

use bytes::BytesMut;
use serde::Deserialize;
use serde_json::json;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::frame::{Command, Frame, HEARTBEAT, MAGIC};
use super::place::Place;
use super::trouble::Trouble;

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// nsqd sends a heartbeat so often, in milliseconds, and takes messages back after a time
    /// without a touch.
    Receive { heartbeat: u32, message_timeout: u32 },
    /// No heartbeats, because such a connection may rest for long.
    Publish,
}

#[derive(Debug)]
pub(super) struct Wire {
    pub(super) stream: TcpStream,
    /// Bytes that were received and not read yet.
    pub(super) received: BytesMut,
    /// The most messages that may be in flight on it.
    pub(super) most: u32,
}

/// What nsqd says to an introduction.
#[derive(Debug, Deserialize)]
struct Terms {
    max_rdy_count: u32,
    #[serde(default)]
    auth_required: bool,
}

impl Wire {
    /// Connects and introduces itself.
    pub(super) async fn open(place: &Place, use_: Use) -> Result<Wire, Trouble> {
        let stream = TcpStream::connect(&place.tcp).await.map_err(|it| Trouble::away(&it))?;
        stream.set_nodelay(true).map_err(|it| Trouble::away(&it))?;
        let mut wire = Wire { stream, received: BytesMut::new(), most: 0 };
        let mut identity = json!({
            "client_id": "ambassador",
            "user_agent": concat!("ambassador/", env!("CARGO_PKG_VERSION")),
            "feature_negotiation": true,
            "heartbeat_interval": -1,
            // Messages are sent at once: buffered ones would wait up to 250 ms for others.
            "output_buffer_size": -1,
            "output_buffer_timeout": -1,
        });
        if let Use::Receive { heartbeat, message_timeout } = use_ {
            identity["heartbeat_interval"] = heartbeat.into();
            identity["msg_timeout"] = message_timeout.into();
        }
        let mut out = BytesMut::from(MAGIC);
        Command::Identify(&identity).put(&mut out);
        let terms = wire.ask(&out).await?;
        let terms: Terms = serde_json::from_slice(&terms)
            .map_err(|error| Trouble::Garbled(format!("its introduction: {error}")))?;
        wire.most = terms.max_rdy_count;
        if terms.auth_required {
            let secret = place.secret.as_deref();
            let secret = secret.ok_or_else(|| Trouble::Refused("NSQ wants a secret".to_owned()))?;
            let mut out = BytesMut::new();
            Command::Auth(secret).put(&mut out);
            wire.ask(&out).await?;
        }
        Ok(wire)
    }

    /// Sends a command and returns its answer.
    pub(super) async fn ask(&mut self, command: &[u8]) -> Result<bytes::Bytes, Trouble> {
        let (mut reader, mut writer) = self.stream.split();
        // Both at once: nsqd answers that a message is too large before it is written, and then
        // closes the connection.
        let (written, answer) =
            tokio::join!(writer.write_all(command), answer(&mut reader, &mut self.received),);
        let answer = answer?;
        written.map_err(|it| Trouble::away(&it))?;
        Ok(answer)
    }

    /// Whether nsqd has neither closed it nor said anything meanwhile.
    pub(super) fn rests(&self) -> bool {
        let nothing = self.stream.try_read(&mut [0]);
        self.received.is_empty()
            && matches!(nothing, Err(error) if error.kind() == std::io::ErrorKind::WouldBlock)
    }
}

/// The next answer, skipping heartbeats.
pub(super) async fn answer(
    reader: &mut (impl AsyncRead + Unpin),
    received: &mut BytesMut,
) -> Result<bytes::Bytes, Trouble> {
    loop {
        match next(reader, received).await? {
            Frame::Response(answer) if answer == HEARTBEAT => {}
            Frame::Response(answer) => return Ok(answer),
            Frame::Error(error) => return Err(Trouble::said(&error)),
            Frame::Message(_) => {
                return Err(Trouble::Garbled("a message instead of an answer".to_owned()));
            }
        }
    }
}

/// The next frame.
pub(super) async fn next(
    reader: &mut (impl AsyncRead + Unpin),
    received: &mut BytesMut,
) -> Result<Frame, Trouble> {
    loop {
        if let Some(frame) = Frame::take(received)? {
            return Ok(frame);
        }
        match reader.read_buf(received).await {
            Ok(0) => return Err(Trouble::Away("it has closed the connection".to_owned())),
            Ok(_) => {}
            Err(error) => return Err(Trouble::away(&error)),
        }
    }
}
