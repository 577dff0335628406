//! The signals that end a process unless it handles them.

use std::future::poll_fn;
use std::io;
use std::process::Command;
use std::task::Poll;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// The signals that end a process at once and without any cleanup, unless it handles them.
fn ending() -> [SignalKind; 7] {
    [
        SignalKind::terminate(),
        SignalKind::interrupt(),
        SignalKind::quit(),
        SignalKind::hangup(),
        SignalKind::alarm(),
        SignalKind::user_defined1(),
        SignalKind::user_defined2(),
    ]
}

/// A signal has arrived. The value is the exit code that it causes: 128 plus the signal's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("ended by a signal, with exit code {0}")]
pub struct Signalled(pub u8);

/// Receives the signals that would otherwise end the process.
#[derive(Debug)]
pub struct Signals(Vec<(SignalKind, Signal)>);

impl Signals {
    /// Starts to handle the signals. An ignored SIGHUP stays ignored, because `nohup` relies on
    /// this. SIGINT and SIGQUIT are handled even if the process ignores them: a shell script makes
    /// its background processes ignore both, but a user who sends one wants to end the process.
    ///
    /// # Errors
    /// When the operating system refuses a signal handler.
    pub fn listen() -> io::Result<Signals> {
        let ignored = ignored();
        let stays = |kind: SignalKind| kind == SignalKind::hangup() && is_in(ignored, kind);
        let kinds = ending().into_iter().filter(|kind| !stays(*kind));
        kinds.map(|kind| Ok((kind, signal(kind)?))).collect::<io::Result<_>>().map(Signals)
    }

    /// Waits for the next signal.
    pub async fn next(&mut self) -> Signalled {
        poll_fn(|context| {
            for (kind, signal) in &mut self.0 {
                if signal.poll_recv(context).is_ready() {
                    return Poll::Ready(Signalled(128 + kind.as_raw_value() as u8));
                }
            }
            Poll::Pending
        })
        .await
    }
}

/// Returns the signals that this process ignores, as one bit per signal. No safe function reports
/// them. On Linux they are in a file; on other systems, such as macOS, `ps` reports them.
fn ignored() -> u64 {
    let of_linux = std::fs::read_to_string("/proc/self/status").ok();
    of_linux.and_then(|text| of_status(&text)).or_else(reported_by_ps).unwrap_or_default()
}

fn of_status(text: &str) -> Option<u64> {
    text.lines().find_map(|line| mask(line.strip_prefix("SigIgn:")?))
}

fn reported_by_ps() -> Option<u64> {
    let process = std::process::id().to_string();
    let output = Command::new("ps").args(["-o", "sigignore=", "-p", &process]).output().ok()?;
    mask(&String::from_utf8_lossy(&output.stdout))
}

fn mask(hex: &str) -> Option<u64> {
    u64::from_str_radix(hex.trim(), 16).ok()
}

fn is_in(mask: u64, kind: SignalKind) -> bool {
    let bit = u32::try_from(kind.as_raw_value() - 1).ok();
    bit.and_then(|bit| mask.checked_shr(bit)).is_some_and(|rest| rest & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ignored_signal_is_found_in_the_system_s_report() {
        let status = "Name:\tengine\nSigIgn:\t0000000000001001\nSigCgt:\t0000000000000004\n";
        let ignored = of_status(status).unwrap();
        assert!(is_in(ignored, SignalKind::hangup()));
        assert!(is_in(ignored, SignalKind::pipe()));
        assert!(!is_in(ignored, SignalKind::quit()));
        assert_eq!(of_status("Name:\tengine\n"), None);
    }

    #[test]
    fn both_sources_agree_about_this_process() {
        // This runtime ignores SIGPIPE, as every program in Rust does.
        assert!(is_in(ignored(), SignalKind::pipe()));
        assert!(reported_by_ps().is_none_or(|output| output == ignored()));
    }
}
