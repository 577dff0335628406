//! The program `queue`. Its code is in the library of the same name.
#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

use std::process::ExitCode;

use mimalloc::MiMalloc;
use queue::{Args, Metrics};
use service::Shell;

/// Chosen because the system's allocator keeps most of the memory of messages that are done.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    let args = service::command_line::parse::<Args>();
    service::main(async {
        let shell = Shell::start("queue", 4151, &args.service).await?;
        let token = args.token()?;
        let store = queue::start(args.data_dir.as_deref(), queue::wall_clock)?;
        shell.registry.register(Box::new(Metrics::new(store.hub.clone())?))?;
        shell
            .serve(async |server, endpoints, shutdown| {
                queue::run(server, store, endpoints, token, shutdown).await
            })
            .await
    })
    .await
}
