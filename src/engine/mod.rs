//! The rules, as pure functions over the model.

pub mod account;
pub mod application;
pub mod conversion;
pub mod coverage;
pub mod ongoing;
pub mod real_time;
