//! What all handlers share.

use std::sync::Arc;

use runtime::control_loop::Handle;
use service::Shutdown;
use tokio::sync::Notify;

use crate::guard::AccessGuard;

/// What all handlers share.
#[derive(Debug, Clone)]
pub struct App {
    /// The loop.
    pub handle: Handle,
    /// Ends streams, which would otherwise never end.
    pub shutdown: Shutdown,
    /// Told when the page is opened.
    pub opened: Arc<Notify>,
    /// The queue server's address.
    pub queue_url: String,
    /// The manifest as it is written; none on a cluster.
    pub manifest: Option<Arc<str>>,
    /// Who may ask, and under which name.
    pub access_guard: Arc<AccessGuard>,
}
