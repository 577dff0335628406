//! Publishing at the upstream.

use std::sync::Arc;

use bytes::Bytes;
use client::{Error, TakenIn};
use queue::Can;

use super::Front;
use crate::error::Failure;
use crate::upstream::{Batch, Once, Upstream};

impl Front {
    /// Publishes messages. Goes on even if the publisher is gone meanwhile.
    ///
    /// # Errors
    /// [`Failure::NotSupported`] if the upstream cannot delay messages; others when it fails.
    pub async fn publish(self: &Arc<Self>, mut batch: Batch) -> Result<TakenIn, Failure> {
        let can = self.capabilities();
        if !batch.delay.is_zero() && can.publish_delay == Can::No {
            let text = "this upstream publishes without a delay; leave delay_ms out";
            return Err(Failure::NotSupported(text.to_owned()));
        }
        if can.idempotency == Can::No {
            // Not refused: a producer sends a key with each job, and works without.
            batch.once = None;
        }
        let taken_in = self.heard(Upstream::publish(&self.upstream, &batch).await)?;
        if taken_in.replayed {
            self.call(|table, _| table.totals.replayed += 1);
        }
        Ok(taken_in)
    }

    /// Publishes a message that comes from another queue of the ambassador, once if possible.
    ///
    /// # Errors
    /// When the upstream fails.
    pub(crate) async fn take_over(&self, body: Bytes, key: &str) -> Result<(), Error> {
        let is_known = self.capabilities().idempotency != Can::No;
        let fingerprint = [0; 16];
        let once = is_known.then(|| Once { key: key.to_owned(), fingerprint });
        let batch = Batch { bodies: vec![body], delay: std::time::Duration::ZERO, once };
        self.heard(Upstream::publish(&self.upstream, &batch).await).map(drop)
    }
}
