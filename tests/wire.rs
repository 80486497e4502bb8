//! JSON-like input: what each reader takes, and where its faults say they are.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]
#![cfg(not(target_arch = "wasm32"))]

use creditgate::error::{Error, Result};
use creditgate::wire::field::Field;
use creditgate::wire::{flexprice, lago};
use serde_json::{Value, json};

fn told(error: &Error) -> (&str, &str) {
    (error.code(), error.path())
}

#[track_caller]
fn is_fault<T>(result: Result<T>, path: &str, message: &str) {
    let Err(error) = result else {
        panic!("nothing wrong with {path}")
    };
    assert_eq!(told(&error), ("invalid_response", path));
    assert!(error.to_string().starts_with(message), "{error}");
}

#[test]
fn absent_and_null_read_alike_and_required_values_are_missing() {
    for json in [json!({}), json!({"a": null})] {
        let answer = Field::answer(&json, "answer");
        let field = answer.get("a");
        assert_eq!(field.optional_text().unwrap(), None);
        assert_eq!(field.optional_bool().unwrap(), None);
        assert_eq!(field.optional_integer().unwrap(), None);
        assert_eq!(field.optional_decimal().unwrap(), None);
        assert!(field.optional_object().unwrap().is_none());
        assert_eq!(field.optional_items().unwrap().count(), 0);
        is_fault(field.text(), "answer.a", "is missing");
        is_fault(field.bool(), "answer.a", "is missing");
        is_fault(field.object(), "answer.a", "is missing");
        is_fault(field.items().map(|_| ()), "answer.a", "is missing");
    }
}

#[test]
fn nothing_passes_for_another_kind() {
    let kinds = [
        json!(true),
        json!(1),
        json!(1.5),
        json!("1"),
        json!([]),
        json!({}),
    ];
    for (index, kind) in kinds.iter().enumerate() {
        let field = Field::answer(kind, "it");
        let is_only = |read: bool, places: &[usize]| {
            assert_eq!(read, places.contains(&index), "{kind} of {places:?}");
        };
        is_only(field.bool().is_ok(), &[0]);
        is_only(matches!(field.optional_integer(), Ok(Some(1))), &[1]);
        is_only(field.text().is_ok(), &[3]);
        is_only(matches!(field.optional_decimal(), Ok(Some(_))), &[3]);
        is_only(field.items().is_ok(), &[4]);
        is_only(field.object().is_ok(), &[5]);
    }
}

#[test]
fn integers_are_the_safe_ones() {
    for (number, read) in [
        (
            json!(9_007_199_254_740_991_i64),
            Some(9_007_199_254_740_991),
        ),
        (
            json!(-9_007_199_254_740_991_i64),
            Some(-9_007_199_254_740_991),
        ),
        (json!(9_007_199_254_740_992_i64), None),
        (json!(u64::MAX), None),
        (json!(1e300), None),
        (json!(2.0), Some(2)),
        (json!(2.5), None),
    ] {
        let field = Field::answer(&number, "priority");
        match read {
            Some(whole) => assert_eq!(field.optional_integer().unwrap(), Some(whole)),
            None => is_fault(field.optional_integer(), "priority", "is not an integer"),
        }
    }
}

#[test]
fn a_path_tells_keys_and_places_from_the_root_on() {
    let json = json!({"list": [{}, {"of": ["a", 1]}]});
    let root = Field::answer(&json, "answer");
    let list = root.get("list");
    let second = list.item(1);
    let inner = second.get("of");
    assert_eq!(inner.item(0).text().unwrap(), "a");
    is_fault(inner.item(1).text(), "answer.list[1].of[1]", "is not text");
    // Beyond the end of a list nothing stands; of what is no object or list nothing can be read.
    is_fault(inner.item(2).text(), "answer.list[1].of[2]", "is missing");
    is_fault(
        inner.get("a").optional_text(),
        "answer.list[1].of.a",
        "cannot be read",
    );
    is_fault(
        second.item(0).optional_text(),
        "answer.list[1][0]",
        "cannot be read",
    );
    let elsewhere = json!(5);
    let added = second.with("grants", &elsewhere);
    is_fault(
        added.items().map(|_| ()),
        "answer.list[1].grants",
        "is not a list",
    );
}

#[test]
fn a_callers_request_has_faults_of_its_own_and_no_key_that_is_not_known() {
    let json = json!({"taxRate": "20%", "taxRat": 1});
    let input = Field::input(&json, "");
    let error = input.get("taxRate").optional_decimal().unwrap_err();
    assert_eq!(told(&error), ("invalid_decimal", "taxRate"));
    let error = input.get("taxRat").optional_decimal().unwrap_err();
    assert_eq!(told(&error), ("invalid_input", "taxRat"));
    let error = input.only(&["taxRate"]).unwrap_err();
    assert_eq!(told(&error), ("invalid_input", "taxRat"));
    assert_eq!(input.only(&["taxRat", "taxRate", "more"]), Ok(()));
    let nested = Field::input(&json, "invoice");
    let error = nested.only(&[]).unwrap_err();
    assert!(error.path().starts_with("invoice.taxRat"), "{error}");
    let error = input.get("taxRate").only(&[]).unwrap_err();
    assert_eq!(told(&error), ("invalid_input", "taxRate"));
}

