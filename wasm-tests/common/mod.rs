//! The tests of both runners.

mod account;
mod input;
mod timer;
#[cfg(feature = "rules")]
mod verbs;

use creditgate::boundary::wasm::Account;
use wasm_bindgen::{JsCast, JsValue};

/// Parsed as JavaScript parses a provider's answer.
pub fn js(json: &str) -> JsValue {
    js_sys::JSON::parse(json).unwrap_or_else(|_| panic!("{json}"))
}

/// The value of a JavaScript expression.
pub fn eval(expression: &str) -> JsValue {
    js_sys::eval(&format!("({expression})")).unwrap_or_else(|_| panic!("{expression}"))
}

pub fn get(object: &JsValue, key: &str) -> JsValue {
    js_sys::Reflect::get(object, &key.into()).unwrap()
}

pub fn text(object: &JsValue, key: &str) -> Option<String> {
    get(object, key).as_string()
}

/// `code` and `path` of what was thrown, which must be an error of ours.
pub fn fault<T>(result: Result<T, JsValue>) -> (String, Option<String>) {
    let Err(thrown) = result else {
        panic!("nothing was thrown")
    };
    assert!(thrown.is_instance_of::<js_sys::Error>());
    assert_eq!(text(&thrown, "name").as_deref(), Some("EngineError"));
    assert!(text(&thrown, "message").is_some_and(|message| !message.is_empty()));
    (text(&thrown, "code").unwrap(), text(&thrown, "path"))
}

pub fn is_fault<T>(result: Result<T, JsValue>, code: &str, path: Option<&str>) {
    assert_eq!(fault(result), (code.to_owned(), path.map(str::to_owned)));
}

/// What the wallets have left for a slot before anything expires.
pub fn available_at(account: &Account, slot: u32) -> Option<String> {
    text(&account.decide(slot, false, "0", 0.0).unwrap(), "available")
}
