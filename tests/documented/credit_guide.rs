//! 002: Lago's later prepaid-credit guide, where it says more or other than that of 2022.

use creditgate::engine::lifecycle::takes_credits;
use creditgate::engine::ongoing::{REFRESH_SECONDS, clock_refreshes};
use creditgate::engine::requests::{currencies, is_currency_of_customer};
use creditgate::model::decision::{Outcome, Reason};
use creditgate::model::fee_key::FeeKey;
use creditgate::model::wallet::Wallet;
use creditgate::profile::{LAGO, Overlap};
use serde_json::{Value, json};

use crate::support::*;
use crate::{call, decide, lago_creation, lago_top_up, lago_update, pair};

/// An invoice of one fee, which wallets may pay: what they pay and what is left, both in cents.
fn apply(wallet: Value, fee: Value, total_cents: i64) -> (Value, Value) {
    let request = json!({
        "invoice": { "total_amount_cents": total_cents },
        "wallets": [crate::changed(json!({ "id": "w", "balance_cents": 10_000 }), wallet)],
        "fees": [fee],
    });
    let answer = call("invoice.apply", request);
    (
        answer["prepaid_credit_amount_cents"].clone(),
        answer["total_amount_cents_after"].clone(),
    )
}

/// Whether a wallet pays a fee of 30.
fn pays(wallet: Value, fee_type: &str, metric: Option<&str>) -> bool {
    let fee = json!({ "fee_type": fee_type, "metric": metric, "amount_cents": 3000 });
    let (paid, _) = apply(wallet, fee, 3000);
    assert!([json!("0"), json!("3000")].contains(&paid));
    paid == json!("3000")
}

/// The ongoing balance of a wallet of 100 after fees, in cents.
fn ongoing(fees: Value) -> Value {
    let wallet = json!({ "id": "w", "balance_cents": 10_000 });
    let request = crate::changed(json!({ "wallets": [wallet] }), fees);
    call("ongoing.allocate", request)["wallet"]["w"]["ongoing_balance_cents"].clone()
}

fn charge_of(amount_cents: i64, taxes_amount_cents: i64) -> Value {
    json!({ "fee_type": "charge", "amount_cents": amount_cents, "taxes_amount_cents": taxes_amount_cents })
}

/// 002: "Define transaction metadata (optional & available only via API)". Five pairs on a new wallet's first transaction,
/// fifteen on a top-up (section 3.9).
#[test]
fn transaction_metadata_is_optional_and_set_by_the_api() {
    let pairs = |count: usize| {
        let pair = |index: usize| json!({ "key": format!("key{index}"), "value": "value" });
        Value::from((0..count).map(pair).collect::<Vec<_>>())
    };
    assert_eq!(lago_creation(json!({ "transaction_metadata": null })), []);
    assert_eq!(
        lago_creation(json!({ "transaction_metadata": pairs(5) })),
        []
    );
    assert_eq!(
        lago_creation(json!({ "transaction_metadata": pairs(6) })),
        pair("transaction_metadata", "too_many_keys")
    );
    let top_up = json!({ "granted_credits": "1", "metadata": pairs(15) });
    assert_eq!(lago_top_up(top_up, "active"), []);
}

/// 002: "If the currency of the customer is already defined, the currency of the wallet must be the same". Today it is but
/// the default: a wallet of another one is made, and the customer keeps theirs (R-NEW-2).
#[test]
fn the_currency_of_the_wallet_must_be_that_of_the_customer() {
    assert!(is_currency_of_customer(eur(), Some(eur())));
    assert!(!is_currency_of_customer(usd(), Some(eur())));
    assert!(is_currency_of_customer(usd(), None));

    assert_eq!(currencies(None, Some(eur())), Some((eur(), eur())));
    assert_eq!(currencies(Some(usd()), Some(eur())), Some((usd(), eur())));
    assert_eq!(currencies(Some(usd()), None), Some((usd(), usd())));
}

/// 002: "Balance: invoiced balance, which reflects the remaining prepaid credits in your wallet": usage that is not invoiced
/// leaves it alone (R-BAL, R-ONG-12).
#[test]
fn the_balance_is_what_is_left_after_invoices() {
    let decision = |ongoing: &str| {
        let account = lago(vec![lago_wallet("w", "100", ongoing)]);
        let explanation = account.explain(eur(), &charge(), NOW).unwrap();
        let wallet = &explanation.wallets[0];
        (wallet.balance, wallet.available)
    };
    assert_eq!(decision("100"), (dec("100"), dec("100")));
    assert_eq!(decision("64"), (dec("100"), dec("64")));
}

/// 002: "It updates each time an invoice is finalized for the customer" (R-APP-1, R-APP-10, R-BAL-2).
#[test]
fn the_balance_updates_each_time_an_invoice_is_finalized() {
    let finalize = |balance_cents: &Value| {
        let request = json!({
            "invoice": { "total_amount_cents": 3000 },
            "wallets": [{ "id": "w", "balance_cents": balance_cents }],
            "fees": [{ "fee_type": "subscription", "amount_cents": 3000 }],
        });
        call("invoice.apply", request)["balances_after"]["w"].clone()
    };
    let first = finalize(&json!("10000"));
    assert_eq!(first, json!("7000"));
    assert_eq!(finalize(&first), json!("4000"));
}

