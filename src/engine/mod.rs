//! The rules, as pure functions over the model.

pub mod account;
pub mod alert;
pub mod alert_state;
pub mod application;
pub mod application_2022;
pub mod auto_top_up;
pub mod balance;
pub mod bonus;
pub mod consumption;
pub mod conversion;
pub mod coverage;
pub mod credits;
pub mod grants;
pub mod interval;
pub mod invoice;
pub mod ledger;
pub mod lifecycle;
pub mod ongoing;
pub mod payment;
pub mod precision;
pub mod real_time;
pub mod recurring;
pub mod top_up;
pub mod validation;
