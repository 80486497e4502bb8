//! 001 and 002: what both of Lago's prepaid-credit guides say. Expiry and termination void in the profile `lago-2022`
//! (R-22-6), and not in today's server (R-EXP).

use creditgate::engine::conversion::lago_from_credits;
use creditgate::engine::lifecycle::job_terminates;
use creditgate::engine::wallet_2022::{Wallet, purchase, refusals};
use creditgate::model::wallet::Status;
use creditgate::time::Timestamp;
use serde_json::{Value, json};

use crate::support::*;
use crate::{at, call, lago_creation, lago_top_up, lago_update, pair, today};

const EXPIRY: &str = "2026-07-01T00:00:00Z";

fn wallet(expires_at: Option<&str>) -> Wallet {
    Wallet {
        status: Status::Active,
        balance: dec("70"),
        expires_at: expires_at.map(at),
    }
}

fn voided() -> Wallet {
    Wallet {
        status: Status::Inactive,
        balance: dec("0"),
        ..wallet(Some(EXPIRY))
    }
}

/// What today's termination by hand leaves of a wallet of this status.
fn terminated_today(status: &str) -> Value {
    let wallet = json!({ "status": status, "balance_cents": 7000 });
    call("lifecycle", json!({ "wallet": wallet }))
}

/// What today's wallet, which expired a minute ago and met no job yet, pays of an invoice.
fn paid_after_expiry_today(status: &str) -> Value {
    let wallet = json!({ "status": status, "expiration_at": EXPIRY, "balance_cents": 7000 });
    let request = json!({
        "now": "2026-07-01T00:01:00Z", "wallet": wallet, "invoice_total_cents": 3000,
    });
    call("lifecycle", request)["applied_cents"].clone()
}

/// 001, 002: "To create a wallet for one of your customers" (R-22-1; today R-VAL).
#[test]
fn a_wallet_is_created_for_one_customer() {
    assert_eq!(refusals(true, 0), []);
    assert_eq!(lago_creation(json!({})), []);
    assert_eq!(
        lago_creation(json!({ "external_customer_id": null })),
        pair("external_customer_id", "customer_not_found")
    );
}

/// 001, 002: "Choose a name for the wallet (optional)" (R-22-2, which asks nothing of it; today section 1.1, R-NEW-2).
#[test]
fn the_name_of_a_wallet_is_optional() {
    assert_eq!(lago_creation(json!({ "name": "Prepaid API credits" })), []);
    assert_eq!(lago_creation(json!({ "name": null })), []);
}

/// 001, 002: "Set the credit value (e.g. 1 credit = $5)" (R-22-2, R-22-3; today R-CONV-2).
#[test]
fn the_value_of_a_credit_is_set() {
    let (five, dollars) = (dec("5"), usd());
    let bought = purchase(dec("1"), five, dec("0"), dollars).unwrap();
    assert_eq!(bought.price, five);
    let today = lago_from_credits(dec("1"), five, dollars, true).unwrap();
    assert_eq!((today.amount, today.credits), (five, dec("1")));
    assert_eq!(
        lago_creation(json!({ "rate_amount": "0" })),
        pair("rate_amount", "value_is_invalid")
    );
}

/// 001, 002: "Enter the number of credits to be purchased and/or granted for free", of a new wallet (R-22-2, R-22-3; today
/// R-NEW-3).
#[test]
fn a_new_wallet_can_be_loaded_with_purchased_and_granted_credits() {
    let empty = Wallet {
        balance: dec("0"),
        ..wallet(None)
    };
    let bought = purchase(dec("10"), dec("5"), dec("0"), eur()).unwrap();
    let loaded = empty.credited(bought.price).unwrap();
    assert_eq!(loaded.credited(dec("5")).unwrap().balance, dec("55"));

    for credits in [
        json!({ "paid_credits": "10" }),
        json!({ "granted_credits": "1" }),
        json!({ "paid_credits": "10", "granted_credits": "1" }),
    ] {
        assert_eq!(lago_creation(credits.clone()), []);
        let scheduled = call("lifecycle", json!({ "create_wallet": credits }));
        assert_eq!(scheduled["initial_top_up_scheduled"], json!(true));
    }
}

/// 001, 002: "Set the expiration date (optional)" (R-22-2; today R-EXP-3).
#[test]
fn the_expiration_date_is_optional() {
    assert_eq!(wallet(None).at(today()), (wallet(None), dec("0")));
    let dated = wallet(Some(EXPIRY));
    assert_eq!(dated.at(today()), (dated, dec("0")));

    assert_eq!(lago_creation(json!({ "expiration_at": null })), []);
    assert_eq!(lago_creation(json!({ "expiration_at": EXPIRY })), []);
    assert_eq!(
        lago_creation(json!({ "expiration_at": "2026-05-01T00:00:00Z" })),
        pair("expiration_at", "invalid_date")
    );
}

