//! The kit's programs and their roles. All code that treats one unlike another uses this module.

/// A program of the kit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    /// Keeps the jobs.
    Queue,
    /// Makes the load.
    Producer,
    /// Does the jobs.
    Consumer,
    /// Uses spare capacity.
    Remainder,
    /// Scales the others.
    Engine,
}

impl Program {
    /// The program that a command starts; `None` if it is not one of the kit's.
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

    /// Whether the others send requests to it. Such a program makes no load, and a page neither
    /// scales nor kills it.
    pub fn serves(self) -> bool {
        matches!(self, Program::Queue | Program::Engine)
    }
}
