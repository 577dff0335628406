//! Who does something.

use serde::Serialize;

/// Who did something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Actor {
    /// Somebody at the page.
    #[serde(rename = "the page")]
    Page,
    /// A subcommand of the engine.
    #[serde(rename = "a command")]
    Command,
    /// `engine top`.
    #[serde(rename = "engine top")]
    Top,
    /// A scenario that is played.
    #[serde(rename = "the scenario")]
    Scenario,
    /// Somebody in the audience.
    #[serde(rename = "the audience")]
    Audience,
    /// The load that is there at the start.
    #[serde(rename = "the opening load")]
    Opening,
    /// A program that calls the API and does not say its name.
    #[serde(rename = "the API")]
    Api,
    /// Not by way of this engine: kubectl, or another controller.
    #[serde(rename = "somebody else")]
    Outside,
}
