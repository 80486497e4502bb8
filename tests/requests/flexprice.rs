//! Flexprice: sections 1.3, 2.1, 2.2, 2.3 and 7.

use creditgate::boundary::verbs;
use creditgate::currency::Currency;
use creditgate::decimal::Decimal;
use creditgate::engine::creation::{NewWallet, create};
use creditgate::engine::purchase::{Reason, arrives_at_once};
use creditgate::engine::real_time::PriceTypes;
use creditgate::model::wallet::Kind;
use creditgate::time::Timestamp;
use serde_json::{Value, json};

use super::{NOW, named, problems, with};

fn wallet() -> Value {
    json!({ "customer_id": "cust_1", "currency": "usd" })
}

fn created(changes: &Value) -> Vec<(String, String)> {
    let wallet = with(wallet(), changes);
    problems(
        "flexprice.wallet.create",
        &json!({ "wallet": wallet, "now": NOW }),
    )
}

fn updated(wallet: &Value) -> Vec<(String, String)> {
    problems("flexprice.wallet.update", &json!({ "wallet": wallet }))
}

fn topped_up(changes: &Value) -> Vec<(String, String)> {
    let top_up = json!({ "credits_to_add": "10", "transaction_reason": "FREE_CREDIT_GRANT" });
    problems(
        "flexprice.wallet.top_up",
        &json!({ "top_up": with(top_up, changes), "now": NOW }),
    )
}

/// `validation_error` at these fields.
fn invalid(fields: &[&str]) -> Vec<(String, String)> {
    let fields: Vec<_> = fields
        .iter()
        .map(|field| (*field, "validation_error"))
        .collect();
    named(&fields)
}

fn below(threshold: &str) -> Value {
    json!({ "threshold": threshold, "condition": "below" })
}

#[test]
fn a_good_wallet_has_no_problem() {
    let all = json!({
        "external_customer_id": "cus", "wallet_type": "POST_PAID", "conversion_rate": "0.5",
        "topup_conversion_rate": 2, "initial_credits_to_load": "0",
        "initial_credits_to_load_expiry_date": 20260821,
        "alert_settings": { "alert_enabled": true, "critical": below("10"), "warning": below("20") },
        "auto_topup": {
            "enabled": true, "threshold": "0", "amount": "5", "invoicing": false,
            "cooldown": { "value": 1, "unit": "hour" },
        },
    });
    assert_eq!(created(&all), []);
    assert_eq!(
        created(&json!({ "initial_credits_expiry_date_utc": "2026-08-20T00:00:01Z" })),
        []
    );
}

#[test]
fn every_field_of_a_wallet_is_judged_by_itself() {
    let expiry = "initial_credits_to_load_expiry_date";
    for (changes, fields) in [
        (json!({ "customer_id": null }), &["customer_id"][..]),
        (json!({ "currency": "dollars" }), &["currency"]),
        (json!({ "wallet_type": "PROMOTIONAL" }), &["wallet_type"]),
        (json!({ "conversion_rate": "0" }), &["conversion_rate"]),
        (json!({ "conversion_rate": "one" }), &["conversion_rate"]),
        (
            json!({ "topup_conversion_rate": "-1" }),
            &["topup_conversion_rate"],
        ),
        (
            json!({ "initial_credits_to_load": -1 }),
            &["initial_credits_to_load"],
        ),
        (json!({ expiry: 20260820 }), &[expiry]),
        (json!({ expiry: 20260231 }), &[expiry]),
        (json!({ "initial_credits_expiry_date_utc": NOW }), &[expiry]),
        (
            json!({ "alert_settings": { "alert_enabled": true } }),
            &["alert_settings"],
        ),
        (
            json!({ "alert_settings": { "critical": { "threshold": "1", "condition": "at" } } }),
            &["alert_settings"],
        ),
        (
            json!({ "alert_settings": { "alert_enabled": true, "critical": below("20"), "warning": below("10") } }),
            &["alert_settings"],
        ),
        (
            json!({ "auto_topup": {} }),
            &[
                "auto_topup.threshold",
                "auto_topup.amount",
                "auto_topup.invoicing",
            ],
        ),
        (
            json!({ "auto_topup": { "threshold": "1", "amount": "0", "invoicing": true } }),
            &["auto_topup.amount"],
        ),
        (
            json!({ "auto_topup": { "threshold": "1", "amount": "1", "invoicing": true, "cooldown": { "value": 1, "unit": "week" } } }),
            &["auto_topup.cooldown"],
        ),
        (
            json!({ "auto_topup": { "threshold": "1", "amount": "1", "invoicing": true, "cooldown": 60 } }),
            &["auto_topup.cooldown"],
        ),
    ] {
        assert_eq!(created(&changes), invalid(fields), "{changes}");
    }
    assert_eq!(
        created(&json!({ "balance": "1" })),
        named(&[("balance", "unknown_field")])
    );
}

