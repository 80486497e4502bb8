//! 004: the wallet in Flexprice's schema of the webhook `wallet.created`, but for its rates.

use creditgate::engine::auto_top_up::{Config, burst, is_blocked, is_wanted};
use creditgate::engine::credits::{Breakdown, breakdown};
use creditgate::engine::ledger::{self, Balances};
use creditgate::engine::payment::{Payer, Typed, pay};
use creditgate::engine::real_time::{self, PriceTypes, Unpaid, real_time};
use creditgate::model::decision::{Outcome, Reason};
use creditgate::model::wallet::{Kind, Status};
use serde_json::json;

use crate::support::*;
use crate::wallet_created::{documented, is_read_without, wallet};
use crate::{call, changed, decide, flexprice_creation, pair, problems, read_flexprice};

/// 004: `AutoTopup`: numbers `amount` and `threshold`, switches `enabled` and `invoicing`. Today the numbers are text, in
/// credits, and there may be a cooldown (flexprice 52, 53, section 1.3).
#[test]
fn auto_topup_has_an_amount_a_threshold_and_two_switches() {
    let config = Config {
        enabled: true,
        threshold: dec("20"),
        amount: dec("200"),
        invoicing: true,
        cooldown: None,
    };
    assert!(is_wanted(&config, dec("20")));
    assert!(!is_wanted(
        &Config {
            enabled: false,
            ..config
        },
        dec("20")
    ));
    assert_eq!(burst(&config, dec("-181")), Ok(2));
    let direct = Config {
        invoicing: false,
        ..config
    };
    assert!(is_blocked(&config, true, None) && !is_blocked(&direct, true, None));

    let numbers = json!({ "enabled": true, "threshold": 20, "amount": 200, "invoicing": true });
    assert_eq!(flexprice_creation(json!({ "auto_topup": numbers })), []);
    let told = documented()["wallet"]["auto_topup"].clone();
    assert_eq!(told["cooldown"]["unit"], json!("hour"));
    assert_eq!(flexprice_creation(json!({ "auto_topup": told })), []);
    is_read_without(&["auto_topup"]);
}

/// 004: `balance`, text (flexprice, section 1.1).
#[test]
fn the_balance_is_text() {
    assert_eq!(documented()["wallet"]["balance"], json!("125.5"));
    assert_eq!(wallet(json!({})).balance, dec("125.5"));
    let exact = wallet(json!({ "balance": "0.123456789" }));
    assert_eq!(exact.balance, dec("0.123456789"));
}

/// 004: `credit_balance`, text. The wallet's money decides; it may have parted from the credits (flexprice 3).
#[test]
fn the_credit_balance_is_text() {
    assert_eq!(documented()["wallet"]["credit_balance"], json!("251"));
    assert_eq!(wallet(json!({ "credit_balance": "1" })), wallet(json!({})));
    let ordinary = Balances {
        balance: dec("50"),
        credit_balance: dec("100"),
    };
    let bought = ledger::Operation {
        amount: dec("10"),
        credits: dec("10"),
    };
    let parted = ledger::after_purchase(ordinary, bought).unwrap();
    assert_eq!(
        (parted.balance, parted.credit_balance),
        (dec("60"), dec("110"))
    );
}

/// 004: `config.allowed_price_types`: `ALL`, `USAGE` and `FIXED`: what a wallet may pay (flexprice 39). Today credits are
/// applied to usage alone whatever it says (flexprice 26).
#[test]
fn the_price_types_are_all_usage_and_fixed() {
    let lines = Typed {
        usage: dec("30"),
        fixed: dec("50"),
    };
    let paid = |names: &[&str]| {
        let payer = Payer {
            balance: dec("100"),
            price_types: PriceTypes::of(names.iter().copied()),
        };
        pay(&[payer], dec("80"), lines).unwrap()[0]
    };
    assert_eq!(paid(&["ALL"]), dec("80"));
    assert_eq!(paid(&["USAGE"]), dec("30"));
    assert_eq!(paid(&["FIXED"]), dec("50"));
    let update = |name: &str| {
        let config = json!({ "allowed_price_types": [name] });
        problems(
            "flexprice.wallet.update",
            json!({ "wallet": { "config": config } }),
        )
    };
    for name in ["ALL", "USAGE", "FIXED"] {
        assert_eq!(update(name), []);
    }
    assert_eq!(
        update("OTHER"),
        pair("config.allowed_price_types", "validation_error")
    );

    let fixed_only = json!({ "config": { "allowed_price_types": ["FIXED"] } });
    assert_eq!(wallet(fixed_only), wallet(json!({})));
}

