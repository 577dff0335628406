//! The engine's program. The work happens in [`engine::control_loop`].
#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::Parser;
use engine::args::Args;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let args = Args::parse();
    service::main(engine::start::run(args)).await
}
