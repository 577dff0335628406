//! Computes a film with spare capacity. The work happens in the library, `src/remainder.rs`.
#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

use std::process::ExitCode;

use client::Client;
use remainder::{Args, Remainder};
use service::Shell;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let args = service::command_line::parse::<Args>();
    service::main(async {
        let shell = Shell::start("remainder", 9103, &args.service).await?;
        let queue = args.tiles.queue_args().map(|args| Client::new(&args)).transpose()?;
        let remainder =
            Remainder::new(&args, queue, shell.name(), &shell.registry, shell.shutdown())?;
        shell.run(remainder.run()).await
    })
    .await
}
