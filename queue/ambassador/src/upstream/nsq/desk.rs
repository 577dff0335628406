//! [`Desk`]: which receives wait at a subscription, and which messages are in flight on it.
//!
//! nsqd may have as many messages in flight on a connection as `RDY` says. That is kept at those in
//! flight and those that receives wait for, so nothing is fetched ahead. It is pure: commands for
//! nsqd are written to `out`. `RDY` is lowered before a message leaves, or nsqd would send another.

use std::collections::{HashSet, VecDeque};

use bytes::BytesMut;
use tokio::sync::mpsc;

use super::frame::{Command, Id, Message};

/// Where a waiting receive finds its messages.
pub(super) type Mailbox = mpsc::UnboundedReceiver<Message>;

#[derive(Debug)]
pub(super) struct Desk {
    /// The most that `RDY` may say.
    most: u32,
    /// What it said last.
    ready: u32,
    held: HashSet<Id>,
    /// The receive that waits for longest first.
    waiting: VecDeque<Waiting>,
    next: u64,
    /// Whether nothing is to be delivered now.
    stopped: bool,
}

#[derive(Debug)]
struct Waiting {
    number: u64,
    wants: u32,
    mailbox: mpsc::UnboundedSender<Message>,
}

impl Desk {
    pub(super) fn new(most: u32) -> Desk {
        let (held, waiting) = (HashSet::new(), VecDeque::new());
        Desk { most, ready: 0, held, waiting, next: 0, stopped: false }
    }

    /// A receive begins to wait for so many messages.
    pub(super) fn wait(&mut self, wants: u32, out: &mut BytesMut) -> (u64, Mailbox) {
        let (mailbox, messages) = mpsc::unbounded_channel();
        let number = self.next;
        self.next += 1;
        self.waiting.push_back(Waiting { number, wants, mailbox });
        self.adjust(out);
        (number, messages)
    }

    /// A message has come. It is for the receive that waits for longest; if none waits any more, it
    /// goes back at once.
    pub(super) fn came(&mut self, message: Message, out: &mut BytesMut) {
        let (id, mut message) = (message.id, Some(message));
        while let Some(first) = self.waiting.front_mut()
            && let Some(it) = message.take()
        {
            match first.mailbox.send(it) {
                Ok(()) => {
                    self.held.insert(id);
                    first.wants -= 1;
                    if first.wants == 0 {
                        self.waiting.pop_front();
                    }
                    return;
                }
                Err(mpsc::error::SendError(back)) => {
                    message = Some(back);
                    self.waiting.pop_front();
                }
            }
        }
        self.adjust(out);
        Command::Req(id, 0).put(out);
    }

    /// A receive no longer waits. What is in its mailbox by now is still its own.
    pub(super) fn leave(&mut self, number: u64, out: &mut BytesMut) {
        self.waiting.retain(|waiting| waiting.number != number);
        self.adjust(out);
    }

    /// Ends deliveries by these commands; false for those that have ended.
    pub(super) fn end(&mut self, id: Id, command: Command<'_>, out: &mut BytesMut) -> bool {
        let was_held = self.forget(id, out);
        if was_held {
            command.put(out);
        }
        was_held
    }

    /// Forgets a message that nsqd has taken back, or will when it hears what follows.
    pub(super) fn forget(&mut self, id: Id, out: &mut BytesMut) -> bool {
        let was_held = self.held.remove(&id);
        self.adjust(out);
        was_held
    }

    /// Whether the message is in flight here.
    pub(super) fn holds(&self, id: Id) -> bool {
        self.held.contains(&id)
    }

    /// Stops deliveries until [`Desk::resume`].
    pub(super) fn stop(&mut self, out: &mut BytesMut) {
        self.stopped = true;
        self.adjust(out);
    }

    /// Goes on with deliveries. `emptied`: all messages in flight were deleted meanwhile.
    pub(super) fn resume(&mut self, emptied: bool, out: &mut BytesMut) {
        if emptied {
            self.held.clear();
        }
        self.stopped = false;
        self.adjust(out);
    }

