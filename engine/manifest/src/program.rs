//! The kit's programs. All code that treats one of them unlike another uses this module.

/// A program of the kit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    /// Keeps the jobs until they are done.
    Queue,
    /// Makes the load: publishes jobs.
    Producer,
    /// Does the jobs of a queue.
    Consumer,
    /// The background, which uses spare capacity.
    Remainder,
    /// Scales the Deployments of the other programs.
    Engine,
}

impl Program {
    /// The program that a command starts, by its file name; `None` if it is not one of the kit's.
    pub fn of(command: &str) -> Option<Program> {
        match command.rsplit('/').next()? {
            "queue" => Some(Program::Queue),
            "producer" => Some(Program::Producer),
            "consumer" => Some(Program::Consumer),
            "remainder" => Some(Program::Remainder),
            "engine" => Some(Program::Engine),
            _ => None,
        }
    }

    /// Whether the other programs send requests to this one. Such a program makes no load, and a
    /// page neither scales nor kills it.
    pub fn serves(self) -> bool {
        matches!(self, Program::Queue | Program::Engine)
    }
}
