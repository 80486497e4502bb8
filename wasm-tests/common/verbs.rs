//! The verbs as the artifact exports them, on the vectors. What the comparison means is told, and tried in full, in
//! `tests/vectors.rs`; here the answers of both boundaries must have the same figures.

use creditgate::boundary::wasm::call;
use serde_json::Value;
use wasm_bindgen_test::wasm_bindgen_test;

use super::fault;

macro_rules! vectors {
    ($($file:literal),* $(,)?) => {
        [$(include_str!(concat!("../../tests/vectors/", $file, ".json"))),*]
    };
}

const FILES: [&str; 8] = vectors![
    "flexprice/balance.real_time",
    "flexprice/balance.real_time_multi_wallet",
    "flexprice/gate.can_cover",
    "flexprice/invoices.unpaid_totals",
    "lago/invoice.apply",
    "lago/ongoing.allocate",
    "lago/ongoing.refresh",
    "lago/wallet.order",
];

fn cases() -> Vec<(String, Value)> {
    let read = |file: &&str| -> Vec<(String, Value)> {
        let content: Value = serde_json::from_str(file).unwrap();
        let kind = content["kind"].as_str().unwrap().to_owned();
        content["vectors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|case| (kind.clone(), case.clone()))
            .collect()
    };
    FILES.iter().flat_map(read).collect()
}

/// Numbers as text without the zeros that mean nothing.
fn plain(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if text.contains('.')
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b"-.".contains(&byte))
    {
        return text.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    text
}

fn holds(expected: &Value, got: &Value) -> bool {
    match (expected, got) {
        (Value::Object(expected), Value::Object(got)) => expected
            .iter()
            .all(|(key, expected)| holds(expected, got.get(key).unwrap_or(&Value::Null))),
        (Value::Array(expected), Value::Array(got)) => {
            expected.len() == got.len()
                && expected
                    .iter()
                    .zip(got)
                    .all(|(expected, got)| holds(expected, got))
        }
        _ => plain(expected) == plain(got),
    }
}

#[wasm_bindgen_test]
fn every_vector_of_the_verbs_is_answered_as_expected() {
    let mut count = 0;
    for (kind, case) in cases() {
        let answer = call(&kind, &case["input"].to_string())
            .unwrap_or_else(|_| panic!("{kind} {}", case["id"]));
        let answer: Value = serde_json::from_str(&answer).unwrap();
        for expected in [
            &case["expected"],
            case.get("expected_derived").unwrap_or(&Value::Null),
        ] {
            assert!(
                expected.is_null() || holds(expected, &answer),
                "{kind} {}: expected {expected}, got {answer}",
                case["id"]
            );
        }
        count += 1;
    }
    assert!(count >= 79, "{count} cases");
}

fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            found.push(at.to_owned());
            map.iter()
                .for_each(|(key, value)| places(value, &format!("{at}/{key}"), found));
        }
        Value::Array(list) => list
            .iter()
            .enumerate()
            .for_each(|(index, value)| places(value, &format!("{at}/{index}"), found)),
        _ => {}
    }
}

#[wasm_bindgen_test]
fn an_unknown_key_in_any_object_of_any_vector_is_refused() {
    for (kind, case) in cases() {
        let mut found = Vec::new();
        places(&case["input"], "", &mut found);
        for at in found {
            let mut input = case["input"].clone();
            input.pointer_mut(&at).unwrap()["surprise"] = 1.into();
            let refused = call(&kind, &input.to_string());
            assert!(
                refused.is_err(),
                "{kind} {} takes an unknown key at `{at}`",
                case["id"]
            );
            assert_eq!(fault(refused).0, "invalid_input");
        }
    }
}

#[wasm_bindgen_test]
fn a_request_of_another_shape_is_invalid_input() {
    for request in [
        "null",
        "1",
        "[]",
        r#""text""#,
        r#"{"surprise": 1}"#,
        r#"{"wallets": 1}"#,
        r#"{"wallets": [1]}"#,
        r#"{"wallets": [{"id": "w", "priority": 1.5}]}"#,
    ] {
        assert_eq!(
            fault(call("ongoing.allocate", request)).0,
            "invalid_input",
            "{request}"
        );
    }
    assert_eq!(fault(call("no.such.verb", "{}")).0, "unknown_verb");
    assert_eq!(
        fault(call(
            "ongoing.refresh",
            r#"{"wallet": {"balance_cents": "1", "rate_amount": "0"}}"#
        ))
        .0,
        "decimal_out_of_range"
    );
}
