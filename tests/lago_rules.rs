//! Lago's rules at their edges: what the vectors do not show.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

use creditgate::boundary::verbs;
use creditgate::currency::Currency;
use creditgate::decimal::{Decimal, Rounding};
use creditgate::engine::alert::{Alert, Direction};
use creditgate::engine::application;
use creditgate::engine::application_2022;
use creditgate::engine::consumption::{self, Consumed, Inbound, Origin, Source, TransactionStatus};
use creditgate::engine::interval::Interval;
use creditgate::engine::lifecycle;
use creditgate::engine::recurring;
use creditgate::engine::ties::Ties;
use creditgate::model::fee_key::FeeKey;
use creditgate::model::wallet::Status;
use creditgate::time::{Date, Timestamp};
use creditgate::wire;
use creditgate::wire::field::Field;
use proptest::prelude::*;
use serde_json::{Value, json};

fn call(verb: &str, request: &Value) -> Value {
    let answer = verbs::call(verb, &request.to_string()).unwrap();
    serde_json::from_str(&answer).unwrap()
}

fn refused(verb: &str, request: &Value) -> (String, String) {
    let error = verbs::call(verb, &request.to_string()).unwrap_err();
    (error.code().to_owned(), error.path().to_owned())
}

fn decimal(text: &str) -> Decimal {
    Decimal::parse(text).unwrap()
}

fn date(year: i64, month: i64, day: i64) -> Date {
    Date::new(year, month, day).unwrap()
}

// --- R-CONV -------------------------------------------------------------------------------------------------------

#[test]
fn requested_credits_are_floored_before_anything_else() {
    let convert = |requested: &str, rate: &str, invoiceable: bool| {
        let request = json!({
            "requested_credits": requested, "rate_amount": rate, "currency": "EUR", "invoiceable": invoiceable,
        });
        let answer = call("convert.credits", &request);
        (answer["credit_amount"].clone(), answer["amount"].clone())
    };
    // 30 digits, more than fit.
    let long = "4.28444999999999999999999999999";
    assert_eq!(convert(long, "1", false), (json!("4.28444"), json!("4.28")));
    // Half a cent goes away from zero; what the floor has taken does not.
    assert_eq!(convert("0.005", "1", true), (json!("0.01"), json!("0.01")));
    assert_eq!(convert("0.0049999", "1", true), (json!("0"), json!("0")));
    assert_eq!(
        convert("-1.000001", "1", false),
        (json!("-1.00001"), json!("-1"))
    );
}

#[test]
fn currencies_without_and_with_three_decimal_places() {
    let amount = |currency: &str| {
        let request = json!({ "credits": "10.5", "rate_amount": "1", "currency": currency, "invoiceable": true });
        let answer = call("convert.credits", &request);
        (answer["amount"].clone(), answer["amount_cents"].clone())
    };
    assert_eq!(amount("JPY"), (json!("11"), json!("11")));
    assert_eq!(amount("KWD"), (json!("10.5"), json!("10500")));
    assert_eq!(amount("HUF"), (json!("11"), json!("11")));
}

#[test]
fn cents_round_for_the_transaction_and_are_cut_for_the_record() {
    let request = json!({ "amount_cents": "103.5", "rate_amount": "3", "currency": "EUR" });
    let answer = call("convert.from_cents", &request);
    assert_eq!(answer["amount"], json!("1.04"));
    assert_eq!(answer["credit_amount"], json!("0.34667"));
    assert_eq!(answer["amount_cents"], json!("103"));
}

#[test]
fn credits_of_cents_that_do_not_end_have_as_many_digits_as_fit() {
    let request = json!({ "amount_cents": 100, "rate_amount": "3" });
    let credits = call("convert.cents_to_credits_unrounded", &request)["credits"].clone();
    assert_eq!(credits, json!("0.3333333333333333333333333333"));
    let request = json!({ "amount_cents": "123456789012345", "rate_amount": "8" });
    let credits = call("convert.cents_to_credits_unrounded", &request)["credits"].clone();
    assert_eq!(credits, json!("154320986265.43125"));
}

// --- R-BAL --------------------------------------------------------------------------------------------------------

