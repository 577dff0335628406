//! Finds the parts of a manifest that are ignored without a cluster.
//!
//! Fields that only clusters need (images, resources, probes) are listed in a summary. Each part
//! that changes the meaning of the demo (a volume, a second container) gets its own warning.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::Deserialize;
use serde_yaml::Value;

use crate::described::{Container, Deployment};
use crate::objects::{find, items};
use crate::volumes::Source;

/// The parts of a manifest that are ignored without a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Unused {
    /// The names of the manifest's fields that only clusters need.
    pub for_clusters: BTreeSet<String>,
    /// One sentence for each ignored part that changes the meaning of the demo.
    pub warnings: Vec<String>,
}

/// The fields of a kind that are used without a cluster, and those that only clusters need.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Known {
    honoured: BTreeSet<String>,
    for_clusters: BTreeSet<String>,
}

/// The known fields of each kind; any other field gets a warning.
static KNOWN: LazyLock<BTreeMap<String, Known>> =
    LazyLock::new(|| serde_yaml::from_str(include_str!("unused.yaml")).unwrap_or_default());

impl Unused {
    /// Adds the parts of a Deployment that are ignored.
    pub fn look_at_deployment(&mut self, deployment: &Deployment, value: &Value) {
        let name = deployment.name.as_str();
        let Some(spec) = value.get("spec") else { return };
        self.look(name, spec, "DeploymentSpec");
        let Some(pod) = find(spec, &["template", "spec"]) else { return };
        self.look(name, pod, "PodSpec");
        let Some(main) = deployment.main() else { return };
        for (i, container) in deployment.containers.iter().enumerate() {
            if std::ptr::eq(container, main) {
                let written = pod.get("containers").and_then(|all| all.get(i));
                self.look_at_main(name, main, written);
            } else {
                self.warn(name, &format!("container {}", container.name));
            }
        }
        let beside = items(pod, &["initContainers"]).iter();
        for container in beside.filter_map(|it| it.get("name")?.as_str()) {
            self.warn(name, &format!("init container {container}"));
        }
    }

    /// Adds the parts and volumes of the main container that are ignored or work differently.
    fn look_at_main(&mut self, name: &str, container: &Container, written: Option<&Value>) {
        if let Some(written) = written {
            self.look(name, written, "Container");
            self.look_at_env(name, written);
        }
        let mut seen = BTreeSet::new();
        for mount in container.mounts.iter().filter(|mount| seen.insert(&mount.volume)) {
            let what = match mount.source {
                Source::Empty => continue,
                Source::Lasting(kind) => format!(
                    "is a {kind}; without a cluster it is a temporary folder, and its files are \
                     deleted at the end"
                ),
                Source::Files(kind) => format!("is a {kind}; without a cluster it is empty"),
                Source::Other => "is a temporary folder without a cluster".to_owned(),
            };
            self.warnings.push(format!("deployment/{name}: volume {} {what}", mount.volume));
        }
    }

    fn look(&mut self, name: &str, place: &Value, kind: &str) {
        let Some(known) = KNOWN.get(kind) else { return };
        let keys = place.as_mapping().into_iter().flat_map(|map| map.keys());
        for key in keys.filter_map(Value::as_str) {
            if known.for_clusters.contains(key) {
                self.for_clusters.insert(key.to_owned());
            } else if !known.honoured.contains(key) {
                self.warn(name, key);
            }
        }
    }

    fn look_at_env(&mut self, name: &str, container: &Value) {
        for variable in items(container, &["env"]) {
            if variable.get("valueFrom").is_some() {
                let key = variable.get("name").and_then(Value::as_str).unwrap_or("?");
                self.warn(name, &format!("env {key} with valueFrom"));
            }
        }
    }

    fn warn(&mut self, name: &str, what: &str) {
        self.not_honoured(&format!("deployment/{name}: {what}"));
    }

    /// Adds the warning that `what` is ignored without a cluster.
    pub fn not_honoured(&mut self, what: &str) {
        self.warnings.push(format!("{what} is not honoured without a cluster"));
    }
}

#[cfg(test)]
mod tests {
    use crate::parse::parse;

    #[test]
    fn the_kit_s_own_manifest_gives_no_warning() {
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
      initContainers: [{name: first}]
      volumes:
        - {name: tmp, emptyDir: {}}
        - {name: disk, persistentVolumeClaim: {claimName: disk}}
        - {name: words, configMap: {name: words}}
        - {name: more, emptyDir: {}}
      containers:
        - {name: proxy, command: [nginx], envFrom: []}
        - name: one
          command: [queue]
          envFrom: []
          env: [{name: X, valueFrom: {}}]
          volumeMounts:
            - {name: tmp, mountPath: /tmp}
            - {name: disk, mountPath: /data}
            - {name: disk, mountPath: /more, subPath: more}
            - {name: words, mountPath: /words}
            - {name: nobody, mountPath: /nobody}
        - {name: two}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}}
---
{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: way}}";
        let warnings = parse(text).unwrap().unused.warnings;
        assert_eq!(
            warnings,
            [
                "deployment/a: hostNetwork is not honoured without a cluster",
                "deployment/a: container proxy is not honoured without a cluster",
                "deployment/a: envFrom is not honoured without a cluster",
                "deployment/a: env X with valueFrom is not honoured without a cluster",
                "deployment/a: volume disk is a persistentVolumeClaim; without a cluster it is a \
                 temporary folder, and its files are deleted at the end",
                "deployment/a: volume words is a configMap; without a cluster it is empty",
                "deployment/a: volume nobody is a temporary folder without a cluster",
                "deployment/a: container two is not honoured without a cluster",
                "deployment/a: init container first is not honoured without a cluster",
                "ConfigMap settings is not honoured without a cluster",
                "Ingress way is not honoured without a cluster",
            ]
        );
    }
}
