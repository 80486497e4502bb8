//! The resident account.

use creditgate::boundary::wasm::Account;
use js_sys::{Array, Float64Array, Map};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

use super::{available_at, fault, get, is_fault, js, text};

const WALLETS: &str = r#"[
    {"lago_id": "w", "currency": "EUR", "status": "active", "priority": 1, "rate_amount": "1.0", "balance_cents": 1000,
     "ongoing_balance_cents": 800, "created_at": "2026-08-01T09:00:00Z", "expiration_at": "1970-01-01T00:00:01Z",
     "applies_to": {"fee_types": [], "billable_metric_codes": []}, "metadata": {"any": "thing"}},
    {"lago_id": "v", "currency": "EUR", "status": "active", "priority": 2, "rate_amount": "1.0", "balance_cents": "500",
     "ongoing_balance_cents": 500, "created_at": "2026-08-01T09:00:00Z", "expiration_at": null,
     "applies_to": {"fee_types": [], "billable_metric_codes": []}}
]"#;

fn options(tax_rate: Option<&str>) -> JsValue {
    let tax = tax_rate.map_or(String::new(), |rate| format!(r#""taxRate": "{rate}","#));
    js(&format!(
        r#"{{{tax} "whenScopesOverlap": "estimate", "acceptFallback": true, "includePostpaid": false, "targetsWallets": false}}"#
    ))
}

fn lago() -> Account {
    Account::new(
        "lago",
        js(WALLETS),
        JsValue::UNDEFINED,
        JsValue::UNDEFINED,
        options(Some("0")),
    )
    .unwrap_or_else(|_| panic!("a good account"))
}

fn flexprice(wallets: &str, grants: JsValue) -> Result<Account, JsValue> {
    Account::new(
        "flexprice",
        js(wallets),
        grants,
        JsValue::UNDEFINED,
        options(None),
    )
}

const DOLLARS: &str = r#"[{"id": "w", "currency": "usd", "balance": "10", "real_time_balance": "8", "conversion_rate": "0.5",
    "wallet_status": "active", "wallet_type": "PRE_PAID", "is_cached_fallback": false, "status": "published"}]"#;

fn slot(account: &Account) -> u32 {
    account.slot("eur\0charge").unwrap()
}

/// As `js/engine/account.ts` goes by the figures: 0 short, 1 covered, 2 for `decide` to say.
fn covers(
    account: &Account,
    slot: u32,
    mantissa: f64,
    scale: u32,
    now: f64,
) -> Result<u8, JsValue> {
    let figures = Float64Array::new_with_length(5);
    account.figures(slot, scale, now, &figures)?;
    let limit = figures.get_index(0);
    Ok(if limit.is_nan() {
        2
    } else {
        u8::from(mantissa <= limit)
    })
}

fn usage(account: &Account) -> u32 {
    account.slot("USD\0USAGE").unwrap()
}

#[wasm_bindgen_test]
fn a_resident_account_answers_by_scalars() {
    let account = lago();
    let slot = slot(&account);
    assert_eq!(covers(&account, slot, 1300.0, 2, 0.0), Ok(1));
    assert_eq!(covers(&account, slot, 1301.0, 2, 0.0), Ok(0));
    assert_eq!(available_at(&account, slot), Some("13".to_owned()));
    assert_eq!(account.next_change_at(0.0), Ok(1000.0));
    assert_eq!(account.next_change_at(1000.0), Ok(f64::INFINITY));
    assert_eq!(covers(&account, slot, 301.0, 2, 1000.0), Ok(0));
    let summary = account.summary().unwrap();
    assert_eq!(text(&summary, "freshness").as_deref(), Some("undated"));
    assert_eq!(get(&summary, "walletCount"), 2.0);
}

#[wasm_bindgen_test]
fn a_decision_is_a_plain_object_with_null_for_what_is_absent() {
    let account = lago();
    let decision = account.decide(slot(&account), false, "13.5", 0.0).unwrap();
    for (key, value) in [
        ("outcome", "short"),
        ("reason", "insufficient_balance"),
        ("required", "13.5"),
        ("available", "13"),
        ("shortfall", "0.5"),
        ("precision", "exact"),
    ] {
        assert_eq!(text(&decision, key).as_deref(), Some(value), "{key}");
    }
    assert_eq!(get(&decision, "nextChangeAt").as_f64(), Some(1000.0));
    let decision = account.decide(slot(&account), false, "13", 2000.0).unwrap();
    assert_eq!(
        text(&decision, "reason").as_deref(),
        Some("credits_expired")
    );
    assert!(get(&decision, "nextChangeAt").is_null());
    let covered = account.decide(slot(&account), false, "1", 0.0).unwrap();
    assert!(get(&covered, "shortfall").is_null());
    assert!(!covered.is_instance_of::<Map>());
}

