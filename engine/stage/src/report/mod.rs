//! The report of a run: one page in one file, without scripts, made from the events of the stream,
//! which a running engine sends and a recording has.
//!
//! # Layout
//! - [`wire`]: the parts of the events that a report uses; [`reader`]: reads runs from events
//! - [`run`]: all that is known of a run; [`mod@figures`]: its figures
//! - [`load`]: its load and its settings, for the comparison with other autoscalers
//! - [`mod@page`]: the HTML
//! - [`made`]: when, by which version and from what a report was made
//! - [`recorded`]: the run of a recording
//! - [`kept`]: the run of this engine, and the route that makes its report
//!
//! All but the last two are pure.

pub mod figures;
pub mod kept;
pub mod load;
pub mod made;
pub mod page;
pub mod reader;
pub mod recorded;
pub mod run;
pub mod wire;
