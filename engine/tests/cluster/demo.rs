//! The demo in its own namespace, and kubectl in it.

use std::process::Stdio;
use std::time::{Duration, Instant};

use k8s_openapi::api::core::v1::{Event, Pod};
use kube::api::ListParams;
use kube::{Api, Client, ResourceExt};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::forward::{Engine, Queue};
use crate::seen::Seen;

pub const CAPACITY: usize = 10;
/// The promised times are for an idle cluster; the tests allow three times as much.
pub const READY: Duration = Duration::from_secs(30);
/// How often the tests poll for something that no watch shows.
pub const LOOK: Duration = Duration::from_millis(50);

/// Two tests share the cluster, each in its own namespace.
static SHARES: Semaphore = Semaphore::const_new(2);

/// Takes shares of the cluster. A test that acts on more than a namespace takes both, and so does
/// one that measures times which another test's pods would lengthen.
pub async fn shares(count: u32) -> SemaphorePermit<'static> {
    SHARES.acquire_many(count).await.unwrap()
}

/// The demo in a namespace, which is deleted on drop, also after a panic.
pub struct Demo {
    pub namespace: String,
    pub client: Client,
    pub seen: Seen,
    pub created: Instant,
    _shares: SemaphorePermit<'static>,
}

impl Demo {
    /// An empty namespace.
    pub async fn empty() -> Demo {
        Demo::with_shares(1).await
    }

    /// The same with no other test on the cluster.
    pub async fn empty_alone() -> Demo {
        Demo::with_shares(2).await
    }

    async fn with_shares(count: u32) -> Demo {
        let shares = shares(count).await;
        let client = Client::try_default().await.unwrap();
        let namespace = format!("box-{:08x}", rand::random::<u32>());
        kubectl(&["create", "namespace", &namespace], None).await;
        let strict = "pod-security.kubernetes.io/enforce=restricted";
        kubectl(&["label", "namespace", &namespace, strict], None).await;
        let seen = Seen::start(client.clone(), &namespace);
        Demo { namespace, client, seen, created: Instant::now(), _shares: shares }
    }

    /// The demo, all of it ready, and all slots in use.
    pub async fn start() -> Demo {
        Demo::empty().await.started().await
    }

    /// The same with no other test on the cluster.
    pub async fn start_alone() -> Demo {
        Demo::empty_alone().await.started().await
    }

    async fn started(mut self) -> Demo {
        self.create().await;
        self.at_rest(READY).await;
        self
    }

    /// Creates demo.yaml, as a presenter does first.
    pub async fn create(&mut self) {
        self.created = Instant::now();
        self.type_in(&["create", "-f", "-"], &self.manifest()).await;
    }

    /// demo.yaml, which names the namespace once, in the RoleBinding.
    pub fn manifest(&self) -> String {
        let default = "namespace: default}";
        let manifest = include_str!("../../../demo.yaml");
        assert_eq!(manifest.matches(default).count(), 1);
        manifest.replace(default, &format!("namespace: {}}}", self.namespace))
    }

    pub async fn kubectl(&self, args: &[&str]) -> String {
        kubectl(&[&["-n", &self.namespace], args].concat(), None).await
    }

    pub async fn type_in(&self, args: &[&str], input: &str) -> String {
        kubectl(&[&["-n", &self.namespace], args].concat(), Some(input)).await
    }

    pub async fn succeeds(&self, args: &[&str]) -> bool {
        let mut command = Command::new("kubectl");
        command.args(["-n", &self.namespace]).args(args);
        command.output().await.unwrap().status.success()
    }

    pub async fn scale(&self, deployment: &str, replicas: u32) {
        let replicas = format!("--replicas={replicas}");
        self.kubectl(&["scale", "deployment", deployment, &replicas]).await;
    }

    pub async fn annotate(&self, deployment: &str, annotation: &str) {
        let annotation = format!("microscaling.com/{annotation}");
        self.kubectl(&["annotate", "--overwrite", "deployment", deployment, &annotation]).await;
    }

    /// Waits until one consumer is ready, and the background has all other slots.
    pub async fn at_rest(&self, within: Duration) -> Instant {
        let at_rest = |seen: &crate::seen::State| {
            seen.ready("queue") == 1
                && seen.ready("engine") >= 1
                && seen.all("consumer", 1)
                && seen.all("remainder", 9)
        };
        self.seen.until("all is at rest", within, at_rest).await
    }

