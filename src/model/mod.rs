//! The nouns: plain data, no rules.

pub mod decision;
pub mod fee_key;
pub mod invoice;
pub(crate) mod packed;
pub mod preview;
pub mod scope;
pub mod snapshot;
pub mod usage;
pub mod wallet;
