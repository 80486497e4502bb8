//! The verbs over JSON text, without wasm-bindgen.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::boundary::verbs::{self, Codec};
use crate::error::{Error, Result};

/// Answers one verb; request and answer are JSON text.
///
/// # Errors
/// `unknown_verb`; `invalid_input` for a request that is not of the verb's shape or has a key it does not know;
/// and the errors of the verb itself.
///
/// ```
/// use creditgate::boundary::json;
///
/// let request = r#"{"real_time_balance": "10", "conversion_rate": "1", "local_unsynced_cost": "2", "cost": "8"}"#;
/// let answer = json::call("gate.can_cover", request)?;
/// assert_eq!(answer, r#"{"covered":true,"remaining":"0","remaining_credits":"0"}"#);
/// # Ok::<(), creditgate::error::Error>(())
/// ```
pub fn call(verb: &str, request: &str) -> Result<String> {
    verbs::call(verb, &Json(request))
}

struct Json<'a>(&'a str);

impl Codec for Json<'_> {
    type Answer = String;

    fn decode<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_str(self.0).map_err(|error| Error::invalid_input("", &error.to_string()))
    }

    fn encode<T: Serialize>(answer: &T) -> Result<String> {
        serde_json::to_string(answer).map_err(|_| Error::EngineFault)
    }
}
