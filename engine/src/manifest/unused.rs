//! What a manifest says that a world without a cluster does not honour.
//!
//! Two kinds: what is meant for clusters alone (images, resources, probes), of which a summary
//! is enough, and what changes the meaning of the demo (volumes, a second container), of which
//! each is named.

use std::collections::BTreeSet;

use serde_yaml::Value;

/// What is said but not honoured.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Unused {
    /// Fields that only mean something to a cluster.
    pub for_clusters: BTreeSet<String>,
    /// Sentences that name what is left out.
    pub warnings: Vec<String>,
}

/// Fields that are honoured, and fields that only a cluster needs, by place.
struct Known {
    honoured: &'static [&'static str],
    for_clusters: &'static [&'static str],
}

const SPEC: Known = Known {
    honoured: &["replicas", "template", "selector"],
    for_clusters: &[
        "strategy",
        "revisionHistoryLimit",
        "minReadySeconds",
        "progressDeadlineSeconds",
    ],
};

const POD: Known = Known {
    honoured: &["containers", "terminationGracePeriodSeconds"],
    for_clusters: &[
        "automountServiceAccountToken",
        "serviceAccountName",
        "securityContext",
        "imagePullSecrets",
        "nodeSelector",
        "tolerations",
        "affinity",
        "topologySpreadConstraints",
        "priorityClassName",
        "enableServiceLinks",
        "dnsPolicy",
        "restartPolicy",
        "schedulerName",
        "volumes",
    ],
};

const CONTAINER: Known = Known {
    honoured: &["name", "command", "args", "env"],
    for_clusters: &[
        "image",
        "imagePullPolicy",
        "ports",
        "readinessProbe",
        "livenessProbe",
        "startupProbe",
        "resources",
        "securityContext",
        "terminationMessagePath",
        "terminationMessagePolicy",
        "volumeMounts",
    ],
};

impl Unused {
    /// Looks through a Deployment for what is not honoured.
    pub fn look_at_deployment(&mut self, name: &str, deployment: &Value) {
        let Some(spec) = deployment.get("spec") else { return };
        self.look(name, spec, &SPEC);
        let Some(pod) = spec.get("template").and_then(|template| template.get("spec")) else {
            return;
        };
        self.look(name, pod, &POD);
        if !has_only_empty_volumes(pod) {
            self.warn(name, "volumes");
        }
        let containers = pod.get("containers").and_then(Value::as_sequence);
        for (i, container) in containers.into_iter().flatten().enumerate() {
            self.look(name, container, &CONTAINER);
            self.look_at_env(name, container);
            if i == 1 {
                self.warn(name, "more than one container (only the first is run)");
            }
        }
    }

    fn look(&mut self, name: &str, place: &Value, known: &Known) {
        let keys = place.as_mapping().into_iter().flat_map(|map| map.keys());
        for key in keys.filter_map(Value::as_str) {
            if known.for_clusters.contains(&key) {
                self.for_clusters.insert(key.to_owned());
            } else if !known.honoured.contains(&key) {
                self.warn(name, key);
            }
        }
    }

    fn look_at_env(&mut self, name: &str, container: &Value) {
        let variables = container.get("env").and_then(Value::as_sequence);
        for variable in variables.into_iter().flatten() {
            if variable.get("valueFrom").is_some() {
                let key = variable.get("name").and_then(Value::as_str).unwrap_or("?");
                self.warn(name, &format!("env {key} with valueFrom"));
            }
        }
    }

    fn warn(&mut self, name: &str, what: &str) {
        self.warnings.push(format!("deployment/{name}: {what} is not honoured"));
    }
}

/// A process gets a temporary directory for each empty one.
fn has_only_empty_volumes(pod: &Value) -> bool {
    let volumes = pod.get("volumes").and_then(Value::as_sequence);
    volumes.into_iter().flatten().all(|volume| volume.get("emptyDir").is_some())
}

#[cfg(test)]
mod tests {
    use crate::manifest::parse::parse;

    #[test]
    fn of_the_kit_s_own_manifest_nothing_is_worth_a_warning() {
        let manifest = parse(include_str!("../../../demo.yaml")).unwrap();
        assert_eq!(manifest.unused.warnings, Vec::<String>::new());
        assert!(manifest.unused.for_clusters.contains("resources"));
    }

    #[test]
    fn what_changes_the_demo_is_named() {
        let text = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: a}
spec:
  selector: {}
  template:
    spec:
      hostNetwork: true
      volumes: [{name: tmp, emptyDir: {}}, {name: disk, persistentVolumeClaim: {}}]
      containers:
        - {name: one, envFrom: [], env: [{name: X, valueFrom: {}}]}
        - {name: two}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}}";
        let warnings = parse(text).unwrap().unused.warnings;
        assert_eq!(
            warnings,
            [
                "deployment/a: hostNetwork is not honoured",
                "deployment/a: volumes is not honoured",
                "deployment/a: envFrom is not honoured",
                "deployment/a: env X with valueFrom is not honoured",
                "deployment/a: more than one container (only the first is run) is not honoured",
                "ConfigMap settings is not honoured",
            ]
        );
    }
}
