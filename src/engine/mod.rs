//! The rules, as pure functions over the model.

pub mod account;
pub mod alert_state;
pub mod application;
pub mod auto_top_up;
pub mod bonus;
pub mod conversion;
pub mod coverage;
pub mod credits;
pub mod grants;
pub mod invoice;
pub mod ledger;
pub mod ongoing;
pub mod payment;
pub mod precision;
pub mod real_time;
