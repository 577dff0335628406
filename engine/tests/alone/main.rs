//! Tests that measure times or keep all processors busy; they run one after the other.

#![allow(clippy::unwrap_used, unreachable_pub)] // helpers of tests

mod honest_model;
mod picture;
mod streams;
mod whole_demo;

/// Each test holds this lock while it runs.
static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
