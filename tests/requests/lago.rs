//! Lago: R-VAL, R-NEW, R-TOP, section 1.5.

use creditgate::boundary::verbs;
use creditgate::currency::Currency;
use creditgate::engine::requests::{code, currencies};
use creditgate::time::Timestamp;
use serde_json::{Value, json};

use super::{NOW, named, problems, with};

fn wallet() -> Value {
    json!({ "external_customer_id": "cus_1", "rate_amount": "1", "currency": "EUR" })
}

fn rule() -> Value {
    json!({ "trigger": "interval", "interval": "monthly", "paid_credits": "10" })
}

fn created(changes: &Value) -> Vec<(String, String)> {
    let wallet = with(wallet(), changes);
    problems(
        "lago.wallet.create",
        &json!({ "wallet": wallet, "now": NOW }),
    )
}

fn updated(wallet: &Value, current: &Value) -> Vec<(String, String)> {
    let request = json!({ "wallet": wallet, "current": current, "now": NOW });
    problems("lago.wallet.update", &request)
}

fn transacted(transaction: &Value, wallet: &Value) -> Vec<(String, String)> {
    let request = json!({ "wallet_transaction": transaction, "wallet": wallet });
    problems("lago.wallet_transaction.create", &request)
}

fn pairs(count: usize) -> Value {
    (0..count)
        .map(|index| json!({ "key": format!("k{index}"), "value": "v" }))
        .collect()
}

#[test]
fn a_good_wallet_has_no_problem() {
    let all = json!({
        "name": "Prepaid", "code": "prepaid", "priority": 50, "expiration_at": "2026-08-20T00:00:00.001Z",
        "paid_top_up_min_amount_cents": 1000, "paid_top_up_max_amount_cents": 1000,
        "paid_credits": "10", "granted_credits": "0.005",
        "applies_to": { "fee_types": ["charge", "product"], "billable_metric_codes": ["tokens"] },
        "recurring_transaction_rules": [with(rule(), &json!({ "expiration_at": "2027-01-01T00:00:00Z" }))],
        "transaction_name": "n".repeat(255), "transaction_priority": 1, "transaction_metadata": pairs(5),
    });
    assert_eq!(created(&all), []);
    assert_eq!(created(&json!({ "priority": 1, "paid_credits": "0" })), []);
}

#[test]
fn a_wallet_needs_a_customer_and_a_rate() {
    let found = problems("lago.wallet.create", &json!({ "wallet": {}, "now": NOW }));
    let expected = [
        ("external_customer_id", "customer_not_found"),
        ("rate_amount", "value_is_mandatory"),
    ];
    assert_eq!(found, named(&expected));
    assert_eq!(
        created(&json!({ "external_customer_id": " " })),
        named(&expected[..1])
    );
}

#[test]
fn every_field_of_a_wallet_is_judged_by_itself() {
    let least = "paid_top_up_min_amount_cents";
    let most = "paid_top_up_max_amount_cents";
    for (changes, path, code) in [
        (json!({ "balance": "10" }), "balance", "unknown_field"),
        (
            json!({ "rate_amount": "0" }),
            "rate_amount",
            "value_is_invalid",
        ),
        (
            json!({ "rate_amount": 1 }),
            "rate_amount",
            "value_is_invalid",
        ),
        (
            json!({ "currency": "EURO" }),
            "currency",
            "value_is_invalid",
        ),
        (json!({ "priority": 0 }), "priority", "value_is_invalid"),
        (json!({ "priority": 51 }), "priority", "value_is_invalid"),
        (json!({ "priority": "1.5" }), "priority", "value_is_invalid"),
        (
            json!({ "priority": "first" }),
            "priority",
            "value_is_invalid",
        ),
        (
            json!({ "expiration_at": NOW }),
            "expiration_at",
            "invalid_date",
        ),
        (
            json!({ "expiration_at": "soon" }),
            "expiration_at",
            "invalid_date",
        ),
        (json!({ least: 0 }), least, "value_is_invalid"),
        (json!({ least: "1.5" }), least, "value_is_invalid"),
        (json!({ most: -1 }), most, "value_is_invalid"),
        (json!({ least: 1000, most: 999 }), most, "value_is_invalid"),
        (
            json!({ "applies_to": { "fee_types": ["charges"] } }),
            "applies_to",
            "invalid_limitations",
        ),
        (
            json!({ "applies_to": { "fee_types": "charge" } }),
            "applies_to",
            "invalid_limitations",
        ),
        (
            json!({ "applies_to": { "billable_metric_codes": [1] } }),
            "applies_to",
            "invalid_limitations",
        ),
        (
            json!({ "applies_to": ["charge"] }),
            "applies_to",
            "invalid_limitations",
        ),
        (
            json!({ "paid_credits": "0.00499" }),
            "paid_credits",
            "amount_rounds_to_zero",
        ),
        (
            json!({ "granted_credits": "0.00499" }),
            "granted_credits",
            "amount_rounds_to_zero",
        ),
        (
            json!({ "transaction_name": "" }),
            "transaction_name",
            "invalid_value",
        ),
        (
            json!({ "transaction_name": 5 }),
            "transaction_name",
            "invalid_value",
        ),
        (
            json!({ "transaction_name": "é".repeat(256) }),
            "transaction_name",
            "too_long",
        ),
        (
            json!({ "transaction_priority": 51 }),
            "transaction_priority",
            "value_is_invalid",
        ),
        (
            json!({ "transaction_metadata": pairs(6) }),
            "transaction_metadata",
            "too_many_keys",
        ),
        (
            json!({ "transaction_metadata": {} }),
            "transaction_metadata",
            "invalid_type",
        ),
    ] {
        assert_eq!(created(&changes), named(&[(path, code)]), "{changes}");
    }
    for (field, code) in [
        ("paid_credits", "invalid_paid_credits"),
        ("granted_credits", "invalid_granted_credits"),
    ] {
        for amount in [
            json!(10),
            json!("-1"),
            json!("ten"),
            json!("10000000000000000000000000"),
        ] {
            let found = created(&json!({ field: amount }));
            assert_eq!(
                found,
                named(&[(field, code), (field, "invalid_amount")]),
                "{field} {amount}"
            );
        }
    }
}

