//! Reads and writes the Lease object over the Kubernetes API.

use std::time::Duration;

use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;
use k8s_openapi::jiff::{SignedDuration, Timestamp};
use kube::api::PostParams;
use kube::{Api, Client};
use tokio::time::error::Elapsed;
use tokio::time::timeout;

use super::elector::LEASE;
use super::terms::{Claim, Observed, Record};
use crate::binding::Binding;
use crate::rights::grant;

/// The annotation on the Lease that holds all scaling; a person sets it.
pub const HOLD: &str = "microscaling.com/hold";

/// Why a request for the Lease failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LeaseError {
    /// The Lease of this name does not exist; the engine may not create it.
    #[error("there is no Lease {0}; it is part of demo.yaml")]
    Absent(String),
    /// The engine may not use the Lease; the message has the command that grants the right.
    #[error("{0}")]
    Forbidden(String),
    /// Another client has written the Lease of this name since it was read.
    #[error("the Lease {0} has changed since it was read")]
    Conflict(String),
    /// This engine is shutting down.
    #[error("the engine is shutting down")]
    Left,
    /// The API server refuses the request, cannot be reached, or does not answer in time.
    #[error("the Lease {name} cannot be {done}: {why}")]
    Other {
        /// The name of the Lease.
        name: String,
        /// "read" or "written".
        done: &'static str,
        /// The message of the API server or of the connection.
        why: String,
    },
}

/// One Lease, and its last seen state.
#[derive(Debug)]
pub(super) struct LeaseObject {
    api: Api<Lease>,
    name: String,
    /// The object as last seen. A write changes a part of it and keeps its labels and annotations.
    last: Lease,
    binding: Binding,
}

impl LeaseObject {
    pub(super) fn new(client: Client, namespace: &str, name: String) -> LeaseObject {
        let binding = Binding::of(client.clone(), namespace);
        let api = Api::namespaced(client, namespace);
        LeaseObject { api, name, last: Lease::default(), binding }
    }

    /// Reads the Lease, within `patience`.
    pub(super) async fn read(&mut self, patience: Duration) -> Result<Observed, LeaseError> {
        let answer = timeout(patience, self.api.get(&self.name)).await;
        self.take_in("read", answer).await
    }

    /// Writes a claim within `patience`. Fails if the Lease has changed since it was last seen.
    pub(super) async fn write(
        &mut self,
        claim: &Claim,
        patience: Duration,
    ) -> Result<Observed, LeaseError> {
        self.replace(&claimed(&self.last, claim, Timestamp::now()), patience).await
    }

    /// Sets or removes the hold within `patience`. Fails if the Lease has changed meanwhile.
    pub(super) async fn hold(
        &mut self,
        hold: bool,
        patience: Duration,
    ) -> Result<Observed, LeaseError> {
        self.replace(&holding(&self.last, hold), patience).await
    }

    async fn replace(&mut self, by: &Lease, patience: Duration) -> Result<Observed, LeaseError> {
        let params = PostParams::default();
        let answer = timeout(patience, self.api.replace(&self.name, &params, by)).await;
        self.take_in("written", answer).await
    }

    async fn take_in(
        &mut self,
        done: &'static str,
        answer: Result<kube::Result<Lease>, Elapsed>,
    ) -> Result<Observed, LeaseError> {
        let name = self.name.clone();
        match answer {
            Ok(Ok(lease)) => {
                self.last = lease;
                self.binding.is_there();
                Ok(observed(&self.last))
            }
            Ok(Err(kube::Error::Api(status))) => Err(match status.code {
                404 => LeaseError::Absent(name),
                409 => LeaseError::Conflict(name),
                403 => LeaseError::Forbidden(self.refusal().await),
                _ => LeaseError::Other { name, done, why: status.message },
            }),
            Ok(Err(error)) => Err(LeaseError::Other { name, done, why: root_cause(&error) }),
            Err(_) => Err(LeaseError::Other { name, done, why: "no answer in time".to_owned() }),
        }
    }

    async fn refusal(&self) -> String {
        if let Some(all) = self.binding.ask().await {
            return all;
        }
        let namespace = self.api.namespace().unwrap_or("default");
        let grant = grant(namespace, "get,update", "leases.coordination.k8s.io", Some(&self.name));
        format!("the engine may not use the Lease {}; grant it with {grant}", self.name)
    }
}

/// The innermost cause of an error. The outer errors only say that a request failed.
fn root_cause(error: &kube::Error) -> String {
    anyhow::Chain::new(error).last().map_or_else(String::new, ToString::to_string)
}

