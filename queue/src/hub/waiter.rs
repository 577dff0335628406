//! One receiver that waits, and what happens when it goes away.

use std::sync::Arc;

use broker::{Delivery, QueueName, Time, WaiterId};
use tokio::sync::oneshot;

use crate::hub::Hub;
use crate::hub::handover::Handover;

/// A place in a queue's line. Dropping it leaves the line, and what had just been delivered
/// goes back: hyper drops the call, and this with it, when the receiver hangs up.
#[derive(Debug)]
pub(crate) struct Waiter {
    hub: Arc<Hub>,
    name: QueueName,
    id: WaiterId,
    came: oneshot::Receiver<Vec<Delivery>>,
}

impl Waiter {
    pub(crate) fn new(
        hub: Arc<Hub>,
        name: QueueName,
        id: WaiterId,
        came: oneshot::Receiver<Vec<Delivery>>,
    ) -> Waiter {
        Waiter { hub, name, id, came }
    }

    /// Waits for messages, at most for `wait` or until `enough` is there.
    pub(crate) async fn served(mut self, wait: Time, enough: impl Future<Output = ()>) -> Handover {
        let came = tokio::select! {
            came = &mut self.came => came.ok(),
            () = tokio::time::sleep(wait) => None,
            () = enough => None,
        };
        // No await between the channel and the handover: either of them holds the messages.
        match came {
            Some(deliveries) => Handover::new(self.hub.clone(), self.name.clone(), deliveries),
            None => self.leave(),
        }
    }

    /// Leaves the line with what came up to this moment.
    fn leave(&mut self) -> Handover {
        self.hub.cancel(&self.name, self.id);
        let came = self.came.try_recv().unwrap_or_default();
        Handover::new(self.hub.clone(), self.name.clone(), came)
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        // A handover that nobody takes puts its messages back.
        drop(self.leave());
    }
}
