//! The volumes that a container mounts.

use serde_yaml::Value;

use super::objects::{find, part};

/// The kinds of volumes whose files outlive the pod.
const LASTING: [&str; 5] = ["persistentVolumeClaim", "ephemeral", "hostPath", "nfs", "csi"];

/// The kinds of volumes that the cluster fills with files.
const FILES: [&str; 5] = ["configMap", "secret", "projected", "downwardAPI", "image"];

/// A volume mounted in a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// The path of the mount in the container, as the manifest writes it.
    pub path: String,
    /// The volume's name.
    pub volume: String,
    /// The kind of the volume.
    pub source: Source,
    /// The path of the mounted part within the volume; `None` if the whole volume is mounted.
    pub sub_path: Option<String>,
    /// Whether the container may only read the mount.
    pub is_read_only: bool,
}

/// The kind of a volume.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The volume is empty when the pod starts, and deleted with the pod.
    Empty,
    /// The volume outlives the pod; the text is its kind, such as `nfs`.
    Lasting(&'static str),
    /// The cluster fills the volume with read-only files; the text is its kind, such as `secret`.
    Files(&'static str),
    /// The volume has another kind, which only a cluster has, or the pod does not define it.
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

/// Converts the `mounts` of a container whose pod has these `volumes`.
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
