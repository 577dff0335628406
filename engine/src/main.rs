//! The engine's program. The work happens in [`runtime::control_loop`].
#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let args = engine::called::command_line();
    service::main(engine::run(args)).await
}
