//! Servers in processes of their own: the queue's program, and the least there can be.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{StatusCode, header};
use axum::routing::post;

/// How this program is told to be the bare server.
pub(crate) const BARE: &str = "bare";

/// A server; it ends when this is dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    data: Option<PathBuf>,
}

impl Server {
    pub(crate) fn bare() -> Server {
        Server::start(Command::new(std::env::current_exe().unwrap()).arg(BARE), None)
    }

    pub(crate) fn memory() -> Server {
        Server::start(&mut queue(), None)
    }

    pub(crate) fn durable() -> Server {
        let name = format!("microscaling-throughput-{}", std::process::id());
        // Beside the program, for a temporary directory may be in memory.
        let data = std::env::current_exe().unwrap().with_file_name(name);
        let _ = std::fs::remove_dir_all(&data);
        Server::start(queue().arg("--data-dir").arg(&data), Some(data))
    }

    fn start(command: &mut Command, data: Option<PathBuf>) -> Server {
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut lines = lines.map_while(Result::ok);
        let address = lines.find_map(|line| line.strip_prefix("listening ")?.parse().ok());
        Server { child, address: address.unwrap(), data }
    }

    /// What it has used of the processors up to now.
    pub(crate) fn processor_time(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        // Behind the name, which ends with the last bracket, user's time is the 12th, the kernel's
        // the 13th, in hundredths of a second.
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
        let hundredths: u64 = fields[11..13].iter().map(|it| it.parse::<u64>().unwrap()).sum();
        Duration::from_millis(hundredths * 10)
    }
}

fn queue() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_queue"));
    command.args(["--listen", "127.0.0.1:0"]).env("RUST_LOG", "error");
    command.env(service::parent::VARIABLE, service::parent::HOLDS_PIPES);
    command
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(data) = &self.data {
            let _ = std::fs::remove_dir_all(data);
        }
    }
}

/// Reads a body, and answers 201 with thirty bytes of JSON.
pub(crate) fn bare() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let answer = async |_: Bytes| {
            let json = r#"{"ids":["1234567890123456789"]}"#;
            (StatusCode::CREATED, [(header::CONTENT_TYPE, "application/json")], json)
        };
        let router = axum::Router::new().fallback(post(answer));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("listening {}", listener.local_addr().unwrap());
        axum::serve(listener, router).await.unwrap();
    });
}
