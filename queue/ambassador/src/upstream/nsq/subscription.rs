//! [`Subscription`]: the connection on which all messages of a queue are received.
//!
//! nsqd takes `FIN`, `REQ` and `TOUCH` of a message only on the connection that received it. So all
//! leases end with this connection, and receipts name it.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::desk::Desk;
use super::frame::{Command, Frame, HEARTBEAT, Id};
use super::place::Place;
use super::trouble::Trouble;
use super::wire::{self, Use, Wire};

/// How often nsqd sends a sign of life. It hangs up on who does not answer two of them.
const HEARTBEATS: Duration = Duration::from_secs(3);
/// After this time without one, nsqd counts as away.
const SILENCE: Duration = Duration::from_secs(7);
/// After this time without a touch nsqd delivers a message again. It has one length for all
/// messages of a connection, so leases are shorter or longer by hand-backs and touches.
const MESSAGE_TIMEOUT: Duration = Duration::from_secs(30);

#[derive(Debug)]
pub(super) struct Subscription {
    /// The connection's number; receipts have it.
    pub(super) number: u64,
    desk: Mutex<Desk>,
    orders: mpsc::UnboundedSender<Order>,
    /// Why it has ended.
    ended: OnceLock<Trouble>,
}

/// Deliveries are stopped until it is dropped, also if its caller hangs up.
#[derive(Debug)]
pub(super) struct Stop<'a> {
    at: &'a Subscription,
    /// Whether all messages in flight were deleted meanwhile.
    pub(super) emptied: bool,
}

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.at.at_desk(|desk, out| desk.resume(self.emptied, out));
    }
}

/// Commands to write, and who wants to know that they are written.
#[derive(Debug)]
struct Order {
    commands: Bytes,
    written: Option<oneshot::Sender<()>>,
}

impl Subscription {
    /// Connects and subscribes, which makes the topic and its channel if they are missing.
    pub(super) async fn open(
        place: &Place,
        topic: &str,
        number: u64,
    ) -> Result<Arc<Subscription>, Trouble> {
        let heartbeat = HEARTBEATS.as_millis() as u32;
        let message_timeout = MESSAGE_TIMEOUT.as_millis() as u32;
        let mut wire = Wire::open(place, Use::Receive { heartbeat, message_timeout }).await?;
        let mut out = BytesMut::new();
        Command::Sub(topic).put(&mut out);
        wire.ask(&out).await?;
        let (orders, wanted) = mpsc::unbounded_channel();
        let (desk, ended) = (Mutex::new(Desk::new(wire.most)), OnceLock::new());
        let subscription = Arc::new(Subscription { number, desk, orders, ended });
        let runs = subscription.clone();
        tokio::spawn(async move {
            let Wire { mut stream, received, .. } = wire;
            let (reader, writer) = stream.split();
            let trouble = tokio::select! {
                trouble = runs.listen(reader, received) => trouble,
                trouble = talk(writer, wanted) => trouble,
            };
            // In this order: who hears that it was closed asks why.
            let _ = runs.ended.set(trouble);
            runs.lock().close();
        });
        Ok(subscription)
    }

    pub(super) fn is_up(&self) -> bool {
        self.ended.get().is_none()
    }

    /// Why it has ended.
    pub(super) fn trouble(&self) -> Trouble {
        let lost = || Trouble::Away("the connection is lost".to_owned());
        self.ended.get().cloned().unwrap_or_else(lost)
    }

    /// Calls `call` with the desk, and sends what it has written.
    pub(super) fn at_desk<T>(&self, call: impl FnOnce(&mut Desk, &mut BytesMut) -> T) -> T {
        self.order(call, None)
    }

    /// Like [`Subscription::at_desk`]; returns once the commands are written to the connection.
    /// There are no answers to them.
    pub(super) async fn written<T>(
        &self,
        call: impl FnOnce(&mut Desk, &mut BytesMut) -> T,
    ) -> Result<T, Trouble> {
        let (sender, written) = oneshot::channel();
        let answer = self.order(call, Some(sender));
        written.await.map_err(|_| self.trouble())?;
        Ok(answer)
    }

    pub(super) fn stop(&self) -> Stop<'_> {
        self.at_desk(|desk, out| desk.stop(out));
        Stop { at: self, emptied: false }
    }

    fn order<T>(
        &self,
        call: impl FnOnce(&mut Desk, &mut BytesMut) -> T,
        written: Option<oneshot::Sender<()>>,
    ) -> T {
        let mut out = BytesMut::new();
        let mut desk = self.lock();
        let answer = call(&mut desk, &mut out);
        if !out.is_empty() || written.is_some() {
            // Under the lock, so that nsqd hears the commands in the order of the desk's states. It
            // fails only after the end.
            let _ = self.orders.send(Order { commands: out.freeze(), written });
        }
        answer
    }

    fn lock(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn listen(&self, mut from: impl AsyncRead + Unpin, mut received: BytesMut) -> Trouble {
        loop {
            let heard = timeout(SILENCE, wire::next(&mut from, &mut received)).await;
            match heard {
                Ok(Ok(Frame::Message(message))) => {
                    self.at_desk(|desk, out| desk.came(message, out));
                }
                Ok(Ok(Frame::Response(said))) if said == HEARTBEAT => {
                    self.at_desk(|_, out| Command::Nop.put(out));
                }
                Ok(Ok(Frame::Response(_))) => {}
                Ok(Ok(Frame::Error(error))) => match too_late(&error) {
                    Some(id) => self.taken_back(id, &error),
                    // After all others nsqd closes the connection.
                    None => return Trouble::said(&error),
                },
                Ok(Err(trouble)) => return trouble,
                Err(_) => return Trouble::Away(format!("no sign of life for {SILENCE:?}")),
            }
        }
    }

    /// nsqd has taken a message back, because its time was over.
    fn taken_back(&self, id: Id, error: &str) {
        let was_held = self.at_desk(|desk, out| desk.forget(id, out));
        if !was_held {
            tracing::warn!("NSQ says {error:?}: message {id} will come again");
        }
    }
}

/// The id of the message, if the error says that its time was over.
fn too_late(error: &str) -> Option<Id> {
    let mut words = error.split(' ');
    let code = words.next()?;
    if !matches!(code, "E_FIN_FAILED" | "E_REQ_FAILED" | "E_TOUCH_FAILED") {
        return None;
    }
    Id::of(words.nth(1)?.as_bytes())
}

async fn talk(
    mut to: impl AsyncWrite + Unpin,
    mut wanted: mpsc::UnboundedReceiver<Order>,
) -> Trouble {
    let (mut out, mut waiting) = (BytesMut::new(), Vec::new());
    while let Some(first) = wanted.recv().await {
        let mut next = Some(first);
        while let Some(Order { commands, written }) = next {
            out.extend_from_slice(&commands);
            waiting.extend(written);
            next = wanted.try_recv().ok();
        }
        if let Err(error) = to.write_all(&out).await {
            return Trouble::away(&error);
        }
        out.clear();
        for written in waiting.drain(..) {
            // Who has stopped waiting needs no answer.
            let _ = written.send(());
        }
    }
    Trouble::Away("the ambassador ends".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_whose_time_was_over_is_told_from_other_errors() {
        let id = Id::of(b"0123456789abcdef");
        let late = "E_TOUCH_FAILED TOUCH 0123456789abcdef failed ID not in flight";
        assert_eq!(too_late(late), id);
        assert_eq!(too_late("E_INVALID cannot FIN in current state"), None);
        assert_eq!(too_late("E_FIN_FAILED"), None);
    }
}
