//! Receives jobs from a queue and works on them. The work happens in the library,
//! `src/consumer.rs`.
#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

use std::process::ExitCode;

use client::Client;
use consumer::{Args, Consumer};
use service::Shell;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let args = service::command_line::parse::<Args>();
    service::main(async {
        let shell = Shell::start("consumer", 9102, &args.service).await?;
        let queue = Client::new(&args.queue)?;
        let (shutdown, health) = (shell.shutdown(), shell.health.clone());
        let consumer =
            Consumer::new(&args, queue, shell.name(), &shell.registry, shutdown, health)?;
        shell.run(consumer.run()).await
    })
    .await
}