fn observed(lease: &Lease) -> Observed {
    let spec = lease.spec.clone().unwrap_or_default();
    let annotations = lease.metadata.annotations.iter().flatten();
    Observed {
        record: Record {
            holder: spec.holder_identity.filter(|holder| !holder.is_empty()),
            renewed: spec.renew_time.map(|time| time.0.to_string()).unwrap_or_default(),
            transitions: spec.lease_transitions.unwrap_or(0),
        },
        version: lease.metadata.resource_version.clone().unwrap_or_default(),
        held: annotations.into_iter().any(|(name, value)| name == HOLD && holds(value)),
    }
}

/// Whether a value of [`HOLD`] asks for a hold. A person may also write "yes" or a reason.
fn holds(value: &str) -> bool {
    !matches!(value, "" | "false")
}

/// A copy of the Lease with the hold set or removed. The holder stays the same.
fn holding(last: &Lease, hold: bool) -> Lease {
    let mut lease = last.clone();
    let annotations = lease.metadata.annotations.get_or_insert_default();
    if hold {
        annotations.insert(HOLD.to_owned(), "true".to_owned());
    } else {
        annotations.remove(HOLD);
    }
    lease
}

/// A copy of the Lease with the claim written into it.
fn claimed(last: &Lease, claim: &Claim, now: Timestamp) -> Lease {
    let mut lease = last.clone();
    lease.metadata.resource_version = Some(claim.version.clone());
    let spec = lease.spec.get_or_insert_default();
    let renewed = MicroTime(later(now, spec.renew_time.as_ref()));
    if claim.is_new {
        spec.acquire_time = Some(renewed.clone());
    }
    spec.holder_identity = claim.holder.clone();
    spec.lease_duration_seconds = i32::try_from(LEASE.as_secs()).ok();
    spec.lease_transitions = Some(claim.transitions);
    spec.renew_time = Some(renewed);
    lease
}

/// The renewal time to write, in the microseconds that a Lease can hold. It always differs from the
/// last renewal time: the API server ignores an update that changes nothing, and the other
/// candidates would see no renewal.
fn later(now: Timestamp, last: Option<&MicroTime>) -> Timestamp {
    let micros = |time: Timestamp| Timestamp::from_microsecond(time.as_microsecond());
    let now = micros(now).unwrap_or(now);
    if last.is_some_and(|last| last.0 == now) {
        return now.saturating_add(SignedDuration::from_micros(1)).unwrap_or(now);
    }
    now
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lease() -> Lease {
        let json = serde_json::json!({
            "metadata": {
                "name": "engine", "resourceVersion": "7",
                "labels": {"app": "engine"}, "annotations": {HOLD: "true", "note": "mine"},
            },
            "spec": {
                "holderIdentity": "a", "leaseTransitions": 3,
                "acquireTime": "2030-01-01T00:00:00.000000Z",
                "renewTime": "2030-01-01T00:00:05.000000Z",
            },
        });
        serde_json::from_value(json).unwrap()
    }

    fn claim() -> Claim {
        Claim { holder: Some("a".into()), transitions: 3, is_new: false, version: "7".into() }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_renewal_leaves_everything_else_as_it_is() {
        let after = claimed(&lease(), &claim(), at("2030-01-01T00:00:06.1234567Z"));
        assert_eq!(after.metadata, lease().metadata);
        let (before, after) = (lease().spec.unwrap(), after.spec.unwrap());
        assert_eq!(after.acquire_time, before.acquire_time);
        assert_eq!(after.renew_time.unwrap().0, at("2030-01-01T00:00:06.123456Z"));
        assert_eq!(after.lease_duration_seconds, Some(6));
    }

    #[test]
    fn two_renewals_always_differ_even_if_the_clock_stands_still() {
        let stopped = at("2030-01-01T00:00:05Z");
        let after = claimed(&lease(), &claim(), stopped);
        assert_ne!(observed(&after).record, observed(&lease()).record);
    }

    #[test]
    fn a_hold_is_set_and_removed_and_changes_nothing_else() {
        let free = holding(&lease(), false);
        assert!(!observed(&free).held);
        assert_eq!(free.spec, lease().spec);
        let held = holding(&free, true);
        assert!(observed(&held).held);
        assert_eq!(held, lease());
    }

    #[test]
    fn an_empty_holder_is_none() {
        let mut lease = lease();
        lease.spec.as_mut().unwrap().holder_identity = Some(String::new());
        assert_eq!(observed(&lease).record.holder, None);
        assert_eq!(observed(&Lease::default()), Observed::default());
    }

    #[test]
    fn an_annotation_holds_all_scaling_unless_it_says_false() {
        for (value, held) in [("true", true), ("lunch", true), ("false", false), ("", false)] {
            let mut lease = lease();
            let annotations = lease.metadata.annotations.as_mut().unwrap();
            annotations.insert(HOLD.to_owned(), value.to_owned());
            assert_eq!(observed(&lease).held, held, "{value}");
        }
    }
}
