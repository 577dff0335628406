//! The reference in docs/ explains all flags of the programs.

#![allow(clippy::unwrap_used)] // helpers of tests

use std::path::Path;
use std::process::Command;

const SUBCOMMANDS: [&str; 6] = ["scale", "validate", "play", "top", "simulate", "replay"];

/// The long flags that a help text explains, without `--help` and `--version`.
fn flags(name: &str, args: &[&str]) -> Vec<String> {
    let program = Path::new(env!("CARGO_BIN_EXE_engine")).with_file_name(name);
    let output = Command::new(program).args(args).arg("--help").output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    let explained = help.lines().filter_map(|line| {
        let line = line.trim_start();
        let line = line.split_once(", ").map_or(line, |(short, long)| match short.len() {
            2 => long,
            _ => line,
        });
        line.strip_prefix("--")?.split([' ', '=']).next()
    });
    explained.filter(|it| !["help", "version"].contains(it)).map(str::to_owned).collect()
}

#[test]
fn each_flag_is_in_the_reference() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/src/reference/flags.md");
    let reference = std::fs::read_to_string(file).unwrap();
    let programs = ["engine", "queue", "producer", "consumer", "remainder"];
    let mut calls: Vec<(&str, Vec<&str>)> = programs.map(|name| (name, vec![])).into();
    calls.extend(SUBCOMMANDS.map(|subcommand| ("engine", vec![subcommand])));
    for (name, args) in calls {
        let flags = flags(name, &args);
        assert!(!flags.is_empty(), "{name} {args:?}");
        for flag in flags {
            let written = [format!("`--{flag} "), format!("`--{flag}`"), format!("--{flag}=")];
            let found = written.iter().any(|it| reference.contains(it.as_str()));
            assert!(
                found,
                "{name} {args:?}: docs/src/reference/flags.md does not explain --{flag}"
            );
        }
    }
}
