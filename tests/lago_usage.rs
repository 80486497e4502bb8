//! Lago's answers about usage: what is read of them, and where their faults say they are.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]
#![cfg(not(target_arch = "wasm32"))]

mod support;

use creditgate::engine::reconstruction::Reconstruction;
use creditgate::error::{Error, Result};
use creditgate::model::decision::Note;
use creditgate::model::fee_key::FeeKey;
use creditgate::model::usage::{Fee, ToldUsage};
use creditgate::wire::field::Field;
use creditgate::wire::lago_usage;
use serde_json::{Value, json};
use support::*;

fn told(answers: &Value) -> Result<ToldUsage> {
    lago_usage::usage(&Field::answer(answers, "usage"))
}

fn read(answers: &Value) -> Reconstruction {
    Reconstruction::new(told(answers).unwrap()).unwrap()
}

fn fault(answers: &Value) -> (String, String) {
    let error: Error = told(answers).unwrap_err();
    (error.code().to_owned(), error.path().to_owned())
}

fn customer_usage() -> Value {
    payload("lago_usage/customer_usage")["customer_usage"].clone()
}

fn draft() -> Value {
    payload("lago_usage/invoice_draft")["invoice"].clone()
}

/// The ids that the payloads have in common.
fn subscription() -> Value {
    json!({"lago_id": "4a879900-ba07-5a1b-80cc-aaad7b36ec3d", "external_id": "sub_acme_1"})
}

fn answers(plan: &Value, customer_usage: &Value, invoices: &Value) -> Value {
    let entry =
        json!({"subscription": subscription(), "plan": plan, "customer_usage": customer_usage});
    json!({"subscriptions": [entry], "invoices": invoices})
}

fn no_charges() -> Value {
    json!({"charges": []})
}

fn metric(code: &str) -> FeeKey {
    FeeKey::new("charge").metric(code)
}

fn figures(fees: &[Fee]) -> Vec<(FeeKey, String, String)> {
    fees.iter()
        .map(|fee| {
            (
                fee.key.clone(),
                fee.amount.to_string(),
                fee.taxes.to_string(),
            )
        })
        .collect()
}

fn figure(key: FeeKey, amount: &str, taxes: &str) -> (FeeKey, String, String) {
    (key, amount.to_owned(), taxes.to_owned())
}

#[test]
fn current_usage_gets_its_tax_by_largest_remainder() {
    // 413 x 1666 / 2066 = 333.04, and 79.96 for the other.
    let found = read(&answers(&no_charges(), &customer_usage(), &json!([])));
    assert_eq!(
        figures(&found.usage.current),
        [
            figure(metric("api_calls"), "16.66", "3.33"),
            figure(metric("storage_gb"), "4", "0.8"),
        ]
    );
    assert_eq!(found.notes, [Note::TaxProRata]);
    assert!(found.usage.pay_in_advance.is_empty());
}

#[test]
fn the_tax_of_one_charge_is_exact() {
    let mut usage = customer_usage();
    usage["charges_usage"].as_array_mut().unwrap().pop();
    let found = read(&answers(&no_charges(), &usage, &json!([])));
    assert_eq!(
        figures(&found.usage.current),
        [figure(metric("api_calls"), "16.66", "4.13")]
    );
    assert!(found.notes.is_empty());
    usage["charges_usage"] = json!([]);
    assert_eq!(
        fault(&answers(&no_charges(), &usage, &json!([]))),
        (
            "invalid_response".to_owned(),
            "usage.subscriptions[0].customer_usage.taxes_amount_cents".to_owned()
        )
    );
}

#[test]
fn charges_in_advance_are_known_by_id_by_code_or_by_metric() {
    let by = |charge: Value| {
        let plan = json!({"charges": [charge]});
        let found = read(&answers(&plan, &customer_usage(), &json!([])));
        assert_eq!(found.usage.current.len(), 2);
        let in_advance = figures(&found.usage.pay_in_advance);
        assert_eq!(
            found.notes.contains(&Note::PayInAdvanceFromPlan),
            !in_advance.is_empty()
        );
        in_advance.len()
    };
    let id = "0151e223-e06d-5643-99d0-a270bc6e778f";
    assert_eq!(by(json!({"lago_id": id, "pay_in_advance": true})), 1);
    assert_eq!(by(json!({"lago_id": id, "pay_in_advance": false})), 0);
    // A subscription that overrides its plan has charges of its own ids.
    assert_eq!(
        by(json!({"lago_id": "other", "code": "api_calls_std", "pay_in_advance": true})),
        1
    );
    assert_eq!(
        by(json!({"billable_metric_code": "api_calls", "pay_in_advance": true})),
        1
    );
    assert_eq!(by(json!({"code": "another", "pay_in_advance": true})), 0);
    // Two charges of a metric that differ do not say which it is.
    let plan = json!({"charges": [
        {"billable_metric_code": "api_calls", "pay_in_advance": true},
        {"billable_metric_code": "api_calls", "pay_in_advance": false},
    ]});
    let found = read(&answers(&plan, &customer_usage(), &json!([])));
    assert!(found.usage.pay_in_advance.is_empty());
}

