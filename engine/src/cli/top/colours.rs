//! Colours that mean something.

use ratatui::style::Color;

/// Urgent workloads, the background and the queue: the page's three colours.
pub(super) const URGENT: Color = Color::Indexed(32);
pub(super) const SPARE: Color = Color::Indexed(36);
