//! The rules, as pure functions over the model.

pub mod account;
pub mod alert;
pub mod application;
pub mod application_2022;
pub mod balance;
pub mod consumption;
pub mod conversion;
pub mod coverage;
pub mod interval;
pub mod lifecycle;
pub mod ongoing;
pub mod real_time;
pub mod recurring;
pub mod top_up;
pub mod validation;
