//! The calls of those who look after a queue: many messages at once, none any more, and stories.

use reqwest::Method;
use reqwest::header::CONTENT_TYPE;

use crate::client::{ANY_LENGTH, Client, LONGEST};
use crate::error::Error;
use crate::wire::{Published, Purged, Redelivered, Redelivery};

impl Client {
    /// Publishes messages at once, all or none, at most 10,000; returns how many. None may be empty
    /// or have a line break in it.
    ///
    /// # Errors
    /// See [`Error::is_passing`].
    pub async fn publish_all(&self, bodies: &[Vec<u8>]) -> Result<usize, Error> {
        let call = self.call(Method::POST, &["messages"]);
        let call = call.header(CONTENT_TYPE, "application/x-ndjson").body(bodies.join(&b'\n'));
        let published: Published = self.json(call, ANY_LENGTH).await?;
        Ok(published.ids.len())
    }

    /// Throws all messages away, wherever they are; returns how many.
    ///
    /// # Errors
    /// See [`Error::is_passing`].
    pub async fn purge(&self) -> Result<u64, Error> {
        let purged: Purged = self.json(self.call(Method::POST, &["purge"]), LONGEST).await?;
        Ok(purged.purged)
    }

    /// The last stories of messages that came back, newest first, at most 20.
    ///
    /// # Errors
    /// [`Error::Unknown`] while nobody has used the queue; [`Error::Away`] passes.
    pub async fn redelivered(&self) -> Result<Vec<Redelivery>, Error> {
        let told: Redelivered =
            self.json(self.call(Method::GET, &["redelivered"]), LONGEST).await?;
        Ok(told.redelivered)
    }
}
