//! Whole requests, judged before they are sent: every problem that each provider's API would find, and none in a good
//! one.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]
#![cfg(not(target_arch = "wasm32"))]

#[path = "requests/flexprice.rs"]
mod flexprice;
#[path = "requests/lago.rs"]
mod lago;

use creditgate::boundary::verbs;
use serde_json::Value;

const NOW: &str = "2026-08-20T00:00:00Z";

/// The paths and codes that a verb finds.
fn problems(verb: &str, request: &Value) -> Vec<(String, String)> {
    let answer = verbs::call(verb, &request.to_string()).unwrap();
    let answer: Value = serde_json::from_str(&answer).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let problems = answer["problems"].as_array().unwrap().iter();
    problems
        .map(|problem| (text(&problem["path"]), text(&problem["code"])))
        .collect()
}

fn named(problems: &[(&str, &str)]) -> Vec<(String, String)> {
    problems
        .iter()
        .map(|(path, code)| ((*path).to_owned(), (*code).to_owned()))
        .collect()
}

/// An object with some keys overwritten.
fn with(mut object: Value, changes: &Value) -> Value {
    for (key, value) in changes.as_object().unwrap() {
        object[key] = value.clone();
    }
    object
}
