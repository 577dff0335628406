//! The kit's own queue as a server, with its messages on the disk.

use std::path::{Path, PathBuf};

use crate::port::free_port;
use crate::program::Program;

#[derive(Debug)]
pub(crate) struct Kit {
    file: PathBuf,
    arguments: [String; 2],
    program: Program,
}

impl Kit {
    pub(super) async fn start(directory: &Path, programs: &Path) -> anyhow::Result<Kit> {
        let file = programs.join("queue");
        // A port of its own, because it must be found again after a restart.
        let listen = format!("--listen=127.0.0.1:{}", free_port()?);
        let arguments = [listen, format!("--data-dir={}", directory.display())];
        let program = Program::start(&file, &arguments.each_ref().map(String::as_str)).await?;
        Ok(Kit { file, arguments, program })
    }

    /// A queue that wants a token, and its address: the ambassador is not given one.
    pub(super) async fn guarded(
        directory: &Path,
        programs: &Path,
    ) -> anyhow::Result<(Kit, String)> {
        let token = directory.join("token");
        std::fs::write(&token, "right")?;
        let mut arguments = ["--listen=127.0.0.1:0".to_owned(), String::new()];
        arguments[1] = format!("--token-file={}", token.display());
        let file = programs.join("queue");
        let program = Program::start(&file, &arguments.each_ref().map(String::as_str)).await?;
        let kit = Kit { file, arguments, program };
        let address = kit.address();
        Ok((kit, address))
    }

    pub(super) fn process(&self) -> Option<u32> {
        self.program.process()
    }

    pub(super) fn address(&self) -> String {
        self.program.url.clone()
    }

    pub(super) async fn kill(&mut self) -> anyhow::Result<()> {
        self.program.kill().await
    }

    pub(super) async fn restart(&mut self) -> anyhow::Result<()> {
        let arguments = self.arguments.each_ref().map(String::as_str);
        self.program = Program::start(&self.file, &arguments).await?;
        Ok(())
    }
}