#[test]
fn the_first_purchase_keeps_to_its_wallets_limits_and_a_grant_need_not() {
    let limited = |changes: Value| {
        let limits =
            json!({ "paid_top_up_min_amount_cents": 500, "paid_top_up_max_amount_cents": 1000 });
        created(&with(limits, &changes))
    };
    let below = named(&[("paid_credits", "amount_below_minimum")]);
    let above = named(&[("paid_credits", "amount_above_maximum")]);
    assert_eq!(limited(json!({ "paid_credits": "4.99" })), below);
    assert_eq!(limited(json!({ "paid_credits": "10.01" })), above);
    assert_eq!(limited(json!({ "paid_credits": "0" })), []);
    assert_eq!(
        limited(json!({ "paid_credits": "4.99", "ignore_paid_top_up_limits_on_creation": true })),
        []
    );
    assert_eq!(limited(json!({ "granted_credits": "4.99" })), []);
    // Minor units of its own currency: 500 yen are 500.
    assert_eq!(
        limited(json!({ "paid_credits": "499", "currency": "JPY" })),
        below
    );
    assert_eq!(
        limited(json!({ "paid_credits": "500", "currency": "JPY" })),
        []
    );
    // Nothing to compare where the currency or the rate is not known.
    assert_eq!(
        limited(json!({ "paid_credits": "1", "currency": null })),
        []
    );
    assert_eq!(
        limited(json!({ "paid_credits": "1", "rate_amount": "-1" })),
        named(&[("rate_amount", "value_is_invalid")])
    );
}

#[test]
fn a_recurring_rule_is_judged_in_its_place() {
    let ruled = |changes: Value| {
        created(&json!({ "recurring_transaction_rules": [with(rule(), &changes)] }))
    };
    let at = |field: &str, code: &str| {
        named(&[(&format!("recurring_transaction_rules[0].{field}"), code)])
    };
    assert_eq!(
        ruled(json!({ "interval": "daily" })),
        at("interval", "invalid_recurring_rule")
    );
    assert_eq!(
        ruled(json!({ "method": "all" })),
        at("method", "invalid_recurring_rule")
    );
    assert_eq!(
        ruled(json!({ "expiration_at": NOW })),
        at("expiration_at", "invalid_recurring_rule")
    );
    assert_eq!(
        ruled(json!({ "transaction_metadata": pairs(6) })),
        at("transaction_metadata", "too_many_keys")
    );
    let nested = json!({ "transaction_metadata": [{ "key": "k", "value": [] }] });
    assert_eq!(
        ruled(nested),
        at("transaction_metadata", "nested_structure_not_allowed")
    );
    let two = created(&json!({ "recurring_transaction_rules": [rule(), rule()] }));
    assert_eq!(
        two,
        named(&[(
            "recurring_transaction_rules",
            "invalid_number_of_recurring_rules"
        )])
    );
}

