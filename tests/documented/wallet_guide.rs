//! 000: Flexprice's wallet guide.

use creditgate::engine::auto_top_up::{self, Config};
use creditgate::engine::creation::{self, Naming, NewWallet, Uniqueness, create};
use creditgate::engine::credits::{self, Credit};
use creditgate::engine::ledger::{self, Balances, Direction, Rates};
use creditgate::engine::payment::{self, Payer, Typed};
use creditgate::engine::purchase::{Reason as TopUpReason, arrives_at_once};
use creditgate::engine::real_time::PriceTypes;
use creditgate::engine::ties::Ties;
use creditgate::model::decision::{Outcome, Reason};
use creditgate::model::wallet::{Kind, Status};
use serde_json::{Value, json};

use crate::support::*;
use crate::{decide, flexprice_creation, flexprice_request, pair, problems, read_flexprice, today};

const AT_PAR: Rates = Rates {
    conversion: creditgate::decimal::Decimal::ONE,
    top_up: creditgate::decimal::Decimal::ONE,
};

/// What 100 of prepaid credits pay of a line of 30.
fn paid_of_line(price_type: Option<&str>) -> Value {
    let request = json!({
        "currency": "usd",
        "lines": [{ "id": "l", "amount": "30", "price_type": price_type }],
        "wallets": [{ "id": "w", "balance": "100" }],
    });
    crate::call("invoice.credit_application", request)["total_prepaid_credits_applied"].clone()
}

/// What a post-paid wallet of 100 pays of an invoice of such lines.
fn paid_by_postpaid_wallet(lines: Typed) -> creditgate::decimal::Decimal {
    let wallet = Payer {
        balance: dec("100"),
        price_types: PriceTypes::of(["ALL"]),
    };
    let due = lines.usage.try_add(lines.fixed).unwrap();
    payment::pay(&[wallet], due, lines).unwrap()[0]
}

fn credit(available: &str) -> Credit {
    Credit {
        amount: dec(available),
        available: dec(available),
        priority: None,
        expiry: None,
        is_completed: true,
    }
}

/// 000: "a virtual account linked to a customer" (flexprice, section 2.1).
#[test]
fn a_wallet_is_linked_to_a_customer() {
    assert_eq!(flexprice_creation(json!({})), []);
    assert_eq!(
        flexprice_creation(json!({ "customer_id": null, "external_customer_id": "acme" })),
        []
    );
    assert_eq!(
        flexprice_creation(json!({ "customer_id": null })),
        pair("customer_id", "validation_error")
    );
}

/// 000: "credits that can be applied toward ... usage-based charges" (flexprice 27).
#[test]
fn credits_can_be_applied_toward_usage_based_charges() {
    assert_eq!(paid_of_line(Some("USAGE")), json!("30"));
}

/// 000: "credits that can be applied toward subscription payments". Today prepaid credits pay usage alone (flexprice
/// 27); a post-paid wallet pays fixed prices too (flexprice 38, 39).
#[test]
fn credits_can_be_applied_toward_subscription_payments() {
    let fixed = Typed {
        fixed: dec("30"),
        ..Typed::default()
    };
    assert_eq!(paid_by_postpaid_wallet(fixed), dec("30"));
    assert_eq!(paid_of_line(Some("FIXED")), json!("0"));
}

/// 000: "... or other transactions". A manual debit takes credits without an invoice (flexprice 22); a line of no price
/// type takes none of prepaid credits (flexprice 27) and is paid by a post-paid wallet as a fixed price (flexprice 39).
#[test]
fn credits_can_be_applied_toward_other_transactions() {
    let credits = [credit("100")];
    let debited = ledger::debit(
        AT_PAR,
        dec("100"),
        &credits,
        dec("30"),
        true,
        today(),
        Ties::Forward,
    );
    assert_eq!(
        debited.unwrap().map(|debited| debited.balances.balance),
        Some(dec("70"))
    );
    assert_eq!(paid_of_line(None), json!("0"));
    let untyped = Typed {
        fixed: dec("30"),
        ..Typed::default()
    };
    assert_eq!(paid_by_postpaid_wallet(untyped), dec("30"));
}

