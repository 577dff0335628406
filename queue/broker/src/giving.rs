//! Delivers messages to receives, at once or after a wait, but never to a retired worker.

use std::sync::Arc;

use crate::Time;
use crate::event::Event;
use crate::message::{Delivery, MessageId, Place, Receipt, Request, WaiterId};
use crate::queue::Queue;
use crate::retire::RETIRED_FOR;

impl Queue {
    /// Delivers ready messages to waiting receives, first come, first served.
    pub(crate) fn wake(&mut self, now: Time) {
        while !self.ready.is_empty() && !self.paused {
            let Some((waiter, request)) = self.next_waiter() else { return };
            let deliveries = self.deliver(now, &request);
            let lease = self.lease_of(&request);
            self.events.push(Event::Delivered { waiter: Some(waiter), deliveries, lease });
        }
    }

    pub(crate) fn receive(&mut self, now: Time, request: &Request) -> Vec<Delivery> {
        if self.turns_away(request) {
            return Vec::new();
        }
        let deliveries = self.deliver(now, request);
        if !deliveries.is_empty() {
            let (deliveries, lease) = (deliveries.clone(), self.lease_of(request));
            self.events.push(Event::Delivered { waiter: None, deliveries, lease });
        }
        deliveries
    }

    fn lease_of(&self, request: &Request) -> Time {
        request.lease.unwrap_or(self.settings.lease)
    }

    fn deliver(&mut self, now: Time, request: &Request) -> Vec<Delivery> {
        let max = if self.paused { 0 } else { request.max };
        let ids: Vec<_> = self.ready.iter().take(max).copied().collect();
        ids.into_iter().filter_map(|id| self.deliver_one(now, id, request)).collect()
    }

    fn deliver_one(&mut self, now: Time, id: MessageId, request: &Request) -> Option<Delivery> {
        let until = now.saturating_add(self.lease_of(request));
        let message = self.messages.get_mut(id)?;
        message.attempts += 1;
        message.deliveries += 1;
        message.run = self.run;
        message.place = Place::in_flight(now, until, request.worker.clone());
        if message.deliveries > 1 {
            self.redeliveries.given_again(&id, now, request.worker.clone());
        }
        let delivery = Delivery {
            id,
            receipt: Receipt { message: id, delivery: message.deliveries, run: self.run },
            attempts: message.attempts,
            enqueued_at: message.enqueued_at,
            body: message.body.clone(),
        };
        self.workers.given(now, id, request.worker.as_ref());
        self.ready.remove(&id);
        self.timers.insert((until, id));
        self.in_flight += 1;
        self.total.delivered += 1;
        Some(delivery)
    }

    pub(crate) fn cancel(&mut self, waiter: WaiterId) -> bool {
        let before = self.waiters.len();
        self.waiters.retain(|(id, _)| *id != waiter);
        self.waiters.len() < before
    }

    pub(crate) fn retire(&mut self, now: Time, worker: &Arc<str>) {
        let (gone, stay) = std::mem::take(&mut self.waiters)
            .into_iter()
            .partition(|(_, request)| request.worker.as_ref() == Some(worker));
        self.waiters = stay;
        self.retired.begin(now.saturating_add(RETIRED_FOR), worker, !gone.is_empty());
        let dismissed = gone.into_iter().map(|(waiter, _)| Event::Dismissed { waiter });
        self.events.extend(dismissed);
    }

    /// Whether a receive gets nothing because its worker is retired. If so, notifies the worker.
    fn turns_away(&mut self, request: &Request) -> bool {
        self.retired.tell(request.worker.as_ref()).is_some()
    }

    pub(crate) fn wait(&mut self, waiter: WaiterId, request: Request) {
        if self.retired.tell(request.worker.as_ref()) == Some(true) {
            self.events.push(Event::Dismissed { waiter });
        } else {
            self.waiters.push_back((waiter, request));
        }
    }

    /// Removes and returns the first waiting receive whose worker is not retired.
    fn next_waiter(&mut self) -> Option<(WaiterId, Request)> {
        if self.retired.is_empty() {
            return self.waiters.pop_front();
        }
        let served = |(_, request): &(_, Request)| !self.retired.has(request.worker.as_ref());
        let at = self.waiters.iter().position(served)?;
        self.waiters.remove(at)
    }
}
