//! Servers in processes of their own: the queue's program, and a minimal HTTP server.

use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::http::{StatusCode, header};
use axum::routing::post;

/// The argument that makes this program the bare server.
pub(crate) const BARE: &str = "bare";

/// A server; it ends when this is dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    data: PathBuf,
}

impl Server {
    pub(crate) fn bare() -> Server {
        Server::of_ours(Command::new(std::env::current_exe().unwrap()).arg(BARE), data())
    }

    pub(crate) fn memory() -> Server {
        Server::of_ours(&mut queue(), data())
    }

    pub(crate) fn durable() -> Server {
        let data = data();
        Server::of_ours(queue().arg("--data-dir").arg(&data), data)
    }

    /// Keeps messages that exceed its memory in files that it does not sync.
    pub(crate) fn nsqd() -> Server {
        Server::of_others(|port, data| {
            let mut nsqd = Command::new("nsqd");
            nsqd.arg(format!("--http-address=127.0.0.1:{port}"));
            nsqd.args(["--tcp-address=127.0.0.1:0", "--mem-queue-size=10000000"]);
            nsqd.arg("--data-path").arg(data);
            nsqd
        })
    }

    /// Syncs before it answers.
    pub(crate) fn redis() -> Server {
        Server::of_others(|port, data| {
            let mut redis = Command::new("redis-server");
            redis.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", ""]);
            redis.args(["--appendonly", "yes", "--appendfsync", "always", "--dir"]).arg(data);
            redis
        })
    }

    /// Syncs before it answers.
    pub(crate) fn beanstalkd() -> Server {
        Server::of_others(|port, data| {
            let mut beanstalkd = Command::new("beanstalkd");
            beanstalkd.args(["-l", "127.0.0.1", "-p", &port.to_string(), "-f", "0", "-b"]);
            beanstalkd.arg(data);
            beanstalkd
        })
    }

    fn of_ours(command: &mut Command, data: PathBuf) -> Server {
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut lines = lines.map_while(Result::ok);
        let address = lines.find_map(|line| line.strip_prefix("listening ")?.parse().ok());
        Server { child, address: address.unwrap(), data }
    }

    fn of_others(command: impl FnOnce(u16, &Path) -> Command) -> Server {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let data = data();
        let mut command = command(address.port(), &data);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let end = Instant::now() + Duration::from_secs(10);
        while TcpStream::connect(address).is_err() {
            assert!(Instant::now() < end, "{command:?} does not listen");
            std::thread::sleep(Duration::from_millis(10));
        }
        Server { child, address, data }
    }

    /// The processor time that it has used so far.
    pub(crate) fn processor_time(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        // After the name, which ends with the last bracket, user time is the 12th field and kernel
        // time the 13th, in hundredths of a second.
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
        let hundredths: u64 = fields[11..13].iter().map(|it| it.parse::<u64>().unwrap()).sum();
        Duration::from_millis(hundredths * 10)
    }
}

/// Whether a program can be started.
pub(crate) fn is_installed(program: &str) -> bool {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&paths).any(|path| path.join(program).is_file())
}

/// An empty directory beside this program, because a temporary one may be in memory.
pub(crate) fn data() -> PathBuf {
    let name = format!("microscaling-throughput-{}", std::process::id());
    let data = std::env::current_exe().unwrap().with_file_name(name);
    let _ = std::fs::remove_dir_all(&data);
    std::fs::create_dir_all(&data).unwrap();
    data
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
        let _ = std::fs::remove_dir_all(&self.data);
    }
}

/// Reads a body, and answers 201 with 30 bytes of JSON.
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