#[test]
fn an_operation_is_an_object_of_one_key() {
    let run = |operation: Value| {
        let request = json!({ "wallet": { "rate_amount": "0.001" }, "operations": [operation] });
        verbs::call("wallet.mutate_sequence", &request.to_string())
    };
    assert!(
        run(json!({ "granted_credits": "1034" }))
            .unwrap()
            .contains(r#""credits_balance":"1030""#)
    );
    assert!(run(json!({ "granted_credits": "1", "voided_credits": "1" })).is_err());
    assert!(run(json!({})).is_err());
    assert!(run(json!({ "unknown": "1" })).is_err());
}

#[test]
fn drift_between_credits_and_cents_stays() {
    let request = json!({
        "wallet": { "balance_cents": 3000, "credits_balance": "30" },
        "operations": [{ "voided_credits": "14.28444999" }, { "void_from_cents": "0.5" }],
    });
    let answer = call("wallet.mutate_sequence", &request);
    assert_eq!(answer["balance_cents"], json!("1571"));
    assert_eq!(answer["credits_balance"], json!("15.70556"));
}

// --- R-CONS -------------------------------------------------------------------------------------------------------

#[test]
fn only_what_is_settled_and_left_is_drained() {
    let request = |amount: i64, target: Value| {
        json!({
            "inbounds": [
                { "id": "pending", "transaction_status": "purchased", "status": "pending", "remaining_amount_cents": 900 },
                { "id": "untracked", "transaction_status": "granted", "remaining_amount_cents": null },
                { "id": "open", "transaction_status": "purchased", "remaining_amount_cents": "10.5" },
            ],
            "outbound_amount_cents": amount,
            "inbound_id": target,
        })
    };
    let answer = call("consumption.order", &request(10, json!(null)));
    assert_eq!(
        answer["consumptions"],
        json!([{ "inbound": "open", "amount_cents": "10" }])
    );
    let left = json!({ "pending": "900", "untracked": null, "open": "0.5" });
    assert_eq!(answer["remaining_amount_cents"], left);
    // A blank target is none, zero takes nothing.
    assert_eq!(
        call("consumption.order", &request(0, json!("")))["consumptions"],
        json!([])
    );
    let code = |answer: Value| answer["error"]["amount_cents"][0].clone();
    assert_eq!(
        code(call("consumption.order", &request(11, json!(null)))),
        "exceeds_available_amount"
    );
    for target in ["pending", "untracked", "nobody"] {
        let answer = call("consumption.order", &request(1, json!(target)));
        assert_eq!(code(answer), "exceeds_remaining_transaction_amount");
    }
    let negative = refused("consumption.order", &request(-1, json!(null)));
    assert_eq!(
        negative,
        (
            "negative_amount".to_owned(),
            "outbound_amount_cents".to_owned()
        )
    );
}

#[test]
fn a_remaining_amount_starts_once() {
    let start = |status: &str, previous: Value, now: &str| {
        let request = json!({
            "transaction_type": "inbound", "transaction_status": status, "previous_status": previous,
            "status": now, "wallet_traceable": true, "amount_cents": 5,
        });
        call("transaction.remaining_init", &request)["remaining_amount_cents"].clone()
    };
    assert_eq!(start("granted", json!(null), "settled"), json!("5"));
    assert_eq!(start("granted", json!("pending"), "settled"), json!(null));
    assert_eq!(start("purchased", json!(null), "settled"), json!(null));
    assert_eq!(start("purchased", json!("pending"), "settled"), json!("5"));
    assert_eq!(start("purchased", json!("failed"), "settled"), json!("5"));
    assert_eq!(start("purchased", json!("pending"), "failed"), json!(null));
    for origin in [Origin::Voided, Origin::Invoiced] {
        let inbound = consumption::Direction::Inbound;
        let settled = TransactionStatus::Settled;
        assert!(!consumption::starts_remaining(
            inbound, origin, None, settled
        ));
    }
}

// --- R-RULE, R-THR, R-INT-6 ---------------------------------------------------------------------------------------

#[test]
fn a_refill_is_held_to_the_most_be_it_once_or_many_times_the_rules_credits() {
    let paid = |ongoing: &str, most: i64| {
        let request = json!({
            "rule": { "trigger": "threshold", "threshold_credits": "10", "paid_credits": "50" },
            "wallet": { "paid_top_up_max_amount_cents": most },
            "credits_ongoing_balance": ongoing,
        });
        call("rule.paid_credits", &request)["paid_credits"].clone()
    };
    assert_eq!(paid("0", 3000), json!("30"));
    assert_eq!(paid("-39.99999", 5000), json!("50"));
    assert_eq!(paid("-40", 10_000), json!("100"));
    assert_eq!(paid("-40", 9999), json!("99.99"));
}

#[test]
fn a_target_is_raised_to_the_least_only_when_something_lacks() {
    let paid = |ongoing: &str, ignores: bool| {
        let request = json!({
            "rule": { "method": "target", "target_ongoing_balance": "10", "ignore_paid_top_up_limits": ignores },
            "wallet": { "rate_amount": "0.5", "paid_top_up_min_amount_cents": 2500, "paid_top_up_max_amount_cents": 2600 },
            "credits_ongoing_balance": ongoing,
        });
        call("rule.paid_credits", &request)["paid_credits"].clone()
    };
    assert_eq!(paid("10", false), json!("0"));
    assert_eq!(paid("9.99999", false), json!("50"));
    assert_eq!(paid("9.99999", true), json!("0.00001"));
    assert_eq!(paid("-100", false), json!("110"));
}

#[test]
fn a_threshold_rule_acts_at_the_threshold_and_waits_an_hour() {
    let enqueued = |ongoing: &str, pending: &str, minutes: Value| {
        let request = json!({
            "wallet": { "credits_ongoing_balance": ongoing },
            "rule": { "trigger": "threshold", "threshold_credits": "-5", "paid_credits": "10" },
            "pending_credits": pending,
            "last_failed_automatic_purchase_minutes_ago": minutes,
        });
        call("threshold.top_up", &request)["enqueued"].clone()
    };
    assert_eq!(enqueued("-5", "0", json!(null)), json!(true));
    assert_eq!(enqueued("-5", "0.00001", json!(null)), json!(false));
    assert_eq!(enqueued("-4.99999", "0", json!(null)), json!(false));
    assert_eq!(enqueued("-5", "0", json!(60)), json!(false));
    assert_eq!(enqueued("-5", "0", json!(61)), json!(true));
}

#[test]
fn rules_that_only_grant_do_not_wait_and_interval_rules_have_no_threshold() {
    let request = |trigger: &str, status: &str| {
        json!({
            "wallet": { "credits_ongoing_balance": "1" },
            "rule": { "trigger": trigger, "threshold_credits": "5", "granted_credits": "3", "status": status },
            "last_failed_automatic_purchase_minutes_ago": 1,
        })
    };
    let enqueued =
        |trigger, status| call("threshold.top_up", &request(trigger, status))["enqueued"].clone();
    assert_eq!(enqueued("threshold", "active"), json!(true));
    assert_eq!(enqueued("interval", "active"), json!(false));
    assert_eq!(enqueued("threshold", "terminated"), json!(false));
    // A fixed interval rule with nothing to add is enqueued all the same; a target rule is not.
    let nothing = json!({ "rule": {}, "credits_ongoing_balance": "0" });
    assert_eq!(call("interval.amounts", &nothing)["enqueued"], json!(true));
}

// --- R-INT --------------------------------------------------------------------------------------------------------

#[test]
fn a_time_zone_needs_what_its_clocks_show() {
    let mut request = json!({
        "interval": "monthly", "wallet_created_at": "2021-02-20T00:00:00Z", "now": "2021-03-20T22:00:00Z",
        "timezone": "Pacific/Noumea",
    });
    assert_eq!(
        refused("interval.due", &request),
        ("invalid_input".to_owned(), "local".to_owned())
    );
    request["local"] =
        json!({ "wallet_created_at": "2021-02-20T11:00:00", "now": "2021-03-21T09:00:00" });
    assert_eq!(call("interval.due", &request)["due"], json!(false));
    request["local"]["wallet_created_at"] = json!("2021-02-21T11:00:00");
    assert_eq!(call("interval.due", &request)["due"], json!(true));
    request["interval_top_ups_at"] = json!(["2021-03-20T12:00:00Z"]);
    assert_eq!(
        refused("interval.due", &request).1,
        "local.interval_top_ups_at"
    );
    request["local"]["interval_top_ups_at"] = json!(["2021-03-20T23:59:59"]);
    assert_eq!(call("interval.due", &request)["due"], json!(true));
}

#[test]
fn a_rule_is_due_from_its_start_until_just_before_its_end() {
    let due = |start: &str, end: &str| {
        let request = json!({
            "interval": "weekly", "wallet_created_at": "2026-01-01T00:00:00Z", "now": "2026-06-20T10:00:00Z",
            "rule_started_at": start, "rule_expiration_at": end,
        });
        call("interval.due", &request)["due"] == json!(true)
    };
    assert!(due("2026-06-20T10:00:00Z", "2026-06-20T10:00:01Z"));
    assert!(!due("2026-06-20T10:00:01Z", "2026-06-21T00:00:00Z"));
    assert!(!due("2026-06-13T00:00:00Z", "2026-06-20T10:00:00Z"));
}

#[test]
fn month_ends_and_leap_days() {
    use Interval::{Monthly, Quarterly, Semiannual, Yearly};
    let leap = date(2020, 2, 29);
    for (interval, anchor, today, due) in [
        (Monthly, date(2026, 1, 31), date(2026, 2, 28), true),
        (Monthly, date(2026, 1, 29), date(2028, 2, 28), false),
        (Monthly, date(2026, 1, 30), date(2026, 4, 30), true),
        (Monthly, date(2026, 1, 30), date(2026, 3, 31), false),
        (Quarterly, date(2025, 11, 30), date(2026, 2, 28), true),
        (Quarterly, date(2025, 12, 31), date(2026, 2, 28), false),
        (Semiannual, date(2025, 8, 31), date(2026, 2, 28), true),
        (Semiannual, date(2025, 8, 31), date(2026, 5, 31), false),
        (Yearly, leap, date(2023, 2, 28), true),
        (Yearly, leap, date(2024, 2, 28), false),
        (Yearly, leap, date(2024, 2, 29), true),
        (Yearly, date(2021, 2, 28), date(2024, 2, 29), false),
        (Yearly, date(2021, 3, 31), date(2024, 3, 30), false),
    ] {
        assert_eq!(
            interval.falls_on(anchor, today),
            due,
            "{interval:?} {anchor:?} {today:?}"
        );
    }
}

// --- R-ALRT -------------------------------------------------------------------------------------------------------

#[test]
fn steps_start_below_zero_where_no_threshold_is_named() {
    let crossed = |previous: i64, current: i64, step: Value| {
        let request = json!({
            "direction": "decreasing", "recurring_threshold": step,
            "previous_value": previous, "current_value": current,
        });
        verbs::call("alert.crossed", &request.to_string())
    };
    let values = |previous, current| crossed(previous, current, json!("10")).unwrap();
    assert_eq!(values(100, 1), r#"{"crossed":[]}"#);
    assert_eq!(values(100, 0), r#"{"crossed":[]}"#);
    assert_eq!(values(100, -10), r#"{"crossed":["-10"]}"#);
    assert_eq!(values(-10, -15), r#"{"crossed":["-10"]}"#);
    assert_eq!(values(-15, -10), r#"{"crossed":[]}"#);
    assert!(crossed(0, -1, json!("0")).is_err());
    assert!(crossed(0, -1, json!("-1")).is_err());
    assert!(crossed(0, -1_000_000, json!("0.00001")).is_err());
}

// --- R-EXP, R-VOIDINV, R-TX, R-CN ---------------------------------------------------------------------------------

#[test]
fn the_job_terminates_at_the_second_of_expiry() {
    let request = json!({
        "now": "2026-03-01T00:45:00Z", "job": "terminate_wallets",
        "wallets": [
            { "id": "now", "expiration_at": "2026-03-01T00:45:00Z" },
            { "id": "next", "expiration_at": "2026-03-01T00:45:01Z" },
            { "id": "never" },
            { "id": "before", "status": "terminated", "expiration_at": "2027-01-01T00:00:00Z" },
        ],
    });
    let statuses =
        json!({ "now": "terminated", "next": "active", "never": "active", "before": "terminated" });
    assert_eq!(call("lifecycle", &request)["statuses"], statuses);
}

#[test]
fn a_failed_purchase_can_settle_and_a_settled_one_stays() {
    let after = |status: &str, payment: &str, by_note: bool| {
        let request = json!({
            "wallet": { "balance_cents": 100 }, "transaction": { "status": status, "amount": "1.5" },
            "credit_invoice_payment_status": payment, "settled_by_credit_note": by_note,
        });
        let answer = call("lifecycle", &request);
        (answer["status"].clone(), answer["balance_cents"].clone())
    };
    assert_eq!(
        after("pending", "succeeded", false),
        (json!("settled"), json!("250"))
    );
    assert_eq!(
        after("failed", "succeeded", false),
        (json!("settled"), json!("250"))
    );
    assert_eq!(
        after("settled", "succeeded", false),
        (json!("settled"), json!("100"))
    );
    assert_eq!(
        after("settled", "failed", false),
        (json!("settled"), json!("100"))
    );
    assert_eq!(
        after("failed", "succeeded", true),
        (json!("failed"), json!("100"))
    );
}

#[test]
fn a_recredit_never_makes_consumed_credits_negative() {
    let request = json!({
        "wallet": { "credits_balance": "5", "consumed_credits": "1" }, "outbound": { "credit_amount": "2.5" },
    });
    let answer = call("lifecycle", &request);
    assert_eq!(
        (&answer["credits_balance"], &answer["consumed_credits"]),
        (&json!("7.5"), &json!("0"))
    );
    let request = json!({
        "wallet": { "credits_balance": "5", "status": "terminated" }, "invoice_outbound": { "credit_amount": "2" },
    });
    let answer = call("lifecycle", &request);
    assert_eq!(
        (&answer["credits_balance"], &answer["transactions"]),
        (&json!("5"), &json!(1))
    );
}

#[test]
fn the_keys_tell_termination_from_refund() {
    let wallet = json!({ "status": "terminated", "balance_cents": 20 });
    let answer = call("lifecycle", &json!({ "wallet": wallet }));
    assert_eq!(
        (&answer["webhook"], &answer["balance_cents"]),
        (&json!(null), &json!("20"))
    );
    let answer = call(
        "lifecycle",
        &json!({ "wallet": wallet, "inbound_remaining_cents": null }),
    );
    assert_eq!(answer["refundable_from_wallet_cents"], json!("0"));
    let refundable = |traceable: bool, remaining: Value| {
        let request = json!({
            "wallet": { "balance_cents": 20, "traceable": traceable }, "inbound_remaining_cents": remaining,
        });
        call("lifecycle", &request)["refundable_from_wallet_cents"].clone()
    };
    assert_eq!(refundable(true, json!(7)), json!("7"));
    assert_eq!(refundable(false, json!(7)), json!("20"));
}

#[test]
fn a_failed_activation_takes_no_more_than_the_invoice_and_gives_it_back() {
    let request = json!({
        "plan_amount_cents": 1000, "coupon_cents": 100, "credit_note_cents": 80, "wallet_balance_cents": 5000,
        "tax_rate": "19.95", "activation_payment_status": "failed",
    });
    let answer = call("lifecycle", &request);
    // 900 + 179.55 (180 on the invoice) - 80.
    assert_eq!(answer["wallet_balance_after_invoice"], json!("4000"));
    assert_eq!(answer["wallet_balance_after_failure"], json!("5000"));
}

#[test]
fn a_terminated_wallet_pays_nothing_and_gets_nothing_back() {
    let terminated = json!([{ "lago_id": "w", "currency": "EUR", "balance_cents": 5000, "status": "terminated", "applies_to": {} }]);
    let wallet = wire::lago::wallets(&Field::answer(&terminated, "wallets")).unwrap();
    let invoice = lifecycle::ActivationInvoice {
        plan: decimal("30"),
        coupon: Decimal::ZERO,
        credit_note: Decimal::ZERO,
        tax_rate: Decimal::ZERO,
    };
    let balances = lifecycle::failed_activation(&wallet[0], &invoice).unwrap();
    assert_eq!(balances, (decimal("50"), decimal("50")));
    let applied = |status| lifecycle::applied(status, decimal("50"), decimal("30"));
    assert_eq!(
        (applied(Status::Active), applied(Status::Inactive)),
        (decimal("30"), Decimal::ZERO)
    );
}

#[test]
fn a_rule_that_is_not_active_adds_nothing_on_its_day() {
    let rule = |is_active| recurring::Rule {
        method: recurring::Method::Fixed,
        trigger: recurring::Trigger::Interval,
        paid: decimal("10"),
        granted: decimal("2"),
        threshold: None,
        target: None,
        grants_target: false,
        ignores_limits: false,
        is_active,
    };
    let top_up = |is_active| {
        rule(is_active)
            .interval_top_up(recurring::PurchaseLimits::default(), Decimal::ZERO)
            .unwrap()
    };
    assert_eq!(top_up(false), None);
    assert_eq!(
        top_up(true).map(|added| (added.paid, added.granted)),
        Some((decimal("10"), decimal("2")))
    );
}

// --- R-APP --------------------------------------------------------------------------------------------------------

/// What one wallet of plenty pays of an invoice, and what is left of it.
fn paid(fees: Vec<application::Fee>, total: &str) -> (String, String) {
    paid_by(&json!([]), fees, total)
}

/// The same of a wallet for these fee types.
fn paid_by(fee_types: &Value, fees: Vec<application::Fee>, total: &str) -> (String, String) {
    let list = json!([{
        "lago_id": "w", "currency": "EUR", "balance_cents": 100_000, "applies_to": { "fee_types": fee_types },
    }]);
    let invoice = application::Invoice {
        currency: Currency::parse("EUR").unwrap(),
        total: decimal(total),
        fees,
    };
    let wallets = wire::lago::wallets(&Field::answer(&list, "wallets")).unwrap();
    let applied = application::apply(&wallets, &invoice, Ties::Forward).unwrap();
    (applied.prepaid.to_string(), applied.total_after.to_string())
}

fn fee(fee_type: &str, amount: &str, coupons: &str, taxes: &str) -> application::Fee {
    application::Fee {
        key: FeeKey::new(fee_type),
        amount: decimal(amount),
        coupons: decimal(coupons),
        taxes: decimal(taxes),
        credit_notes: Decimal::ZERO,
    }
}

#[test]
fn a_fee_that_coupons_have_paid_takes_no_credits_even_if_it_is_taxed() {
    let fees = || {
        vec![
            fee("charge", "10", "10", "2"),
            fee("subscription", "5", "0", "1"),
        ]
    };
    assert_eq!(paid(fees(), "8"), ("6".into(), "2".into()));
}

#[test]
fn cents_that_rounding_left_out_go_to_the_largest_bucket_one_for_each() {
    let one = || vec![fee("charge", "10", "0", "0")];
    assert_eq!(paid(one(), "10.01"), ("10.01".into(), "0".into()));
    assert_eq!(paid(one(), "10.02"), ("10".into(), "0.02".into()));
    let two = || {
        vec![
            fee("charge", "10", "0", "0"),
            fee("subscription", "1", "0", "0"),
        ]
    };
    assert_eq!(paid(two(), "11.02"), ("11.02".into(), "0".into()));
    assert_eq!(paid(two(), "11.03"), ("11".into(), "0.03".into()));
    // A total below the sum of the caps lowers none of them.
    let charges = json!(["charge"]);
    assert_eq!(paid_by(&charges, two(), "8"), ("8".into(), "0".into()));
    let equal = vec![
        fee("charge", "10", "0", "0"),
        fee("subscription", "9", "0", "0"),
    ];
    assert_eq!(paid_by(&charges, equal, "15"), ("10".into(), "5".into()));
}

// --- R-VAL --------------------------------------------------------------------------------------------------------

#[test]
fn amounts_are_text_from_zero_to_the_most() {
    let codes = |field: &str, amount: Value| {
        let mut request = json!({ "wallet": { "credits_balance": "10" } });
        request[field] = amount;
        call("validate.wallet_transaction", &request)["error_details"][field].clone()
    };
    let invalid = json!(["invalid_paid_credits", "invalid_amount"]);
    for amount in [
        json!(10),
        json!(0),
        json!(true),
        json!("-0.000001"),
        json!(""),
        json!("1,5"),
        json!({}),
    ] {
        assert_eq!(codes("paid_credits", amount), invalid);
    }
    for amount in [
        "10000000000000000000000000",
        "9999999999999999999999999.000001",
        "1e400",
    ] {
        assert_eq!(codes("paid_credits", json!(amount)), invalid);
    }
    for amount in [
        "9999999999999999999999999",
        "9999999999999999999999998.99999",
        "0",
        "1e3",
        "0.005",
    ] {
        assert_eq!(
            codes("paid_credits", json!(amount)),
            json!(null),
            "{amount}"
        );
    }
    assert_eq!(
        codes("paid_credits", json!("0.004999999")),
        json!(["amount_rounds_to_zero"])
    );
    assert_eq!(codes("voided_credits", json!("10")), json!(null));
    assert_eq!(
        codes("voided_credits", json!("10.0000000001")),
        json!(["insufficient_credits"])
    );
    assert_eq!(
        codes("voided_credits", json!(1)),
        json!(["invalid_voided_credits", "invalid_amount"])
    );
}

#[test]
fn every_field_at_fault_is_named() {
    let request = json!({
        "wallet_id": "nobody", "paid_credits": "x", "granted_credits": "-1", "voided_credits": "99",
        "metadata": [{ "key": "", "value": "v" }],
    });
    let details = call("validate.wallet_transaction", &request)["error_details"].clone();
    let expected = json!({
        "wallet_id": ["wallet_not_found"],
        "paid_credits": ["invalid_paid_credits", "invalid_amount"],
        "granted_credits": ["invalid_granted_credits", "invalid_amount"],
        "metadata": ["invalid_key_value_pair"],
    });
    assert_eq!(details, expected);
}

#[test]
fn a_targeted_void_and_metadata() {
    let code = |request: Value, field: &str| {
        call("validate.wallet_transaction", &request)["error_details"][field][0].clone()
    };
    let target = |transaction: Value| {
        code(
            json!({ "voided_transaction_id": "x", "transaction": transaction }),
            "voided_transaction_id",
        )
    };
    assert_eq!(target(json!(null)), json!("wallet_transaction_not_found"));
    assert_eq!(
        target(json!({ "remaining_amount_cents": null })),
        json!("no_remaining_amount")
    );
    assert_eq!(target(json!({ "remaining_amount_cents": 1 })), json!(null));
    let pair = |key: &str, value: Value| {
        code(
            json!({ "metadata": [{ "key": key, "value": value }] }),
            "metadata",
        )
    };
    assert_eq!(pair("k", json!([])), json!("nested_structure_not_allowed"));
    assert_eq!(pair("k", json!(1.5)), json!(null));
    assert_eq!(pair(&"k".repeat(20), json!("v".repeat(100))), json!(null));
    assert_eq!(pair(&"k".repeat(21), json!("v")), json!("key_too_long"));
    assert_eq!(pair("k", json!("v".repeat(101))), json!("value_too_long"));
    assert_eq!(pair("k", json!(null)), json!("invalid_key_value_pair"));
    assert_eq!(
        code(json!({ "metadata_pairs": 15 }), "metadata"),
        json!(null)
    );
}

#[test]
fn a_wallet_request_names_facts() {
    let details = |request: Value| call("validate.wallet", &request)["error_details"].clone();
    assert_eq!(details(json!({})), json!(null));
    assert_eq!(
        details(json!({ "customer": { "id": "c" }, "priority": 1 })),
        json!(null)
    );
    assert_eq!(details(json!({ "priority": 50 })), json!(null));
    for priority in [json!(0), json!(51), json!("1.5")] {
        assert_eq!(
            details(json!({ "priority": priority })),
            json!({ "priority": ["value_is_invalid"] })
        );
    }
    let limited = json!({ "active_wallets": 8, "organization_max_wallets": 8, "events_targeting_wallets": true });
    assert_eq!(
        details(limited),
        json!({ "customer": ["wallet_limit_reached"] })
    );
    assert_eq!(
        details(json!({ "applies_to": { "fee_types": ["charge", "product"] } })),
        json!(null)
    );
}

#[test]
fn a_rule_request_needs_what_its_trigger_and_method_use() {
    let valid = |request: Value| call("validate.recurring_rule", &request)["valid"] == json!(true);
    assert!(valid(
        json!({ "trigger": "interval", "interval": "semiannual" })
    ));
    assert!(!valid(json!({ "trigger": "interval" })));
    assert!(!valid(json!({})));
    assert!(valid(
        json!({ "trigger": "threshold", "threshold_credits": "-5.5" })
    ));
    assert!(!valid(json!({ "trigger": "threshold" })));
    assert!(!valid(
        json!({ "trigger": "threshold", "threshold_credits": 5 })
    ));
    let target = |trigger: &str, threshold: &str| {
        valid(json!({
            "trigger": trigger, "interval": "weekly", "method": "target",
            "threshold_credits": threshold, "target_ongoing_balance": "10",
        }))
    };
    assert!(target("threshold", "10"));
    assert!(!target("threshold", "10.01"));
    assert!(target("interval", "10.01"));
    let fixed = |grants: Value| {
        valid(
            json!({ "trigger": "interval", "interval": "weekly", "grants_target_top_up": grants }),
        )
    };
    assert!(!fixed(json!(false)));
    assert!(fixed(json!(null)));
}

// --- R-22 ---------------------------------------------------------------------------------------------------------

#[test]
fn no_fee_of_2022_is_credited_beyond_its_net_amount() {
    let fee = |amount: i64| application_2022::Fee {
        fee_type: "charge".to_owned(),
        amount: Decimal::from(amount),
        coupon: Decimal::ZERO,
        tax_rate: Decimal::from(20),
    };
    let applied = application_2022::apply(Decimal::from(29), &vec![fee(3); 10]).unwrap();
    assert!(
        applied
            .shares
            .iter()
            .all(|share| *share <= Decimal::from(3))
    );
    assert_eq!(applied.prepaid, Decimal::from(29));
    assert_eq!(applied.total, Decimal::ONE);
}

// --- Unknown keys -------------------------------------------------------------------------------------------------

#[test]
fn unknown_keys_are_refused_at_any_depth() {
    for (verb, request) in [
        (
            "alert.crossed",
            json!({ "direction": "decreasing", "previous_value": 1, "current_value": 0, "x": 1 }),
        ),
        (
            "lifecycle",
            json!({ "wallet": { "status": "active", "x": 1 } }),
        ),
        (
            "lifecycle",
            json!({ "existing_wallets": [{ "status": "active", "x": 1 }] }),
        ),
        ("validate.wallet", json!({ "applies_to": { "x": [] } })),
        ("rule.paid_credits", json!({ "rule": { "x": 1 } })),
        (
            "interval.due",
            json!({
                "interval": "weekly", "wallet_created_at": "2026-01-01T00:00:00Z", "now": "2026-01-08T00:00:00Z",
                "local": { "x": 1 },
            }),
        ),
    ] {
        assert_eq!(refused(verb, &request).0, "invalid_input", "{verb}");
    }
}

// --- Properties ---------------------------------------------------------------------------------------------------

fn inbound() -> impl Strategy<Value = Inbound> {
    let status = prop_oneof![
        4 => Just(TransactionStatus::Settled),
        1 => Just(TransactionStatus::Pending),
        1 => Just(TransactionStatus::Failed),
    ];
    let origin = prop_oneof![Just(Origin::Granted), Just(Origin::Purchased)];
    let remaining = prop_oneof![
        1 => Just(None),
        5 => (0_i64..500).prop_map(|cents| Some(Decimal::from(cents))),
    ];
    (origin, status, 1_i64..5, 0_i64..9, remaining).prop_map(
        |(origin, status, priority, created_order, remaining)| Inbound {
            origin,
            status,
            priority,
            created_order,
            remaining,
        },
    )
}

proptest! {
    #[test]
    fn what_is_taken_is_what_was_asked_and_nothing_goes_below_zero(
        inbounds in prop::collection::vec(inbound(), 0..8), amount in 0_i64..1500,
    ) {
        let amount = Decimal::from(amount);
        let available = |inbound: &Inbound| match inbound.status {
            TransactionStatus::Settled => inbound.remaining.unwrap_or_default(),
            _ => Decimal::ZERO,
        };
        let pool = Decimal::sum(inbounds.iter().map(available)).unwrap();
        match consumption::consume(&inbounds, amount, Source::Pool, Ties::Forward).unwrap() {
            Consumed::Taken(taken) => {
                prop_assert_eq!(Decimal::sum(taken.iter().map(|taken| taken.amount)).unwrap(), amount);
                for share in &taken {
                    prop_assert!(share.amount.is_positive());
                    prop_assert!(share.amount <= available(&inbounds[share.inbound]));
                }
                let (granted, purchased) = consumption::breakdown(&inbounds, &taken).unwrap();
                let parts = [granted, purchased].map(Option::unwrap_or_default);
                prop_assert_eq!(Decimal::sum(parts).unwrap(), amount);
            }
            refusal => {
                prop_assert_eq!(refusal, Consumed::ExceedsAvailable);
                prop_assert!(amount > pool);
            }
        }
    }

    #[test]
    fn alerts_are_symmetric_and_agree_with_a_walk(
        one_time in prop::collection::vec(-30_i64..30, 0..4), step in prop::option::of(1_i64..9),
        previous in -60_i64..60, current in -60_i64..60,
    ) {
        let crossed = |direction, sign: i64| {
            let alert = Alert {
                direction,
                one_time: one_time.iter().map(|value| Decimal::from(value * sign)).collect(),
                recurring: step.map(Decimal::from),
            };
            alert.crossed(Decimal::from(previous * sign), Decimal::from(current * sign)).unwrap()
        };
        let falling = crossed(Direction::Decreasing, 1);
        let mut mirrored: Vec<_> = crossed(Direction::Increasing, -1).into_iter().map(Decimal::negated).collect();
        mirrored.reverse();
        prop_assert_eq!(&falling, &mirrored);

        let start = one_time.iter().min().copied().unwrap_or(0);
        let is_silent = current >= previous || one_time.iter().max().is_some_and(|most| current > *most);
        let walk: Vec<_> = (-200..200)
            .filter(|value| {
                let once = one_time.contains(value) && current <= *value && *value < previous;
                let again = step.is_some_and(|step| *value < start && (start - value) % step == 0)
                    && current <= *value && *value <= previous;
                !is_silent && (once || again)
            })
            .map(Decimal::from)
            .collect();
        prop_assert_eq!(falling, walk);
    }

    /// Against a calendar that counts days one by one.
    #[test]
    fn intervals_agree_with_a_calendar(anchor in 0_usize..1800, ahead in 0_usize..1800) {
        let days = calendar();
        let (a, t) = (days[anchor], days[anchor + ahead]);
        let next = days[anchor + ahead + 1];
        let ends = next.1 != t.1;
        let same_day = a.2 == t.2 || (ends && a.2 > t.2);
        let months = (t.0 * 12 + t.1) - (a.0 * 12 + a.1);
        let (a, t) = (date(a.0, a.1, a.2), date(t.0, t.1, t.2));
        prop_assert_eq!(Interval::Weekly.falls_on(a, t), ahead % 7 == 0);
        prop_assert_eq!(Interval::Monthly.falls_on(a, t), same_day);
        prop_assert_eq!(Interval::Quarterly.falls_on(a, t), same_day && months % 3 == 0);
        prop_assert_eq!(Interval::Semiannual.falls_on(a, t), same_day && months % 6 == 0);
        prop_assert_eq!(Interval::Yearly.falls_on(a, t), same_day && months % 12 == 0);
    }

    #[test]
    fn dates_of_instants_are_dates(seconds in -62_000_000_000_i64..62_000_000_000) {
        let day = Date::of(Timestamp(seconds * 1000)).unwrap();
        let start = Timestamp(seconds.div_euclid(86_400) * 86_400_000);
        prop_assert_eq!(Date::of(start), Some(day));
        prop_assert_eq!(Date::of(Timestamp(start.0 + 86_399_999)), Some(day));
        prop_assert!(Date::of(Timestamp(start.0 - 1)).unwrap() < day);
    }

    #[test]
    fn floored_text_equals_floored_number(whole in -1000_i64..1000, fraction in 0_u32..100_000_000, places in 0_u32..9) {
        let text = format!("{whole}.{fraction:08}");
        let exact = decimal(&text);
        prop_assert_eq!(Decimal::parse_floor(&text, places).unwrap(), exact.round(places, Rounding::Floor));
    }

    #[test]
    fn shares_of_2022_add_up(
        amounts in prop::collection::vec((0_i64..5000, 0_i64..30, any::<bool>()), 0..7), balance in 0_i64..20_000,
    ) {
        let fees: Vec<_> = amounts
            .iter()
            .map(|(amount, rate, is_add_on)| application_2022::Fee {
                fee_type: if *is_add_on { "add_on" } else { "charge" }.to_owned(),
                amount: Decimal::from(*amount),
                coupon: Decimal::ZERO,
                tax_rate: Decimal::from(*rate),
            })
            .collect();
        let applied = application_2022::apply(Decimal::from(balance), &fees).unwrap();
        prop_assert_eq!(Decimal::sum(applied.shares.iter().copied()).unwrap(), applied.prepaid);
        for (share, fee) in applied.shares.iter().zip(&fees) {
            prop_assert!(!share.is_negative() && *share <= fee.amount);
            prop_assert!(fee.fee_type != "add_on" || share.is_zero());
        }
        prop_assert!(!applied.taxes.is_negative() && !applied.total.is_negative());
    }
}

/// Ten years of days from 1 January 2019, counted one by one.
fn calendar() -> Vec<(i64, i64, i64)> {
    let mut days = Vec::new();
    for year in 2019_i64..2030 {
        let february = if [2020, 2024, 2028].contains(&year) {
            29
        } else {
            28
        };
        let months = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        for (month, length) in (1_i64..).zip(months) {
            days.extend((1..=length).map(|day| (year, month, day)));
        }
    }
    days
}
