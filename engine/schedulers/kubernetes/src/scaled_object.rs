//! The fields of KEDA's ScaledObject that name the Deployment which it scales.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use k8s_openapi::{Metadata, NamespaceResourceScope, Resource};
use kube::ResourceExt;
use serde::Deserialize;

/// The annotation that pauses a ScaledObject.
const PAUSED: &str = "autoscaling.keda.sh/paused";

/// KEDA's ScaledObject, with only the fields that the engine reads.
#[derive(Debug, Clone, Deserialize)]
pub struct ScaledObject {
    metadata: ObjectMeta,
    spec: Spec,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Spec {
    scale_target_ref: Target,
}

#[derive(Debug, Clone, Deserialize)]
struct Target {
    /// The kind of the scaled object; `None` means Deployment.
    kind: Option<String>,
    name: String,
}

impl ScaledObject {
    /// The Deployment that the ScaledObject scales; `None` if it is paused or scales another kind.
    pub fn deployment(&self) -> Option<&str> {
        let target = &self.spec.scale_target_ref;
        let is_deployment = target.kind.as_deref().is_none_or(|kind| kind == "Deployment");
        let is_paused = self.annotations().get(PAUSED).is_some_and(|value| value == "true");
        (is_deployment && !is_paused).then_some(&target.name)
    }
}

impl Resource for ScaledObject {
    const API_VERSION: &'static str = "keda.sh/v1alpha1";
    const GROUP: &'static str = "keda.sh";
    const KIND: &'static str = "ScaledObject";
    const VERSION: &'static str = "v1alpha1";
    const URL_PATH_SEGMENT: &'static str = "scaledobjects";
    type Scope = NamespaceResourceScope;
}

impl Metadata for ScaledObject {
    type Ty = ObjectMeta;

    fn metadata(&self) -> &ObjectMeta {
        &self.metadata
    }

    fn metadata_mut(&mut self) -> &mut ObjectMeta {
        &mut self.metadata
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scales(target: &str, annotations: &str) -> Option<String> {
        let json = format!(
            r#"{{"apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject",
                 "metadata": {{"name": "mine", "annotations": {annotations}}},
                 "spec": {{"scaleTargetRef": {target}, "triggers": []}}}}"#
        );
        let object: ScaledObject = serde_json::from_str(&json).unwrap();
        object.deployment().map(String::from)
    }

    #[test]
    fn it_scales_a_deployment_unless_it_names_another_kind() {
        assert_eq!(scales(r#"{"name": "web"}"#, "null").as_deref(), Some("web"));
        let other = r#"{"name": "web", "kind": "StatefulSet"}"#;
        assert_eq!(scales(other, "null"), None);
    }

    #[test]
    fn a_paused_one_scales_nothing() {
        let paused = format!(r#"{{"{PAUSED}": "true"}}"#);
        assert_eq!(scales(r#"{"name": "web"}"#, &paused), None);
    }
}
