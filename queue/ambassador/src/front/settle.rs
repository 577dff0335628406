//! Ack, nack, release and extend: checked by the table, confirmed by the upstream, and then noted.

use std::sync::Arc;
use std::time::Duration;

use broker::ReturnReason;
use client::{Error, WorkQueue};
use queue::Can;

use super::Front;
use crate::error::Failure;
use crate::table::{Begun, Receipt, Return, Stale};
use crate::upstream::{MARGIN, Upstream};

/// The calls that end deliveries.
#[allow(missing_docs)] // the names say it
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Ack,
    Nack,
    Release,
}

/// How a worker ends a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The job is done.
    Ack,
    /// The job failed; it may be tried again after this time.
    Nack(Duration),
    /// The worker must stop.
    Release,
    /// The message is in another queue now.
    Move,
}

impl Front {
    /// Checks that the upstream can end deliveries in this way.
    ///
    /// # Errors
    /// [`Failure::NotSupported`] if it cannot.
    pub fn can(&self, how: End) -> Result<(), Failure> {
        let can = self.capabilities();
        let text = match how {
            End::Release if can.release == Can::No => {
                "this upstream would count the attempt; nack it instead"
            }
            End::Nack(delay) if !delay.is_zero() && can.nack_delay == Can::No => {
                "this upstream hands messages back without a delay; leave delay_ms out"
            }
            _ => return Ok(()),
        };
        Err(Failure::NotSupported(text.to_owned()))
    }

    /// Ends the delivery of a receipt. Goes on even if the caller is gone meanwhile, so that the
    /// table notes what the upstream has confirmed.
    ///
    /// # Errors
    /// [`Error::Stale`] when the delivery has ended; another one when the upstream fails, and then
    /// the delivery goes on.
    pub async fn end(self: &Arc<Self>, receipt: &str, how: End) -> Result<(), Failure> {
        let begun = self.begin(receipt)?;
        let front = self.clone();
        let ending = tokio::spawn(async move { front.end_begun(&begun, how).await });
        ending.await.unwrap_or_else(|_| Err(Stale.into()))
    }

    async fn end_begun(self: &Arc<Self>, begun: &Begun, how: End) -> Result<(), Failure> {
        let (reason, delay) = match how {
            End::Ack | End::Move => {
                let answer = self.upstream.ack(&begun.upstream).await;
                self.confirmed(begun, answer)?;
                return Ok(self.call(|table, now| match how {
                    End::Move => table.moved(now, begun),
                    _ => table.acked(now, begun),
                })?);
            }
            End::Nack(delay) => (ReturnReason::Nacked, delay),
            End::Release => (ReturnReason::Released, Duration::ZERO),
        };
        match self.call(|table, _| table.on_return(begun, reason)) {
            Return::Bury(dead) => {
                if let Err(error) = self.bury(&dead, reason).await {
                    self.call(|table, _| table.abandoned(begun));
                    return Err(error);
                }
            }
            Return::HandBack => {
                let answer = match how {
                    End::Release => self.upstream.release(&begun.upstream).await,
                    _ => self.upstream.nack(&begun.upstream, delay).await,
                };
                self.confirmed(begun, answer)?;
                self.call(|table, now| table.returned(now, begun, reason, delay))?;
            }
        }
        Ok(())
    }

    /// Extends a lease, so that it ends `lease` from now.
    ///
    /// # Errors
    /// As for [`Front::end`].
    pub async fn extend(self: &Arc<Self>, receipt: &str, lease: Duration) -> Result<(), Failure> {
        let begun = self.begin(receipt)?;
        let front = self.clone();
        let extending = tokio::spawn(async move {
            let answer = front.upstream.extend(&begun.upstream, lease + MARGIN).await;
            front.confirmed(&begun, answer)?;
            Ok(front.call(|table, now| table.extended(now, &begun, lease))?)
        });
        extending.await.unwrap_or_else(|_| Err(Stale.into()))
    }

    fn begin(self: &Arc<Self>, receipt: &str) -> Result<Begun, Stale> {
        let receipt = Receipt::parse(receipt).ok_or(Stale)?;
        self.call(|table, _| table.begin(&receipt))
    }

    /// Notes that the upstream has not confirmed a call.
    fn confirmed(
        self: &Arc<Self>,
        begun: &Begun,
        answer: Result<(), Error>,
    ) -> Result<(), Failure> {
        let answer = self.heard(answer);
        match &answer {
            Ok(()) => {}
            Err(Error::Stale(_)) => self.call(|table, now| table.lost(now, begun)),
            Err(_) => self.call(|table, _| table.abandoned(begun)),
        }
        Ok(answer?)
    }
}