#[test]
fn a_fixed_rule_that_its_own_wallets_limits_would_refuse_is_told() {
    let limited = |changes: Value| {
        created(&json!({
            "paid_top_up_min_amount_cents": 500, "paid_top_up_max_amount_cents": 900,
            "recurring_transaction_rules": [with(rule(), &changes)],
        }))
    };
    let refused = named(&[(
        "recurring_transaction_rules[0].paid_credits",
        "invalid_recurring_rule",
    )]);
    assert_eq!(limited(json!({ "paid_credits": "9.01" })), refused);
    assert_eq!(limited(json!({ "paid_credits": "4.99" })), refused);
    assert_eq!(limited(json!({ "paid_credits": "9" })), []);
    assert_eq!(limited(json!({ "paid_credits": "0" })), []);
    assert_eq!(limited(json!({ "ignore_paid_top_up_limits": true })), []);
    // R-RULE-6: a threshold rule is capped at the most, but nothing lifts it to the least.
    let threshold = json!({ "trigger": "threshold", "threshold_credits": "1" });
    assert_eq!(limited(threshold.clone()), []);
    assert_eq!(
        limited(with(threshold, &json!({ "paid_credits": "4.99" }))),
        refused
    );
    // R-THR-6: a target rule ignores the limits.
    assert_eq!(
        limited(json!({ "method": "target", "target_ongoing_balance": "50" })),
        []
    );
}

#[test]
fn a_change_is_judged_with_what_stands() {
    let current = json!({ "status": "active", "rate_amount": "2.0", "currency": "EUR" });
    assert_eq!(
        updated(&json!({ "name": "n", "priority": 2 }), &current),
        []
    );
    assert_eq!(
        updated(&json!({ "priority": 99 }), &json!(null)),
        named(&[("priority", "value_is_invalid")])
    );
    let terminated = with(current.clone(), &json!({ "status": "terminated" }));
    assert_eq!(
        updated(&json!({}), &terminated),
        named(&[("wallet_id", "wallet_is_terminated")])
    );
    let limits = json!({ "applies_to": { "fee_types": ["usage"] } });
    assert_eq!(
        updated(&limits, &current),
        named(&[("applies_to.fee_types", "invalid_fee_types")])
    );
    assert_eq!(
        updated(&json!({ "paid_credits": "1" }), &current),
        named(&[("paid_credits", "unknown_field")])
    );
}

#[test]
fn new_limits_are_held_against_the_fixed_rule_that_stands() {
    let standing = |rule: Value, limits: Value| {
        let current = json!({ "rate_amount": "2.0", "currency": "EUR", "recurring_transaction_rules": [rule] });
        with(current, &limits)
    };
    let fixed = json!({ "method": "fixed", "paid_credits": "10.0" });
    let refused = named(&[("recurring_transaction_rules", "invalid_recurring_rule")]);
    let to = |cents: i64| json!({ "paid_top_up_max_amount_cents": cents });
    // 10 credits at 2.00 are 2000 cents.
    assert_eq!(updated(&to(2000), &standing(fixed.clone(), json!({}))), []);
    assert_eq!(
        updated(&to(1999), &standing(fixed.clone(), json!({}))),
        refused
    );
    let raised = json!({ "paid_top_up_min_amount_cents": 2001 });
    assert_eq!(
        updated(&raised, &standing(fixed.clone(), json!({}))),
        refused
    );
    // Limits that stay as they are were judged before, and null takes one away.
    assert_eq!(updated(&json!({}), &standing(fixed.clone(), to(1999))), []);
    let lifted = json!({ "paid_top_up_max_amount_cents": null });
    assert_eq!(updated(&lifted, &standing(fixed.clone(), to(1999))), []);
    // A refill at a threshold is capped at the most (R-RULE-6).
    let refill = with(fixed.clone(), &json!({ "trigger": "threshold" }));
    assert_eq!(updated(&to(1999), &standing(refill, json!({}))), []);
    for other in [
        with(fixed.clone(), &json!({ "ignore_paid_top_up_limits": true })),
        with(fixed.clone(), &json!({ "paid_credits": "0.0" })),
        json!({ "method": "target", "target_ongoing_balance": "10.0" }),
    ] {
        assert_eq!(
            updated(&to(1), &standing(other.clone(), json!({}))),
            [],
            "{other}"
        );
    }
    // A rule of the request takes its place, and is held to the same limits.
    let replaced = |cents| {
        with(
            to(cents),
            &json!({ "recurring_transaction_rules": [rule()] }),
        )
    };
    let path = "recurring_transaction_rules[0].paid_credits";
    assert_eq!(
        updated(&replaced(1), &standing(fixed.clone(), json!({}))),
        named(&[(path, "invalid_recurring_rule")])
    );
    assert_eq!(
        updated(&replaced(1_000_000), &standing(fixed, json!({}))),
        []
    );
}