fn lago_with(key: &str, value: Value) -> Result<()> {
    let mut wallet = json!({"lago_id": "w", "currency": "EUR", "balance_cents": 1});
    wallet[key] = value;
    let list = json!([{"lago_id": "v", "currency": "EUR", "balance_cents": 1}, wallet]);
    lago::wallets(&Field::answer(&list, "wallets")).map(|_| ())
}

#[test]
fn a_lago_field_of_another_kind_is_told_with_its_path() {
    for (key, value, path) in [
        ("lago_id", json!(1), "lago_id"),
        ("lago_id", json!(null), "lago_id"),
        ("code", json!(1), "code"),
        ("status", json!(false), "status"),
        ("currency", json!(null), "currency"),
        ("priority", json!("1"), "priority"),
        ("created_at", json!(0), "created_at"),
        ("expiration_at", json!({}), "expiration_at"),
        ("applies_to", json!([]), "applies_to"),
        ("applies_to", json!("charge"), "applies_to"),
        (
            "applies_to",
            json!({"fee_types": "charge"}),
            "applies_to.fee_types",
        ),
        (
            "applies_to",
            json!({"fee_types": {}}),
            "applies_to.fee_types",
        ),
        (
            "applies_to",
            json!({"billable_metric_codes": ["a", null]}),
            "applies_to.billable_metric_codes[1]",
        ),
        (
            "recurring_transaction_rules",
            json!({}),
            "recurring_transaction_rules",
        ),
        (
            "recurring_transaction_rules",
            json!([1]),
            "recurring_transaction_rules[0]",
        ),
        (
            "recurring_transaction_rules",
            json!([{}, {"trigger": 1}]),
            "recurring_transaction_rules[1].trigger",
        ),
    ] {
        is_fault(lago_with(key, value), &format!("wallets[1].{path}"), "is ");
    }
}

#[test]
fn cents_that_do_not_fit_as_currency_units_are_told_with_their_path() {
    let tiny = json!(format!("0.{}1", "0".repeat(27)));
    let error = lago_with("ongoing_balance_cents", tiny).unwrap_err();
    assert_eq!(
        told(&error),
        ("decimal_out_of_range", "wallets[1].ongoing_balance_cents")
    );
}

#[test]
fn a_flexprice_field_of_another_kind_is_told_with_its_path() {
    let read = |key: &str, value: Value, grants: Option<&Value>| {
        let mut wallet = json!({"id": "w", "currency": "usd", "balance": "1"});
        wallet[key] = value;
        let list = json!([wallet]);
        flexprice::wallets(&Field::answer(&list, "wallets"), |id| {
            assert_eq!(id, "w");
            grants
        })
        .map(|_| ())
    };
    for (key, value) in [
        ("id", json!(null)),
        ("currency", json!(1)),
        ("wallet_status", json!(1)),
        ("wallet_type", json!([])),
        ("is_cached_fallback", json!("false")),
        ("is_cached_fallback", json!(0)),
        ("status", json!({})),
    ] {
        is_fault(read(key, value, None), &format!("wallets[0].{key}"), "is ");
    }
    for (grants, path) in [
        (json!(null), ""),
        (json!({}), ""),
        (json!([[]]), "[0]"),
        (json!([{}, null]), "[1]"),
        (json!([{"type": 1}]), "[0].type"),
        (
            json!([{"type": "credit", "transaction_status": 1}]),
            "[0].transaction_status",
        ),
        (
            json!([{"type": "credit", "transaction_status": "completed"}]),
            "[0].credits_available",
        ),
        (
            json!([{"type": "credit", "transaction_status": "completed", "credits_available": 1, "expiry_date": 1}]),
            "[0].expiry_date",
        ),
    ] {
        let path = format!("wallets[0].grants{path}");
        is_fault(read("status", json!(null), Some(&grants)), &path, "is ");
    }
}

#[test]
fn a_list_of_wallets_is_a_list_of_objects() {
    for (answer, path) in [
        (json!(null), "wallets"),
        (json!({}), "wallets"),
        (json!("w"), "wallets"),
        (json!([null]), "wallets[0]"),
        (json!(["w"]), "wallets[0]"),
        (json!([[]]), "wallets[0]"),
    ] {
        let list = Field::answer(&answer, "wallets");
        is_fault(lago::wallets(&list), path, "is ");
        is_fault(flexprice::wallets(&list, |_| None), path, "is ");
    }
}
