//! The volumes that a container mounts.

use serde_yaml::Value;

use super::objects::{find, part};

/// Volumes that outlive the pod.
const LASTING: [&str; 5] = ["persistentVolumeClaim", "ephemeral", "hostPath", "nfs", "csi"];

/// Volumes that the cluster fills.
const FILES: [&str; 5] = ["configMap", "secret", "projected", "downwardAPI", "image"];

/// A volume mounted in a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// The path in the container, as the manifest writes it.
    pub path: String,
    /// The volume's name.
    pub volume: String,
    /// The kind of the volume.
    pub source: Source,
    /// The part of the volume that is mounted.
    pub sub_path: Option<String>,
    /// Whether the container may only read it.
    pub is_read_only: bool,
}

/// The kind of a volume.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Empty when the pod starts, and deleted with it.
    Empty,
    /// Outlives the pod.
    Lasting(&'static str),
    /// Filled by the cluster with read-only files.
    Files(&'static str),
    /// Another kind that only a cluster has, or not a volume of the pod.
    Other,
}

impl Source {
    fn of(volume: &Value) -> Source {
        let is_there = |key: &&str| find(volume, &[*key]).is_some();
        if is_there(&"emptyDir") {
            return Source::Empty;
        }
        match (LASTING.into_iter().find(is_there), FILES.into_iter().find(is_there)) {
            (Some("ephemeral"), _) => Source::Lasting("ephemeral volume"),
            (Some(kind), _) => Source::Lasting(kind),
            (_, Some(kind)) => Source::Files(kind),
            _ => Source::Other,
        }
    }
}

/// The volumes that a container mounts.
pub(super) fn mounts(mounts: &[Value], volumes: &[Value]) -> Vec<Mount> {
    let mount = |it| {
        let name: String = part(it, &["name"]);
        let volume = volumes.iter().find(|volume| part::<&str>(volume, &["name"]) == name);
        let sub_path: Option<String> = part(it, &["subPath"]);
        Mount {
            path: part(it, &["mountPath"]),
            volume: name,
            source: volume.map_or(Source::Other, Source::of),
            sub_path: sub_path.or_else(|| part(it, &["subPathExpr"])).filter(|it| !it.is_empty()),
            is_read_only: part(it, &["readOnly"]),
        }
    };
    mounts.iter().map(mount).collect()
}
