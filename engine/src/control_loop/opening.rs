//! The load that the audience finds when it looks first.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::timeout;

use super::Handle;
use crate::board::log::Actor;

/// Sets the load that the audience finds when it looks first: when `opened` says so, else after
/// `latest`. Where somebody has made a load by then, that one stands.
pub async fn opening_load(
    handle: Handle,
    (deployment, replicas): (String, u32),
    opened: Arc<Notify>,
    latest: Duration,
) {
    let _ = timeout(latest, opened.notified()).await;
    let by_hand = handle.moments.borrow().deployments.get(&deployment).map(|s| s.replicas.desired);
    if by_hand.is_some_and(|desired| desired > 0) {
        return;
    }
    if let Err(error) = handle.scale(Actor::Command, &deployment, replicas).await {
        tracing::error!("the opening load cannot be set: {error}");
    }
}
