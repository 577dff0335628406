//! The flags and variables of the engine's own container in a manifest. A box takes its capacity,
//! tick and queue from them, unless the box's own flags set these. A warning names all others.

use clap::error::{ContextKind, ContextValue};
use clap::parser::ValueSource;
use clap::{ArgMatches, Command, CommandFactory, FromArgMatches};
use manifest::{Container, Deployment, Manifest, Program, Refused};
use process::folders::{given, variable};
use process::localize::words_and_env;
use process::services::QUEUE_URL;
use runtime::snapshots::headline::words::listed;

use crate::args::{Args, Capacity, CoreArgs, RunArgs};

/// The names of the flags in [`CoreArgs`].
const CORE: [&str; 2] = ["capacity", "tick"];
/// Flags that no warning names. Other code honours the queue's address. The other three flags are
/// in the manifest of every engine in a cluster, and mean nothing in a box.
const NATURAL: [&str; 4] = ["queue_url", "scheduler", "listen", "shutdown_grace"];

#[derive(Debug, Default)]
pub struct OwnArguments {
    pub core: CoreArgs,
    /// The name of the flag or variable with the queue's address, and that address.
    pub queue_url: Option<(&'static str, String)>,
    /// A sentence that names the flags and variables not honoured; `None` if all are honoured.
    pub warning: Option<String>,
}

impl OwnArguments {
    /// Reads the engine's Deployment in a manifest.
    ///
    /// # Errors
    /// Returns the flag or variable that an engine would refuse.
    pub fn of(manifest: &Manifest) -> Result<OwnArguments, Refused> {
        let is_it = |it: &&Container| it.runs(Program::Engine);
        let own = manifest.engine().and_then(|it| Some((it, it.containers.iter().find(is_it)?)));
        let Some((engine, container)) = own else { return Ok(OwnArguments::default()) };
        let (words, env) = words_and_env(container);
        let matches = command().try_get_matches_from(typed(&words, &env));
        let matches = matches.map_err(|error| refused(manifest, engine, &error))?;
        if let Some(name) = matches.subcommand_name() {
            let what = format!("{name} is another command; leave it out to run the engine");
            return Err(Refused(vec![manifest.places.of_words(engine, &[name], &what)]));
        }
        let run = RunArgs::from_arg_matches(&matches)
            .map_err(|error| refused(manifest, engine, &error))?;
        let is_auto = run.core.capacity == Some(Capacity::Auto);
        let capacity = run.core.capacity.filter(|_| !is_auto);
        let unused = unused(&matches, &env, is_auto);
        Ok(OwnArguments {
            core: CoreArgs { capacity, ..run.core },
            queue_url: given(&words, &env, QUEUE_URL.0, QUEUE_URL.1).pop(),
            warning: warning(&engine.name, &unused),
        })
    }
}

/// The engine's command line, without variables of this process: only those in the manifest count.
fn command() -> Command {
    Args::command().mut_args(|arg| arg.env(None::<&str>))
}

/// The arguments to parse: capacity and tick from variables, overridden by the container's own.
fn typed(words: &[String], env: &[(String, String)]) -> Vec<String> {
    let known = Args::command();
    let core = known.get_arguments().filter(|arg| CORE.contains(&arg.get_id().as_str()));
    let by_env = core.filter_map(|arg| {
        let name = arg.get_env()?.to_str()?;
        Some(format!("--{}={}", arg.get_long()?, variable(env, name)?))
    });
    let begin = std::iter::once("engine".to_owned()).chain(by_env);
    begin.chain(words.iter().cloned()).collect()
}

/// The names of the flags and variables that are not honoured.
fn unused(matches: &ArgMatches, env: &[(String, String)], is_auto: bool) -> Vec<String> {
    let mut unused = Vec::new();
    for arg in Args::command().get_arguments() {
        let id = arg.get_id().as_str();
        let name = arg.get_env().and_then(|name| name.to_str()).unwrap_or_default();
        let is_typed = matches.try_contains_id(id).is_ok()
            && matches.value_source(id) == Some(ValueSource::CommandLine);
        if id == "capacity" && is_auto {
            unused.push("--capacity=auto".to_owned());
        } else if CORE.contains(&id) || NATURAL.contains(&id) {
            continue;
        } else if is_typed {
            unused.push(format!("--{}", arg.get_long().unwrap_or(id)));
        } else if variable(env, name).is_some() {
            unused.push(name.to_owned());
        }
    }
    unused
}

fn warning(engine: &str, unused: &[String]) -> Option<String> {
    let are = match unused.len() {
        0 => return None,
        1 => "is",
        _ => "are",
    };
    let what = listed(unused);
    Some(format!("deployment/{engine}: {what} {are} not honoured without a cluster"))
}

fn refused(manifest: &Manifest, engine: &Deployment, error: &clap::Error) -> Refused {
    let text = error.to_string();
    let mut lines = text.lines().map(str::trim);
    let first = lines.next().unwrap_or_default();
    let tip = lines.find_map(|line| line.strip_prefix("tip: "));
    let what = match (first.strip_prefix("error: "), tip) {
        (Some(first), Some(tip)) => format!("{first}; {tip}"),
        (Some(first), None) => first.to_owned(),
        (None, _) => "its arguments only print help; leave them out to run the engine".to_owned(),
    };
    let flag = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(flag)) => flag.split(' ').next().unwrap_or_default(),
        _ => "",
    };
    Refused(vec![manifest.places.of_words(engine, &[flag], &what)])
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use manifest::parse::parse;

    use super::*;

    const DEMO: &str = include_str!("../../../demo.yaml");
    const WORDS: &str =
        "[\"--scheduler=kubernetes\", \"--listen=0.0.0.0:8080\", \"--shutdown-grace=9s\"]";
    const ENV: &str = "            - {name: MICROSCALING_QUEUE_URL, value: \"http://queue:4151\"}\n          \
                       ports: [{name: http, containerPort: 8080}]";

    fn of(words: &str, env: &[(&str, &str)]) -> Result<OwnArguments, Refused> {
        let env = env
            .iter()
            .map(|(name, value)| format!("            - {{name: {name}, value: \"{value}\"}}\n"));
        assert!(DEMO.contains(WORDS) && DEMO.contains(ENV));
        let text = DEMO.replace(WORDS, words);
        OwnArguments::of(&parse(&text.replace(ENV, &format!("{}{ENV}", env.collect::<String>())))?)
    }

    #[test]
    fn the_shipped_manifest_gives_no_warning() {
        let own = of(WORDS, &[]).unwrap();
        assert_eq!((own.warning, own.core.capacity), (None, None));
        assert_eq!(own.queue_url.unwrap().1, "http://queue:4151");
    }

    #[test]
    fn capacity_tick_and_queue_are_taken_and_a_flag_overrides_its_variable() {
        let env = [("MICROSCALING_CAPACITY", "6"), ("MICROSCALING_TICK", "1s")];
        let own = of("[--capacity=7, --queue-url, \"http://other\"]", &env).unwrap();
        assert_eq!(own.core.capacity, Some(Capacity::Fixed(7)));
        assert_eq!(own.core.tick, Some(Duration::from_secs(1)));
        assert_eq!(own.queue_url, Some(("--queue-url", "http://other".to_owned())));
        let own = of("[--capacity, $(N)]", &[("N", "8")]).unwrap();
        assert_eq!(own.core.capacity, Some(Capacity::Fixed(8)));
    }

    #[test]
    fn one_warning_names_all_other_flags_and_variables() {
        let env = [("MICROSCALING_HOSTS", "a.example.org"), ("MICROSCALING_SCHEDULER", "process")];
        let own = of("[--record=run, --trust-gateway, --capacity=auto]", &env).unwrap();
        let expected = "deployment/engine: --capacity=auto, --trust-gateway, MICROSCALING_HOSTS and \
                    --record are not honoured without a cluster";
        assert_eq!((own.warning.as_deref(), own.core.capacity), (Some(expected), None));
    }

    #[test]
    fn flags_that_an_engine_would_refuse_are_refused_with_their_line() {
        let line = 1 + DEMO.lines().position(|line| line.contains(WORDS)).unwrap();
        let cases = [
            ("[--tick=5]", "deployment/engine: invalid value '5' for '--tick <TIME>': "),
            (
                "[--capcity=5]",
                "deployment/engine: unexpected argument '--capcity' found; a similar",
            ),
            (
                "[--capacity, \"0\"]",
                "deployment/engine: invalid value '0' for '--capacity <N|auto>'",
            ),
            ("[top]", "deployment/engine: top is another command"),
            ("[--help]", "deployment/engine: its arguments only print help"),
        ];
        for (words, says) in cases {
            let refused = of(words, &[]).unwrap_err();
            assert!(refused.to_string().starts_with(says), "{refused}");
            assert!(!refused.to_string().contains('\n'), "{refused}");
            let is_flag = words.starts_with("[--") && words != "[--help]";
            assert!(refused.0[0].line == Some(line) || !is_flag, "{refused:?}");
        }
        let refused = of(WORDS, &[("MICROSCALING_TICK", "5")]).unwrap_err();
        assert!(refused.to_string().contains("--tick"), "{refused}");
    }
}
