//! The exports of the wasm artifacts. Each decodes, calls the engine and encodes.

#[cfg(feature = "gate")]
mod account;
mod convert;
#[cfg(feature = "rules")]
mod rules;