#[test]
fn usage_that_names_wallets_is_apart_for_each() {
    let mut usage = customer_usage();
    usage["charges_usage"][0]["grouped_usage"] = json!([
        {"amount_cents": 1000, "grouped_by": {"target_wallet_code": "team-a"}},
        {"amount_cents": 600, "grouped_by": {"target_wallet_code": "team-b"}},
        {"amount_cents": 66, "grouped_by": {"target_wallet_code": null}},
    ]);
    usage["taxes_amount_cents"] = json!(0);
    let found = read(&answers(&no_charges(), &usage, &json!([])));
    assert_eq!(
        figures(&found.usage.current),
        [
            figure(metric("api_calls").target_wallet("team-a"), "10", "0"),
            figure(metric("api_calls").target_wallet("team-b"), "6", "0"),
            figure(metric("api_calls"), "0.66", "0"),
            figure(metric("storage_gb"), "4", "0"),
        ]
    );
    assert!(found.notes.is_empty());
}

#[test]
fn targets_that_usage_does_not_tell_are_noted() {
    let plan = json!({"charges": [{"code": "api_calls_std", "accepts_target_wallet": true}]});
    let found = read(&answers(&plan, &customer_usage(), &json!([])));
    assert_eq!(found.notes, [Note::TaxProRata, Note::TargetsHidden]);
}

#[test]
fn drafts_count_with_every_fee_and_their_coupons() {
    let mut invoice = draft();
    invoice["fees"][0]["precise_coupons_amount_cents"] = json!("100.5");
    invoice["fees"][0]["item"]["grouped_by"] = json!({"target_wallet_code": "team-a"});
    let found = read(&json!({"subscriptions": [], "invoices": [invoice]}));
    assert_eq!(
        figures(&found.usage.drafts),
        [
            figure(metric("api_calls").target_wallet("team-a"), "16.66", "3.33"),
            figure(metric("storage_gb"), "4", "0.8"),
            figure(FeeKey::new("subscription"), "29", "5.8"),
        ]
    );
    assert_eq!(found.usage.drafts[0].coupons, dec("1.005"));
}

#[test]
fn a_draft_of_nothing_and_invoices_of_other_kinds_do_not_count() {
    let with = |key: &str, value: Value| {
        let mut invoice = draft();
        invoice[key] = value;
        invoice
    };
    let invoices = json!([
        with("total_amount_cents", json!(0)),
        with("status", json!("finalized")),
        with("status", json!("voided")),
    ]);
    let found = read(&answers(&no_charges(), &customer_usage(), &invoices));
    assert!(found.usage.drafts.is_empty() && found.usage.progressive.is_empty());
}

#[test]
fn progressive_billing_counts_for_the_running_period_of_an_active_subscription() {
    let billed = |status: &str, change: fn(&mut Value)| {
        let mut invoice = draft();
        invoice["invoice_type"] = json!("progressive_billing");
        invoice["status"] = json!(status);
        for fee in invoice["fees"].as_array_mut().unwrap() {
            change(fee);
        }
        read(&answers(
            &no_charges(),
            &customer_usage(),
            &json!([invoice]),
        ))
        .usage
        .progressive
        .len()
    };
    assert_eq!(billed("finalized", |_| ()), 3);
    assert_eq!(billed("failed", |_| ()), 3);
    assert_eq!(billed("voided", |_| ()), 0);
    let earlier = |fee: &mut Value| {
        fee["from_date"] = json!("2026-07-01T00:00:00+00:00");
        fee["to_date"] = json!("2026-07-31T23:59:59+00:00");
    };
    assert_eq!(billed("finalized", earlier), 0);
    let undated = |fee: &mut Value| fee["to_date"] = Value::Null;
    assert_eq!(billed("finalized", undated), 0);
    let of_another = |fee: &mut Value| {
        fee["lago_subscription_id"] = Value::Null;
        fee["external_subscription_id"] = json!("sub_other");
    };
    assert_eq!(billed("finalized", of_another), 0);
}

#[test]
fn what_is_missing_is_told_with_its_path() {
    let at = |pointer: &str, path: &str| {
        let mut all = answers(&no_charges(), &customer_usage(), &json!([draft()]));
        *all.pointer_mut(pointer).unwrap() = Value::Null;
        let (code, told) = fault(&all);
        assert_eq!((code.as_str(), told.as_str()), ("invalid_response", path));
    };
    let usage = "usage.subscriptions[0].customer_usage";
    at(
        "/subscriptions/0/subscription",
        "usage.subscriptions[0].subscription",
    );
    at(
        "/subscriptions/0/plan/charges",
        "usage.subscriptions[0].plan.charges",
    );
    at(
        "/subscriptions/0/customer_usage/taxes_amount_cents",
        &format!("{usage}.taxes_amount_cents"),
    );
    at(
        "/subscriptions/0/customer_usage/charges_usage",
        &format!("{usage}.charges_usage"),
    );
    at(
        "/subscriptions/0/customer_usage/charges_usage/1/billable_metric/code",
        &format!("{usage}.charges_usage[1].billable_metric.code"),
    );
    at("/invoices/0/status", "usage.invoices[0].status");
    at("/invoices/0/fees", "usage.invoices[0].fees");
    at(
        "/invoices/0/fees/2/item/type",
        "usage.invoices[0].fees[2].item.type",
    );
    at(
        "/invoices/0/fees/0/taxes_amount_cents",
        "usage.invoices[0].fees[0].taxes_amount_cents",
    );
}
