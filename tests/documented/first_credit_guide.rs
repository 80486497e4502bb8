//! 001: Lago's prepaid-credit guide of 2022, whose rules are the profile `lago-2022`.

use creditgate::decimal::Decimal;
use creditgate::engine::account::Options;
use creditgate::engine::balance::{self, Operation, Settled};
use creditgate::engine::consumption::TransactionStatus;
use creditgate::engine::lifecycle::{after_payment, credit_invoice};
use creditgate::engine::wallet_2022::{self, Wallet, refusals};
use creditgate::model::decision::{Outcome, Reason};
use creditgate::model::fee_key::FeeKey;
use creditgate::model::wallet::Status;
use creditgate::profile::{LAGO, LAGO_2022};
use serde_json::{Value, json};

use crate::support::*;
use crate::{call, decide, lago_top_up};

/// A wallet of 2022.
fn holding(balance: &str) -> Wallet {
    Wallet {
        status: Status::Active,
        balance: dec(balance),
        expires_at: None,
    }
}

/// Ten credits of 5 EUR, taxed at 20 %.
fn ten_credits() -> wallet_2022::Purchase {
    wallet_2022::purchase(dec("10"), dec("5"), dec("20"), eur()).unwrap()
}

/// Today's wallet, of 5 EUR a credit, after operations.
fn settled(operations: &[Operation]) -> Settled {
    balance::after(Settled::default(), dec("5"), eur(), operations).unwrap()
}

/// The invoice of 2022: each fee as type, cents and tax rate.
fn apply_2022(balance_cents: i64, fees: &[(&str, i64, i64)]) -> Value {
    let fees: Vec<Value> = fees
        .iter()
        .map(|(fee_type, cents, tax)| {
            json!({ "id": fee_type, "fee_type": fee_type, "amount_cents": cents, "tax_rate": tax })
        })
        .collect();
    let wallet = json!({ "balance_cents": balance_cents });
    call(
        "invoice.apply_2022",
        json!({ "wallet": wallet, "fees": fees }),
    )
}

/// Today's invoice of one subscription fee with its tax.
fn apply_today(balance_cents: i64, amount_cents: i64, tax_cents: i64) -> Value {
    let fee = json!({
        "fee_type": "subscription", "amount_cents": amount_cents, "taxes_precise_amount_cents": tax_cents,
    });
    call(
        "invoice.apply",
        json!({
            "invoice": { "total_amount_cents": amount_cents + tax_cents },
            "wallets": [{ "id": "w", "balance_cents": balance_cents }],
            "fees": [fee],
        }),
    )
}

/// 001: "they allow you to collect payments in advance and then monitor the evolution of the balance" (R-22-3, R-22-4;
/// today R-BAL-1, R-APP-10).
#[test]
fn payments_are_collected_in_advance_and_the_balance_can_be_followed() {
    let paid = holding("0").credited(ten_credits().price).unwrap();
    assert_eq!(paid.balance, dec("50"));
    let invoiced = apply_2022(5000, &[("subscription", 3000, 0)]);
    assert_eq!(invoiced["wallet_balance_cents_after"], json!("2000"));

    assert_eq!(
        settled(&[Operation::SettledPurchase(dec("10"))]).balance,
        dec("50")
    );
    let invoiced = apply_today(5000, 3000, 0);
    assert_eq!(invoiced["balances_after"], json!({ "w": "2000" }));
}

/// 001: "usage-based charges are calculated at the end of the billing period": until then the guide's balance stands. Today's
/// ongoing balance is lower already (R-ONG-12), while the settled one stands.
#[test]
fn usage_based_charges_are_calculated_at_the_end_of_the_billing_period() {
    let mut wallet = lago_wallet("w", "50", "50");
    wallet.ongoing_balance = None;
    let of_2022 = open(LAGO_2022, vec![wallet], Options::default());
    let (outcome, _, available) = decide(&of_2022, eur(), &charge(), "50");
    assert_eq!(
        (outcome, available.as_deref()),
        (Outcome::Covered, Some("50"))
    );

    let request =
        json!({ "wallet": { "balance_cents": 5000 }, "ongoing_usage_amount_cents": 3000 });
    let shown = call("ongoing.refresh", request);
    assert_eq!(shown["ongoing_balance_cents"], json!("2000"));
    let today = lago(vec![lago_wallet("w", "50", "20")]);
    let (outcome, _, available) = decide(&today, eur(), &charge(), "50");
    assert_eq!(
        (outcome, available.as_deref()),
        (Outcome::Short, Some("20"))
    );
}

