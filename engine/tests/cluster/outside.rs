//! An engine outside of the cluster, as a process of this machine.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

use crate::demo::Demo;
use crate::forward::{Engine, Forward};

/// Its identity for the Lease starts with this.
pub const NAME: &str = "outside";

/// An engine that reaches the cluster as kubectl does. The test can read its page and kill it,
/// whatever the state of the cluster.
pub struct Outside {
    pub engine: Engine,
    kubeconfig: PathBuf,
    _queue: Forward,
}

impl Outside {
    pub async fn start(demo: &Demo) -> Outside {
        let queue = Forward::open(&demo.namespace, "service/queue", 4151).await;
        let kubeconfig = std::env::temp_dir().join(format!("{}.kubeconfig", demo.namespace));
        let config = demo.kubectl(&["config", "view", "--raw", "--minify", "--flatten"]).await;
        // It contains keys, so only its owner may read it.
        let mut options = OpenOptions::new();
        let mut file = options.write(true).create_new(true).mode(0o600).open(&kubeconfig).unwrap();
        file.write_all(config.as_bytes()).unwrap();
        let file = format!("--kubeconfig={}", kubeconfig.display());
        let namespace = format!("--namespace={}", demo.namespace);
        demo.kubectl(&["config", "set-context", "--current", &namespace, &file]).await;

        let mut command = Command::new(support::program());
        command.args(["--scheduler=kubernetes", "--listen=127.0.0.1:0", "--queue-url", &queue.url]);
        command.env("KUBECONFIG", &kubeconfig).env("HOSTNAME", NAME).env("RUST_LOG", "warn");
        command.env("MICROSCALING_PARENT", "pipes").kill_on_drop(true);
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let first = lines.next_line().await.unwrap().expect("the engine has ended");
        let address = first.strip_prefix("listening ").expect("its first line is its address");
        let engine = Engine::at(format!("http://{address}"), process);
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Outside { engine, kubeconfig, _queue: queue }
    }
}

impl Drop for Outside {
    fn drop(&mut self) {
        // Nothing can be done about a failure.
        let _ = std::fs::remove_file(&self.kubeconfig);
    }
}
