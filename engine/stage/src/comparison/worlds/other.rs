//! Who stands beside ours in the two worlds.

use simulator::contenders::Behavior;
use simulator::{Kind, Scenario};

use crate::comparison::model::{Stage, nobody};

/// Who scales the world beside ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // the names say it
pub enum Other {
    /// All keep the counts of the start.
    Nobody,
    Hpa,
    Keda,
    /// A fleet that is sized for the mean of the load at the time when the worlds began.
    Fixed,
}

impl Other {
    /// All, in the order in which the page's key goes through them.
    pub const ALL: [Other; 4] = [Other::Nobody, Other::Hpa, Other::Keda, Other::Fixed];

    /// The name in the API.
    pub fn name(self) -> &'static str {
        match self {
            Other::Nobody => "nobody",
            Other::Hpa => "hpa",
            Other::Keda => "keda",
            Other::Fixed => "fixed",
        }
    }

    /// The one with this name in the API.
    ///
    /// # Errors
    /// The names that there are.
    pub fn named(name: &str) -> Result<Other, String> {
        let found = Other::ALL.into_iter().find(|it| it.name() == name);
        found.ok_or_else(|| {
            let names = Other::ALL.map(Other::name).join(", ");
            format!("other is {name:?}; it must be one of {names}")
        })
    }

    /// The contender of the simulator, with its default settings.
    pub(super) fn kind(self, stage: &Stage) -> Kind {
        match self {
            Other::Nobody => nobody(),
            Other::Hpa => Kind::Hpa(Behavior::default()),
            Other::Keda => Kind::keda_by_default(),
            Other::Fixed => Kind::Fixed(stage.fleet()),
        }
    }

    /// The name on the page.
    pub(super) fn label(self, stage: &Stage) -> String {
        let sizes = || stage.fleet().values().map(u32::to_string).collect::<Vec<_>>().join(" + ");
        match self {
            Other::Nobody => "Nobody scales".to_owned(),
            Other::Hpa => "HPA".to_owned(),
            Other::Keda => "KEDA".to_owned(),
            Other::Fixed => format!("Fixed fleet of {}", sizes()),
        }
    }

    /// Its settings in one line. `counts` are the counts of the start, `seen` is the time at which
    /// the worlds were made, in seconds since the reset.
    pub(super) fn settings(
        self,
        scenario: &Scenario,
        kind: &Kind,
        counts: &str,
        seen: f64,
    ) -> String {
        match self {
            Other::Nobody => format!("no scaling, the counts of the start stay: {counts}"),
            Other::Hpa | Other::Keda => kind.settings(scenario),
            Other::Fixed => {
                let when = clock(seen);
                format!("no scaling: {counts}; sized for the mean of the load until {when}")
            }
        }
    }
}

/// Seconds as 2:41.
fn clock(seconds: f64) -> String {
    let whole = seconds.max(0.0) as u64;
    format!("{}:{:02}", whole / 60, whole % 60)
}
