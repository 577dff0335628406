//! The engine over HTTP: the API, the page, and who may ask.
//!
//! # Layout
//! - [`site`]: all of it under one roof
//! - [`api`]: the calls; [`app`]: what they share
//! - [`page`]: how it looks
//! - [`streams`]: answers that do not end
//! - [`guard`]: who may ask, and under which name
//! - [`gateway`]: the way by which a container's host comes in
//! - [`error`]: what is answered when something is wrong
#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod api;
pub mod app;
pub mod error;
pub mod gateway;
pub mod guard;
pub mod page;
pub mod site;
pub mod streams;

pub use app::App;
pub use error::ApiError;
pub use guard::AccessGuard;