    /// The connection is lost, and everything with it. Those who wait hear it.
    pub(super) fn close(&mut self) {
        self.held.clear();
        self.waiting.clear();
    }

    fn adjust(&mut self, out: &mut BytesMut) {
        let wanted: usize = self.waiting.iter().map(|waiting| waiting.wants as usize).sum();
        let all = u32::try_from(self.held.len() + wanted).unwrap_or(u32::MAX);
        let ready = if self.stopped { 0 } else { all.min(self.most) };
        if ready != self.ready {
            self.ready = ready;
            Command::Ready(ready).put(out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u8) -> Id {
        Id::of(&[b'a' + number; 16]).unwrap()
    }

    fn message(number: u8) -> Message {
        Message { id: id(number), published: 0, body: "job".into() }
    }

    /// A desk, and what it has said to nsqd since the last look.
    struct Tried(Desk, BytesMut);

    impl Tried {
        fn new() -> Tried {
            Tried(Desk::new(3), BytesMut::new())
        }

        fn said(&mut self) -> String {
            let said = std::mem::take(&mut self.1);
            String::from_utf8(said.to_vec()).unwrap()
        }
    }

    #[test]
    fn nsqd_may_send_as_much_as_receives_wait_for() {
        let mut tried = Tried::new();
        let Tried(desk, out) = &mut tried;
        let (_, mut first) = desk.wait(1, out);
        let (_, mut second) = desk.wait(1, out);
        assert_eq!(tried.said(), "RDY 1\nRDY 2\n");
        let Tried(desk, out) = &mut tried;
        desk.came(message(0), out);
        assert_eq!((first.try_recv().unwrap(), second.try_recv().is_ok()), (message(0), false));
        assert_eq!(tried.said(), "");
        // Lowered before, so that nsqd sends no other message in its place.
        let Tried(desk, out) = &mut tried;
        assert!(desk.end(id(0), Command::Fin(id(0)), out));
        assert_eq!(tried.said(), format!("RDY 1\nFIN {}\n", id(0)));
        let Tried(desk, out) = &mut tried;
        assert!(!desk.end(id(0), Command::Fin(id(0)), out));
        assert_eq!(tried.said(), "");
    }

    #[test]
    fn a_message_that_nobody_waits_for_goes_back_at_once() {
        let mut tried = Tried::new();
        let Tried(desk, out) = &mut tried;
        let (number, _mailbox) = desk.wait(2, out);
        desk.leave(number, out);
        assert_eq!(tried.said(), "RDY 2\nRDY 0\n");
        let Tried(desk, out) = &mut tried;
        desk.came(message(0), out);
        assert!(!desk.holds(id(0)));
        assert_eq!(tried.said(), format!("REQ {} 0\n", id(0)));
    }

    #[test]
    fn a_receive_that_is_gone_is_passed_over() {
        let mut tried = Tried::new();
        let Tried(desk, out) = &mut tried;
        let (_, gone) = desk.wait(1, out);
        let (_, mut waits) = desk.wait(1, out);
        drop(gone);
        desk.came(message(0), out);
        assert_eq!(waits.try_recv().unwrap(), message(0));
        assert!(desk.holds(id(0)));
    }

    #[test]
    fn no_more_are_in_flight_than_nsqd_allows() {
        let mut tried = Tried::new();
        let Tried(desk, out) = &mut tried;
        let _mailboxes: Vec<_> = (0..5).map(|_| desk.wait(1, out)).collect();
        assert_eq!(tried.said(), "RDY 1\nRDY 2\nRDY 3\n");
    }

    #[test]
    fn a_purge_stops_deliveries_and_forgets_what_was_in_flight() {
        let mut tried = Tried::new();
        let Tried(desk, out) = &mut tried;
        let (_, _first) = desk.wait(1, out);
        desk.came(message(0), out);
        let (_, _second) = desk.wait(1, out);
        desk.stop(out);
        desk.resume(true, out);
        assert!(!desk.holds(id(0)));
        assert_eq!(tried.said(), "RDY 1\nRDY 2\nRDY 0\nRDY 1\n");
    }
}