#[test]
fn one_active_wallet_of_a_currency_and_type_or_of_a_currency_excludes_another() {
    let beside = |existing: Value, unique: &str| {
        let request =
            json!({ "wallet": wallet(), "now": NOW, "existing": [existing], "unique": unique });
        problems("flexprice.wallet.create", &request)
    };
    let conflict = named(&[("currency", "already_exists")]);
    let one = json!({ "currency": "USD", "wallet_status": "active", "wallet_type": "PRE_PAID" });
    let postpaid = with(one.clone(), &json!({ "wallet_type": "POST_PAID" }));
    for unique in ["currency_and_type", "currency"] {
        assert_eq!(beside(one.clone(), unique), conflict);
        assert_eq!(
            beside(
                with(one.clone(), &json!({ "wallet_status": "closed" })),
                unique
            ),
            []
        );
        assert_eq!(
            beside(with(one.clone(), &json!({ "currency": "eur" })), unique),
            []
        );
    }
    assert_eq!(beside(postpaid.clone(), "currency_and_type"), []);
    assert_eq!(beside(postpaid, "currency"), conflict, "as the guide says");
    let request = json!({ "wallet": wallet(), "now": NOW, "unique": "name" });
    let error = verbs::call("flexprice.wallet.create", &request.to_string()).unwrap_err();
    assert_eq!((error.code(), error.path()), ("invalid_input", "unique"));
}

#[test]
fn a_new_wallet_has_the_providers_defaults() {
    let decimal = |text: &str| Decimal::parse(text).unwrap();
    let none = NewWallet {
        names_customer: true,
        currency: None,
        kind: None,
        conversion_rate: None,
        top_up_rate: None,
        initial_credits: None,
        initial_expiry: None,
        alerts: None,
        auto_top_up: None,
    };
    let usd = Currency::parse("usd").unwrap();
    let plain = create(&none, usd).unwrap();
    assert_eq!(
        (plain.kind, plain.price_types),
        (Kind::Prepaid, PriceTypes::of(["USAGE"]))
    );
    assert_eq!(
        (plain.rates.conversion, plain.rates.top_up),
        (Decimal::ONE, Decimal::ONE)
    );
    assert_eq!(
        (plain.balances.balance, plain.expiry),
        (Decimal::ZERO, None)
    );
    let full = NewWallet {
        kind: Some(Some(Kind::Postpaid)),
        conversion_rate: Some(decimal("1.123456")),
        top_up_rate: Some(decimal("0.5")),
        initial_credits: Some(decimal("100")),
        initial_expiry: Some(Some(Timestamp(5))),
        ..none
    };
    let made = create(&full, Currency::parse("EUR").unwrap()).unwrap();
    assert_eq!(made.name, "Postpaid Wallet - EUR");
    assert_eq!(
        (made.kind, made.price_types),
        (Kind::Postpaid, PriceTypes::of(["ALL"]))
    );
    // Stored with 5 places, and the balance is of the stored rate; free credits count at the spending one.
    assert_eq!(
        (made.rates.conversion, made.rates.top_up),
        (decimal("1.12346"), decimal("0.5"))
    );
    assert_eq!(
        (made.balances.credit_balance, made.balances.balance),
        (decimal("100"), decimal("112.346"))
    );
    assert_eq!(made.expiry, Some(Timestamp(5)));
    let one_rate = create(
        &NewWallet {
            top_up_rate: None,
            ..full
        },
        usd,
    )
    .unwrap();
    assert_eq!(
        one_rate.rates.top_up,
        decimal("1.12346"),
        "as the spending rate"
    );
}

#[test]
fn a_change_merges_field_by_field() {
    assert_eq!(
        updated(&json!({ "name": "n", "auto_topup": { "threshold": "5" } })),
        []
    );
    assert_eq!(
        updated(&json!({ "auto_topup": { "cooldown": { "value": 0, "unit": "hour" } } })),
        [],
        "clears it"
    );
    assert_eq!(
        updated(&json!({ "config": { "allowed_price_types": ["ALL", "USAGE", "FIXED"] } })),
        []
    );
    for (changes, field) in [
        (
            json!({ "auto_topup": { "cooldown": { "value": -1, "unit": "hour" } } }),
            "auto_topup.cooldown",
        ),
        (
            json!({ "auto_topup": { "amount": "0" } }),
            "auto_topup.amount",
        ),
        (
            json!({ "auto_topup": { "threshold": "low" } }),
            "auto_topup.threshold",
        ),
        (
            json!({ "config": { "allowed_price_types": ["usage"] } }),
            "config.allowed_price_types",
        ),
        (
            json!({ "config": { "allowed_price_types": "USAGE" } }),
            "config.allowed_price_types",
        ),
        (
            json!({ "alert_settings": { "warning": below("1") } }),
            "alert_settings",
        ),
    ] {
        assert_eq!(updated(&changes), invalid(&[field]), "{changes}");
    }
    assert_eq!(
        updated(&json!({ "currency": "usd" })),
        named(&[("currency", "unknown_field")])
    );
}

