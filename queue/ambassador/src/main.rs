//! The program `ambassador`. Its code is in the library of the same name.
#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

use std::process::ExitCode;

use ambassador::Args;
use ambassador::metrics::register;
use mimalloc::MiMalloc;
use service::Shell;

/// As in the program queue, whose place it takes.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// One thread: a job costs six short turns, and waking other threads for each would cost more than
/// the work itself.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let args = service::command_line::parse::<Args>();
    service::main(async {
        let shell = Shell::start("ambassador", 4151, &args.service).await?;
        let token = args.token()?;
        let queues = ambassador::open(&args).await?;
        register(&shell.registry, &queues)?;
        shell
            .serve(async |server, endpoints, shutdown| {
                ambassador::run(server, queues, endpoints, token, shutdown).await
            })
            .await
    })
    .await
}
