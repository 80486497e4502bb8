//! What the other side calls: decode, run the engine, encode.
//!
//! `wasm` is the only module that may name `wasm_bindgen` and `js_sys`. A snapshot crosses once, into the resident
//! account; a check passes scalars. Everything else is a verb over JSON text: one request in, one answer out, the
//! same natively and in WebAssembly.

#[cfg(all(target_arch = "wasm32", feature = "gate"))]
mod answer;
#[cfg(all(target_arch = "wasm32", feature = "gate"))]
mod open;
#[cfg(all(target_arch = "wasm32", feature = "gate"))]
mod redacted;
#[cfg(all(target_arch = "wasm32", feature = "gate"))]
mod target;
#[cfg(feature = "rules")]
pub mod verbs;
#[cfg(target_arch = "wasm32")]
pub mod wasm;
