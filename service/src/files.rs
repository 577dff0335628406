//! How many files a program may have open; connections are files, too.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Enough for [`Limits::connections`](crate::http::Limits::connections), and for all else. Not
/// more than every system takes.
const WANTED: u64 = 8192;

/// Takes as many as are wanted, where the limit may be raised so far. Many systems begin with
/// 1,024 or fewer, for the sake of programs that cannot count further.
pub(crate) fn take_enough() {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let wanted = maximum.map_or(WANTED, |maximum| WANTED.min(maximum));
    if current.is_some_and(|current| current < wanted) {
        // Where it is refused, connections wait until files are free.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum });
    }
}
