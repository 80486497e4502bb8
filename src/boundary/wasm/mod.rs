//! The exports of the wasm artifacts. Each decodes, calls the engine and encodes.
//!
//! Public for `wasm-tests/` only: JavaScript calls these through the generated glue, and Rust has the engine.

#[cfg(feature = "gate")]
mod account;
mod convert;
#[cfg(feature = "rules")]
mod rules;

#[cfg(feature = "gate")]
pub use account::Account;
#[cfg(feature = "rules")]
pub use rules::call;
