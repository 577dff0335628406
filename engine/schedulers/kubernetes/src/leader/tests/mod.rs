//! Tests of the elector, in virtual time.

mod claims;
mod model;
mod properties;
