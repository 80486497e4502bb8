//! Providers' answers as they come: `tests/payloads`, without their notes.

use creditgate::engine::account::{Cost, Options};
use creditgate::error::{Error, Result};
use creditgate::model::scope::Scope;
use creditgate::model::wallet::{Freshness, Grant, Kind, Status, Wallet};
use creditgate::profile::{FLEXPRICE, LAGO};
use creditgate::time::Timestamp;
use creditgate::wire::field::Field;
use creditgate::wire::{flexprice, lago};
use serde_json::{Value, json};

use crate::support::{self, *};

/// Every object that looks like a wallet, wherever it stands.
fn wallets_in(value: &Value) -> Vec<Value> {
    let is_wallet = ["balance_cents", "balance"]
        .iter()
        .any(|key| value.get(key).is_some())
        && value.get("currency").is_some();
    match value {
        _ if is_wallet => vec![value.clone()],
        Value::Object(map) => map.values().flat_map(wallets_in).collect(),
        Value::Array(list) => list.iter().flat_map(wallets_in).collect(),
        _ => Vec::new(),
    }
}

fn read_lago(list: Value) -> Result<Vec<Wallet>> {
    lago::wallets(&Field::answer(&list, "wallets"))
}

fn read_flexprice(json: Value, grants: Option<Value>) -> Result<Wallet> {
    let list = json!([json]);
    let read = flexprice::wallets(&Field::answer(&list, "wallets"), |_| grants.as_ref());
    Ok(read?.remove(0))
}

fn lago_one(changes: Value) -> Result<Wallet> {
    let mut json = payload("lago/wallet")["wallet"].clone();
    overwrite(&mut json, changes);
    Ok(read_lago(json!([json]))?.remove(0))
}

fn flexprice_one(changes: Value) -> Result<Wallet> {
    let mut json = payload("flexprice/wallet_balance_fresh");
    overwrite(&mut json, changes);
    read_flexprice(json, None)
}

/// `"absent"` removes the key.
fn overwrite(json: &mut Value, changes: Value) {
    for (key, value) in changes.as_object().unwrap() {
        if value == "absent" {
            json.as_object_mut().unwrap().remove(key);
        } else {
            json[key] = value.clone();
        }
    }
}

fn fault(result: Result<Wallet>) -> (&'static str, String) {
    let error: Error = result.expect_err("refused");
    (error.code(), error.path().to_owned())
}

