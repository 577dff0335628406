//! What the kit's programs are to each other. Everything that treats one unlike another asks here.

/// A program of the kit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    /// Keeps the jobs.
    Queue,
    /// Makes the load.
    Producer,
    /// Works jobs off.
    Consumer,
    /// Uses spare capacity.
    Remainder,
    /// Scales the others.
    Engine,
}

impl Program {
    /// The program that a command starts; `None` where it is none of the kit's.
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

    /// Whether the others address it. Such a program makes no load, and is neither scaled nor
    /// killed from a page.
    pub fn serves(self) -> bool {
        matches!(self, Program::Queue | Program::Engine)
    }
}
