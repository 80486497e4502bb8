//! What the other side calls: decode, run the engine, encode.
//!
//! `wasm` is the only module that may name `wasm_bindgen` and `js_sys`. A snapshot crosses once, into the resident
//! account; a check passes scalars. Everything else is a verb over JSON text: one request in, one answer out, the
//! same natively and in WebAssembly.

#[cfg(any(feature = "no-wasm", all(target_arch = "wasm32", feature = "gate")))]
mod answer;
#[cfg(feature = "no-wasm")]
mod json;
#[cfg(feature = "no-wasm")]
pub mod no_wasm;
#[cfg(any(feature = "no-wasm", all(target_arch = "wasm32", feature = "gate")))]
mod open;
#[cfg(all(target_arch = "wasm32", feature = "gate"))]
mod redacted;
pub mod target;
#[cfg(feature = "rules")]
pub mod verbs;
#[cfg(all(
    target_arch = "wasm32",
    any(feature = "gate", feature = "rules"),
    not(feature = "no-wasm")
))]
pub mod wasm;
