//! Computes pictures with spare capacity. The work happens in the library, `src/remainder.rs`.
#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

use std::process::ExitCode;

use remainder::{Args, Remainder};
use service::Shell;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let args = service::command_line::parse::<Args>();
    service::main(async {
        let shell = Shell::start("remainder", 9103, &args.service).await?;
        let remainder = Remainder::build(&args, &shell)?;
        shell.run(remainder.run()).await
    })
    .await
}
