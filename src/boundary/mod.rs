//! What the other side calls: decode, run the engine, encode.
//!
//! This is the only module that may name `wasm_bindgen`, `js_sys` and `serde_wasm_bindgen`. A snapshot crosses
//! once, into the resident account; a check passes scalars. Everything else is a verb: one request in, one
//! answer out.

#[cfg(feature = "json")]
pub mod json;
#[cfg(feature = "rules")]
pub mod verbs;
#[cfg(target_arch = "wasm32")]
pub mod wasm;