/// 000: "credits added to a wallet and can be consumed for billing purposes" (flexprice 2, 19).
#[test]
fn credits_are_added_to_a_wallet_and_consumed_for_billing() {
    let filled = ledger::after(Direction::Credit, AT_PAR, dec("0"), dec("100")).unwrap();
    assert_eq!(filled.credit_balance, dec("100"));
    let consumed = credits::consume(&[credit("100")], dec("30"), today(), Ties::Forward).unwrap();
    assert_eq!(consumed.taken, [(0, dec("30"))]);
    let left = ledger::after(Direction::Debit, AT_PAR, filled.credit_balance, dec("30")).unwrap();
    assert_eq!(left.credit_balance, dec("70"));
}

/// 000: "Wallets operate in a defined currency"; "Select the currency in which this wallet will operate (e.g., USD, INR)"
/// (flexprice 26, section 2.1).
#[test]
fn a_wallet_operates_in_a_defined_currency() {
    for code in ["USD", "INR"] {
        assert_eq!(flexprice_creation(json!({ "currency": code })), []);
    }
    assert_eq!(
        flexprice_creation(json!({ "currency": null })),
        pair("currency", "validation_error")
    );
    let account = flexprice(vec![flexprice_wallet("w", "100", "100")]);
    assert_eq!(decide(&account, usd(), &usage(), "30").0, Outcome::Covered);
    let (outcome, reason, _) = decide(&account, currency("INR"), &usage(), "30");
    assert_eq!(
        (outcome, reason),
        (Outcome::Short, Reason::CurrencyMismatch)
    );
}

/// 000: "can be topped up manually" (flexprice 2, section 2.2).
#[test]
fn a_wallet_can_be_topped_up_manually() {
    let top_up = json!({ "credits_to_add": 50, "transaction_reason": "FREE_CREDIT_GRANT" });
    let request = json!({ "top_up": top_up, "now": crate::TODAY });
    assert_eq!(problems("flexprice.wallet.top_up", request), []);
    let after = ledger::after(Direction::Credit, AT_PAR, dec("10"), dec("50")).unwrap();
    assert_eq!(after.credit_balance, dec("60"));
}

/// 000: "can be topped up ... automatically" (flexprice 52).
#[test]
fn a_wallet_can_be_topped_up_automatically() {
    let config = Config {
        enabled: true,
        threshold: dec("20"),
        amount: dec("50"),
        invoicing: false,
        cooldown: None,
    };
    assert!(!auto_top_up::is_wanted(&config, dec("20.5")));
    assert!(auto_top_up::is_wanted(&config, dec("20")));
    assert_eq!(auto_top_up::burst(&config, dec("20")), Ok(1));
}

/// 000: "If no wallet exists for the customer": a customer need not have one, and then nothing is covered.
#[test]
fn a_customer_may_have_no_wallet() {
    let (outcome, reason, _) = decide(&flexprice(Vec::new()), usd(), &usage(), "1");
    assert_eq!((outcome, reason), (Outcome::Short, Reason::NoWallet));
}

/// 000: "Assign a name to the wallet". Today's server takes the field and does not read it (flexprice, section 2.1).
#[test]
fn a_name_can_be_assigned_to_the_wallet() {
    let name = |naming| creation::name(Some("Launch"), Kind::Prepaid, usd(), naming);
    assert_eq!(name(Naming::Given), "Launch");
    assert_eq!(flexprice_creation(json!({ "name": "Launch" })), []);
    assert_eq!(name(Naming::KindAndCurrency), "Prepaid Wallet - USD");
}

/// 000: "By default, it will be 'Prepaid Wallet.'" Today's default names the currency too (flexprice, section 2.1).
#[test]
fn the_default_name_is_prepaid_wallet() {
    let name = creation::name(None, Kind::Prepaid, usd(), Naming::Given);
    assert_eq!(name, "Prepaid Wallet");
    let made = create(&flexprice_request(), usd()).unwrap();
    assert_eq!(made.name, "Prepaid Wallet - USD");
}

/// A second wallet of the customer, where this one stands already.
fn second(existing: Value, wanted: &str, unique: Option<&str>) -> Vec<(String, String)> {
    let wallet = json!({ "customer_id": "cust_1", "currency": "usd", "wallet_type": wanted });
    let request =
        json!({ "wallet": wallet, "now": crate::TODAY, "existing": [existing], "unique": unique });
    problems("flexprice.wallet.create", request)
}