    /// Waits until no count has changed for this time, counted from the call.
    pub async fn steady(&self, time: Duration) {
        let asked = Instant::now();
        let end = asked + Duration::from_secs(90);
        let since = || asked.max(Instant::now() - time);
        while asked.elapsed() < time || !self.seen.changes_since(since()).is_empty() {
            assert!(Instant::now() < end, "the counts do not settle");
            tokio::time::sleep(LOOK).await;
        }
    }

    pub async fn queue(&self) -> Queue {
        Queue::open(&self.namespace).await
    }

    /// The page of the only engine.
    pub async fn engine(&self) -> Engine {
        let engines = self.pods("engine").await;
        assert_eq!(engines.len(), 1, "{engines:?}");
        Engine::open(&self.namespace, &engines[0]).await
    }

    /// The names of a Deployment's pods that are not being deleted.
    pub async fn pods(&self, of: &str) -> Vec<String> {
        let pods: Api<Pod> = Api::namespaced(self.client.clone(), &self.namespace);
        let params = ListParams::default().labels(&format!("app.kubernetes.io/name={of}"));
        let pods = pods.list(&params).await.unwrap();
        let stays = |pod: &&Pod| pod.metadata.deletion_timestamp.is_none();
        pods.iter().filter(stays).map(ResourceExt::name_any).collect()
    }

    /// Events of a type, as lines.
    pub async fn events(&self, type_: &str) -> Vec<String> {
        let events: Api<Event> = Api::namespaced(self.client.clone(), &self.namespace);
        let events = events.list(&ListParams::default()).await.unwrap();
        let of_type = events.iter().filter(|event| event.type_.as_deref() == Some(type_));
        of_type.map(line).collect()
    }

    /// Waits for an Event whose line has all these words.
    pub async fn event(&self, type_: &str, words: &[&str], within: Duration) -> String {
        let end = Instant::now() + within;
        loop {
            let events = self.events(type_).await;
            let found = events.iter().find(|line| words.iter().all(|word| line.contains(word)));
            if let Some(line) = found {
                return line.clone();
            }
            assert!(Instant::now() < end, "no {type_} Event with {words:?}: {events:#?}");
            tokio::time::sleep(LOOK).await;
        }
    }

    pub async fn engine_log(&self) -> String {
        self.kubectl(&["logs", "deployment/engine"]).await
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // What it deletes is of no interest; what it shows of a failure is.
        let out = || if std::thread::panicking() { Stdio::inherit() } else { Stdio::null() };
        let run = |args: &[&str]| {
            // Nothing can be done about a failure.
            let _ = std::process::Command::new("kubectl").args(args).stdout(out()).status();
        };
        let namespace = self.namespace.as_str();
        if std::thread::panicking() {
            run(&["-n", namespace, "get", "deployments,pods"]);
            run(&["-n", namespace, "logs", "deployment/engine", "--tail=60"]);
        }
        // The next test needs the pods gone, but not the namespace.
        run(&["-n", namespace, "delete", "deployments,pods", "--all", "--timeout=60s"]);
        run(&["delete", "namespace", namespace, "--wait=false"]);
    }
}

fn line(event: &Event) -> String {
    let about = &event.involved_object;
    format!(
        "{}/{} {}: {}",
        about.kind.as_deref().unwrap_or_default(),
        about.name.as_deref().unwrap_or_default(),
        event.reason.as_deref().unwrap_or_default(),
        event.message.as_deref().unwrap_or_default(),
    )
}

pub async fn kubectl(args: &[&str], input: Option<&str>) -> String {
    let mut command = Command::new("kubectl");
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.kill_on_drop(true).spawn().expect("kubectl is installed");
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.unwrap_or_default().as_bytes()).await.unwrap();
    drop(stdin);
    let done = child.wait_with_output().await.unwrap();
    let error = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "kubectl {args:?}: {error}");
    // A warning of Pod Security is an error in the manifest.
    assert!(!error.contains("Warning: would violate"), "kubectl {args:?}: {error}");
    String::from_utf8_lossy(&done.stdout).into_owned()
}
