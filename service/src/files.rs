//! The limit of open files, which include connections.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Enough for [`Limits::connections`](crate::http::Limits::connections) and everything else, and
/// not more than all systems allow.
const WANTED: u64 = 8192;

/// Raises the limit to [`WANTED`], if that is allowed. Many systems start with 1,024 or fewer, for
/// the sake of programs that cannot handle more.
pub(crate) fn take_enough() {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let wanted = maximum.map_or(WANTED, |maximum| WANTED.min(maximum));
    if current.is_some_and(|current| current < wanted) {
        // Without it, connections wait until files are free.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum });
    }
}