/// 002: "Ongoing Balance: balance accounted for current usage" (R-ONG-2, R-ONG-12). Today usage that was billed already, in
/// advance or progressively, is taken off again (R-ONG-4, R-ONG-5).
#[test]
fn the_ongoing_balance_accounts_for_current_usage() {
    let usage = json!({ "current_usage_fees": [charge_of(3000, 0)] });
    assert_eq!(ongoing(json!({})), json!("10000"));
    assert_eq!(ongoing(usage.clone()), json!("7000"));
    for billed in ["pay_in_advance_fees", "progressive_billing_fees"] {
        let fees = crate::changed(usage.clone(), json!({ billed: [charge_of(1000, 0)] }));
        assert_eq!(ongoing(fees), json!("8000"));
    }
}

/// 002: "... including taxes" (R-ONG-2).
#[test]
fn the_ongoing_balance_includes_taxes() {
    let usage = json!({ "current_usage_fees": [charge_of(3000, 600)] });
    assert_eq!(ongoing(usage), json!("6400"));
}

/// 002: "... and draft invoices" (R-ONG-3). Today their coupons come off.
#[test]
fn the_ongoing_balance_includes_draft_invoices() {
    let draft = json!({
        "fee_type": "subscription", "amount_cents": 2000, "taxes_amount_cents": 400,
        "precise_coupons_amount_cents": "500",
    });
    assert_eq!(
        ongoing(json!({ "draft_invoice_fees": [draft] })),
        json!("8100")
    );
}

/// 002: "a real-time estimate of your balance's consumption": it may fall below zero, while the invoice takes no more than
/// the balance (R-ONG-10, R-ONG-12, R-APP-8).
#[test]
fn the_ongoing_balance_estimates_the_consumption_of_the_balance() {
    let usage = json!({ "current_usage_fees": [charge_of(12_000, 0)] });
    assert_eq!(ongoing(usage), json!("-2000"));
    let fee = json!({ "fee_type": "charge", "amount_cents": 12_000 });
    assert_eq!(
        apply(json!({}), fee, 12_000),
        (json!("10000"), json!("2000"))
    );
}

/// 002: "It refreshes every 5 minutes". Today the clock's default, and only for a customer whom something has flagged
/// (R-ONG-14).
#[test]
fn the_ongoing_balance_refreshes_every_five_minutes() {
    assert_eq!(REFRESH_SECONDS, 5 * 60);
    assert!(clock_refreshes(true, true, false));
    assert!(!clock_refreshes(true, false, false), "nothing has happened");
    assert!(!clock_refreshes(true, true, true), "tax cannot be computed");
}

/// 002: "... or upon the finalization of an invoice": what the invoice took leaves the balance as it leaves the usage, so
/// that the ongoing balance stands (R-APP, after application; R-ONG-12).
#[test]
fn the_ongoing_balance_refreshes_when_an_invoice_is_finalized() {
    let shown = |balance_cents: Value, usage_cents: i64| {
        let wallet = json!({ "balance_cents": balance_cents });
        let request = json!({ "wallet": wallet, "ongoing_usage_amount_cents": usage_cents });
        call("ongoing.refresh", request)["ongoing_balance_cents"].clone()
    };
    assert_eq!(shown(json!(10_000), 3000), json!("7000"));
    let request = json!({
        "invoice": { "total_amount_cents": 3000 },
        "wallets": [{ "id": "w", "balance_cents": 10_000 }],
        "fees": [{ "fee_type": "charge", "amount_cents": 3000 }],
    });
    let after = call("invoice.apply", request)["balances_after"]["w"].clone();
    assert_eq!(shown(after, 0), json!("7000"));
}

/// 002: "Real time wallet balance ... is only available to users with a premium license" (R-ONG-14).
#[test]
fn the_real_time_balance_is_a_premium_feature() {
    assert!(clock_refreshes(true, true, false));
    assert!(!clock_refreshes(false, true, false));
    // A gate that is told no ongoing balance does not guess one.
    let untold = Wallet {
        ongoing_balance: None,
        ..lago_wallet("w", "100", "100")
    };
    let (outcome, reason, _) = decide(&lago(vec![untold]), eur(), &charge(), "1");
    assert_eq!(
        (outcome, reason),
        (Outcome::Unknown, Reason::PendingUnknown)
    );
}

