//! The kubectl commands that grant a missing right, to be pasted into a shell.

/// The command that grants the engine of demo.yaml a right in `namespace`. `verbs` are
/// comma-separated; `resource` is spelled as in kubectl. With a `name`, only that object is
/// covered.
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

/// The command that grants the engine all rights of demo.yaml's Role in `namespace`. It is needed
/// if the RoleBinding there names another namespace.
pub fn bind(namespace: &str) -> String {
    format!(
        "kubectl create rolebinding engine-{namespace} -n {namespace} --role=engine \
         --serviceaccount={namespace}:engine"
    )
}

/// The command that applies the rights in `deploy/NAME`. It must run in the root of the checkout.
/// The files there name the namespace `default`, so the command replaces `default` by `namespace`.
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
    fn an_overlay_of_rights_is_for_the_namespace_of_the_engine() {
        assert_eq!(overlay("default", "kill"), "kubectl apply -k deploy/kill");
        assert_eq!(
            overlay("talk", "kill"),
            "kubectl kustomize deploy/kill | sed 's/namespace: default/namespace: talk/' | \
             kubectl apply -n talk -f -"
        );
    }

    #[test]
    fn all_rights_in_a_namespace_are_one_binding() {
        assert_eq!(
            bind("talk"),
            "kubectl create rolebinding engine-talk -n talk --role=engine \
             --serviceaccount=talk:engine"
        );
    }

    #[test]
    fn a_single_right_is_a_role_and_its_binding() {
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
