//! What a container mounts.

use serde_yaml::Value;

use super::objects::{find, part};

/// What outlives its pod.
const LASTING: [&str; 5] = ["persistentVolumeClaim", "ephemeral", "hostPath", "nfs", "csi"];

/// What the cluster fills.
const FILES: [&str; 5] = ["configMap", "secret", "projected", "downwardAPI", "image"];

/// A directory of a container that is of a volume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// Where the container sees it, as the manifest writes it.
    pub path: String,
    /// The volume's name.
    pub volume: String,
    /// What the volume is.
    pub source: Source,
    /// The part of the volume that it is.
    pub sub_path: Option<String>,
    /// Whether the container may only read it.
    pub is_read_only: bool,
}

/// What a volume is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Empty when the pod begins, and gone with it.
    Empty,
    /// It outlives the pod.
    Lasting(&'static str),
    /// The cluster puts files into it, which can only be read.
    Files(&'static str),
    /// Something else that only a cluster has, or no volume of the pod at all.
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

/// What a container mounts of its pod's volumes.
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
