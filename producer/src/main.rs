//! Puts jobs on a queue at a steady rate. The work happens in the library, `src/producer.rs`.
#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

use std::process::ExitCode;

use client::Client;
use producer::{Args, Producer};
use service::Shell;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let args = service::command_line::parse::<Args>();
    service::main(async {
        let shell = Shell::start("producer", 9101, &args.service).await?;
        let queue = Client::new(&args.queue)?;
        let producer =
            Producer::new(&args, queue, shell.name(), &shell.registry, shell.shutdown())?;
        shell.run(producer.run()).await
    })
    .await
}