#[test]
fn a_transaction_is_judged_by_its_wallet_where_that_is_known() {
    let current = json!({
        "status": "active", "rate_amount": "1.0", "currency": "EUR", "credits_balance": "10.0",
        "paid_top_up_min_amount_cents": 500, "paid_top_up_max_amount_cents": 1000,
    });
    let judged =
        |changes: Value| transacted(&with(json!({ "wallet_id": "w" }), &changes), &current);
    let unknown =
        |changes: Value| transacted(&with(json!({ "wallet_id": "w" }), &changes), &json!(null));
    assert_eq!(
        judged(json!({ "paid_credits": "5", "granted_credits": "1", "voided_credits": "10" })),
        []
    );
    assert_eq!(
        judged(json!({ "paid_credits": "4.99" })),
        named(&[("paid_credits", "amount_below_minimum")])
    );
    assert_eq!(
        judged(json!({ "paid_credits": "10.01" })),
        named(&[("paid_credits", "amount_above_maximum")])
    );
    assert_eq!(
        judged(json!({ "paid_credits": "4.99", "ignore_paid_top_up_limits": true })),
        []
    );
    assert_eq!(judged(json!({ "granted_credits": "4.99" })), []);
    assert_eq!(
        judged(json!({ "voided_credits": "10.00001" })),
        named(&[("voided_credits", "insufficient_credits")])
    );
    assert_eq!(
        judged(json!({ "granted_credits": "0.001" })),
        named(&[("granted_credits", "amount_rounds_to_zero")])
    );
    assert_eq!(
        unknown(json!({ "paid_credits": "0.001", "voided_credits": "99" })),
        []
    );
    let invalid = [
        ("paid_credits", "invalid_paid_credits"),
        ("paid_credits", "invalid_amount"),
    ];
    assert_eq!(unknown(json!({ "paid_credits": 5 })), named(&invalid));
    assert_eq!(
        judged(json!({ "name": "", "priority": 0 })),
        named(&[("name", "invalid_value"), ("priority", "value_is_invalid")])
    );
    assert_eq!(
        judged(json!({ "metadata": pairs(16) })),
        named(&[("metadata", "too_many_keys")])
    );
    assert_eq!(
        transacted(&json!({}), &json!(null)),
        named(&[("wallet_id", "wallet_not_found")])
    );
    // Lago's own docs named it so once; its server drops the key without a word.
    assert_eq!(
        judged(json!({ "void_credits": "1" })),
        named(&[("void_credits", "unknown_field")])
    );
    let terminated = with(current.clone(), &json!({ "status": "terminated" }));
    let found = transacted(&json!({ "wallet_id": "w" }), &terminated);
    assert_eq!(found, named(&[("wallet_id", "wallet_is_terminated")]));
    // Limits that the wallet does not have hold nothing back.
    let free = json!({ "rate_amount": "1.0", "currency": "EUR", "credits_balance": "10.0" });
    assert_eq!(
        transacted(&json!({ "wallet_id": "w", "paid_credits": "0.01" }), &free),
        []
    );
}

#[test]
fn an_alert_is_of_a_kind_its_wallet_lacks_with_good_thresholds() {
    let alert = |changes: Value, existing: Value| {
        let alert = json!({
            "alert_type": "wallet_balance_amount", "code": "low",
            "thresholds": [{ "value": "1000" }, { "value": "-5" }, { "value": "100", "recurring": true }],
        });
        problems(
            "lago.alert.create",
            &json!({ "alert": with(alert, &changes), "existing": existing }),
        )
    };
    let thresholds = |list: Value| alert(json!({ "thresholds": list }), json!([]));
    assert_eq!(alert(json!({}), json!(["wallet_credits_balance"])), []);
    let existing = alert(json!({}), json!(["wallet_balance_amount"]));
    assert_eq!(existing, named(&[("base", "alert_already_exists")]));
    let unknown = named(&[("alert_type", "value_is_invalid")]);
    assert_eq!(alert(json!({ "alert_type": "usage" }), json!([])), unknown);
    assert_eq!(alert(json!({ "alert_type": null }), json!([])), unknown);
    assert_eq!(
        alert(json!({ "code": "" }), json!([])),
        named(&[("code", "value_is_mandatory")])
    );
    assert_eq!(
        thresholds(json!([])),
        named(&[("thresholds", "value_is_mandatory")])
    );
    let many = |count: i64| {
        (0..count)
            .map(|value| json!({ "value": value }))
            .collect::<Value>()
    };
    assert_eq!(thresholds(many(20)), []);
    assert_eq!(
        thresholds(many(21)),
        named(&[("thresholds", "too_many_thresholds")])
    );
    let invalid = named(&[("thresholds[0].value", "value_is_invalid")]);
    assert_eq!(thresholds(json!([{ "value": "low" }])), invalid);
    assert_eq!(
        thresholds(json!([{ "value": "0", "recurring": true }])),
        invalid
    );
    let twice = named(&[("thresholds[1].value", "duplicate_threshold_values")]);
    assert_eq!(
        thresholds(json!([{ "value": "1" }, { "value": "1.0" }])),
        twice
    );
    assert_eq!(
        thresholds(json!([{ "value": "1" }, { "value": "1", "recurring": true }])),
        []
    );
    assert_eq!(
        thresholds(
            json!([{ "value": "1", "recurring": true }, { "value": "2", "recurring": true }])
        ),
        twice
    );
}