/// 004: "nil means all price types are allowed" (flexprice 39). Today the real-time balance takes none for usage alone
/// (flexprice 6 and the formula of section 3.2).
#[test]
fn no_price_types_mean_that_all_are_allowed() {
    assert!(PriceTypes::of([]).is_unrestricted());
    let payer = Payer {
        balance: dec("100"),
        price_types: PriceTypes::default(),
    };
    let fixed = Typed {
        usage: dec("0"),
        fixed: dec("80"),
    };
    assert_eq!(pay(&[payer], dec("80"), fixed), Ok(vec![dec("80")]));

    let unpaid = Unpaid {
        remaining: dec("80"),
        fixed_charges: dec("80"),
        ..Unpaid::default()
    };
    let shown = |names: &[&str]| {
        let wallet = real_time::Wallet {
            status: Status::Active,
            kind: Kind::Prepaid,
            balance: dec("100"),
            rate: dec("1"),
            price_types: PriceTypes::of(names.iter().copied()),
        };
        real_time(wallet, dec("10"), &unpaid).unwrap().balance
    };
    assert_eq!(shown(&["ALL"]), dec("10"));
    assert_eq!((shown(&[]), shown(&["USAGE"])), (dec("90"), dec("90")));
}

/// 004: `credits_available_breakdown`: `free` and `purchased`, text. Today only where it is asked for, and left out as soon as
/// a credit has another reason: its absence means unknown, not zero (flexprice 46, section 1.2).
#[test]
fn the_breakdown_tells_free_and_purchased_credits() {
    let credits = [
        ("FREE_CREDIT_GRANT", dec("30")),
        ("SUBSCRIPTION_CREDIT_GRANT", dec("5")),
        ("PURCHASED_CREDIT_INVOICED", dec("40")),
        ("PURCHASED_CREDIT_DIRECT", dec("10")),
    ];
    let told = Breakdown {
        free: dec("35"),
        purchased: dec("50"),
    };
    assert_eq!(breakdown(credits), Ok(Some(told)));
    let with_bonus = credits
        .into_iter()
        .chain([("PURCHASED_CREDIT_BONUS", dec("1"))]);
    assert_eq!(breakdown(with_bonus), Ok(None));

    let shown = json!({ "free": "35", "purchased": "50" });
    let with = wallet(json!({ "credits_available_breakdown": shown }));
    assert_eq!(with, wallet(json!({})));
}

/// 004: `currency`, text (flexprice, section 1.1).
#[test]
fn the_currency_is_text() {
    assert_eq!(wallet(json!({})).currency, usd());
    assert_eq!(
        wallet(json!({ "currency": "INR" })).currency,
        currency("inr")
    );
    let none = changed(
        documented()["wallet"].clone(),
        json!({ "currency": "rupee" }),
    );
    let fault = read_flexprice(none).unwrap_err();
    assert_eq!(
        (fault.code(), fault.path()),
        ("invalid_response", "wallets[0].currency")
    );
}

/// 004: `id`, `customer_id`, `environment_id` and `tenant_id`, text (flexprice, section 1.1): a wallet is known by the first.
#[test]
fn the_wallet_is_known_by_its_id() {
    let told = documented()["wallet"]["id"].clone();
    assert_eq!(json!(wallet(json!({})).id), told);
    is_read_without(&["customer_id", "environment_id", "tenant_id"]);
}

/// 004: `name` and `description`, text (flexprice, section 1.1). Today the name is absent where it is empty.
#[test]
fn the_wallet_has_a_name_and_a_description() {
    let named = documented()["wallet"]["name"].clone();
    assert_eq!(json!(wallet(json!({})).name), named);
    assert_eq!(wallet(json!({ "name": null })).name, None);
    is_read_without(&["description"]);
}

