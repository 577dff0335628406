//! The engine over HTTP: the API, the pages, and access control.
//!
//! # Layout
//! - [`site`]: the router of all routes
//! - [`api`]: the API's calls; [`app`]: the state that handlers share
//! - [`page`]: the pages
//! - [`streams`]: server-sent events
//! - [`guard`]: which requests are accepted, from where and under which host name
//! - [`gateway`]: the address from which a container's host sends requests
//! - [`error`]: error answers
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