/// 000: "Only one active wallet per currency is allowed for a customer". Today one per currency and type (flexprice,
/// section 2.1).
#[test]
fn only_one_active_wallet_per_currency_is_allowed() {
    let prepaid =
        json!({ "currency": "usd", "wallet_type": "PRE_PAID", "wallet_status": "active" });
    let refused = pair("currency", "already_exists");
    let documented = Some("currency");
    assert_eq!(second(prepaid.clone(), "PRE_PAID", documented), refused);
    assert_eq!(second(prepaid.clone(), "POST_PAID", documented), refused);
    assert_eq!(second(prepaid.clone(), "PRE_PAID", None), refused);
    assert_eq!(second(prepaid.clone(), "POST_PAID", None), []);
    let rupees = crate::changed(prepaid, json!({ "currency": "inr" }));
    assert_eq!(second(rupees, "PRE_PAID", documented), []);
}

/// 000: "you must deactivate it before creating a new one" (flexprice 47, section 2.1).
#[test]
fn a_wallet_must_be_deactivated_before_another_of_its_currency_is_created() {
    let conflicts = |status, uniqueness| {
        let existing = [(usd(), Kind::Prepaid, status)];
        creation::conflicts(&existing, usd(), Kind::Prepaid, uniqueness)
    };
    for uniqueness in [Uniqueness::Currency, Uniqueness::CurrencyAndKind] {
        assert!(conflicts(Status::Active, uniqueness));
        assert!(!conflicts(Status::Inactive, uniqueness));
    }
    let closed = json!({ "currency": "usd", "wallet_type": "PRE_PAID", "wallet_status": "closed" });
    assert_eq!(second(closed, "PRE_PAID", Some("currency")), []);
}

/// 000: "Currently, only Free Credits can be added": what a new wallet is loaded with is there at once, and its request has
/// no field for anything to pay. Today a top-up can be a purchase (flexprice 50, section 2.2).
#[test]
fn only_free_credits_can_be_added() {
    let made = create(
        &NewWallet {
            initial_credits: Some(dec("100")),
            ..flexprice_request()
        },
        usd(),
    );
    assert_eq!(made.unwrap().balances.credit_balance, dec("100"));
    assert_eq!(
        flexprice_creation(json!({ "paid_credits": "100" })),
        pair("paid_credits", "unknown_field")
    );
    for (name, is_purchase) in [
        ("FREE_CREDIT_GRANT", false),
        ("PURCHASED_CREDIT_INVOICED", true),
        ("PURCHASED_CREDIT_DIRECT", true),
    ] {
        assert_eq!(TopUpReason::named(name).unwrap().is_purchase(), is_purchase);
    }
}

/// 000: "These credits do not generate an invoice, as they are granted without charge" (flexprice 50).
#[test]
fn free_credits_do_not_generate_an_invoice() {
    assert!(!TopUpReason::FreeGrant.makes_invoice());
    assert!(arrives_at_once(TopUpReason::FreeGrant, false, false));
    assert!(TopUpReason::Invoiced.makes_invoice());
    assert!(!arrives_at_once(TopUpReason::Invoiced, false, false));
}

/// 000: "the credit-to-currency ratio is 1:1 (e.g., 1 credit equals 1 USD or 1 INR)". Today that is the default of a rate
/// that can be any above zero (flexprice 1, section 2.1).
#[test]
fn one_credit_equals_one_unit_of_the_currency() {
    let with = |conversion_rate, code| {
        let request = NewWallet {
            conversion_rate,
            initial_credits: Some(dec("100")),
            ..flexprice_request()
        };
        create(&request, currency(code)).unwrap().balances
    };
    let balances = |balance, credits| Balances {
        balance: dec(balance),
        credit_balance: dec(credits),
    };
    assert_eq!(with(None, "USD"), balances("100", "100"));
    assert_eq!(with(None, "INR"), balances("100", "100"));
    assert_eq!(with(Some(dec("0.5")), "USD"), balances("50", "100"));
}

/// 000: "The wallet will now appear ..., showing the balance and available credits" (flexprice, section 1.1).
#[test]
fn the_wallet_shows_its_balance_and_available_credits() {
    let shown = read_flexprice(payload("flexprice/webhook_wallet_created")["wallet"].clone());
    let shown = shown.unwrap();
    assert_eq!((shown.balance, shown.rate), (dec("125.5"), dec("0.5")));
    let made = create(
        &NewWallet {
            conversion_rate: Some(shown.rate),
            initial_credits: Some(dec("251")),
            ..flexprice_request()
        },
        usd(),
    );
    assert_eq!(made.unwrap().balances.balance, shown.balance);
}
