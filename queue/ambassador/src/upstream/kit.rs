//! The kit's own queue as an upstream. In front of it everything should be as without an
//! ambassador.

use std::time::Duration;

use broker::Settings;
use client::{Client, Error, Numbers, QueueArgs, QueueStats, Shown, TakenIn, WorkQueue};
use queue::{Can, Capabilities};
use serde_json::{Value, json};

use super::{Batch, Levels, Limits, Nature, TIMEOUT, Upstream};
use crate::table::Habits;

/// Opens a queue of the kit's server.
///
/// # Errors
/// When the token file has no token.
pub(super) fn open(args: &QueueArgs) -> Result<Client, Error> {
    Ok(Client::new(args)?.with_timeout(TIMEOUT))
}

impl Upstream for Client {
    fn nature(&self) -> Nature {
        let fencing = Can::Partly("until a restart, whose earlier receipts stay valid");
        let capabilities = Capabilities { fencing, ..Capabilities::ALL };
        Nature { capabilities, habits: Habits { renew_every: None, receipts_outlive: true } }
    }

    async fn publish(&self, batch: &Batch) -> Result<TakenIn, Error> {
        let bodies: Vec<&[u8]> = batch.bodies.iter().map(|body| &body[..]).collect();
        let key = batch.once.as_ref().map(|once| once.key.as_str());
        self.publish_batch(&bodies, batch.delay, key).await
    }

    async fn nack(&self, receipt: &str, delay: Duration) -> Result<(), Error> {
        Client::nack(self, receipt, delay).await
    }

    async fn levels(&self) -> Result<Levels, Error> {
        let stats = self.stats().await?;
        let QueueStats { delayed, bytes, oldest_age_s, .. } = stats;
        let oldest_age = oldest_age_s.and_then(|age| Duration::try_from_secs_f64(age).ok());
        let limits = stats.settings.as_ref().map(limits);
        Ok(Levels { numbers: Numbers::from(stats), delayed, bytes, oldest_age, limits })
    }

    async fn clear(&self) -> Result<Option<u64>, Error> {
        self.purge_counted().await
    }

    async fn peek(&self, max: usize) -> Result<Vec<Shown>, Error> {
        Client::peek(self, max).await
    }

    /// It gets no limit of attempts and no dead-letter queue: the ambassador has both.
    async fn limit(&self, settings: &Settings) -> Result<(), Error> {
        self.put(&json!({
            "max_attempts": u32::MAX,
            "max_depth": settings.max_depth,
            "max_bytes": settings.max_bytes,
            "max_message_bytes": settings.max_message_bytes,
            "max_age_s": settings.max_age.map(|age| age.as_secs_f64()),
        }))
        .await
    }
}

fn limits(settings: &Value) -> Limits {
    let limit = |name: &str| settings[name].as_u64();
    let max_age = settings["max_age_s"].as_f64();
    Limits {
        max_depth: limit("max_depth"),
        max_bytes: limit("max_bytes"),
        max_message_bytes: limit("max_message_bytes"),
        max_age: max_age.and_then(|age| Duration::try_from_secs_f64(age).ok()),
    }
}
