//! Every vector file against the boundary's verbs, compared as `tests/vectors/FORMAT.md` section 1 says.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]
#![cfg(not(target_arch = "wasm32"))]

mod support;

use std::collections::BTreeMap;

use creditgate::boundary::verbs;
use creditgate::time::Timestamp;
use serde_json::{Value, json};
use support::{names_in, read_json, vectors_folder};

/// The kinds that no verb answers: Svix signatures are the TypeScript verifier's (section 3 of FORMAT.md).
const NOT_VERBS: [&str; 1] = ["webhook.svix"];

/// Maps that must list exactly the ids of the answer.
const COMPLETE_MAPS: [&str; 7] = [
    "allocations",
    "debits",
    "payments",
    "line_applied",
    "line_discounts",
    "per_fee_credit_cents",
    "statuses",
];

fn indexed_files() -> Vec<String> {
    let index = read_json(&vectors_folder().join("index.json"));
    let files = index["files"].as_array().expect("`files` is a list");
    files
        .iter()
        .map(|file| file.as_str().expect("a file is a string").to_owned())
        .collect()
}

/// A number's canonical text: no sign of zero, no leading or trailing zeros. `None` for what is no number.
fn canonical(value: &Value) -> Option<String> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        _ => return None,
    };
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text.as_str()),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    let whole = whole.trim_start_matches('0');
    let fraction = fraction.trim_end_matches('0');
    Some(match (whole, fraction) {
        ("", "") => "0".to_owned(),
        (whole, "") => format!("{sign}{whole}"),
        (whole, fraction) => {
            let whole = if whole.is_empty() { "0" } else { whole };
            format!("{sign}{whole}.{fraction}")
        }
    })
}

fn instant(value: &Value) -> Option<Timestamp> {
    Timestamp::parse(value.as_str()?).ok()
}

/// What of `expected` is not in `got`, one line each.
fn differences(path: &str, kind: &str, expected: &Value, got: &Value, found: &mut Vec<String>) {
    if let (Some(a), Some(b)) = (canonical(expected), canonical(got)) {
        if a != b {
            found.push(format!("{path}: expected {a}, got {b}"));
        }
        return;
    }
    if let (Some(a), Some(b)) = (instant(expected), instant(got)) {
        if a != b {
            found.push(format!("{path}: expected {expected}, got {got}"));
        }
        return;
    }
    match (expected, got) {
        (Value::Object(expected), Value::Object(got)) => {
            let key = path.rsplit('.').next().unwrap_or_default();
            let complete = COMPLETE_MAPS.contains(&key)
                || (key == "remaining_amount_cents" && kind == "consumption.order");
            if complete {
                for id in got.keys().filter(|id| !expected.contains_key(*id)) {
                    found.push(format!("{path}.{id}: expected no such id, got {}", got[id]));
                }
            }
            for (key, expected) in expected {
                let got = got.get(key).unwrap_or(&Value::Null);
                if complete && got.is_null() && !expected.is_null() {
                    found.push(format!("{path}.{key}: expected {expected}, got no such id"));
                    continue;
                }
                differences(&format!("{path}.{key}"), kind, expected, got, found);
            }
        }
        (Value::Array(expected), Value::Array(got)) if expected.len() == got.len() => {
            for (index, (expected, got)) in expected.iter().zip(got).enumerate() {
                differences(&format!("{path}[{index}]"), kind, expected, got, found);
            }
        }
        _ if expected == got => {}
        _ => found.push(format!("{path}: expected {expected}, got {got}")),
    }
}

