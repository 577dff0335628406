//! Stores a queue's messages on pages, in the order of their ids.
//!
//! Ids increase, and most messages leave in the order in which they came. So pages are filled at
//! the end of the shelf and emptied at its start. Whole pages are freed, and so are whole buffers,
//! which small bodies share. A map would leave its nodes half empty, and an allocation for each
//! body would leave gaps in the memory that are never returned to the operating system.

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};

use crate::message::{Message, MessageId};

/// The number of messages on a page that is filled in order.
const PAGE: usize = 64;
/// The size in bytes of a buffer that small bodies share.
const BUFFER: usize = 16 << 10;
/// The maximum size in bytes of a body that shares a buffer; larger bodies keep their own memory.
const LARGE: usize = 4 << 10;

/// Messages in the order of their ids. A page is never empty.
type Page = VecDeque<(MessageId, Message)>;

#[derive(Debug, Default)]
pub(crate) struct Shelf {
    pages: VecDeque<Page>,
    len: usize,
    /// The unused end of the buffer into which small bodies are copied.
    room: BytesMut,
}

impl Shelf {
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Inserts a message with an id that is not on the shelf.
    pub(crate) fn insert(&mut self, id: MessageId, mut message: Message) {
        message.body = keep(&mut self.room, message.body);
        self.len += 1;
        let at = self.page_of(id);
        match self.pages.get_mut(at) {
            // The message comes from another queue, and is older than some messages here.
            Some(page) => {
                page.insert(place_on(page, id), (id, message));
                if page.len() > 2 * PAGE {
                    let rest = page.split_off(PAGE);
                    self.pages.insert(at + 1, rest);
                }
            }
            None => self.push((id, message)),
        }
    }

    fn push(&mut self, entry: (MessageId, Message)) {
        match self.pages.back_mut() {
            Some(page) if page.len() < PAGE => page.push_back(entry),
            _ => {
                let mut page = Page::with_capacity(PAGE);
                page.push_back(entry);
                self.pages.push_back(page);
            }
        }
    }

    pub(crate) fn remove(&mut self, id: MessageId) -> Option<Message> {
        let (at, place) = self.find(id)?;
        let is_last = at + 1 == self.pages.len();
        let page = self.pages.get_mut(at)?;
        let (_, message) = page.remove(place)?;
        self.len -= 1;
        if page.is_empty() {
            self.pages.remove(at);
        } else if !is_last && 4 * page.len() <= page.capacity() {
            // Without the copy, a few old messages would keep the memory of a whole page.
            *page = copied(page);
        }
        Some(message)
    }

    pub(crate) fn get(&self, id: MessageId) -> Option<&Message> {
        let (at, place) = self.find(id)?;
        self.pages.get(at)?.get(place).map(|(_, message)| message)
    }

    pub(crate) fn get_mut(&mut self, id: MessageId) -> Option<&mut Message> {
        let (at, place) = self.find(id)?;
        self.pages.get_mut(at)?.get_mut(place).map(|(_, message)| message)
    }

    /// The messages with this id or higher ids, in the order of their ids.
    pub(crate) fn from(&self, id: MessageId) -> impl Iterator<Item = (MessageId, &Message)> {
        let pages = self.pages.range(self.page_of(id)..);
        pages.flatten().skip_while(move |(it, _)| *it < id).map(|(id, message)| (*id, message))
    }

    /// All messages, in the order of their ids.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (MessageId, &Message)> {
        self.from(MessageId(0))
    }

    /// The highest id; `None` if the shelf is empty.
    pub(crate) fn last(&self) -> Option<MessageId> {
        self.pages.back()?.back().map(|(id, _)| *id)
    }

    /// The index of the first page whose last id is at least `id`; otherwise the number of pages.
    fn page_of(&self, id: MessageId) -> usize {
        let ends_before = |page: &Page| page.back().is_some_and(|(last, _)| *last < id);
        // Most lookups are for the oldest messages, or for ids higher than all on the shelf.
        match (self.pages.front(), self.pages.back()) {
            (Some(first), _) if !ends_before(first) => 0,
            (_, Some(last)) if ends_before(last) => self.pages.len(),
            _ => self.pages.partition_point(ends_before),
        }
    }

    /// The index of the message's page, and its index on that page.
    fn find(&self, id: MessageId) -> Option<(usize, usize)> {
        let at = self.page_of(id);
        let page = self.pages.get(at)?;
        let place = place_on(page, id);
        page.get(place).is_some_and(|(it, _)| *it == id).then_some((at, place))
    }
}

