//! Prepaid-wallet rules of Flexprice and Lago, as pure functions.
//!
//! The one question is: *can this customer's prepaid wallets cover this usage?*
//! [`engine::account::Account`] answers it from a customer's wallets as fetched, by the rules of one provider
//! ([`profile`]). Nothing here reads a clock, draws a random number or does I/O: `now` is an argument, and
//! every amount is an exact decimal.
//!
//! Rules are cited by number: `R-ONG-10` is Lago's, `flexprice 27` is Flexprice's.

pub mod boundary;
pub mod currency;
pub mod decimal;
pub mod engine;
pub mod error;
pub mod model;
pub mod profile;
mod sort;
pub mod time;
pub mod wire;
