//! The queue's program on a free port, and a directory for its log.
#![allow(dead_code, reason = "each file of tests uses its part")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::{Duration, Instant};

use client::{Client, QueueArgs};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

/// A directory that is removed when this is dropped.
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

fn command(data: Option<&Path>, under: &[&str]) -> Command {
    // `scripts/soak` tests the released program.
    let released = std::env::var("QUEUE_PROGRAM").ok();
    let queue = released.as_deref().unwrap_or(env!("CARGO_BIN_EXE_queue"));
    let words: Vec<&str> = under.iter().copied().chain([queue]).collect();
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).args(["--listen", "127.0.0.1:0", "--log-format", "human"]);
    command.args(data.map(|data| format!("--data-dir={}", data.display()))).env_remove("RUST_LOG");
    // Makes it report its address, and shut down when this process ends.
    command.env(service::parent::VARIABLE, service::parent::HOLDS_PIPES);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

impl Program {
    pub(crate) fn start(data: &Path) -> Program {
        Program::spawn(command(Some(data), &[]).stderr(Stdio::inherit()))
    }

    /// A program that keeps its messages in memory only.
    pub(crate) fn in_memory() -> Program {
        Program::spawn(command(None, &[]).stderr(Stdio::inherit()))
    }

    /// A program that a starter runs as itself; its log is kept until its end.
    pub(crate) fn under(starter: &[&str], data: &Path) -> Program {
        Program::spawn(&mut command(Some(data), starter))
    }

    fn spawn(command: &mut Command) -> Program {
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = lines.map_while(Result::ok).find_map(|line| {
            line.strip_prefix("listening ").map(|address| format!("http://{address}"))
        });
        Program { url: address.unwrap(), child }
    }

    /// A program that fails to start: its exit code and its last log lines.
    pub(crate) fn fails(data: &Path) -> (Option<i32>, String) {
        let mut child = command(Some(data), &[]).spawn().unwrap();
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

    /// How many files it has open, connections included.
    pub(crate) fn files(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/fd", self.child.id())).unwrap().count()
    }

    /// Like [`Program::kill`], while others still use it.
    pub(crate) fn kill_now(&self) {
        kill_process(Pid::from_child(&self.child), Signal::KILL).unwrap();
    }

    /// Asks it to shut down, and waits for its end.
    pub(crate) fn leave(mut self) {
        drop(self.child.stdin.take());
        assert!(self.child.wait().unwrap().success());
    }

    /// Stops the process for a time, like a machine that sleeps.
    pub(crate) fn stand_still(&self, time: Duration) {
        let process = Pid::from_child(&self.child);
        kill_process(process, Signal::STOP).unwrap();
        std::thread::sleep(time);
        kill_process(process, Signal::CONT).unwrap();
    }

    /// Like [`Program::leave`], for a program whose log is kept; returns the log.
    pub(crate) fn left(mut self) -> String {
        drop(self.child.stdin.take());
        self.ended().1
    }

    /// Waits until it has ended by itself; returns its exit code and its log.
    pub(crate) fn ended(mut self) -> (Option<i32>, String) {
        let began = Instant::now();
        while self.child.try_wait().unwrap().is_none() {
            assert!(began.elapsed() < Duration::from_secs(10), "it goes on");
            std::thread::sleep(Duration::from_millis(5));
        }
        let mut said = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        (self.child.wait().unwrap().code(), said)
    }

    /// A call on a connection of its own, "METHOD PATH"; returns the answer's status and body. The
    /// status is 0 without an answer.
    pub(crate) fn call(&self, call: &str, body: &[u8]) -> (u16, String) {
        self.call_with(call, "", body)
    }

    /// Like [`Program::call`], with further headers, each with its line end.
    pub(crate) fn call_with(&self, call: &str, headers: &str, body: &[u8]) -> (u16, String) {
        let host = self.url.strip_prefix("http://").unwrap();
        let Ok(mut connection) = TcpStream::connect(host) else { return (0, String::new()) };
        let length = body.len();
        let head = format!("{call} HTTP/1.1\r\nhost: q\r\nconnection: close\r\n{headers}");
        let head = format!("{head}content-length: {length}\r\n\r\n");
        let mut answer = String::new();
        let sent = connection.write_all(&[head.as_bytes(), body].concat());
        if sent.and_then(|()| connection.read_to_string(&mut answer)).is_err() || answer.is_empty()
        {
            return (0, String::new());
        }
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head[9..12].parse().unwrap(), body.to_owned())
    }

    /// A call below `/v1/queues` that must be answered with 2xx; returns its JSON.
    pub(crate) fn ok(&self, call: &str, body: &str) -> Value {
        let (method, path) = call.split_once(' ').unwrap();
        let (status, answer) = self.call(&format!("{method} /v1/queues{path}"), body.as_bytes());
        assert!((200..300).contains(&status), "{call}: {status} {answer}");
        serde_json::from_str(&answer).unwrap()
    }

    pub(crate) fn client(&self) -> Client {
        self.client_of("jobs")
    }

    pub(crate) fn client_of(&self, queue: &str) -> Client {
        let (queue_url, queue) = (self.url.parse().unwrap(), queue.to_owned());
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
