//! Makes a local command line from a container in a manifest.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use manifest::yaml::Step;
use manifest::{Container, Deployment, Manifest, PROGRAMS, Refused};
use model::annotations::is_scalable;
use service::parent;
use tokio::process::Command;

use super::folders::{self, Folders};
use super::localize::{Addresses, ServicePort, localize, without_listen, words_and_env};
use super::services::Services;

/// The most replicas of a workload, which equals the highest capacity.
const MOST_SCALED: u32 = 1000;
/// The most replicas of a Deployment that is not scaled; more would only slow down the machine.
const MOST_OTHERS: u32 = 50;

/// The message that says why a Deployment behind a Service is not scaled.
pub const BEHIND_A_SERVICE: &str =
    "it is behind a Service, so without a cluster it must have one replica and cannot be scaled";

/// The variables that a process inherits from the engine. All other variables come from the
/// manifest, so that the user's shell cannot change the demo.
const INHERITED: [&str; 7] =
    ["PATH", "HOME", "TMPDIR", "TERM", "RUST_LOG", "RUST_BACKTRACE", "NO_COLOR"];

/// How to start the replicas of a Deployment as local processes.
#[derive(Debug, Clone)]
pub struct Recipe {
    /// The Deployment's name.
    pub deployment: String,
    namespace: String,
    /// The initial number of replicas.
    pub replicas: u32,
    /// The time between SIGTERM and SIGKILL when a process is stopped.
    pub grace: Duration,
    /// The used Services that select the Deployment, by name, namespace and port. If there are any,
    /// the Deployment is a server: it has one replica, whose address stays the same.
    pub serves: Vec<ServicePort>,
    /// The most replicas that the Deployment can have as local processes.
    pub most: u32,
    program: PathBuf,
    container: Container,
}

/// How the Deployments of a manifest run as local processes.
#[derive(Debug)]
pub struct Plan {
    /// The recipes of all Deployments except the engine's own.
    pub recipes: Vec<Recipe>,
    /// One sentence for each ignored Service, with the reason.
    pub warnings: Vec<String>,
}

/// Plans how a manifest runs as local processes. `programs` is the folder of the kit's programs. If
/// `queue_is_given`, the engine uses a queue outside of the manifest.
///
/// # Errors
/// Returns the faults of all Deployments that cannot run as local processes, with the fixes.
pub fn recipes(
    manifest: &Manifest,
    programs: &Path,
    queue_is_given: bool,
) -> Result<Plan, Refused> {
    let Services { serves, mut faults, warnings } = Services::of(manifest, queue_is_given);
    let mut recipes = Vec::new();
    for deployment in manifest.deployments.iter().filter(|d| !d.is_engine()) {
        let serves = serves.get(&deployment.name).cloned().unwrap_or_default();
        match recipe(deployment, serves, programs) {
            Ok(recipe) => {
                let (words, env) = words_and_env(&recipe.container);
                for (name, why) in folders::problems(&recipe.container, &words, &env) {
                    let what = format!("{name} {why}");
                    faults.push(manifest.places.of_words(deployment, &[&name], &what));
                }
                recipes.push(recipe);
            }
            Err((part, what)) => {
                let object = format!("deployment/{}", deployment.name);
                faults.push(manifest.places.fault(&object, &part, &what));
            }
        }
    }
    if faults.is_empty() { Ok(Plan { recipes, warnings }) } else { Err(Refused(faults)) }
}

fn recipe(
    deployment: &Deployment,
    serves: Vec<ServicePort>,
    programs: &Path,
) -> Result<Recipe, (Vec<Step>, String)> {
    let containers = ["spec", "template", "spec", "containers"].map(Step::from);
    let of_containers = |what: String| (containers.to_vec(), what);
    let container =
        deployment.main().ok_or_else(|| of_containers("it has no container".to_owned()))?;
    let name = container.program().ok_or_else(|| {
        let what = "its container has no command; without a cluster no image supplies it, add one";
        of_containers(what.to_owned())
    })?;
    let program = programs.join(name);
    if !PROGRAMS.contains(&name) || !program.is_file() {
        let place = programs.display();
        return Err(of_containers(format!(
            "there is no program {name} in {place}; without a cluster only these can run: {}",
            PROGRAMS.join(", ")
        )));
    }
    let most = most(!serves.is_empty(), is_scalable(deployment));
    if deployment.replicas > most {
        let replicas = deployment.replicas;
        let what = format!("replicas is {replicas}, but one machine runs at most {most}");
        return Err((["spec", "replicas"].map(Step::from).to_vec(), what));
    }
    Ok(Recipe {
        deployment: deployment.name.clone(),
        namespace: deployment.namespace.clone(),
        replicas: deployment.replicas,
        grace: deployment.grace,
        serves,
        most,
        program,
        container: container.clone(),
    })
}