/// 001, 002: "By default, if you don't set an expiration date, prepaid credits are carried over to the next billing period
/// until the wallet balance is zero" (R-22-6; today R-EXP-1, R-APP-2).
#[test]
fn without_an_expiration_date_credits_are_carried_over_until_the_balance_is_zero() {
    let end_of_time = Timestamp::NEVER;
    assert_eq!(wallet(None).at(end_of_time), (wallet(None), dec("0")));
    assert!(!job_terminates(Status::Active, None, end_of_time));
    for (balance_cents, transactions) in [(1, 1), (0, 0)] {
        let request =
            json!({ "invoice_type": "subscription", "wallet_balance_cents": balance_cents });
        let applied = call("lifecycle", request);
        assert_eq!(applied["wallet_transactions"], json!(transactions));
    }
}

/// 001, 002: "when the date is reached, all remaining credits are automatically voided" (R-22-6). Today the hourly job
/// terminates the wallet, its balance stays, and until then it pays (R-EXP-1 to R-EXP-3).
#[test]
fn on_the_expiration_date_all_remaining_credits_are_voided() {
    let dated = wallet(Some(EXPIRY));
    let a_moment_before = Timestamp(at(EXPIRY).0 - 1);
    assert_eq!(dated.at(a_moment_before), (dated, dec("0")));
    assert_eq!(dated.at(at(EXPIRY)), (voided(), dec("70")));

    let expiring = json!({ "id": "w", "status": "active", "expiration_at": EXPIRY });
    let job = json!({ "now": EXPIRY, "job": "terminate_wallets", "wallets": [expiring] });
    assert_eq!(
        call("lifecycle", job)["statuses"],
        json!({ "w": "terminated" })
    );
    assert_eq!(terminated_today("active")["balance_cents"], json!("7000"));
    assert_eq!(paid_after_expiry_today("active"), json!("3000"));
    assert_eq!(paid_after_expiry_today("terminated"), json!("0"));
}

/// 001, 002: "To modify the expiration date of the prepaid credits" (R-22-6; today R-EXP-3).
#[test]
fn the_expiration_date_can_be_modified() {
    let later = "2026-08-01T00:00:00Z";
    assert_eq!(wallet(Some(EXPIRY)).at(at(EXPIRY)).1, dec("70"));
    assert_eq!(wallet(Some(later)).at(at(EXPIRY)).1, dec("0"));
    assert!(!job_terminates(Status::Active, Some(at(later)), at(EXPIRY)));
    assert_eq!(lago_update(json!({ "expiration_at": later }), "active"), []);
    assert_eq!(
        lago_update(json!({ "expiration_at": "2026-05-01T00:00:00Z" }), "active"),
        pair("expiration_at", "invalid_date")
    );
}

/// 001, 002: "terminate a wallet manually, before its expiration date" (R-22-6; today R-EXP-2).
#[test]
fn a_wallet_can_be_terminated_before_its_expiration_date() {
    let (ended, _) = wallet(Some(EXPIRY)).terminated();
    assert_eq!(ended.status, Status::Inactive);
    assert!(!job_terminates(Status::Active, Some(at(EXPIRY)), today()));
    let answer = terminated_today("active");
    assert_eq!(answer["status"], json!("terminated"));
    assert_eq!(answer["webhook"], json!("wallet.terminated"));
}

/// 001, 002: "Terminating a wallet will instantly void all remaining credits" (R-22-6). Today the wallet keeps its balance,
/// which pays nothing, and no transaction voids it (R-EXP-2).
#[test]
fn terminating_a_wallet_voids_all_remaining_credits_instantly() {
    assert_eq!(wallet(Some(EXPIRY)).terminated(), (voided(), dec("70")));
    let answer = terminated_today("active");
    assert_eq!(answer["voided_transactions_created"], json!(0));
    assert_eq!(answer["balance_cents"], json!("7000"));
    assert_eq!(paid_after_expiry_today("terminated"), json!("0"));
}

/// 001, 002: "This action cannot be undone" (R-22-6; today R-EXP-2, R-VAL).
#[test]
fn terminating_a_wallet_cannot_be_undone() {
    let (ended, _) = wallet(Some(EXPIRY)).terminated();
    assert_eq!(ended.terminated(), (ended, dec("0")));
    assert_eq!(ended.credited(dec("50")), Ok(ended));

    let again = terminated_today("terminated");
    assert_eq!(again["status"], json!("terminated"));
    assert_eq!(again["webhook"], Value::Null);
    let refused = pair("wallet_id", "wallet_is_terminated");
    assert_eq!(
        lago_update(json!({ "name": "Again" }), "terminated"),
        refused
    );
    assert_eq!(
        lago_top_up(json!({ "granted_credits": "1" }), "terminated"),
        refused
    );
}
