//! The build without WebAssembly, which has no wasm-bindgen: calls over JSON text.
//!
//! The verbs are those of `creditgate/engine`. With the feature `rules` those of `creditgate/rules` are there too: too
//! large for a page, they are what the vectors are replayed through.
//!
//! A call is `{"verb", "request"}`; its answer `{"answer"}` or `{"error": {"code", "path", "message"}}`.

#[cfg(target_arch = "wasm32")]
mod exports;
mod gate;

use super::json::{Json, Value};
use super::target::Target;
use crate::error::{Error, Result};
use crate::wire::field::Field;

/// Answers a call; both are JSON text.
///
/// ```
/// use creditgate::boundary::no_wasm;
///
/// let answer = no_wasm::call(r#"{"verb": "guess", "request": {}}"#);
/// assert!(answer.starts_with(r#"{"error":{"code":"unknown_verb","#));
/// ```
pub fn call(text: &str) -> String {
    let answer = match answer(text) {
        Ok(answer) => Json::object().with("answer", answer),
        Err(error) => {
            let told = Json::object()
                .with("code", Json::literal(error.code()))
                .with("path", Json::text(error.path()))
                .with("message", Json::text(&error.to_string()));
            Json::object().with("error", told)
        }
    };
    answer.finish()
}

fn answer(text: &str) -> Result<Json> {
    let call = Value::parse(text).ok_or_else(|| Error::invalid_input("", "is not JSON"))?;
    let call = Field::input(&call, "");
    let request = Field::input(*call.get("request").source()?, "");
    match call.get("verb").text()?.as_str() {
        "coverage" => gate::coverage(&request),
        "preview" => gate::preview(&request),
        verb => rules(verb, &request),
    }
}

/// A verb of `creditgate/rules`, whose request is text within this one.
#[cfg(feature = "rules")]
fn rules(verb: &str, request: &Field<'_, &Value<'_>>) -> Result<Json> {
    super::verbs::call(verb, &request.text()?).map(Json::written)
}

#[cfg(not(feature = "rules"))]
fn rules(verb: &str, _: &Field<'_, &Value<'_>>) -> Result<Json> {
    Err(Error::unknown_verb(verb))
}
