//! Providers' JSON, read into the model: tolerant of every documented shape, exact in every figure.

pub mod flexprice;
pub mod lago;
mod tolerant;
