//! What every call works on.

use std::sync::Arc;

use service::Shutdown;

use crate::hub::Hub;

/// What every call works on.
#[derive(Debug, Clone)]
pub(super) struct App {
    pub(super) hub: Arc<Hub>,
    /// Those who wait are sent away when it is time to leave.
    pub(super) shutdown: Shutdown,
}
