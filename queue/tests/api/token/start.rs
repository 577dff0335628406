//! The program's messages at the start.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use super::file;

/// Starts the program under a parent that ends at once, so that it leaves by itself.
fn start(flags: &[&str]) -> (Output, String) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_queue"));
    program.arg("--listen=127.0.0.1:0").args(flags).env("MICROSCALING_PARENT", "pipes");
    let ended = program.env_remove("RUST_LOG").stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8(ended.stderr.clone()).unwrap();
    (ended, said)
}

#[test]
fn a_file_without_a_token_is_one_clear_line_and_exit_code_1() {
    let missing = Path::new(env!("CARGO_TARGET_TMPDIR")).join("token-missing");
    let empty = file("start-empty", "");
    for (path, why) in [(&missing, "cannot be read"), (&empty, "is empty")] {
        let (ended, said) = start(&["--token-file", path.to_str().unwrap()]);
        assert_eq!(ended.status.code(), Some(1), "{said}");
        let errors: Vec<&str> = said.lines().filter(|line| line.starts_with("error: ")).collect();
        assert_eq!((errors.len(), said.lines().count()), (1, 1), "{said}");
        assert!(errors[0].contains(path.to_str().unwrap()) && errors[0].contains(why), "{said}");
    }
    let (ended, said) = start(&["--token-file="]);
    assert_eq!(ended.status.code(), Some(2), "an empty path is refused: {said}");
}

#[test]
fn it_logs_who_may_call() {
    let (_, said) = start(&[]);
    assert!(said.contains("anyone on the network may call"), "{said}");
    let path = file("start", "s3cret");
    let (ended, said) = start(&["--token-file", path.to_str().unwrap()]);
    assert!(ended.status.success() && said.contains("calls need the token in"), "{said}");
    assert!(!said.contains("anyone") && !said.contains("s3cret"), "{said}");
}
