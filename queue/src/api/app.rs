//! The state that all handlers share.

use std::sync::Arc;

use service::Shutdown;

use crate::hub::Hub;

#[derive(Debug, Clone)]
pub(super) struct App {
    pub(super) hub: Arc<Hub>,
    /// Ends waiting receives at shutdown.
    pub(super) shutdown: Shutdown,
}
