//! Pods whose Deployment is gone. They hold their slots until they have ended.

use std::collections::BTreeMap;
use std::sync::Arc;

use k8s_openapi::api::core::v1::Pod;
use kube::ResourceExt;
use kube::core::{Selector, SelectorExt};

use super::counts;

/// The pod selectors of all present Deployments, and of deleted Deployments that still have pods.
#[derive(Debug, Default)]
pub struct Orphans {
    selectors: BTreeMap<String, Selector>,
}

impl Orphans {
    /// Takes the selectors of the present Deployments, and all pods. Returns the pods of each
    /// deleted Deployment, by its name.
    pub fn update(
        &mut self,
        known: BTreeMap<String, Selector>,
        pods: &[Arc<Pod>],
    ) -> BTreeMap<String, Vec<Arc<Pod>>> {
        let is_adopted = |pod: &Pod| known.values().any(|it| it.matches(pod.labels()));
        let alone = pods.iter().filter(|pod| counts::phase(pod).is_some() && !is_adopted(pod));
        let alone: Vec<&Arc<Pod>> = alone.collect();
        let mut left = BTreeMap::new();
        for (name, selector) in std::mem::take(&mut self.selectors) {
            let own = alone.iter().filter(|pod| selector.matches(pod.labels()));
            let own: Vec<Arc<Pod>> = own.map(|pod| Arc::clone(pod)).collect();
            if !own.is_empty() && !known.contains_key(&name) {
                left.insert(name.clone(), own);
                self.selectors.insert(name, selector);
            }
        }
        self.selectors.extend(known);
        left
    }
}

#[cfg(test)]
mod tests {
    use k8s_openapi::api::core::v1::PodStatus;

    use super::*;

    fn selector(name: &str) -> Selector {
        Selector::from_iter([("app".to_owned(), name.to_owned())])
    }

    fn pod(of: &str, phase: &str) -> Arc<Pod> {
        let mut pod = Pod::default();
        pod.labels_mut().insert("app".to_owned(), of.to_owned());
        pod.status = Some(PodStatus { phase: Some(phase.to_owned()), ..PodStatus::default() });
        Arc::new(pod)
    }

    fn known(names: &[&str]) -> BTreeMap<String, Selector> {
        names.iter().map(|name| ((*name).to_owned(), selector(name))).collect()
    }

    #[test]
    fn pods_of_a_deleted_deployment_count_until_they_end() {
        let mut orphans = Orphans::default();
        let pods = [pod("web", "Running"), pod("job", "Running"), pod("web", "Succeeded")];
        assert!(orphans.update(known(&["web", "job"]), &pods).is_empty());
        let left = orphans.update(known(&["job"]), &pods);
        assert_eq!((left.len(), left["web"].len()), (1, 1));
        assert_eq!(orphans.update(known(&["job"]), &pods).len(), 1, "they are remembered");
        assert!(orphans.update(known(&["job"]), &pods[1..]).is_empty());
    }

    #[test]
    fn a_pod_that_another_deployment_selects_is_no_orphan() {
        let mut orphans = Orphans::default();
        let pods = [pod("web", "Running")];
        orphans.update(known(&["web"]), &pods);
        let renamed = BTreeMap::from([("web-2".to_owned(), selector("web"))]);
        assert!(orphans.update(renamed, &pods).is_empty());
    }
}