#[test]
fn every_wallet_in_the_payloads_is_read() {
    let mut count = 0;
    for name in payload_names("lago") {
        let found = wallets_in(&payload(&format!("lago/{name}")));
        count += found.len();
        assert_eq!(found.is_empty(), name == "wallets_list_empty", "{name}");
        read_lago(Value::from(found)).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    for name in payload_names("flexprice") {
        let found = wallets_in(&payload(&format!("flexprice/{name}")));
        count += found.len();
        let none = ["customer_wallets_empty", "transactions_list"].contains(&name.as_str());
        assert_eq!(found.is_empty(), none, "{name}");
        for json in found {
            read_flexprice(json, None).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
    }
    assert!(count > 45, "{count} wallets");
}

#[test]
fn a_lago_list_is_read_whole_and_ordered_by_priority_then_creation() {
    let wallets = read_lago(payload("lago/wallets_list")["wallets"].clone()).unwrap();
    let [catch_all, metrics, prepaid, terminated] = &wallets[..] else {
        panic!("four wallets")
    };
    assert_eq!(
        (prepaid.balance, prepaid.ongoing_balance),
        (dec("120"), Some(dec("90.73")))
    );
    assert_eq!(
        (prepaid.rate, prepaid.priority, prepaid.threshold_rule),
        (dec("0.5"), 10, true)
    );
    assert_eq!(
        prepaid.expires_at,
        Some(Timestamp::parse("2027-08-01T00:00:00Z").unwrap())
    );
    assert_eq!(prepaid.scope, scope(&["charge"], &[]));
    assert_eq!(
        (metrics.balance, metrics.ongoing_balance),
        (dec("0"), Some(dec("-4.27")))
    );
    assert_eq!(metrics.scope, scope(&[], &["api_calls", "storage_gb"]));
    assert_eq!(
        (catch_all.scope.clone(), catch_all.threshold_rule),
        (Scope::unrestricted(), false)
    );
    assert_eq!(terminated.status, Status::Inactive);
    // Same second: the list has the newest first.
    let order: Vec<_> = wallets.iter().map(|wallet| wallet.created_order).collect();
    assert_eq!(order, [3, 2, 1, 0]);

    let account = support::lago(wallets);
    let explanation = account
        .explain(
            eur(),
            &charge().metric("api_calls"),
            Timestamp::parse("2026-09-01T00:00:00Z").unwrap(),
        )
        .unwrap();
    let codes: Vec<_> = explanation
        .wallets
        .iter()
        .map(|wallet| &wallet.id[..4])
        .collect();
    assert_eq!(codes, ["f58f", "d601", "fcb9", "21b1"]);
    // 90.73 - 4.27 + 15.72
    let decision = account
        .decide_once(
            eur(),
            &charge().metric("api_calls"),
            Cost::Amount(dec("1")),
            NOW,
        )
        .unwrap();
    assert_eq!(decision.available, Some(dec("102.18")));
}

#[test]
fn a_lago_scope_is_unknown_unrestricted_or_limited() {
    assert_eq!(
        lago_one(json!({"applies_to": "absent"})).unwrap().scope,
        Scope::Unknown
    );
    assert_eq!(
        lago_one(json!({"applies_to": null})).unwrap().scope,
        Scope::Unknown
    );
    for empty in [
        json!({}),
        json!({"fee_types": [], "billable_metric_codes": []}),
        json!({"fee_types": null, "billable_metric_codes": null}),
    ] {
        assert_eq!(
            lago_one(json!({"applies_to": empty})).unwrap().scope,
            Scope::unrestricted()
        );
    }
    let some =
        json!({"applies_to": {"fee_types": ["subscription"], "billable_metric_codes": ["m"]}});
    assert_eq!(
        lago_one(some).unwrap().scope,
        scope(&["subscription"], &["m"])
    );
    let from_webhook = wallets_in(&payload("lago/webhook_wallet_updated"));
    assert_eq!(
        read_lago(Value::from(from_webhook)).unwrap()[0].scope,
        Scope::Unknown
    );
}

#[test]
fn lago_money_is_in_minor_units_of_its_currency() {
    for (code, balance) in [
        ("EUR", "12.345"),
        ("JPY", "1234.5"),
        ("KWD", "1.2345"),
        ("HUF", "1234.5"),
        ("CLF", "0.12345"),
    ] {
        let wallet = lago_one(
            json!({"currency": code, "balance_cents": 1234.5, "ongoing_balance_cents": "-1234.5"}),
        )
        .unwrap();
        assert_eq!(
            (wallet.balance, wallet.ongoing_balance),
            (dec(balance), Some(dec(&format!("-{balance}")))),
            "{code}"
        );
    }
}

#[test]
fn lago_figures_that_are_no_amounts_are_faults_of_their_field() {
    for bad in [
        json!("ten"),
        json!(true),
        json!([1]),
        json!({"a": 1}),
        json!(""),
    ] {
        let at = |field: &str| ("invalid_response", format!("wallets[0].{field}"));
        assert_eq!(
            fault(lago_one(json!({"balance_cents": bad}))),
            at("balance_cents")
        );
        assert_eq!(
            fault(lago_one(json!({"ongoing_balance_cents": bad}))),
            at("ongoing_balance_cents")
        );
        assert_eq!(
            fault(lago_one(json!({"rate_amount": bad}))),
            at("rate_amount")
        );
    }
    assert_eq!(
        fault(lago_one(json!({"balance_cents": "absent"}))),
        ("invalid_response", "wallets[0].balance_cents".into())
    );
    assert_eq!(
        fault(lago_one(json!({"expiration_at": "soon"}))),
        ("invalid_response", "wallets[0].expiration_at".into())
    );
    assert_eq!(
        fault(lago_one(json!({"created_at": "once"}))),
        ("invalid_response", "wallets[0].created_at".into())
    );
    assert_eq!(
        fault(lago_one(json!({"currency": "EURO"}))),
        ("invalid_response", "wallets[0].currency".into())
    );
}

#[test]
fn numbers_that_may_have_lost_digits_are_refused() {
    let path = || "wallets[0].balance_cents".to_owned();
    for (number, code) in [
        (json!(9_007_199_254_740_991_i64), None),
        (json!(-9_007_199_254_740_991_i64), None),
        (
            json!(9_007_199_254_740_992_i64),
            Some("decimal_out_of_range"),
        ),
        (
            json!(9_007_199_254_740_993_i64),
            Some("decimal_out_of_range"),
        ),
        (
            json!(-9_007_199_254_740_993_i64),
            Some("decimal_out_of_range"),
        ),
        (json!(u64::MAX), Some("decimal_out_of_range")),
        (json!(i64::MIN), Some("decimal_out_of_range")),
        (json!(9_007_199_254_740_994.0), Some("decimal_out_of_range")),
        (json!(1e22), Some("decimal_out_of_range")),
        (json!(1e300), Some("decimal_out_of_range")),
        (json!(1e-300), Some("decimal_out_of_range")),
        (json!("9007199254740993"), None),
        (
            json!("79228162514264337593543950336"),
            Some("decimal_out_of_range"),
        ),
    ] {
        let read = lago_one(json!({"balance_cents": number}));
        match code {
            None => assert!(read.is_ok(), "{number}"),
            Some(code) => assert_eq!(fault(read), (code, path()), "{number}"),
        }
    }
}

#[test]
fn a_flexprice_wallet_is_read_with_what_is_left_of_it() {
    let wallet = flexprice_one(json!({})).unwrap();
    assert_eq!(
        (wallet.balance, wallet.ongoing_balance, wallet.rate),
        (dec("125.5"), Some(dec("98.25")), dec("0.5"))
    );
    assert_eq!(
        (wallet.currency, wallet.kind, wallet.status),
        (usd(), Kind::Prepaid, Status::Active)
    );
    assert_eq!(wallet.freshness, Freshness::Computed);
    let account = support::flexprice(vec![wallet]);
    let decision = account
        .decide_once(usd(), &usage(), Cost::Amount(dec("98.25")), NOW)
        .unwrap();
    assert_eq!(
        decision.outcome,
        creditgate::model::decision::Outcome::Covered
    );
}

#[test]
fn flexprice_says_how_fresh_its_figures_are_and_silence_is_a_fallback() {
    for (changes, freshness) in [
        (json!({"is_cached_fallback": false}), Freshness::Computed),
        (
            json!({"is_cached_fallback": true}),
            Freshness::CachedFallback,
        ),
        (
            json!({"is_cached_fallback": "absent"}),
            Freshness::CachedFallback,
        ),
        (
            json!({"is_cached_fallback": null}),
            Freshness::CachedFallback,
        ),
    ] {
        assert_eq!(flexprice_one(changes).unwrap().freshness, freshness);
    }
}

#[test]
fn flexprice_wallets_that_are_not_active_prepaid_and_published_are_told_apart() {
    for (changes, status, kind) in [
        (
            json!({"wallet_status": "frozen"}),
            Status::Inactive,
            Kind::Prepaid,
        ),
        (
            json!({"wallet_status": "closed"}),
            Status::Inactive,
            Kind::Prepaid,
        ),
        (
            json!({"wallet_status": "new_one"}),
            Status::Inactive,
            Kind::Prepaid,
        ),
        (
            json!({"wallet_status": "absent"}),
            Status::Active,
            Kind::Prepaid,
        ),
        (
            json!({"status": "archived"}),
            Status::Inactive,
            Kind::Prepaid,
        ),
        (json!({"status": "absent"}), Status::Active, Kind::Prepaid),
        (
            json!({"wallet_type": "POST_PAID"}),
            Status::Active,
            Kind::Postpaid,
        ),
        (
            json!({"wallet_type": "NEW_ONE"}),
            Status::Active,
            Kind::Postpaid,
        ),
        (
            json!({"wallet_type": "PROMOTIONAL"}),
            Status::Active,
            Kind::Prepaid,
        ),
        (
            json!({"wallet_type": "absent"}),
            Status::Active,
            Kind::Prepaid,
        ),
    ] {
        let wallet = flexprice_one(changes.clone()).unwrap();
        assert_eq!((wallet.status, wallet.kind), (status, kind), "{changes}");
    }
}

#[test]
fn the_documented_flexprice_shape_is_read_with_its_numbers() {
    let wallet = read_flexprice(payload("flexprice/wallet_documented"), None).unwrap();
    assert_eq!(
        (wallet.balance, wallet.rate, wallet.ongoing_balance),
        (dec("480.25"), dec("1"), None)
    );
    assert_eq!(
        (wallet.kind, wallet.status, wallet.freshness),
        (Kind::Prepaid, Status::Active, Freshness::CachedFallback)
    );
    let account = open(FLEXPRICE, vec![wallet], Options::default());
    let decision = account
        .decide_once(usd(), &usage(), Cost::Amount(dec("1")), NOW)
        .unwrap();
    assert_eq!(
        decision.reason,
        creditgate::model::decision::Reason::PendingUnknown
    );
}

#[test]
fn grants_are_the_completed_published_credits() {
    let items = payload("flexprice/transactions_list")["items"].clone();
    let read = |items: Value| {
        read_flexprice(payload("flexprice/wallet_balance_fresh"), Some(items))
            .map(|wallet| wallet.grants.unwrap())
    };
    let expiry = Timestamp::parse("2027-08-01T00:00:00Z").unwrap();
    assert_eq!(
        read(items.clone()).unwrap(),
        [
            grant("200", Some(expiry.0)),
            grant("10", None),
            grant("26", None)
        ]
    );
    assert_eq!(read(json!([])).unwrap(), Vec::<Grant>::new());
    for (field, value) in [
        ("type", "debit"),
        ("transaction_status", "pending"),
        ("status", "archived"),
    ] {
        let mut items = items.clone();
        items[1][field] = json!(value);
        assert_eq!(read(items).unwrap().len(), 2, "{field}");
    }
    for (field, code) in [
        ("expiry_date", "invalid_response"),
        ("credits_available", "invalid_response"),
    ] {
        let mut items = items.clone();
        items[2][field] = json!("x");
        let error = read(items).unwrap_err();
        assert_eq!(
            (error.code(), error.path()),
            (code, format!("wallets[0].grants[2].{field}").as_str())
        );
    }
}

#[test]
fn flexprice_figures_that_are_no_amounts_are_faults_of_their_field() {
    for field in ["balance", "real_time_balance", "conversion_rate"] {
        assert_eq!(
            fault(flexprice_one(json!({field: "ten"}))),
            ("invalid_response", format!("wallets[0].{field}"))
        );
        let huge = fault(flexprice_one(json!({field: 9_007_199_254_740_993_i64})));
        assert_eq!(
            huge,
            ("decimal_out_of_range", format!("wallets[0].{field}"))
        );
    }
    assert_eq!(
        fault(flexprice_one(json!({"balance": "absent"}))),
        ("invalid_response", "wallets[0].balance".into())
    );
    assert_eq!(
        flexprice_one(json!({"balance": 480.25, "real_time_balance": null}))
            .unwrap()
            .balance,
        dec("480.25")
    );
    assert_eq!(
        flexprice_one(json!({"balance": 1e-7})).unwrap().balance,
        dec("0.0000001")
    );
}

#[test]
fn answers_with_unknown_fields_are_read_all_the_same() {
    assert!(flexprice_one(json!({"something_new": {"a": [1, 2]}})).is_ok());
    assert!(lago_one(json!({"something_new": {"a": [1, 2]}})).is_ok());
}

#[test]
fn yen_and_dinars_are_checked_to_their_own_minor_unit() {
    for (code, balance, covered, short) in [
        ("JPY", 1572, "1572", "1573"),
        ("KWD", 1572, "1.572", "1.573"),
    ] {
        let wallet = lago_one(
            json!({"currency": code, "balance_cents": balance, "ongoing_balance_cents": balance}),
        )
        .unwrap();
        let account = open(LAGO, vec![wallet], taxed("0"));
        let outcome = |cost: &str| {
            account
                .decide_once(currency(code), &charge(), Cost::Amount(dec(cost)), NOW)
                .unwrap()
                .outcome
        };
        assert_eq!(
            outcome(covered),
            creditgate::model::decision::Outcome::Covered
        );
        assert_eq!(outcome(short), creditgate::model::decision::Outcome::Short);
    }
}
