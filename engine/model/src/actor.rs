//! The authors of actions.

use serde::Serialize;

/// The author of an action, as pages and the log name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Actor {
    /// A person on the page.
    #[serde(rename = "the page")]
    Page,
    /// A subcommand of the engine.
    #[serde(rename = "a command")]
    Command,
    /// `engine top`.
    #[serde(rename = "engine top")]
    Top,
    /// The scenario that is played.
    #[serde(rename = "the scenario")]
    Scenario,
    /// A person in the audience.
    #[serde(rename = "the audience")]
    Audience,
    /// The load at the start.
    #[serde(rename = "the opening load")]
    Opening,
    /// A program that calls the API without giving its name.
    #[serde(rename = "the API")]
    Api,
    /// Not this engine: kubectl or another controller.
    #[serde(rename = "somebody else")]
    Outside,
}