#[wasm_bindgen_test]
fn the_scalar_check_and_the_decisions_agree() {
    let account = lago();
    let slot = slot(&account);
    for now in [0.0, 999.0, 1000.0] {
        for cents in [0, 1, 299, 300, 301, 1299, 1300, 1301] {
            let cost = format!("{}.{:02}", cents / 100, cents % 100);
            let decision = account.decide(slot, false, &cost, now).unwrap();
            let once = account
                .decide_once("EUR\0charge\0\0", false, &cost, now)
                .unwrap();
            let covers = covers(&account, slot, f64::from(cents), 2, now).unwrap();
            let outcome = ["short", "covered", "unknown"][usize::from(covers)];
            assert_eq!(
                text(&decision, "outcome").as_deref(),
                Some(outcome),
                "{cost} at {now}"
            );
            assert_eq!(
                js_sys::JSON::stringify(&decision),
                js_sys::JSON::stringify(&once)
            );
        }
    }
}

#[wasm_bindgen_test]
fn debits_are_added_and_taken_off_by_decimal_text() {
    let account = lago();
    let slot = slot(&account);
    account.add(slot, false, "3", false).unwrap();
    account.add(slot, true, "1.5", false).unwrap();
    assert_eq!(available_at(&account, slot), Some("8.5".to_owned()));
    account.add(slot, true, "1.5", true).unwrap();
    account.add(slot, false, "3", true).unwrap();
    assert_eq!(available_at(&account, slot), Some("13".to_owned()));
    assert_eq!(
        fault(account.add(slot, false, "1e3", false)).0,
        "invalid_decimal"
    );
    assert_eq!(
        fault(account.add(slot, false, "79228162514264337593543950336", false)).0,
        "decimal_out_of_range"
    );
    assert_eq!(available_at(&account, slot), Some("13".to_owned()));
}

#[wasm_bindgen_test]
fn a_charge_by_scalars_tells_what_it_leaves() {
    let account = lago();
    let slot = slot(&account);
    let figures = Float64Array::new_with_length(5);
    let charge = |units, places, now| account.charge(slot, false, units, places, 2, now, &figures);
    charge(350.0, 2, 0.0).unwrap();
    assert_eq!(
        figures.to_vec(),
        [950.0, 1000.0, 1.0, 95.0, 1.0],
        "limit, until, exact, and 9.5"
    );
    charge(-1.0, 0, 0.0).unwrap();
    is_fault(charge(1.0, 29, 0.0), "decimal_out_of_range", None);
    for units in [f64::NAN, f64::INFINITY, 0.5, 9_007_199_254_740_992.0] {
        is_fault(charge(units, 0, 0.0), "invalid_input", Some("units"));
    }
    is_fault(charge(1.0, 0, f64::NAN), "invalid_input", Some("now"));
    assert_eq!(available_at(&account, slot), Some("10.5".to_owned()));
    assert_eq!(covers(&account, slot, 1050.0, 2, 0.0), Ok(1));
    assert_eq!(covers(&account, slot, 1051.0, 2, 0.0), Ok(0));
}

