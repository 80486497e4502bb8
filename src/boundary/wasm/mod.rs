//! The exports of the wasm artifacts. Each decodes, calls the engine and encodes.
//!
//! Public for `wasm-tests/` only: JavaScript calls these through the generated glue, and Rust has the engine.

#[cfg(feature = "gate")]
mod account;
mod fault;
#[cfg(feature = "gate")]
mod literal;
#[cfg(feature = "gate")]
mod memory;
#[cfg(feature = "gate")]
mod preview;
#[cfg(feature = "rules")]
mod rules;
#[cfg(feature = "gate")]
mod source;
#[cfg(feature = "gate")]
mod target;
#[cfg(feature = "gate")]
mod timer;

#[cfg(feature = "gate")]
pub use account::Account;
#[cfg(feature = "gate")]
pub use preview::preview_invoice;
#[cfg(feature = "rules")]
pub use rules::call;
#[cfg(feature = "gate")]
pub use timer::Timer;
