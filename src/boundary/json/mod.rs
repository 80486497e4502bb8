//! JSON text in and out, without a library: what the verbs read and write.

mod target;
mod value;

pub(super) use target::Json;
pub(super) use value::Value;
