//! Tests of the rules, in virtual time.

mod claims;
mod model;
mod properties;
