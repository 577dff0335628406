//! The lines that give the engine a right that it lacks, to be pasted.

/// Gives the engine of demo.yaml a right in its namespace: the verbs, comma-separated, on a
/// resource as kubectl spells it, or on the one of that name alone.
pub fn grant(namespace: &str, verbs: &str, resource: &str, name: Option<&str>) -> String {
    let only = name.map(|name| format!(" --resource-name={name}")).unwrap_or_default();
    let role = ["engine", resource].into_iter().chain(name).collect::<Vec<_>>().join("-");
    let role = role.replace(['/', '.'], "-");
    format!(
        "kubectl create role {role} -n {namespace} --verb={verbs} --resource={resource}{only} && \
         kubectl create rolebinding {role} -n {namespace} --role={role} \
         --serviceaccount={namespace}:engine"
    )
}

/// Gives the engine of demo.yaml all of its rights in a namespace that its own binding does not
/// name.
pub fn bind(namespace: &str) -> String {
    format!(
        "kubectl create rolebinding engine-{namespace} -n {namespace} --role=engine \
         --serviceaccount={namespace}:engine"
    )
}

/// Gives the engine what an overlay of rights under `deploy` has, from the kit's folder. The
/// bindings there name the namespace default.
pub fn overlay(namespace: &str, name: &str) -> String {
    if namespace == "default" {
        return format!("kubectl apply -k deploy/{name}");
    }
    format!(
        "kubectl kustomize deploy/{name} | sed 's/namespace: default/namespace: {namespace}/' | \
         kubectl apply -n {namespace} -f -"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_overlay_of_rights_is_for_the_namespace_that_the_engine_is_in() {
        assert_eq!(overlay("default", "kill"), "kubectl apply -k deploy/kill");
        assert_eq!(
            overlay("talk", "kill"),
            "kubectl kustomize deploy/kill | sed 's/namespace: default/namespace: talk/' | \
             kubectl apply -n talk -f -"
        );
    }

    #[test]
    fn all_rights_of_a_namespace_are_one_binding() {
        assert_eq!(
            bind("talk"),
            "kubectl create rolebinding engine-talk -n talk --role=engine \
             --serviceaccount=talk:engine"
        );
    }

    #[test]
    fn a_grant_is_a_role_and_its_binding() {
        let line = grant("talk", "get,update", "deployments/scale", Some("web"));
        assert_eq!(
            line,
            "kubectl create role engine-deployments-scale-web -n talk --verb=get,update \
             --resource=deployments/scale --resource-name=web && \
             kubectl create rolebinding engine-deployments-scale-web -n talk \
             --role=engine-deployments-scale-web --serviceaccount=talk:engine"
        );
    }
}
