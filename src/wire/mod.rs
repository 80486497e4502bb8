//! Providers' JSON, read into the model: tolerant of every documented shape, exact in every figure.
//!
//! A shape is written once, over whatever holds the JSON ([`source::Source`]): JavaScript's values in the gate's
//! artifact, `serde_json`'s natively.

pub mod draft;
pub mod field;
pub mod flexprice;
#[cfg(feature = "rules")]
mod json;
pub mod lago;
pub mod lago_usage;
pub mod source;
mod tolerant;
