//! The state that all handlers share.

use std::sync::Arc;

use runtime::control_loop::Handle;
use service::Shutdown;
use tokio::sync::Notify;

use crate::guard::AccessGuard;
use crate::page::framing::Framing;

/// The state that all handlers share.
#[derive(Debug, Clone)]
pub struct App {
    /// The control loop.
    pub handle: Handle,
    /// Ends the streams of server-sent events, which do not end by themselves.
    pub shutdown: Shutdown,
    /// Notified when the Run page is opened.
    pub opened: Arc<Notify>,
    /// The queue server's address.
    pub queue_url: String,
    /// The text of the manifest file; `None` on a cluster.
    pub manifest: Option<Arc<str>>,
    /// Decides which requests are accepted.
    pub access_guard: Arc<AccessGuard>,
    /// Which other pages may show the stage view in a frame.
    pub framing: Framing,
}