#[wasm_bindgen_test]
fn an_explanation_lists_the_wallets() {
    let account = lago();
    let explanation = account.explain("EUR\0charge\0m\0", 1000.0).unwrap();
    let wallets = Array::from(&get(&explanation, "wallets"));
    let told: Vec<_> = wallets
        .iter()
        .map(|wallet| {
            (
                text(&wallet, "id").unwrap(),
                text(&wallet, "verdict").unwrap(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("w".to_owned(), "expired".to_owned()),
            ("v".to_owned(), "eligible".to_owned())
        ]
    );
    assert_eq!(text(&explanation, "pendingUsage").as_deref(), Some("2"));
}

#[wasm_bindgen_test]
fn grants_may_be_undefined_null_or_entries() {
    for (grants, available) in [
        (JsValue::UNDEFINED, "8"),
        (JsValue::NULL, "8"),
        (js("[]"), "8"),
        (js(r#"[["other", []]]"#), "8"),
        (js(r#"[["w", []]]"#), "-2"),
        (
            js(
                r#"[["w", [{"type": "credit", "transaction_status": "completed", "credits_available": "6", "expiry_date": null}]]]"#,
            ),
            "1",
        ),
    ] {
        let account = flexprice(DOLLARS, grants).unwrap_or_else(|_| panic!("good"));
        assert_eq!(
            available_at(&account, usage(&account)),
            Some(available.to_owned())
        );
    }
    for (grants, code, path) in [
        ("{}", "invalid_input", "grants"),
        ("[1]", "invalid_input", "grants[0][0]"),
        (r#"[[1, []]]"#, "invalid_input", "grants[0][0]"),
        (r#"[["w"]]"#, "invalid_response", "wallets[0].grants"),
        (
            r#"[["w", [1]]]"#,
            "invalid_response",
            "wallets[0].grants[0]",
        ),
    ] {
        let opened = flexprice(DOLLARS, js(grants)).map(|_| ());
        is_fault(opened, code, Some(path));
    }
}

const OVERLAPPING: &str = r#"[
    {"lago_id": "all", "currency": "EUR", "status": "active", "priority": 1, "rate_amount": "1.0", "balance_cents": 1000,
     "ongoing_balance_cents": 1000, "created_at": "2026-08-01T09:00:00Z", "applies_to": {"fee_types": [], "billable_metric_codes": []}},
    {"lago_id": "b", "currency": "EUR", "status": "active", "priority": 2, "rate_amount": "1.0", "balance_cents": 1000,
     "ongoing_balance_cents": 1000, "created_at": "2026-08-01T09:00:00Z", "applies_to": {"fee_types": [], "billable_metric_codes": ["b"]}}
]"#;

/// 6 EUR each of `a` and `b`, a tenth of it tax.
const USAGE: &str = r#"{"invoices": [], "subscriptions": [{
    "subscription": {"lago_id": "s", "external_id": "sub"},
    "plan": {"charges": [{"lago_id": "ca", "billable_metric_code": "a", "pay_in_advance": false}]},
    "customer_usage": {"currency": "EUR", "from_datetime": "2026-08-01T00:00:00Z", "to_datetime": "2026-08-31T23:59:59Z",
        "taxes_amount_cents": 120, "charges_usage": [
            {"amount_cents": 540, "charge": {"lago_id": "ca"}, "billable_metric": {"code": "a"}},
            {"amount_cents": 540, "charge": {"lago_id": "cb"}, "billable_metric": {"code": "b"}}]}}]}"#;

#[wasm_bindgen_test]
fn usage_is_read_once_and_answers_where_scopes_overlap() {
    let options = options(Some("0"));
    js_sys::Reflect::set(&options, &"whenScopesOverlap".into(), &"reconstruct".into()).unwrap();
    let account = Account::new(
        "lago",
        js(OVERLAPPING),
        JsValue::UNDEFINED,
        js(USAGE),
        options,
    )
    .unwrap_or_else(|_| panic!("a good account"));
    let slot = |metric: &str| account.slot(&format!("EUR\0charge\0{metric}\0"));
    // With more of `a` the other wallet pays `b`; with more of `b`, `all` pays that first and has too little for `a`.
    // Where billing is run again there is no one limit: each cost is decided.
    assert_eq!(covers(&account, slot("a").unwrap(), 400.0, 2, 0.0), Ok(2));
    let outcome = |metric, cost| {
        let decision = account.decide(slot(metric).unwrap(), false, cost, 0.0);
        text(&decision.unwrap(), "outcome").unwrap()
    };
    assert_eq!(
        [outcome("a", "4"), outcome("a", "4.01")],
        ["covered", "short"]
    );
    assert_eq!(
        available_at(&account, slot("a").unwrap()),
        Some("4".to_owned())
    );
    assert_eq!(outcome("b", "0.01"), "short");
    let decision = account.decide(slot("b").unwrap(), false, "8", 0.0).unwrap();
    assert_eq!(text(&decision, "outcome").as_deref(), Some("short"));
    assert_eq!(text(&decision, "precision").as_deref(), Some("exact"));
    let summary = account.summary().unwrap();
    assert_eq!(text(&summary, "freshness").as_deref(), Some("computed"));
    let notes: Vec<_> = Array::from(&get(&summary, "notes"))
        .iter()
        .map(|note| note.as_string().unwrap())
        .collect();
    assert_eq!(notes, ["tax_pro_rata"]);
    let notes = get(&lago().summary().unwrap(), "notes");
    assert_eq!(Array::from(&notes).length(), 0);
}

#[wasm_bindgen_test]
fn usage_that_cannot_be_read_is_told_with_its_path() {
    let open = |profile: &str, usage: &str| {
        let rate = (profile != "flexprice").then_some("0");
        Account::new(
            profile,
            js("[]"),
            JsValue::UNDEFINED,
            js(usage),
            options(rate),
        )
        .map(|_| ())
    };
    for (usage, path) in [
        ("[]", "usage"),
        ("{}", "usage.subscriptions"),
        (r#"{"subscriptions": []}"#, "usage.invoices"),
        (
            r#"{"subscriptions": [{}], "invoices": []}"#,
            "usage.subscriptions[0].plan",
        ),
    ] {
        is_fault(open("lago", usage), "invalid_response", Some(path));
    }
    // Billing is rerun by today's rules.
    for profile in ["flexprice", "lago-2022"] {
        is_fault(open(profile, USAGE), "invalid_response", Some("usage"));
    }
}

#[wasm_bindgen_test]
fn options_are_an_object_of_known_shape() {
    let open = |options: JsValue| {
        Account::new(
            "lago",
            js(WALLETS),
            JsValue::UNDEFINED,
            JsValue::UNDEFINED,
            options,
        )
        .map(|_| ())
    };
    assert!(open(options(Some("20"))).is_ok());
    let map = Map::new();
    for (key, value) in [
        ("taxRate", JsValue::from("0")),
        ("whenScopesOverlap", "estimate".into()),
        ("acceptFallback", true.into()),
        ("includePostpaid", false.into()),
        ("targetsWallets", false.into()),
    ] {
        map.set(&key.into(), &value);
    }
    for (bad, path) in [
        (JsValue::UNDEFINED, None),
        (JsValue::NULL, None),
        (js("{}"), Some("whenScopesOverlap")),
        (js("[]"), None),
        (js("1"), None),
        (map.into(), Some("whenScopesOverlap")),
    ] {
        is_fault(open(bad), "invalid_input", path);
    }
    for (key, value, path) in [
        ("taxRate", js("20"), "taxRate"),
        ("whenScopesOverlap", js("1"), "whenScopesOverlap"),
        ("acceptFallback", JsValue::NULL, "acceptFallback"),
        ("includePostpaid", js(r#""no""#), "includePostpaid"),
        ("taxrate", js(r#""20""#), "taxrate"),
    ] {
        let options = options(Some("20"));
        js_sys::Reflect::set(&options, &key.into(), &value).unwrap();
        is_fault(open(options), "invalid_input", Some(path));
    }
    let undefined = options(None);
    js_sys::Reflect::set(&undefined, &"taxRate".into(), &JsValue::UNDEFINED).unwrap();
    is_fault(open(undefined), "invalid_input", Some("taxRate"));
}

#[wasm_bindgen_test]
fn a_bad_tax_rate_is_told_with_its_path() {
    let open = |profile: &str, wallets: &str, rate: Option<&str>| {
        Account::new(
            profile,
            js(wallets),
            JsValue::UNDEFINED,
            JsValue::UNDEFINED,
            options(rate),
        )
        .map(|_| ())
    };
    is_fault(
        open("lago", WALLETS, None),
        "invalid_input",
        Some("taxRate"),
    );
    is_fault(
        open("lago", WALLETS, Some("20%")),
        "invalid_decimal",
        Some("taxRate"),
    );
    is_fault(
        open("lago", WALLETS, Some("-1")),
        "negative_amount",
        Some("taxRate"),
    );
    is_fault(
        open("flexprice", DOLLARS, Some("0")),
        "invalid_input",
        Some("taxRate"),
    );
    is_fault(
        open("stripe", WALLETS, Some("0")),
        "invalid_input",
        Some("profile"),
    );
}

#[wasm_bindgen_test]
fn malformed_wallets_are_told_with_their_path() {
    let open = |wallets: JsValue| {
        Account::new(
            "flexprice",
            wallets,
            JsValue::UNDEFINED,
            JsValue::UNDEFINED,
            options(None),
        )
        .map(|_| ())
    };
    for (shapeless, path) in [
        ("{}", "wallets"),
        ("null", "wallets"),
        ("1", "wallets"),
        (r#"["w"]"#, "wallets[0]"),
        ("[null]", "wallets[0]"),
        ("[[]]", "wallets[0]"),
        (r#"[{"id": 1}]"#, "wallets[0].id"),
        (r#"[{"currency": "usd", "balance": "1"}]"#, "wallets[0].id"),
    ] {
        is_fault(open(js(shapeless)), "invalid_response", Some(path));
    }
    is_fault(
        open(js(r#"[{"id": "w", "currency": "usd", "balance": {}}]"#)),
        "invalid_response",
        Some("wallets[0].balance"),
    );
    is_fault(
        open(js(r#"[{"id": "w", "currency": "usd"}]"#)),
        "invalid_response",
        Some("wallets[0].balance"),
    );
    is_fault(
        open(js(
            r#"[{"id": "w", "currency": "dollars", "balance": "1"}]"#,
        )),
        "invalid_response",
        Some("wallets[0].currency"),
    );
    is_fault(
        open(js(
            r#"[{"id": "w", "currency": "usd", "balance": 9007199254740993}]"#,
        )),
        "decimal_out_of_range",
        Some("wallets[0].balance"),
    );
    is_fault(
        open(js(r#"[{"id": "w", "currency": "usd", "balance": 1e22}]"#)),
        "decimal_out_of_range",
        Some("wallets[0].balance"),
    );
    let nan = js(r#"[{"id": "w", "currency": "usd"}]"#);
    js_sys::Reflect::set(
        &Array::from(&nan).get(0),
        &"balance".into(),
        &f64::NAN.into(),
    )
    .unwrap();
    is_fault(open(nan), "invalid_response", Some("wallets[0].balance"));
    let lago = Account::new(
        "lago",
        js(r#"[{"lago_id": "w", "currency": "EUR", "balance_cents": "x"}]"#),
        JsValue::UNDEFINED,
        JsValue::UNDEFINED,
        options(Some("0")),
    );
    is_fault(
        lago.map(|_| ()),
        "invalid_response",
        Some("wallets[0].balance_cents"),
    );
}

#[wasm_bindgen_test]
fn numbers_and_strings_are_read_alike() {
    let account = flexprice(
        r#"[{"id": "w", "currency": "usd", "balance": 480.25, "real_time_balance": 80.1, "conversion_rate": 1}]"#,
        JsValue::UNDEFINED,
    );
    let account = account.unwrap_or_else(|_| panic!("good"));
    assert_eq!(
        available_at(&account, usage(&account)),
        Some("80.1".to_owned())
    );
    let summary = account.summary().unwrap();
    assert_eq!(
        text(&summary, "freshness").as_deref(),
        Some("cached_fallback")
    );
}

#[wasm_bindgen_test]
fn a_limit_is_a_safe_integer_or_not_a_number() {
    let account = lago();
    let slot = slot(&account);
    assert_eq!(
        covers(&account, slot, 9_007_199_254_740_991.0, 0, 0.0),
        Ok(0)
    );
    assert_eq!(
        covers(&account, slot, 9_007_199_254_740_991.0, 28, 0.0),
        Ok(1)
    );
    for scale in [29, u32::MAX] {
        assert_eq!(covers(&account, slot, 1.0, scale, 0.0), Ok(2), "{scale}");
    }
}

#[wasm_bindgen_test]
fn a_time_that_is_none_is_refused() {
    let account = lago();
    let slot = slot(&account);
    for now in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        is_fault(
            covers(&account, slot, 1.0, 0, now),
            "invalid_input",
            Some("now"),
        );
        is_fault(account.next_change_at(now), "invalid_input", Some("now"));
        is_fault(
            account.decide(slot, false, "1", now),
            "invalid_input",
            Some("now"),
        );
        is_fault(
            account.decide_once("EUR\0charge\0\0", false, "1", now),
            "invalid_input",
            Some("now"),
        );
        is_fault(
            account.explain("EUR\0charge\0\0", now),
            "invalid_input",
            Some("now"),
        );
    }
    // The clock of a page has fractions.
    assert_eq!(covers(&account, slot, 1300.0, 2, 999.9), Ok(1));
}

#[wasm_bindgen_test]
fn an_error_leaves_the_account_as_it_was() {
    let account = lago();
    let slot = slot(&account);
    is_fault(
        account.slot("EURO\0charge"),
        "invalid_input",
        Some("currency"),
    );
    is_fault(covers(&account, 99, 1.0, 0, 0.0), "engine_fault", None);
    is_fault(
        account.decide(slot, false, "one", 0.0),
        "invalid_decimal",
        None,
    );
    assert_eq!(covers(&account, slot, 1300.0, 2, 0.0), Ok(1));
}
