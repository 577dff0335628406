//! The kit's programs. All code that treats one program differently from another uses this module.

/// The name of a command's program without its folder; `None` if it is empty.
pub(crate) fn name(command: &str) -> Option<&str> {
    command.rsplit('/').next().filter(|name| !name.is_empty())
}

/// A program of the kit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    /// Keeps the jobs until they are done, itself or (the ambassador) in another server.
    Queue,
    /// Makes the load by publishing jobs.
    Producer,
    /// Does the jobs of a queue.
    Consumer,
    /// The background, which uses spare capacity.
    Remainder,
    /// Scales the Deployments of the other programs.
    Engine,
}

impl Program {
    /// The program that a command starts, by its file name; `None` if the kit has no such program.
    pub fn of(command: &str) -> Option<Program> {
        match name(command)? {
            "queue" | "ambassador" => Some(Program::Queue),
            "producer" => Some(Program::Producer),
            "consumer" => Some(Program::Consumer),
            "remainder" => Some(Program::Remainder),
            "engine" => Some(Program::Engine),
            _ => None,
        }
    }

    /// Whether other programs send requests to this program. Such a server makes no load, and a
    /// page neither scales nor kills it.
    pub fn serves(self) -> bool {
        matches!(self, Program::Queue | Program::Engine)
    }
}
