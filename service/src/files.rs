//! Raises the limit of open files of this process. Each connection counts as an open file.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Enough for [`Limits::connections`](crate::http::Limits::connections) and all other open files,
/// and not more than systems allow.
const WANTED: u64 = 8192;

/// Raises the limit to [`WANTED`], or as far as the system allows. Many systems start programs with
/// a limit of 1,024 or less, because some programs cannot handle more.
pub(crate) fn take_enough() {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let wanted = maximum.map_or(WANTED, |maximum| WANTED.min(maximum));
    if current.is_some_and(|current| current < wanted) {
        // An error is ignored: with the old limit, connections wait until files are closed.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum });
    }
}