/// 002: "Prepaid credits settled in a wallet are applied to upcoming subscription invoices" (R-APP-1, R-APP-2, R-TX-1).
/// Today also to invoices of progressive billing.
#[test]
fn settled_credits_are_applied_to_upcoming_subscription_invoices() {
    assert!(takes_credits("subscription"));
    assert!(pays(json!({}), "subscription", None));
    // A purchase that is not settled is not in the balance.
    let purchases = |operation: Value| {
        let request = json!({ "wallet": { "rate_amount": "1" }, "operations": [operation] });
        call("wallet.mutate_sequence", request)["balance_cents"].clone()
    };
    let pending = purchases(json!({ "paid_credits": "30" }));
    assert_eq!(pending, json!("0"));
    assert!(!pays(
        json!({ "balance_cents": pending }),
        "subscription",
        None
    ));
    let settled = purchases(json!({ "settle_paid_credits": "30" }));
    assert!(pays(
        json!({ "balance_cents": settled }),
        "subscription",
        None
    ));

    assert!(takes_credits("progressive_billing"));
}

/// 002: "They are deducted from the post-tax subtotal" (R-APP-3).
#[test]
fn credits_are_deducted_from_the_post_tax_subtotal() {
    let fee = json!({
        "fee_type": "subscription", "amount_cents": 5000, "taxes_precise_amount_cents": "1000",
    });
    assert_eq!(
        apply(json!({}), fee.clone(), 6000),
        (json!("6000"), json!("0"))
    );
    let poor = json!({ "balance_cents": 4000 });
    assert_eq!(apply(poor, fee, 6000), (json!("4000"), json!("2000")));
}

/// 002: "... after any credit notes have been applied" (R-APP-3, R-APP-5).
#[test]
fn credits_are_deducted_after_credit_notes() {
    let fee = json!({
        "fee_type": "subscription", "amount_cents": 5000, "taxes_precise_amount_cents": "1000",
        "precise_credit_notes_amount_cents": "1500",
    });
    assert_eq!(apply(json!({}), fee, 4500), (json!("4500"), json!("0")));
}

/// 002: "Prepaid credits do not apply to one-off invoices" (R-APP-1).
#[test]
fn credits_do_not_apply_to_one_off_invoices() {
    assert!(!takes_credits("one_off"));
    let request = json!({ "invoice_type": "one_off", "wallet_balance_cents": 10_000 });
    assert_eq!(call("lifecycle", request)["wallet_transactions"], json!(0));
}

/// 002: "To limit the scope ...: Create or edit an existing wallet" (section 1.4).
#[test]
fn the_scope_is_limited_on_creation_or_on_an_existing_wallet() {
    let limits = |fee_type: &str| json!({ "applies_to": { "fee_types": [fee_type], "billable_metric_codes": ["api_calls"] } });
    assert_eq!(lago_creation(limits("charge")), []);
    assert_eq!(lago_update(limits("charge"), "active"), []);
    assert_eq!(
        lago_creation(limits("none")),
        pair("applies_to", "invalid_limitations")
    );
    assert_eq!(
        lago_update(limits("none"), "active"),
        pair("applies_to.fee_types", "invalid_fee_types")
    );
}

/// 002: "add one or more object limitations" (R-APP-9).
#[test]
fn credits_can_be_limited_to_specific_objects() {
    let one = json!({ "allowed_fee_types": ["charge"] });
    assert!(pays(one.clone(), "charge", None));
    assert!(!pays(one, "subscription", None));
    let two = json!({ "allowed_fee_types": ["charge", "subscription"] });
    assert!(pays(two.clone(), "subscription", None));
    assert!(!pays(two, "commitment", None));
}

/// 002: "You can also limit wallet prepaid credits to specific billable metrics" (R-APP-9). Today the two limits widen each
/// other: either admits a fee.
#[test]
fn credits_can_be_limited_to_specific_billable_metrics() {
    let metric = json!({ "target_metrics": ["api_calls"] });
    assert!(pays(metric.clone(), "charge", Some("api_calls")));
    assert!(!pays(metric.clone(), "charge", Some("storage")));
    assert!(!pays(metric, "subscription", None));
    let both = json!({ "target_metrics": ["api_calls"], "allowed_fee_types": ["charge"] });
    assert!(pays(both, "charge", Some("storage")));
}

/// 002: "selecting all items has the same effect as selecting none". Today this holds of all the fee types there are, and
/// not of the three that can be selected (section 3.11).
#[test]
fn selecting_all_items_has_the_same_effect_as_selecting_none() {
    let limited = |fee_types: &[&str]| Wallet {
        code: None,
        scope: scope(fee_types, &[]),
        ..lago_wallet("w", "100", "100")
    };
    let none = limited(&[]);
    let every = limited(&[
        "charge",
        "add_on",
        "subscription",
        "credit",
        "commitment",
        "fixed_charge",
        "product",
    ]);
    assert_eq!(LAGO.overlap(&every, &none, false), Overlap::Same);

    let selectable = limited(&["charge", "subscription", "commitment"]);
    assert_eq!(LAGO.overlap(&selectable, &none, false), Overlap::Partial);
    for fee_type in ["charge", "subscription", "commitment"] {
        assert_eq!(LAGO.admits(&selectable, &FeeKey::new(fee_type)), Some(true));
    }
    for fee_type in ["fixed_charge", "product"] {
        let key = FeeKey::new(fee_type);
        assert_eq!(LAGO.admits(&none, &key), Some(true));
        assert_eq!(LAGO.admits(&selectable, &key), Some(false));
    }
}
