//! Does at the upstream what the table asks for.

use std::sync::Arc;

use broker::ReturnReason;
use client::{Error, WorkQueue};

use super::Front;
use crate::error::Failure;
use crate::table::{Dead, Task};

impl Front {
    /// Does one task. If it fails, the upstream's own lease ends later, and the message comes
    /// again.
    pub(super) async fn perform(self: &Arc<Self>, task: Task) {
        match task {
            Task::HandBack { upstream } => {
                let _ = self.heard(self.upstream.release(&upstream).await);
            }
            Task::Renew { number, upstream, lease } => {
                let answer = self.heard(self.upstream.extend(&upstream, lease).await);
                if let Err(Error::Stale(_)) = answer {
                    self.call(|table, now| table.lost_by_number(now, number));
                }
            }
            Task::Bury(dead) => {
                if let Err(error) = self.bury(&dead, ReturnReason::LeaseExpired).await {
                    let (id, queue) = (&dead.id, &self.name);
                    tracing::warn!("message {id} of {queue} is dead but stays for now: {error}");
                }
            }
        }
    }

    /// Gives a message up: publishes it to the dead-letter queue, and then acks it. In this order a
    /// failure between the two leaves it in both queues rather than in none.
    pub(super) async fn bury(
        self: &Arc<Self>,
        dead: &Dead,
        reason: ReturnReason,
    ) -> Result<(), Failure> {
        if let Some(to) = &dead.to {
            let others = self.others.upgrade();
            let others = others.ok_or_else(|| Error::Failing("the ambassador ends".to_owned()))?;
            // The key keeps a second attempt to give it up from publishing it twice.
            let key = format!("dead-{}-{}", self.name, dead.id);
            others.deliver(to, dead.body.clone(), &key).await?;
        }
        self.heard(self.upstream.ack(&dead.upstream).await)?;
        self.call(|table, now| table.buried(now, &dead.id, reason));
        Ok(())
    }
}
