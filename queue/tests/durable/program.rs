//! The queue's own program on a free port, and a directory for its log.
#![allow(dead_code, reason = "each file of tests uses its part")]

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};

use client::{Client, QueueArgs};

/// A directory that is gone when this is dropped.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Folder {
        let name = format!("microscaling-queue-{name}-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let _ = std::fs::remove_dir_all(&path);
        Folder(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A running queue; killed when this is dropped.
pub(crate) struct Program {
    child: Child,
    pub(crate) url: String,
}

fn command(data: &Path) -> Command {
    // `scripts/soak` tries the program as it is released.
    let released = std::env::var_os("QUEUE_PROGRAM");
    let mut command = Command::new(released.unwrap_or(env!("CARGO_BIN_EXE_queue").into()));
    command.args(["--listen", "127.0.0.1:0", "--log-format", "human", "--data-dir"]).arg(data);
    // So it says where it listens, and would leave with us.
    command.env(service::parent::VARIABLE, service::parent::HOLDS_PIPES);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

impl Program {
    pub(crate) fn start(data: &Path) -> Program {
        let mut child = command(data).stderr(Stdio::inherit()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = lines.map_while(Result::ok).find_map(|line| {
            line.strip_prefix("listening ").map(|address| format!("http://{address}"))
        });
        Program { url: address.unwrap(), child }
    }

    /// One that does not start: its exit code and its last words.
    pub(crate) fn fails(data: &Path) -> (Option<i32>, String) {
        let mut child = command(data).spawn().unwrap();
        let words = last_words(child.stderr.take().unwrap());
        (child.wait().unwrap().code(), words)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.url.strip_prefix("http://").unwrap().parse().unwrap()
    }

    /// A line of `/proc/PID/status` in KiB.
    pub(crate) fn kib(&self, name: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.trim_matches(|c: char| !c.is_ascii_digit()).parse().unwrap()
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to leave, and waits until it has.
    pub(crate) fn leave(mut self) {
        drop(self.child.stdin.take());
        assert!(self.child.wait().unwrap().success());
    }

    pub(crate) fn client(&self) -> Client {
        let queue_url = self.url.parse().unwrap();
        let queue = "jobs".to_owned();
        Client::new(&QueueArgs { queue_url, queue, queue_token_file: None }).unwrap()
    }
}

fn last_words(from: ChildStderr) -> String {
    BufReader::new(from).lines().map_while(Result::ok).last().unwrap_or_default()
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