fn most(serves: bool, scaled: bool) -> u32 {
    match (serves, scaled) {
        (true, _) => 1,
        (false, true) => MOST_SCALED,
        (false, false) => MOST_OTHERS,
    }
}

/// The local addresses and folders that one process gets instead of the cluster's.
#[derive(Debug)]
pub struct Here {
    addresses: Addresses,
    namespace: String,
    folders: Folders,
}

impl Here {
    fn put(&self, text: &str) -> String {
        self.folders.put(&localize(text, &self.addresses, &self.namespace))
    }
}

impl Recipe {
    /// Whether each process needs folders, because the Deployment's container mounts volumes.
    pub fn needs_folders(&self) -> bool {
        !self.container.mounts.is_empty()
    }

    /// Returns the local addresses and folders for a process. Creates the folders below `folder`.
    ///
    /// # Errors
    /// When a folder is needed and cannot be created: no process starts without its folders.
    pub fn here(&self, addresses: Addresses, folder: Option<&Path>) -> io::Result<Here> {
        let namespace = self.namespace.clone();
        if !self.needs_folders() {
            return Ok(Here { addresses, namespace, folders: Folders::default() });
        }
        let none = || io::Error::other("there is no temporary folder; set TMPDIR");
        let folders = Folders::of(&self.container, folder.ok_or_else(none)?);
        folders.make()?;
        Ok(Here { addresses, namespace, folders })
    }

    /// Updates `most`, because an edit may change whether the engine scales the Deployment.
    pub fn set_scaled(&mut self, scaled: bool) {
        self.most = most(self.is_server(), scaled);
    }

    /// Whether other Deployments use this one through a Service.
    pub fn is_server(&self) -> bool {
        !self.serves.is_empty()
    }

    /// The command that starts a process. Whatever the manifest says, it listens at `at`, or on a
    /// free port of 127.0.0.1. Pipes connect it to the engine, so that it ends with the engine.
    pub fn command(&self, name: &str, here: &Here, at: Option<SocketAddr>) -> Command {
        let (words, env) = words_and_env(&self.container);
        let mut words: Vec<String> = words.iter().map(|word| here.put(word)).collect();
        let put = |(name, value): (String, String)| (name, here.put(&value));
        let mut env: Vec<(String, String)> = env.into_iter().map(put).collect();
        let program = self.container.program().unwrap_or_default();
        here.folders.put_flags(program, &mut words, &mut env);
        let listen = at.unwrap_or((Ipv4Addr::LOCALHOST, 0).into());
        let mut command = Command::new(&self.program);
        command
            .args(without_listen(&words))
            .env_clear()
            .envs(INHERITED.iter().filter_map(|key| Some((key, std::env::var_os(key)?))))
            // This is 90 % of the grace period, so that a worker releases its job before it is
            // killed. A value from the manifest comes later and overrides this one.
            .env("MICROSCALING_SHUTDOWN_GRACE", format!("{}ms", self.grace.as_millis() * 9 / 10))
            .envs(env)
            .env("HOSTNAME", name)
            .env("MICROSCALING_LISTEN", listen.to_string())
            .env(parent::VARIABLE, parent::HOLDS_PIPES)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            // In its own group the process gets no Ctrl-C, so the engine can stop all in order.
            .process_group(0);
        // A dozen processes' lines would hide the engine's lines; RUST_LOG shows all of them.
        if std::env::var_os("RUST_LOG").is_none() {
            command.env("RUST_LOG", "warn");
        }
        command
    }
}
