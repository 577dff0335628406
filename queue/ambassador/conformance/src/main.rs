//! The program `conformance`: does the kit's API hold in front of an upstream?
//!
//! # Layout
//! - `args`: the command line
//! - `program`: programs of the kit as processes
//! - `server`: the upstreams' servers, a file for each kind
//! - `scene`: an ambassador in front of a server, and calls on it
//! - `claims`: what is tried, and what is expected of it
//! - `cost`: what an ambassador costs, beside the queue and native clients
//! - `verdict`: how claims came out
//! - `port`: ports on loopback
//! - `page`: the table in the docs
#![forbid(unsafe_code)]

mod args;
mod claims;
mod cost;
mod page;
mod port;
mod program;
mod run;
mod scene;
mod server;
mod verdict;

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    let args = service::command_line::parse::<args::Args>();
    service::main(run::run(&args)).await
}
