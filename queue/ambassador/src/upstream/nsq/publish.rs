//! Publishing, on connections of their own: after an error nsqd closes the connection, and leases
//! must not end with it.

use bytes::BytesMut;
use client::{Error, TakenIn};

use super::frame::Command;
use super::shared::Inner;
use super::trouble::Trouble;
use super::wire::{Use, Wire};
use crate::upstream::Batch;

impl Inner {
    pub(super) async fn publish(&self, batch: &Batch) -> Result<TakenIn, Error> {
        if batch.bodies.iter().any(|body| body.is_empty()) {
            let text = "NSQ takes no messages without a body; publish at least one byte";
            return Err(Error::Unsupported(text.to_owned()));
        }
        self.within(self.send(batch)).await?;
        // nsqd tells neither ids nor a total. Publishers want a text for each message, though.
        let ids = vec![String::new(); batch.bodies.len()];
        Ok(TakenIn { ids, total: None, replayed: false })
    }

    async fn send(&self, batch: &Batch) -> Result<(), Error> {
        // So that the channel is there, which keeps the message.
        self.subscription().await?;
        let sent = async {
            let mut wire = match self.publishers.take() {
                Some(wire) => wire,
                None => Wire::open(&self.place, Use::Publish).await?,
            };
            if batch.delay.is_zero() {
                let mut out = BytesMut::new();
                Command::Publish(&self.name, &batch.bodies).put(&mut out);
                wire.ask(&out).await?;
            } else {
                self.defer(&mut wire, batch).await?;
            }
            Ok(wire)
        };
        let wire = sent.await.map_err(|trouble| self.error(trouble))?;
        self.publishers.put(wire);
        Ok(())
    }

    /// Publishes delayed messages, for which there is no batch.
    async fn defer(&self, wire: &mut Wire, batch: &Batch) -> Result<(), Trouble> {
        let all = batch.bodies.len();
        for (good, body) in batch.bodies.iter().enumerate() {
            let mut out = BytesMut::new();
            Command::Defer(&self.name, millis(batch.delay), body).put(&mut out);
            let asked = wire.ask(&out).await;
            asked
                .map_err(|trouble| if good == 0 { trouble } else { partly(good, all, trouble) })?;
        }
        Ok(())
    }
}

fn partly(good: usize, all: usize, trouble: Trouble) -> Trouble {
    let error = trouble.into_error("nsqd");
    Trouble::Failing(format!("{good} of {all} messages were published: {error}"))
}

/// Whole milliseconds, so that no delay becomes shorter.
pub(super) fn millis(delay: std::time::Duration) -> u128 {
    delay.as_nanos().div_ceil(1_000_000)
}
