//! Flexprice's verbs, a file per subject.

pub(super) mod alert;
pub(super) mod balance;
pub(super) mod credits;
pub(super) mod invoice;
pub(super) mod precision;
pub(super) mod requests;
pub(super) mod top_up;
pub(super) mod wallet;

use crate::error::{Error, Result};
use crate::time::Timestamp;

/// Reads an instant of a request.
fn instant(text: Option<&str>, path: &str) -> Result<Option<Timestamp>> {
    let read = |text: &str| {
        Timestamp::parse(text).map_err(|_| Error::invalid_input(path, "not an RFC 3339 time"))
    };
    text.map(read).transpose()
}

/// Reads an instant that a request must have.
fn required_instant(text: &str, path: &str) -> Result<Timestamp> {
    instant(Some(text), path)?.ok_or_else(Error::engine_fault)
}