/// 004: `Metadata`: an object of texts. Today it may be null (flexprice, section 1.1).
#[test]
fn the_metadata_is_an_object_of_texts() {
    assert_eq!(wallet(json!({ "metadata": null })), wallet(json!({})));
    assert_eq!(
        wallet(json!({ "metadata": { "plan": "free" } })),
        wallet(json!({}))
    );
}

/// 004: `created_at`, `updated_at`, date-times, `created_by` and `updated_by`, text (flexprice, section 1).
#[test]
fn the_wallet_tells_when_and_by_whom_it_was_created_and_updated() {
    let told = documented()["wallet"].clone();
    let instant = |field: &str| crate::at(told[field].as_str().unwrap());
    assert!(instant("created_at") < instant("updated_at"));
    is_read_without(&["created_at", "created_by", "updated_at", "updated_by"]);
}

/// 004: `Status`: `published`, `deleted` or `archived`: only a published wallet pays (flexprice, section 1).
#[test]
fn the_status_is_published_deleted_or_archived() {
    for (status, expected) in [
        ("published", Status::Active),
        ("deleted", Status::Inactive),
        ("archived", Status::Inactive),
    ] {
        assert_eq!(
            wallet(json!({ "status": status })).status,
            expected,
            "{status}"
        );
    }
}

/// 004: `WalletStatus`: `active`, `frozen` or `closed`: only an active wallet pays (flexprice 48). Today nothing sets `frozen`,
/// and termination sets `closed` (flexprice 47).
#[test]
fn the_wallet_status_is_active_frozen_or_closed() {
    for (status, expected) in [
        ("active", Status::Active),
        ("frozen", Status::Inactive),
        ("closed", Status::Inactive),
    ] {
        let read = wallet(json!({ "wallet_status": status, "real_time_balance": "125.5" }));
        assert_eq!(read.status, expected, "{status}");
        let (outcome, reason, _) = decide(&flexprice(vec![read]), usd(), &usage(), "1");
        let answer = match expected {
            Status::Active => (Outcome::Covered, Reason::Sufficient),
            Status::Inactive => (Outcome::Short, Reason::WalletInactive),
        };
        assert_eq!((outcome, reason), answer, "{status}");
    }
    let terminated = call("wallet.terminate", json!({ "credit_balance": "0" }));
    assert_eq!(terminated["wallet_status"], json!("closed"));
}

/// 004: `WalletType`: `PRE_PAID` or `POST_PAID`: the one covers usage, the other pays invoices (flexprice 26, 38).
#[test]
fn the_wallet_type_is_pre_paid_or_post_paid() {
    let reason = |wallet_type: &str| {
        let changes = json!({ "wallet_type": wallet_type, "real_time_balance": "125.5" });
        decide(&flexprice(vec![wallet(changes)]), usd(), &usage(), "1").1
    };
    assert_eq!(reason("PRE_PAID"), Reason::Sufficient);
    assert_eq!(reason("POST_PAID"), Reason::PostpaidOnly);
    assert_eq!(
        wallet(json!({ "wallet_type": "POST_PAID" })).kind,
        Kind::Postpaid
    );
}

/// 004: the schema's wallet has no real-time balance: what is pending is not known from it (flexprice 65, 66).
#[test]
fn the_wallet_tells_no_real_time_balance() {
    let told = wallet(json!({}));
    assert_eq!(told.ongoing_balance, None);
    let (outcome, reason, _) = decide(&flexprice(vec![told]), usd(), &usage(), "1");
    assert_eq!(
        (outcome, reason),
        (Outcome::Unknown, Reason::PendingUnknown)
    );
}

/// 004: the schema requires no field. A wallet without a balance is refused all the same, as one without id or currency is:
/// an error never allows usage.
#[test]
fn no_field_is_required() {
    is_read_without(&["status", "wallet_status", "wallet_type", "config"]);
    let broke = changed(documented()["wallet"].clone(), json!({ "balance": null }));
    let fault = read_flexprice(broke).unwrap_err();
    assert_eq!(
        (fault.code(), fault.path()),
        ("invalid_response", "wallets[0].balance")
    );
}