fn merge(into: &mut Value, more: &Value) {
    match (into, more) {
        (Value::Object(into), Value::Object(more)) => {
            for (key, value) in more {
                merge(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (into, more) => *into = more.clone(),
    }
}

fn expected(case: &Value) -> Value {
    let mut expected = case["expected"].clone();
    if let Some(derived) = case.get("expected_derived") {
        merge(&mut expected, derived);
    }
    expected
}

/// Hours east of UTC of the time zones in the vectors that never change their clocks; `npm run replay` has the
/// host's data for all others.
const CONSTANT_OFFSETS: [(&str, i64); 3] = [("Pacific/Noumea", 11), ("Asia/Tokyo", 9), ("UTC", 0)];

/// For `interval.due` the host says what a time zone's clocks show (js/scripts/lib/local-time.mjs).
fn with_local_time(kind: &str, input: &Value) -> Value {
    let mut input = input.clone();
    let zone = input.get("timezone").and_then(Value::as_str);
    let (true, Some(zone)) = (kind == "interval.due", zone) else {
        return input;
    };
    let (_, hours) = *CONSTANT_OFFSETS
        .iter()
        .find(|(name, _)| *name == zone)
        .unwrap_or_else(|| panic!("{zone} is not in the table of constant offsets"));
    let shown = |value: &Value| {
        let Some(text) = value.as_str() else {
            return value.clone();
        };
        let instant = Timestamp::parse(text).expect("an instant");
        let local = Timestamp(instant.0 + hours * 3_600_000).to_string();
        json!(local.trim_end_matches('Z'))
    };
    let mut local = json!({});
    for key in ["now", "wallet_created_at", "rule_started_at"] {
        local[key] = shown(&input[key]);
    }
    if let Some(instants) = input["interval_top_ups_at"].as_array() {
        local["interval_top_ups_at"] = instants.iter().map(shown).collect();
    }
    input["local"] = local;
    input
}

/// `None` where this build has no such verb.
fn answer(kind: &str, input: &Value) -> Option<Result<Value, String>> {
    match verbs::call(kind, &with_local_time(kind, input).to_string()) {
        Ok(text) => Some(Ok(serde_json::from_str(&text).expect("an answer is JSON"))),
        Err(error) if error.code() == "unknown_verb" => None,
        Err(error) => Some(Err(format!("{}: {error}", error.code()))),
    }
}

#[test]
fn the_index_lists_exactly_the_vector_files() {
    let mut found = Vec::new();
    for provider in ["flexprice", "lago"] {
        for name in names_in(&vectors_folder().join(provider)) {
            found.push(format!("{provider}/{name}.json"));
        }
    }
    let mut indexed = indexed_files();
    indexed.sort();
    found.sort();
    assert_eq!(indexed, found);
}

#[test]
fn every_vector_of_a_known_verb_is_answered_as_expected() {
    let mut waiting: BTreeMap<String, usize> = BTreeMap::new();
    let mut failures = Vec::new();
    let mut passed = 0;
    for file in indexed_files() {
        let content = read_json(&vectors_folder().join(&file));
        let kind = content["kind"].as_str().expect("a file names its kind");
        let cases = content["vectors"].as_array().expect("`vectors` is a list");
        assert!(!cases.is_empty(), "{file} has no case");
        for case in cases {
            let id = case["id"].as_str().expect("a case has an id");
            let got = match answer(kind, &case["input"]) {
                None => {
                    *waiting.entry(kind.to_owned()).or_default() += 1;
                    continue;
                }
                Some(got) => got,
            };
            let mut found = Vec::new();
            match got {
                Err(error) => found.push(format!("got the error {error}")),
                Ok(got) => differences("answer", kind, &expected(case), &got, &mut found),
            }
            if found.is_empty() {
                passed += 1;
            } else {
                failures.push(format!("{file} {id}:\n    {}", found.join("\n    ")));
            }
        }
    }
    println!(
        "{passed} passed, {} failed, {} not replayed yet ({} kinds)",
        failures.len(),
        waiting.values().sum::<usize>(),
        waiting.len()
    );
    assert!(failures.is_empty(), "\n  {}", failures.join("\n  "));
    let unanswered: Vec<&str> = waiting.keys().map(String::as_str).collect();
    assert_eq!(unanswered, NOT_VERBS);
}

#[test]
fn an_unknown_input_key_at_any_depth_is_refused() {
    for (kind, file, at) in [
        ("invoice.apply", "lago/invoice.apply", ""),
        ("invoice.apply", "lago/invoice.apply", "/invoice"),
        ("invoice.apply", "lago/invoice.apply", "/wallets/0"),
        ("invoice.apply", "lago/invoice.apply", "/fees/0"),
        ("ongoing.allocate", "lago/ongoing.allocate", ""),
        ("ongoing.allocate", "lago/ongoing.allocate", "/wallets/0"),
        (
            "ongoing.allocate",
            "lago/ongoing.allocate",
            "/current_usage_fees/0",
        ),
        ("ongoing.refresh", "lago/ongoing.refresh", ""),
        ("ongoing.refresh", "lago/ongoing.refresh", "/wallet"),
        ("wallet.order", "lago/wallet.order", ""),
        ("wallet.order", "lago/wallet.order", "/wallets/0"),
        ("balance.real_time", "flexprice/balance.real_time", ""),
        (
            "balance.real_time",
            "flexprice/balance.real_time",
            "/wallet",
        ),
        (
            "invoices.unpaid_totals",
            "flexprice/invoices.unpaid_totals",
            "",
        ),
        (
            "invoices.unpaid_totals",
            "flexprice/invoices.unpaid_totals",
            "/invoices/0",
        ),
        (
            "invoices.unpaid_totals",
            "flexprice/invoices.unpaid_totals",
            "/invoices/0/lines/0",
        ),
        (
            "balance.real_time_multi_wallet",
            "flexprice/balance.real_time_multi_wallet",
            "/wallets/0",
        ),
        ("gate.can_cover", "flexprice/gate.can_cover", ""),
    ] {
        let content = read_json(&vectors_folder().join(format!("{file}.json")));
        let mut input = content["vectors"][0]["input"].clone();
        answer(kind, &input)
            .expect("a verb")
            .expect("good as it is");
        let place = input.pointer_mut(at);
        let place = place.unwrap_or_else(|| panic!("{file} has nothing at {at}"));
        place["surprise"] = json!(1);
        let error = verbs::call(kind, &input.to_string()).expect_err(kind);
        assert_eq!(error.code(), "invalid_input", "{kind} at `{at}`");
        assert!(error.to_string().contains("surprise"), "{kind}: {error}");
    }
}

#[test]
fn an_explicit_null_reads_like_an_absent_key() {
    let request = json!({
        "wallets": [{ "id": "w", "balance_cents": 100, "status": null, "code": null, "rate_amount": null,
            "allowed_fee_types": null, "target_metrics": null, "threshold_rule_active": null }],
        "current_usage_fees": null, "events_targeting_wallets": null,
    });
    let got = answer("ongoing.allocate", &request).unwrap().unwrap();
    assert_eq!(got["allocations"], json!({ "w": "0" }));
}

#[test]
fn the_comparison_itself_finds_what_differs() {
    let found = |expected: Value, got: Value| {
        let mut found = Vec::new();
        differences("answer", "any", &expected, &got, &mut found);
        found.len()
    };
    assert_eq!(
        found(json!({"a": "4.00", "b": null}), json!({"a": 4, "c": 1})),
        0
    );
    assert_eq!(found(json!("-0.0"), json!(0)), 0);
    assert_eq!(
        found(
            json!("2026-01-01T00:00:00Z"),
            json!("2026-01-01T01:00:00.000+01:00")
        ),
        0
    );
    assert_eq!(
        found(json!({"allocations": {}}), json!({"allocations": {}})),
        0
    );
    for (expected, got) in [
        (json!("4.00"), json!("4.01")),
        (json!("-4"), json!("4")),
        (json!(null), json!(0)),
        (json!(0), json!(null)),
        (json!(true), json!("true")),
        (json!(["a", "b"]), json!(["b", "a"])),
        (json!(["a"]), json!(["a", "b"])),
        (json!("9007199254740993"), json!("9007199254740992")),
        (
            json!({"allocations": {}}),
            json!({"allocations": {"w": "0"}}),
        ),
        (
            json!({"allocations": {"w": "0"}}),
            json!({"allocations": {}}),
        ),
        (
            json!({"balances_after": {"w": "0"}}),
            json!({"balances_after": {}}),
        ),
    ] {
        assert_ne!(found(expected.clone(), got.clone()), 0, "{expected} {got}");
    }
}
