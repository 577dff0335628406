//! The queue's workers: who has leases, and who shall get none any more.

use reqwest::Method;

use crate::client::{Client, LONGEST};
use crate::error::Error;
use crate::wire::{Retired, Workers};

/// The longest list that is read, in bytes: that of some thousand workers with long names.
const LONGEST_LIST: usize = 2 << 20;

impl Client {
    /// The workers that the queue knows, by name: all that have leases, and those that had some
    /// within the last minute.
    ///
    /// # Errors
    /// [`Error::Unknown`] while nobody has used the queue; [`Error::Away`] passes.
    pub async fn workers(&self) -> Result<Workers, Error> {
        self.json(self.call(Method::GET, &["workers"]), LONGEST_LIST).await
    }

    /// Retires a worker: for 10 s from now on it gets no message, and a receive of it that waits
    /// ends at once. Returns how many leases it has; with none it can be stopped without harm. A
    /// name is 1 to 80 printable characters.
    ///
    /// # Errors
    /// See [`Error::is_passing`].
    pub async fn retire(&self, worker: &str) -> Result<u64, Error> {
        let call = self.call(Method::POST, &["workers", worker, "retire"]);
        let retired: Retired = self.json(call, LONGEST).await?;
        Ok(retired.leases)
    }
}
