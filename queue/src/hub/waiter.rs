//! A waiting receive, and what happens when its client goes away.

use std::sync::Arc;

use broker::{Delivery, QueueName, Request, Time, WaiterId};
use tokio::sync::oneshot;

use super::Hub;
use super::handover::Handover;

/// The place of a receive in a queue's line of waiters. Dropping it leaves the line, and puts back
/// messages that were just delivered: when a client hangs up, hyper drops the call with its waiter.
#[derive(Debug)]
struct Waiter {
    hub: Arc<Hub>,
    name: QueueName,
    id: WaiterId,
    came: oneshot::Receiver<Vec<Delivery>>,
}

impl Hub {
    /// Receives at most `request.max` messages. Waits for the first one up to `wait`, or until
    /// `enough` completes. If the returned future is dropped, no message is lost.
    pub async fn receive(
        self: &Arc<Self>,
        name: &QueueName,
        request: Request,
        wait: Time,
        enough: impl Future<Output = ()>,
    ) -> Handover {
        let worker = request.worker.clone();
        let mut handover = if wait.is_zero() {
            let deliveries = self.call(|broker, now| broker.receive(now, name, &request));
            Handover::new(self.clone(), name.clone(), deliveries)
        } else {
            self.wait(name, request).served(wait, enough).await
        };
        if handover.deliveries().is_empty() {
            handover.retired = self.call(|broker, now| {
                broker.count_empty(name);
                worker.is_some_and(|worker| broker.is_retired(now, name, &worker))
            });
        }
        handover
    }

    fn wait(self: &Arc<Self>, name: &QueueName, request: Request) -> Waiter {
        let (sender, came) = oneshot::channel();
        let id = self.enter(|state, now| {
            let id = state.broker.wait(now, name, request);
            state.waiters.insert(id, sender);
            id
        });
        Waiter { hub: self.clone(), name: name.clone(), id, came }
    }
}

impl Waiter {
    /// Waits for messages, up to `wait` or until `enough` completes.
    async fn served(mut self, wait: Time, enough: impl Future<Output = ()>) -> Handover {
        let came = tokio::select! {
            came = &mut self.came => came.ok(),
            () = tokio::time::sleep(wait) => None,
            () = enough => None,
        };
        // There must be no `await` between taking the messages from the channel and creating the
        // handover: dropping this future there would lose the messages.
        match came {
            Some(deliveries) => Handover::new(self.hub.clone(), self.name.clone(), deliveries),
            None => self.leave(),
        }
    }

    /// Leaves the queue's line; returns the messages that were delivered before.
    fn leave(&mut self) -> Handover {
        self.hub.cancel(&self.name, self.id);
        let came = self.came.try_recv().unwrap_or_default();
        Handover::new(self.hub.clone(), self.name.clone(), came)
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        // Dropping the handover puts its messages back.
        drop(self.leave());
    }
}
