//! Finds which Services of a manifest lead to a local process, which Deployments use them, and
//! which Services are ignored.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

use manifest::{Container, Deployment, Fault, Manifest, Port, Service, Target};
use model::annotations::is_scalable;

use super::folders::{given, values};
use super::localize::{Address, ServicePort, addresses_in, service, words_and_env};

/// The flag and the variable for the queue's address, the same in all programs of the kit.
pub const QUEUE_URL: (&str, &str) = ("--queue-url", "MICROSCALING_QUEUE_URL");

/// For each port of a manifest's Services: the Deployment behind it, or why the port is unusable.
type Ways = BTreeMap<ServicePort, Result<String, String>>;

/// The Services of a manifest that lead to a local process, and the faults of the others.
#[derive(Debug, Default)]
pub struct Services {
    /// The Service ports of each server, by its Deployment. Other Deployments are not servers.
    pub serves: BTreeMap<String, Vec<ServicePort>>,
    /// Addresses in arguments and variables at which no program would answer.
    pub faults: Vec<Fault>,
    /// One sentence for each ignored Service, with the reason.
    pub warnings: Vec<String>,
}

/// An address in the arguments or variables of a Deployment.
struct Use<'a> {
    by: &'a Deployment,
    /// The flag or variable that contains the address, or `an argument`.
    name: String,
    value: String,
    /// Whether the value should be the queue's address, so that a wrong value is a fault.
    is_queue: bool,
    address: Address,
}

impl Services {
    /// Examines a manifest. If `queue_is_given`, the engine uses a queue outside of the manifest.
    pub fn of(manifest: &Manifest, queue_is_given: bool) -> Services {
        let ways = ways(manifest);
        let mut found = Services::default();
        let mut used = BTreeSet::new();
        let asks = |it: &&Deployment| !(queue_is_given && it.is_engine());
        for it in manifest.deployments.iter().filter(asks).flat_map(uses) {
            match it.leads(manifest, &ways) {
                Ok(Some((service, to))) if to != it.by.name => {
                    used.insert(service);
                }
                Ok(_) => {}
                Err(why) => {
                    let what = format!("{} is {:?}, {why}", it.name, it.value);
                    let says = [it.value.as_str(), &it.name];
                    found.faults.push(manifest.places.of_words(it.by, &says, &what));
                }
            }
        }
        found.faults.dedup();
        let servers: BTreeSet<&String> =
            used.iter().filter_map(|service| ways.get(service)?.as_ref().ok()).collect();
        for (service, way) in &ways {
            if let Ok(to) = way
                && servers.contains(to)
            {
                found.serves.entry(to.clone()).or_default().push(service.clone());
            }
        }
        found.warnings =
            manifest.services.iter().filter_map(|it| left_out(it, &ways, &used)).collect();
        found
    }
}

/// A sentence that says why a Service is ignored; `None` if a Deployment uses it.
fn left_out(it: &Service, ways: &Ways, used: &BTreeSet<ServicePort>) -> Option<String> {
    let is_it = |port: &&ServicePort| port.0 == it.name && port.1 == it.namespace;
    if used.iter().any(|port| is_it(&port)) {
        return None;
    }
    let why = ways.iter().filter(|(port, _)| is_it(port)).find_map(|(_, way)| way.as_ref().err());
    let why = why.map_or("no other Deployment uses it".to_owned(), Clone::clone);
    Some(format!("service/{} is left out without a cluster: {why}", it.name))
}

fn ways(manifest: &Manifest) -> Ways {
    let mut ways = Ways::new();
    for service in &manifest.services {
        let behind: Vec<_> = manifest.deployments.iter().filter(|it| service.selects(it)).collect();
        for port in &service.ports {
            let (number, way) = way(service, port, &behind);
            ways.insert((service.name.clone(), service.namespace.clone(), number), way);
        }
    }
    ways
}

/// A Service's port for its clients, and the Deployment behind it or why the port is unusable.
fn way(service: &Service, port: &Port, behind: &[&Deployment]) -> (u16, Result<String, String>) {
    let [to] = behind else {
        let why = match behind {
            [] => "it selects no Deployment of the manifest",
            _ => "it selects several Deployments, which have no common address",
        };
        return (port.number, Err(why.to_owned()));
    };
    let target = target(port, to);
    // A headless Service maps no ports: its clients connect to the container's own port.
    let number = match (&target, service.is_headless) {
        (Ok(target), true) => *target,
        _ => port.number,
    };
    let way = target.and_then(|target| match to.main().and_then(listens) {
        _ if to.is_engine() => Err("it selects the engine itself".to_owned()),
        Some(own) if own != target => {
            Err(format!("it leads to port {target}, but deployment/{} listens on {own}", to.name))
        }
        _ if would_be_scaled(to) => Err(format!(
            "it selects deployment/{}, whose processes have no common address",
            to.name
        )),
        _ => Ok(to.name.clone()),
    });
    (number, way)
}

