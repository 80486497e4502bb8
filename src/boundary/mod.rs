//! What the other side calls: decode, run the engine, encode.
//!
//! `wasm` is the only module that may name `wasm_bindgen`, `js_sys` and `serde_wasm_bindgen`. A snapshot crosses
//! once, into the resident account; a check passes scalars. Everything else is a verb over JSON text: one request
//! in, one answer out, the same natively and in WebAssembly.

#[cfg(feature = "rules")]
pub mod verbs;
#[cfg(target_arch = "wasm32")]
pub mod wasm;