#[test]
fn a_code_is_given_or_made_of_the_name_and_unique_among_active_wallets() {
    let at = Timestamp(1_787_184_000_999);
    let taken = ["main".to_owned(), "default".to_owned()];
    assert_eq!(code(Some("Main"), Some("n"), &taken, at), "Main");
    assert_eq!(code(Some("main"), None, &taken, at), "main_1787184000");
    assert_eq!(
        code(Some(" "), Some("Crédits (EU)"), &taken, at),
        "crédits_eu"
    );
    assert_eq!(code(None, Some(""), &[], at), "default");
    assert_eq!(code(None, None, &taken, at), "default_1787184000");
}

#[test]
fn a_wallet_takes_its_customers_currency_and_gives_it_one() {
    let [eur, usd] = ["EUR", "USD"].map(|code| Currency::parse(code).unwrap());
    assert_eq!(currencies(Some(usd), Some(eur)), Some((usd, eur)));
    assert_eq!(currencies(None, Some(eur)), Some((eur, eur)));
    assert_eq!(currencies(Some(usd), None), Some((usd, usd)));
    assert_eq!(currencies(None, None), None);
}

#[test]
fn a_good_request_tells_what_it_would_make() {
    let answer = |request: Value| -> Value {
        let text = verbs::call("lago.wallet.create", &request.to_string()).unwrap();
        serde_json::from_str(&text).unwrap()
    };
    let body = json!({ "external_customer_id": "c", "rate_amount": "1", "name": "API credits", "granted_credits": "5" });
    let customer = json!({ "currency": "EUR", "active_codes": ["api_credits"] });
    let made =
        answer(json!({ "wallet": body, "now": "1970-01-01T00:00:09Z", "customer": customer }));
    // R-NEW-2, R-NEW-3.
    assert_eq!(
        made["created"],
        json!({ "code": "api_credits_9", "currency": "EUR", "customer_currency": "EUR", "initial_top_up_scheduled": true })
    );
    let refused = answer(json!({ "wallet": {}, "now": NOW }));
    assert_eq!(refused["created"], Value::Null);
}

#[test]
fn the_wallet_of_2022_is_bought_and_ends_as_its_guide_says() {
    let call = |verb: &str, request: Value| -> Value {
        let text = verbs::call(verb, &request.to_string()).unwrap();
        serde_json::from_str(&text).unwrap()
    };
    let refused = call("lago_2022.wallet.create", json!({ "active_wallets": 1 }));
    assert_eq!(refused["valid"], json!(false));
    let allowed = call(
        "lago_2022.wallet.create",
        json!({ "has_active_subscription": true }),
    );
    assert_eq!(allowed["valid"], json!(true));
    assert_eq!(
        call(
            "lago_2022.wallet.purchase",
            json!({ "credits": "10", "rate_amount": "5", "tax_rate": "20" })
        ),
        json!({ "price_cents": "5000", "tax_cents": "1000", "total_cents": "6000" })
    );
    let wallet = json!({ "balance_cents": 300, "expiration_at": "2026-08-20T00:00:00Z" });
    let after = |more: Value| {
        call(
            "lago_2022.wallet.after",
            with(json!({ "wallet": wallet }), &more),
        )
    };
    let ended = json!({ "status": "terminated", "balance_cents": "0", "voided_cents": "300" });
    assert_eq!(after(json!({ "now": NOW })), ended);
    assert_eq!(after(json!({ "terminated": true, "now": NOW })), ended);
    assert_eq!(
        after(json!({ "credited_cents": 50, "now": "2026-08-19T23:59:59Z" })),
        json!({ "status": "active", "balance_cents": "350", "voided_cents": "0" })
    );
}