#[test]
fn every_field_of_a_top_up_is_judged_by_itself() {
    assert_eq!(
        topped_up(&json!({ "credits_to_add": null, "amount": 5, "priority": 0 })),
        []
    );
    assert_eq!(
        topped_up(
            &json!({ "expiry_date_utc": "2026-08-20T00:00:00.001Z", "bonus_credits_to_add": "0.1" })
        ),
        []
    );
    let checkout = json!({ "checkout": { "payment_provider": "stripe" } });
    let invoiced = with(
        checkout.clone(),
        &json!({ "transaction_reason": "PURCHASED_CREDIT_INVOICED" }),
    );
    assert_eq!(topped_up(&invoiced), []);
    for (changes, fields) in [
        (json!({ "credits_to_add": null }), &["credits_to_add"][..]),
        (json!({ "credits_to_add": "0" }), &["credits_to_add"]),
        (
            json!({ "credits_to_add": "-1" }),
            &["credits_to_add", "credits_to_add"],
        ),
        (
            json!({ "credits_to_add": "-1", "amount": "5" }),
            &["credits_to_add"],
        ),
        (
            json!({ "transaction_reason": "PURCHASED_CREDIT" }),
            &["transaction_reason"],
        ),
        (
            json!({ "transaction_reason": null }),
            &["transaction_reason"],
        ),
        (json!({ "expiry_date_utc": NOW }), &["expiry_date_utc"]),
        (
            json!({ "expiry_date_utc": "tomorrow" }),
            &["expiry_date_utc"],
        ),
        (json!({ "priority": -1 }), &["priority"]),
        (json!({ "priority": "1" }), &["priority"]),
        (
            json!({ "bonus_credits_to_add": "0" }),
            &["bonus_credits_to_add"],
        ),
        (
            json!({ "bonus_credits_expiry_date_utc": NOW }),
            &["bonus_credits_expiry_date_utc"],
        ),
        (checkout, &["checkout"]),
        (
            with(invoiced, &json!({ "checkout": {} })),
            &["checkout.payment_provider"],
        ),
    ] {
        assert_eq!(topped_up(&changes), invalid(fields), "{changes}");
    }
}

#[test]
fn only_these_reasons_may_be_given_and_only_two_are_purchases() {
    let named: Vec<_> = [
        "FREE_CREDIT_GRANT",
        "PURCHASED_CREDIT_INVOICED",
        "PURCHASED_CREDIT_DIRECT",
        "SUBSCRIPTION_CREDIT_GRANT",
        "CREDIT_NOTE",
        "INVOICE_VOID_REFUND",
    ]
    .map(|name| Reason::named(name).unwrap())
    .into_iter()
    .map(|reason| (reason.is_purchase(), arrives_at_once(reason, false, false)))
    .collect();
    let gift = (false, true);
    assert_eq!(named, [gift, (true, false), (true, true), gift, gift, gift]);
    for name in [
        "MANUAL_BALANCE_DEBIT",
        "PURCHASED_CREDIT_BONUS",
        "CREDIT_EXPIRED",
        "free_credit_grant",
    ] {
        assert_eq!(Reason::named(name), None, "{name}");
    }
}

#[test]
fn a_debit_says_what_it_is_and_is_said_once() {
    let debit = |changes: Value| {
        let debit = json!({ "credits": "5", "transaction_reason": "MANUAL_BALANCE_DEBIT", "idempotency_key": "k" });
        problems(
            "flexprice.wallet.debit",
            &json!({ "debit": with(debit, &changes) }),
        )
    };
    assert_eq!(debit(json!({})), []);
    assert_eq!(debit(json!({ "credits": "0" })), invalid(&["credits"]));
    assert_eq!(
        debit(json!({ "transaction_reason": "INVOICE_PAYMENT" })),
        invalid(&["transaction_reason"])
    );
    assert_eq!(
        debit(json!({ "idempotency_key": "" })),
        invalid(&["idempotency_key"])
    );
    assert_eq!(
        debit(json!({ "amount": "5" })),
        named(&[("amount", "unknown_field")])
    );
}

#[test]
fn a_good_request_tells_what_it_would_make() {
    let body = json!({
        "customer_id": "c", "currency": "USD", "conversion_rate": "0.123456", "initial_credits_to_load": "10",
        "initial_credits_to_load_expiry_date": 20270101,
    });
    let text = verbs::call(
        "flexprice.wallet.create",
        &json!({ "wallet": body, "now": NOW }).to_string(),
    );
    let answer: Value = serde_json::from_str(&text.unwrap()).unwrap();
    assert_eq!(
        answer["created"],
        json!({
            "name": "Prepaid Wallet - USD", "currency": "usd", "wallet_type": "PRE_PAID", "conversion_rate": "0.12346",
            "topup_conversion_rate": "0.12346", "allowed_price_types": ["USAGE"], "balance": "1.2346",
            "credit_balance": "10", "initial_credits_expiry_date": "2027-01-01T00:00:00Z",
        })
    );
}