/// The port of `to`'s pods to which a Service's port leads, or why no process has such a port.
fn target(port: &Port, to: &Deployment) -> Result<u16, String> {
    let name = match &port.target {
        Target::Number(number) => return Ok(*number),
        Target::Name(name) => name,
    };
    let found = to.main().and_then(|container| container.ports.get(name));
    found.copied().ok_or_else(|| {
        let beside = to.containers.iter().find(|container| container.ports.contains_key(name));
        match beside {
            Some(it) => format!("it leads to container {}, which does not run here", it.name),
            None => format!("no container of deployment/{} has a port {name}", to.name),
        }
    })
}

/// The port on which a container's program listens, by its flag or variable; `None` for port 0.
fn listens(container: &Container) -> Option<u16> {
    let (words, env) = words_and_env(container);
    let (_, address) = given(&words, &env, "--listen", "MICROSCALING_LISTEN").pop()?;
    address.parse::<SocketAddr>().ok().map(|it| it.port()).filter(|port| *port != 0)
}

/// All addresses in the arguments and variables of a Deployment's main container.
fn uses(by: &Deployment) -> Vec<Use<'_>> {
    let Some(container) = by.main() else { return Vec::new() };
    let (words, env) = words_and_env(container);
    let flags: BTreeSet<usize> = values(&words, QUEUE_URL.0).into_iter().map(|(i, _)| i).collect();
    let of_words = words.iter().enumerate().map(|(i, word)| {
        let is_queue = flags.contains(&i);
        let value = word.strip_prefix(QUEUE_URL.0).and_then(|rest| rest.strip_prefix('='));
        let name = if is_queue { QUEUE_URL.0 } else { "an argument" };
        (name.to_owned(), value.unwrap_or(word).to_owned(), is_queue)
    });
    // The queue's flag overrides its variable, so with the flag the variable does not count.
    let of_env = env.iter().map(|(name, value)| {
        (name.clone(), value.clone(), name == QUEUE_URL.1 && flags.is_empty())
    });
    let uses = of_words.chain(of_env).flat_map(|(name, value, is_queue)| {
        let addresses = addresses_in(&super::localize::usual(&value));
        addresses.into_iter().map(move |address| {
            let (name, value) = (name.clone(), value.clone());
            Use { by, name, value, is_queue, address }
        })
    });
    uses.collect()
}

impl Use<'_> {
    /// The Service at this address and the Deployment behind it; `None` if no Service has the
    /// address. The error says why no program would answer at it.
    fn leads(
        &self,
        manifest: &Manifest,
        ways: &Ways,
    ) -> Result<Option<(ServicePort, String)>, String> {
        let from = &self.by.namespace;
        let Some((name, namespace)) = service(&self.address.host, from) else {
            return self.if_queue(self.is_of_cluster(), "which cannot be the name of a Service");
        };
        let known = |it: &&Service| it.name == name && it.namespace == namespace;
        if !manifest.services.iter().any(|it| known(&it)) {
            return self.if_queue(self.may_be_missing(manifest, &name), &missing(manifest));
        }
        let port = (name.clone(), namespace.clone(), self.address.port);
        match ways.get(&port) {
            Some(Ok(to)) => Ok(Some((port, to.clone()))),
            Some(Err(why)) => Err(format!("but the Service {name} has no process here: {why}")),
            None => {
                let ports = ways.keys().filter(|it| it.0 == name && it.1 == namespace);
                let ports: Vec<_> = ports.map(|it| it.2.to_string()).collect();
                let (port, ports) = (self.address.port, ports.join(", "));
                let why = format!("but the Service {name} has no port {port}; it has {ports}");
                self.if_queue(true, &why)
            }
        }
    }

    /// Fails with `why` if the value should be the queue's address and is wrong, and only then.
    fn if_queue<T>(&self, is_wrong: bool, why: &str) -> Result<Option<T>, String> {
        if self.is_queue && is_wrong { Err(why.to_owned()) } else { Ok(None) }
    }

    /// Whether only a cluster can resolve this address's host name.
    fn is_of_cluster(&self) -> bool {
        let host = self.address.host.trim_end_matches('.');
        host.ends_with(".svc") || host.ends_with(".cluster.local") || !host.contains('.')
    }

    /// Whether this host name can only mean a Service; any other name may be a machine elsewhere.
    fn may_be_missing(&self, manifest: &Manifest, name: &str) -> bool {
        let host = self.address.host.to_ascii_lowercase();
        let is_here = |it: &Service| it.name == name;
        match host.split('.').count() {
            1 => host != "localhost",
            2 => manifest.services.iter().any(is_here),
            _ => true,
        }
    }
}

fn missing(manifest: &Manifest) -> String {
    let all = manifest.services.iter().map(|it| format!("{}.{}", it.name, it.namespace));
    let all: Vec<_> = all.collect();
    format!("but the manifest has no such Service; it has {}", all.join(", "))
}

/// Whether a Deployment may have more or fewer processes than one.
pub(super) fn would_be_scaled(deployment: &Deployment) -> bool {
    is_scalable(deployment) || deployment.replicas != 1
}

#[cfg(test)]
mod tests;
