//! The kit's scripts, called from other folders: paths are relative to the caller, and printed
//! commands work in the caller's folder. Nothing is built; the kit is a folder of links.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;
use tokio::time::timeout;

use support::demo_yaml;

const SOON: Duration = Duration::from_secs(20);

/// A kit in a folder whose name needs quotes in a shell, and a caller in another folder.
struct Elsewhere {
    folder: TempDir,
    kit: PathBuf,
    caller: PathBuf,
}

impl Elsewhere {
    /// A kit whose programs are already built in `target`.
    fn new(target: &str) -> Elsewhere {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().canonicalize().unwrap();
        let (kit, caller) = (place.join("the speaker's kit ($1)"), place.join("my talk"));
        fs::create_dir_all(kit.join("scripts")).unwrap();
        fs::create_dir_all(&caller).unwrap();
        let scripts = demo_yaml().with_file_name("scripts");
        for script in fs::read_dir(scripts).unwrap().map(Result::unwrap) {
            fs::copy(script.path(), kit.join("scripts").join(script.file_name())).unwrap();
        }
        fs::copy(demo_yaml(), kit.join("demo.yaml")).unwrap();
        let program = support::program();
        let built = program.parent().unwrap();
        fs::create_dir_all(caller.join(target)).unwrap();
        symlink(built, caller.join(target).join("release")).unwrap();
        Elsewhere { folder, kit, caller }
    }

    /// One of the kit's scripts, called as `script`; `cargo` is a fake that does nothing.
    fn call(&self, script: &Path) -> Command {
        let bin = self.folder.path().join("bin");
        fs::create_dir_all(&bin).unwrap();
        fs::write(bin.join("cargo"), "#!/bin/sh\nexit 0\n").unwrap();
        fs::set_permissions(bin.join("cargo"), fs::Permissions::from_mode(0o755)).unwrap();
        let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
        let mut command = Command::new(script);
        command.current_dir(&self.caller).env("PATH", path).env_remove("CARGO_TARGET_DIR");
        command.env("RUST_LOG", "warn").kill_on_drop(true);
        command
    }
}

#[tokio::test]
async fn a_demo_that_is_called_from_elsewhere_reads_and_prints_paths_for_that_folder() {
    let it = Elsewhere::new("built here");
    let link = it.folder.path().join("demo");
    symlink(it.kit.join("scripts/demo"), &link).unwrap();
    fs::copy(demo_yaml(), it.caller.join("mine.yaml")).unwrap();
    let mut demo = it.call(&link);
    demo.args(["--listen", "127.0.0.1:0", "--record", "run.ndjson", "--manifest", "mine.yaml"]);
    demo.env("CARGO_TARGET_DIR", "built here").stdout(Stdio::piped());
    let mut demo = demo.spawn().unwrap();
    let mut lines = BufReader::new(demo.stdout.take().unwrap()).lines();
    let line = loop {
        let line = timeout(SOON, lines.next_line()).await.unwrap().unwrap();
        let line = line.expect("the demo has ended");
        if let Some((_, line)) = line.split_once("for more load") {
            break line.trim().to_owned();
        }
    };
    assert!(line.starts_with("'built here/release/engine' scale"), "{line}");
    let mut pasted = Command::new("sh");
    let said = pasted.args(["-c", &line]).current_dir(&it.caller).output().await.unwrap();
    assert_eq!(String::from_utf8_lossy(&said.stdout), "deployment.apps/producer scaled\n");
    assert!(it.caller.join("run.ndjson").is_file());
}

#[tokio::test]
async fn without_arguments_the_demo_uses_the_kit_s_own_files_from_any_folder() {
    let it = Elsewhere::new("unused");
    fs::create_dir(it.kit.join("target")).unwrap();
    symlink(it.caller.join("unused/release"), it.kit.join("target/release")).unwrap();
    let script = it.kit.join("scripts/demo");
    // The error names the missing scenario as it was typed, after the manifest was read.
    let said = it.call(&script).args(["--scenario", "mine.yaml"]).output().await.unwrap();
    let error = String::from_utf8_lossy(&said.stderr);
    assert!(error.starts_with("error: mine.yaml cannot be read"), "{error}");
    let said = it.call(&script).arg("--for=1s").output().await.unwrap();
    let error = String::from_utf8_lossy(&said.stderr);
    assert!(error.contains("it must be at least 4s"), "{error}");
}

#[tokio::test]
async fn the_help_of_a_script_works_from_every_folder_and_through_a_link() {
    let it = Elsewhere::new("unused");
    for name in ["demo", "open", "check-cluster", "image", "e2e", "soak", "test-readme", "test"] {
        let link = it.folder.path().join(format!("link to {name}"));
        symlink(it.kit.join("scripts").join(name), &link).unwrap();
        for script in [link, it.kit.join("scripts").join(name)] {
            let said = it.call(&script).arg("--help").output().await.unwrap();
            let text = String::from_utf8_lossy(&said.stdout);
            let error = String::from_utf8_lossy(&said.stderr);
            assert!(said.status.success() && error.is_empty(), "{name}: {error}");
            assert!(text.contains(&format!("scripts/{name}")), "{name}: {text}");
        }
    }
}