/// 001: "The customer must have an active subscription in order to have a wallet" (R-22-1). Today nothing asks for one
/// (section 3.11).
#[test]
fn the_customer_must_have_an_active_subscription() {
    assert_eq!(refusals(true, 0), []);
    assert_eq!(
        refusals(false, 0),
        [("customer", vec!["no_active_subscription"])]
    );
    let today = call("validate.wallet", json!({ "customer": "acme" }));
    assert_eq!(today["valid"], json!(true));
}

/// 001: "Each customer can only have one active wallet" (R-22-1). Today six (R-NEW-1).
#[test]
fn each_customer_can_only_have_one_active_wallet() {
    assert_eq!(
        refusals(true, 1),
        [("customer", vec!["wallet_already_exists"])]
    );
    let today = |active_wallets: i64| {
        let request = json!({ "customer": "acme", "active_wallets": active_wallets });
        call("validate.wallet", request)
    };
    assert_eq!(today(5)["valid"], json!(true));
    assert_eq!(
        today(6)["error_details"],
        json!({ "customer": ["wallet_limit_reached"] })
    );
}

/// 001: "Free credits are added to the customer's wallet instantly" (R-22-3; today section 3.7).
#[test]
fn free_credits_are_added_instantly() {
    let granted = holding("20").credited(dec("50")).unwrap();
    assert_eq!(granted.balance, dec("70"));
    assert_eq!(settled(&[Operation::Grant(dec("10"))]).balance, dec("50"));
}

/// 001: "purchased credits are added to the wallet when payment is confirmed" (R-22-3; today R-TX-1, R-TX-3).
#[test]
fn purchased_credits_are_added_when_payment_is_confirmed() {
    let (status, enters) = after_payment(TransactionStatus::Pending, true, false);
    assert_eq!((status, enters), (TransactionStatus::Settled, true));
    let of_2022 = holding("0").credited(ten_credits().price).unwrap();
    assert_eq!(of_2022.balance, dec("50"));

    assert_eq!(settled(&[Operation::Purchase]), Settled::default());
    let paid = settled(&[Operation::Purchase, Operation::SettledPurchase(dec("10"))]);
    assert_eq!((paid.balance, paid.credits), (dec("50"), dec("10")));
}

/// 001: "Lago automatically generates an invoice for each purchase" (R-22-3; today R-TX-1).
#[test]
fn an_invoice_is_generated_for_each_purchase() {
    assert_eq!(ten_credits().price, dec("50"));
    let today = credit_invoice(dec("10"), dec("5"), eur()).unwrap();
    assert_eq!(today.total, dec("50"));
    assert_eq!(today.fees[0].key, FeeKey::new("credit"));
}

/// 001: "... and taxes apply" (R-22-3). Today a purchase is not taxed (R-TX-1).
#[test]
fn taxes_apply_to_purchases() {
    let of_2022 = ten_credits();
    assert_eq!((of_2022.tax, of_2022.total), (dec("10"), dec("60")));
    let today = credit_invoice(dec("10"), dec("5"), eur()).unwrap();
    assert_eq!(today.fees[0].taxes, Decimal::ZERO);
    assert_eq!(today.total, dec("50"));
}

/// 001: "the status of the invoice must be `succeeded`" (R-22-3; today R-TX-3, R-TX-4).
#[test]
fn the_invoice_must_have_succeeded_for_credits_to_be_added() {
    let (status, enters) = after_payment(TransactionStatus::Pending, false, false);
    assert_eq!((status, enters), (TransactionStatus::Failed, false));
    let today = |status: &str| {
        let request = json!({
            "wallet": { "balance_cents": 0 },
            "transaction": { "status": "pending", "amount": "50" },
            "credit_invoice_payment_status": status,
        });
        call("lifecycle", request)["balance_cents"].clone()
    };
    assert_eq!(today("failed"), json!("0"));
    assert_eq!(today("succeeded"), json!("5000"));
}

