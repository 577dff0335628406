//! The state that all handlers share.

use std::sync::Arc;

use service::Shutdown;

use crate::hub::Hub;

#[derive(Debug, Clone)]
pub(super) struct App {
    pub(super) hub: Arc<Hub>,
    /// The signal for the server's shutdown, which ends waiting receives.
    pub(super) shutdown: Shutdown,
}