/// The index on `page` where the message with this id is, or would be inserted.
fn place_on(page: &Page, id: MessageId) -> usize {
    page.partition_point(|(it, _)| *it < id)
}

/// Copies a small body into `room`, so that the body does not keep a larger buffer alive.
fn keep(room: &mut BytesMut, body: Bytes) -> Bytes {
    if body.len() > LARGE {
        return body;
    }
    if room.capacity() < body.len() {
        room.reserve(BUFFER);
    }
    room.extend_from_slice(&body);
    room.split().freeze()
}

/// A copy of a page that takes no more memory than needed, with one buffer for its small bodies.
fn copied(page: &mut Page) -> Page {
    let small = page.iter().map(|(_, message)| message.body.len()).filter(|len| *len <= LARGE);
    let mut room = BytesMut::with_capacity(small.sum());
    let mut copy = Page::with_capacity(page.len());
    for (id, message) in page.drain(..) {
        let body = keep(&mut room, message.body);
        copy.push_back((id, Message { body, ..message }));
    }
    copy
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::Time;

    fn message(id: u64) -> Message {
        let body = Bytes::from(id.to_string().repeat(id as usize % 7));
        Message::new(body, id, Time::from_secs(id))
    }

    fn looks(message: &Message) -> (u64, Bytes) {
        (message.enqueued_at, message.body.clone())
    }

    proptest! {
        #[test]
        fn a_shelf_is_a_map_in_order(calls in vec((any::<bool>(), 0_u64..600), 0..3000)) {
            let (mut shelf, mut map) = (Shelf::default(), BTreeMap::new());
            for (comes, id) in calls {
                if comes && !map.contains_key(&id) {
                    shelf.insert(MessageId(id), message(id));
                    map.insert(id, looks(&message(id)));
                } else {
                    let removed = shelf.remove(MessageId(id));
                    prop_assert_eq!(removed.as_ref().map(looks), map.remove(&id));
                }
                prop_assert_eq!(shelf.len(), map.len());
                prop_assert_eq!(shelf.get(MessageId(id)).is_some(), map.contains_key(&id));
                let next = shelf.from(MessageId(id)).next().map(|(id, _)| id.0);
                prop_assert_eq!(next, map.range(id..).next().map(|(id, _)| *id));
            }
            let all: Vec<_> = shelf.iter().map(|(id, message)| (id.0, looks(message))).collect();
            prop_assert_eq!(all, map.into_iter().collect::<Vec<_>>());
        }
    }

    #[test]
    fn pages_are_full_and_go_when_they_are_empty() {
        let mut shelf = Shelf::default();
        (0..10 * PAGE as u64).for_each(|id| shelf.insert(MessageId(id), message(id)));
        assert!(shelf.pages.iter().all(|page| page.len() == PAGE));
        (0..10 * PAGE as u64 - 1).for_each(|id| assert!(shelf.remove(MessageId(id)).is_some()));
        assert_eq!((shelf.pages.len(), shelf.len()), (1, 1));
    }

    #[test]
    fn a_message_that_stays_keeps_little_room() {
        let mut shelf = Shelf::default();
        let of_page = |page: u64| page * PAGE as u64;
        (0..of_page(10)).for_each(|id| shelf.insert(MessageId(id), message(id)));
        let stays = |id: u64| id % PAGE as u64 == 5;
        let goes = (0..of_page(10)).filter(|id| !stays(*id));
        goes.for_each(|id| assert!(shelf.remove(MessageId(id)).is_some()));
        let room = |page: &Page| page.capacity();
        assert!(shelf.pages.iter().take(9).all(|page| room(page) <= 4), "{:?}", shelf.pages);
        assert!(shelf.iter().all(|(id, it)| looks(it) == looks(&message(id.0))));
    }
}
