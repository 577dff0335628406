//! The queue server. The work is done in the library of the same name.
#![forbid(unsafe_code)]

use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use queue::{Args, Hub, Metrics};
use service::Shell;

#[tokio::main]
async fn main() -> ExitCode {
    let args = Args::parse();
    service::main(async {
        let shell = Shell::start("queue", 4151, &args.service).await?;
        let token = args.token()?;
        tracing::info!("messages are kept in memory only and are gone when this process ends");
        let hub = Arc::new(Hub::new(rand::random()));
        shell.registry.register(Box::new(Metrics::new(hub.clone())?))?;
        shell
            .serve(async |server, endpoints, shutdown| {
                queue::run(server, hub, endpoints, token, shutdown).await
            })
            .await
    })
    .await
}
