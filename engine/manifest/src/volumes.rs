//! What a container mounts.

use k8s_openapi::api::core::v1 as core;

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
    fn of(volume: &core::Volume) -> Source {
        let lasting = [
            ("persistentVolumeClaim", volume.persistent_volume_claim.is_some()),
            ("ephemeral volume", volume.ephemeral.is_some()),
            ("hostPath", volume.host_path.is_some()),
            ("nfs", volume.nfs.is_some()),
            ("csi", volume.csi.is_some()),
        ];
        let files = [
            ("configMap", volume.config_map.is_some()),
            ("secret", volume.secret.is_some()),
            ("projected", volume.projected.is_some()),
            ("downwardAPI", volume.downward_api.is_some()),
            ("image", volume.image.is_some()),
        ];
        let first = |all: &[(&'static str, bool)]| all.iter().find(|it| it.1).map(|it| it.0);
        match (volume.empty_dir.is_some(), first(&lasting), first(&files)) {
            (true, ..) => Source::Empty,
            (_, Some(kind), _) => Source::Lasting(kind),
            (_, _, Some(kind)) => Source::Files(kind),
            _ => Source::Other,
        }
    }
}

/// What a container mounts of its pod's volumes.
pub(super) fn mounts(
    mounts: Option<Vec<core::VolumeMount>>,
    volumes: &[core::Volume],
) -> Vec<Mount> {
    let mount = |it: core::VolumeMount| {
        let volume = volumes.iter().find(|volume| volume.name == it.name);
        Mount {
            path: it.mount_path,
            volume: it.name,
            source: volume.map_or(Source::Other, Source::of),
            sub_path: it.sub_path.or(it.sub_path_expr).filter(|path| !path.is_empty()),
            is_read_only: it.read_only.unwrap_or(false),
        }
    };
    mounts.unwrap_or_default().into_iter().map(mount).collect()
}
