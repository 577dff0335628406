//! The authors of actions, as pages and the log name them.

use serde::Serialize;

/// The person or program that caused an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Actor {
    /// A person on the page.
    #[serde(rename = "the page")]
    Page,
    /// A subcommand of the engine, such as `engine scale`.
    #[serde(rename = "a command")]
    Command,
    /// `engine top`.
    #[serde(rename = "engine top")]
    Top,
    /// The scenario that the engine plays.
    #[serde(rename = "the scenario")]
    Scenario,
    /// A person in the audience, with a phone.
    #[serde(rename = "the audience")]
    Audience,
    /// The engine itself, when it sets the load at its start (`--opening-load`).
    #[serde(rename = "the opening load")]
    Opening,
    /// A program that calls the API without giving its name.
    #[serde(rename = "the API")]
    Api,
    /// A program other than this engine, such as kubectl, that edits a Deployment directly.
    #[serde(rename = "somebody else")]
    Outside,
}
