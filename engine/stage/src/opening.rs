//! The opening load, which the engine sets so that the audience sees something happen.

use std::sync::Arc;
use std::time::Duration;

use model::Actor;
use runtime::control_loop::{Command, Handle};
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::presenter::Shown;

/// Sets the opening load when the page is `opened`, but waits no longer than `latest`. Does nothing
/// if a load is already set then, or a scenario is already played.
pub async fn opening_load(
    handle: Handle,
    (deployment, replicas): (String, u32),
    opened: Arc<Notify>,
    latest: Duration,
    shown: Shown,
) {
    let _ = timeout(latest, opened.notified()).await;
    let is_made = {
        let snapshot = handle.snapshots.borrow();
        let by_hand = snapshot.deployments.get(&deployment).map(|s| s.replicas.desired);
        by_hand.is_some_and(|desired| desired > 0) || shown.scene().is_some()
    };
    if is_made {
        return;
    }
    let command = Command::Scale { deployment, replicas };
    if let Err(error) = handle.command(Actor::Opening, command).await {
        tracing::error!("cannot set the opening load: {error}");
    }
}
