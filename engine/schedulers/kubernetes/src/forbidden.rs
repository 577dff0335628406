//! Deployments that the engine may not scale. They are blocked, so that the engine does not repeat
//! a decision that it cannot carry out. A dry run is repeated until the right is granted.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use k8s_openapi::api::apps::v1::Deployment;
use kube::Api;
use model::scheduler::ScaleError;
use model::warning::{Kind, Warning, Warnings};
use tokio::sync::watch;
use tokio::time::sleep;

use super::writer;

/// How long to wait before checking again whether the right was granted.
const AGAIN: Duration = Duration::from_secs(3);

/// The blocked Deployments by name, each with its warning.
#[derive(Debug, Clone, Default)]
pub struct Forbidden(Arc<Mutex<Warnings>>);

impl Forbidden {
    /// One warning for each blocked Deployment.
    pub fn warnings(&self) -> Warnings {
        self.lock().clone()
    }

    /// Blocks a Deployment until the right to scale it is granted, and then wakes the control loop.
    pub fn note(&self, api: Api<Deployment>, name: &str, why: String, changes: watch::Sender<u64>) {
        let warning = Warning::new(Kind::MissingRight, why);
        if self.lock().insert(name.to_owned(), warning).is_some() {
            return;
        }
        let (this, name) = (self.clone(), name.to_owned());
        tokio::spawn(async move {
            loop {
                sleep(AGAIN).await;
                let tried = writer::try_right(&api, &name).await;
                if !matches!(tried, Err(ScaleError::Forbidden(_))) {
                    break;
                }
            }
            this.lock().remove(&name);
            changes.send_modify(|count| *count += 1);
        });
    }

    fn lock(&self) -> MutexGuard<'_, Warnings> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
