//! Deployments that the engine may not scale. They are held, so that nothing is decided over and
//! over that cannot be done, and the right is tried for until it is there.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use k8s_openapi::api::apps::v1::Deployment;
use kube::Api;
use model::scheduler::ScaleError;
use model::warning::{Kind, Warning, Warnings};
use tokio::sync::watch;
use tokio::time::sleep;

use super::writer;

/// So often it is tried whether the right is there by now.
const AGAIN: Duration = Duration::from_secs(3);

/// Which Deployments, and why not.
#[derive(Debug, Clone, Default)]
pub struct Forbidden(Arc<Mutex<Warnings>>);

impl Forbidden {
    /// Why each of them cannot be scaled, in words.
    pub fn warnings(&self) -> Warnings {
        self.lock().clone()
    }

    /// A write was forbidden: from now on it is tried until it is not; then `told` is told.
    pub fn note(&self, api: Api<Deployment>, name: &str, why: String, told: watch::Sender<u64>) {
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
            told.send_modify(|count| *count += 1);
        });
    }

    fn lock(&self) -> MutexGuard<'_, Warnings> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