/// 001: "Enter the number of credits to be purchased and/or granted for free", of a top-up (R-22-3; today section 2).
#[test]
fn a_wallet_can_be_topped_up_with_purchased_and_granted_credits() {
    let bought = holding("7").credited(ten_credits().price).unwrap();
    assert_eq!(bought.credited(dec("5")).unwrap().balance, dec("62"));
    for credits in [
        json!({ "paid_credits": "10" }),
        json!({ "granted_credits": "1" }),
        json!({ "paid_credits": "10", "granted_credits": "1" }),
    ] {
        assert_eq!(lago_top_up(credits, "active"), []);
    }
}

/// 001: "Coupons do not apply to credit purchases and top-ups" (R-22-3; today R-TX-1).
#[test]
fn coupons_do_not_apply_to_purchases_and_top_ups() {
    let of_2022 = ten_credits();
    assert_eq!(of_2022.price, dec("50"));
    assert_eq!(of_2022.total, of_2022.price.try_add(of_2022.tax).unwrap());
    let today = credit_invoice(dec("10"), dec("5"), eur()).unwrap();
    assert_eq!(today.fees[0].coupons, Decimal::ZERO);
    assert_eq!(today.total, today.fees[0].amount);
}

/// 001: "Prepaid credits are deducted from the subtotal ..., before tax" (R-22-4, R-22-5). Today after tax (R-APP-3).
#[test]
fn credits_are_deducted_from_the_subtotal_before_tax() {
    let of_2022 = apply_2022(4000, &[("subscription", 10_000, 20)]);
    assert_eq!(of_2022["prepaid_credit_amount_cents"], json!("4000"));
    assert_eq!(of_2022["taxes_amount_cents"], json!("1200"));
    assert_eq!(of_2022["total_amount_cents"], json!("7200"));
    assert!(!LAGO_2022.includes_tax());

    let today = apply_today(4000, 10_000, 2000);
    assert_eq!(today["prepaid_credit_amount_cents"], json!("4000"));
    assert_eq!(today["total_amount_cents_after"], json!("8000"));
    assert!(LAGO.includes_tax());

    // Enough for all of it: the tax is gone in 2022, and paid in credits today.
    let of_2022 = apply_2022(20_000, &[("subscription", 10_000, 20)]);
    assert_eq!(of_2022["prepaid_credit_amount_cents"], json!("10000"));
    let today = apply_today(20_000, 10_000, 2000);
    assert_eq!(today["prepaid_credit_amount_cents"], json!("12000"));
}

/// 001: "... of the next invoice(s)": one after the other, until there are none left (R-22-4; today R-APP-8).
#[test]
fn credits_are_deducted_from_the_next_invoices() {
    let first = apply_2022(4000, &[("subscription", 3000, 0)]);
    assert_eq!(first["wallet_balance_cents_after"], json!("1000"));
    let second = apply_2022(1000, &[("subscription", 3000, 0)]);
    assert_eq!(second["prepaid_credit_amount_cents"], json!("1000"));
    assert_eq!(second["wallet_balance_cents_after"], json!("0"));

    let first = apply_today(4000, 3000, 0);
    assert_eq!(first["balances_after"], json!({ "w": "1000" }));
    let second = apply_today(1000, 3000, 0);
    assert_eq!(second["total_amount_cents_after"], json!("2000"));
}

/// 001: "Prepaid credits do not apply to invoices related to add-ons" (R-22-4; today R-APP-1).
#[test]
fn credits_do_not_apply_to_invoices_related_to_add_ons() {
    let of_2022 = apply_2022(4000, &[("add_on", 3000, 20)]);
    assert_eq!(of_2022["prepaid_credit_amount_cents"], json!("0"));
    assert_eq!(of_2022["total_amount_cents"], json!("3600"));
    let account = open(
        LAGO_2022,
        vec![lago_wallet("w", "40", "40")],
        Options::default(),
    );
    let (outcome, reason, _) = decide(&account, eur(), &FeeKey::new("add_on"), "1");
    assert_eq!((outcome, reason), (Outcome::Short, Reason::OutOfScope));

    let request = json!({ "invoice_type": "add_on", "wallet_balance_cents": 4000 });
    let today = call("lifecycle", request);
    assert_eq!(today["wallet_transactions"], json!(0));
}
