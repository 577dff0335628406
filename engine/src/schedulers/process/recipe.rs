//! A container of the manifest into a command line on this machine.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use service::parent;
use tokio::process::Command;

use super::localize::{Addresses, ServicePort, expand, localize, relocate, without_listen};
use crate::manifest::annotations::is_scalable;
use crate::manifest::{Container, Deployment, Manifest, Refused};

/// The most replicas of what the engine scales; as many as a capacity may have.
const MOST_SCALED: u32 = 1000;
/// More processes that make load than this help nobody on one machine.
const MOST_OTHERS: u32 = 50;

/// Why a server is not scaled.
pub const BEHIND_A_SERVICE: &str =
    "it is behind a Service, so without a cluster it must have one replica and cannot be scaled";

/// What a process gets of our own environment; the rest comes from the manifest alone, so that
/// a variable of the user's shell cannot change the demo.
const INHERITED: [&str; 7] =
    ["PATH", "HOME", "TMPDIR", "TERM", "RUST_LOG", "RUST_BACKTRACE", "NO_COLOR"];

/// How to start a replica of a Deployment.
#[derive(Debug, Clone)]
pub struct Recipe {
    /// The Deployment's name.
    pub deployment: String,
    /// How many replicas it begins with.
    pub replicas: u32,
    /// How long a process has after SIGTERM.
    pub grace: Duration,
    /// The Services that find it, by name, namespace and port. One is enough to make it a server,
    /// of which there is one, at an address that stays.
    pub serves: Vec<ServicePort>,
    /// It can have at most so many replicas on one machine.
    pub most: u32,
    program: PathBuf,
    container: Container,
}

/// The recipes of all Deployments but the engine's own.
///
/// # Errors
/// Every Deployment that cannot be run on this machine, with the mend.
pub fn recipes(manifest: &Manifest, programs: &Path) -> Result<Vec<Recipe>, Refused> {
    let mut recipes = Vec::new();
    let mut problems = Vec::new();
    for deployment in manifest.deployments.iter().filter(|d| !d.is_engine()) {
        match recipe(manifest, deployment, programs) {
            Ok(recipe) => recipes.push(recipe),
            Err(problem) => problems.push(format!("deployment/{}: {problem}", deployment.name)),
        }
    }
    if problems.is_empty() { Ok(recipes) } else { Err(Refused(problems)) }
}

fn recipe(manifest: &Manifest, deployment: &Deployment, programs: &Path) -> Result<Recipe, String> {
    let container = deployment.containers.first().ok_or("it has no container")?;
    let name = container.program().ok_or_else(|| {
        "its container has no command, and only its image knows what to run; name one".to_owned()
    })?;
    let program = programs.join(name);
    if !program.is_file() {
        let place = programs.display();
        return Err(format!(
            "there is no program {name} in {place}; without a cluster only the kit's own run"
        ));
    }
    let services = manifest.services.iter().filter(|service| service.selects(deployment));
    let serves: Vec<_> = services
        .flat_map(|s| s.ports.iter().map(|port| (s.name.clone(), s.namespace.clone(), *port)))
        .collect();
    let scaled = is_scalable(deployment);
    if !serves.is_empty() && (scaled || deployment.replicas != 1) {
        return Err(BEHIND_A_SERVICE.to_owned());
    }
    let most = most(!serves.is_empty(), scaled);
    if deployment.replicas > most {
        let replicas = deployment.replicas;
        return Err(format!("replicas is {replicas}, on one machine at most {most} are possible"));
    }
    Ok(Recipe {
        deployment: deployment.name.clone(),
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

/// What stands for a cluster's addresses and paths on this machine.
#[derive(Debug)]
pub struct Here {
    addresses: Addresses,
    /// Directories by the paths that the manifest mounts them at.
    folders: Vec<(String, PathBuf)>,
}

impl Here {
    fn put(&self, text: &str) -> String {
        let text = localize(text, &self.addresses);
        self.folders
            .iter()
            .fold(text, |text, (from, to)| relocate(&text, from, &to.to_string_lossy()))
    }
}

impl Recipe {
    /// Whether its processes need directories of their own.
    pub fn needs_folders(&self) -> bool {
        !self.container.empty_dirs.is_empty()
    }

    /// What stands for addresses, and for the empty directories, which are made in `folder`.
    ///
    /// # Errors
    /// When one cannot be made.
    pub fn here(&self, addresses: Addresses, folder: Option<&Path>) -> std::io::Result<Here> {
        let mut folders = Vec::new();
        for (number, mount) in self.container.empty_dirs.iter().enumerate() {
            let Some(folder) = folder else { break };
            let path = folder.join(number.to_string());
            std::fs::create_dir_all(&path)?;
            folders.push((mount.clone(), path));
        }
        Ok(Here { addresses, folders })
    }

    /// Says whether the engine scales it by now.
    pub fn set_scaled(&mut self, scaled: bool) {
        self.most = most(self.is_server(), scaled);
    }

    /// Whether a Service finds it.
    pub fn is_server(&self) -> bool {
        !self.serves.is_empty()
    }

    /// The command that starts a replica. It listens on loopback, whatever the manifest says,
    /// and has pipes to the engine, so that it leaves when the engine ends.
    pub fn command(&self, name: &str, here: &Here, at: Option<SocketAddr>) -> Command {
        let env = self.env(here);
        let words = self.container.command.iter().skip(1).chain(&self.container.args);
        let words: Vec<String> = words.map(|word| here.put(&expand(word, &env))).collect();
        let listen = at.unwrap_or((Ipv4Addr::LOCALHOST, 0).into());
        let mut command = Command::new(&self.program);
        command
            .args(without_listen(&words))
            .env_clear()
            .envs(INHERITED.iter().filter_map(|key| Some((key, std::env::var_os(key)?))))
            // A little less than what it has, so that it hands back rather than is killed; what
            // the manifest says comes after it and counts more.
            .env("MICROSCALING_SHUTDOWN_GRACE", format!("{}ms", self.grace.as_millis() * 9 / 10))
            .envs(env)
            .env("HOSTNAME", name)
            .env("MICROSCALING_LISTEN", listen.to_string())
            .env(parent::VARIABLE, parent::HOLDS_PIPES)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            // Ctrl-C is for the engine alone; it tells its processes to stop, in order.
            .process_group(0);
        // A dozen processes would drown the engine's own lines; RUST_LOG brings them back.
        if std::env::var_os("RUST_LOG").is_none() {
            command.env("RUST_LOG", "warn");
        }
        command
    }

    /// Variables may use those before them, as in Kubernetes.
    fn env(&self, here: &Here) -> Vec<(String, String)> {
        let mut env: Vec<(String, String)> = Vec::new();
        for (key, value) in &self.container.env {
            let value = here.put(&expand(value, &env));
            env.push((key.clone(), value));
        }
        env
    }
}
