//! 002: the option of Lago's later guide to invoice a top-up once it is paid (R-TX-2).

use creditgate::engine::lifecycle::{CreditInvoiceStatus, credit_invoice_status};
use serde_json::json;

use crate::{lago_creation, lago_top_up};

/// 002: "Determine whether the wallet transaction generates an invoice after a top-up or only following a successful
/// payment": of a wallet and of a top-up (R-TX-2).
#[test]
fn it_is_determined_whether_the_invoice_follows_the_top_up_or_its_payment() {
    for choice in [true, false] {
        let option = json!({ "invoice_requires_successful_payment": choice });
        assert_eq!(lago_creation(option.clone()), []);
        let top_up = crate::changed(json!({ "paid_credits": "1" }), option);
        assert_eq!(lago_top_up(top_up, "active"), []);
        let is_finalized = |is_paid| {
            credit_invoice_status(true, choice, None, is_paid) == CreditInvoiceStatus::Finalized
        };
        assert_eq!((is_finalized(false), is_finalized(true)), (!choice, true));
    }
}

/// 002: "When enabled, this option delays issuing an invoice for a wallet top-up until a successful payment is made"
/// (R-TX-2). Without a premium licence nothing is delayed.
#[test]
fn with_the_option_the_invoice_is_issued_once_it_is_paid() {
    let status = |is_paid| credit_invoice_status(true, true, None, is_paid);
    assert_eq!(status(false), CreditInvoiceStatus::Open);
    assert_eq!(status(true), CreditInvoiceStatus::Finalized);
    let unlicensed = credit_invoice_status(false, true, None, false);
    assert_eq!(unlicensed, CreditInvoiceStatus::Finalized);
}

/// 002: "If disabled, the invoice is issued immediately upon the wallet top-up, regardless of the payment status" (R-TX-2).
#[test]
fn without_the_option_the_invoice_is_issued_at_once_whatever_its_payment() {
    for is_paid in [false, true] {
        let status = credit_invoice_status(true, false, None, is_paid);
        assert_eq!(status, CreditInvoiceStatus::Finalized);
    }
}

/// 002: "This setting applies to all transactions for the wallet" (R-TX-2).
#[test]
fn the_option_applies_to_all_transactions_of_the_wallet() {
    for (wallet, expected) in [
        (true, CreditInvoiceStatus::Open),
        (false, CreditInvoiceStatus::Finalized),
    ] {
        let silent = None;
        assert_eq!(credit_invoice_status(true, wallet, silent, false), expected);
    }
}

/// 002: "... but can be overridden for individual transactions or recurring rules" (R-TX-2).
#[test]
fn a_transaction_or_a_recurring_rule_overrides_the_option() {
    for (wallet, own, expected) in [
        (true, false, CreditInvoiceStatus::Finalized),
        (false, true, CreditInvoiceStatus::Open),
    ] {
        assert_eq!(
            credit_invoice_status(true, wallet, Some(own), false),
            expected
        );
        let top_up = json!({ "paid_credits": "1", "invoice_requires_successful_payment": own });
        assert_eq!(lago_top_up(top_up, "active"), []);
        let rule = json!({
            "trigger": "interval", "interval": "monthly", "method": "fixed", "paid_credits": "1",
            "invoice_requires_successful_payment": own,
        });
        let wallet = json!({
            "invoice_requires_successful_payment": wallet, "recurring_transaction_rules": [rule],
        });
        assert_eq!(lago_creation(wallet), []);
    }
}
