//! 003: Flexprice's reference of the request that creates a wallet. Its example values ("<string>", 123) are no statements;
//! its names, types and the values of its lists are.

use creditgate::engine::auto_top_up::{self, Config};
use creditgate::engine::creation::{Created, NewWallet, create};
use creditgate::engine::real_time::{PriceTypes, Unpaid, Wallet, real_time};
use creditgate::model::decision::Outcome;
use creditgate::model::wallet::{Kind, Status};
use creditgate::time::Timestamp;
use serde_json::{Value, json};

use crate::support::*;
use crate::{
    at, call, changed, decide, flexprice_creation, flexprice_request, pair, problems,
    read_flexprice,
};

/// The documented request, changed, before today's server.
fn documented(changes: Value) -> Vec<(String, String)> {
    let wallet = changed(
        payload("requests/flexprice_wallet_create_documented"),
        changes,
    );
    let request = json!({ "wallet": wallet, "now": crate::TODAY });
    problems("flexprice.wallet.create", request)
}

/// The documented answer, with fields taken out.
fn answer_without(fields: &[&str]) -> Value {
    let mut answer = payload("flexprice/wallet_documented");
    let answer_fields = answer.as_object_mut().unwrap();
    for field in fields {
        assert!(answer_fields.remove(*field).is_some(), "{field}");
    }
    answer
}

fn created(request: NewWallet) -> Created {
    create(&request, usd()).unwrap()
}

/// 003: "Create a new wallet for a customer", by `customer_id` (flexprice, section 2.1). Today by `external_customer_id` too.
#[test]
fn a_wallet_is_created_for_a_customer() {
    assert_eq!(documented(json!({ "wallet_type": null })), []);
    assert_eq!(
        documented(json!({ "wallet_type": null, "customer_id": null })),
        pair("customer_id", "validation_error")
    );
    let external = json!({ "customer_id": null, "external_customer_id": "acme" });
    assert_eq!(flexprice_creation(external), []);
}

/// 003: `"wallet_type": "PROMOTIONAL"`. A wallet that was made so still reads as prepaid; today the type is refused
/// (flexprice, section 7).
#[test]
fn the_type_of_a_wallet_may_be_promotional() {
    let made = read_flexprice(payload("flexprice/wallet_documented")).unwrap();
    assert_eq!(made.kind, Kind::Prepaid);
    let ongoing_balance = Some(made.balance);
    let account = flexprice(vec![creditgate::model::wallet::Wallet {
        ongoing_balance,
        ..made
    }]);
    assert_eq!(
        decide(&account, usd(), &usage(), "480.25").0,
        Outcome::Covered
    );

    assert_eq!(
        documented(json!({})),
        pair("wallet_type", "validation_error")
    );
    for wallet_type in ["PRE_PAID", "POST_PAID"] {
        assert_eq!(documented(json!({ "wallet_type": wallet_type })), []);
    }
}

fn auto_top_up(enabled: bool) -> Config {
    Config {
        enabled,
        threshold: dec("20"),
        amount: dec("100"),
        invoicing: false,
        cooldown: None,
    }
}

/// 003: `"auto_topup_trigger": "disabled"`. Today the field is not read; `auto_topup.enabled` says it (flexprice 52, section
/// 7).
#[test]
fn the_auto_topup_trigger_may_be_disabled() {
    assert!(!auto_top_up::is_wanted(&auto_top_up(false), dec("0")));
    let flat = json!({ "auto_topup_trigger": "disabled" });
    assert_eq!(flexprice_creation(flat), []);
    let object = json!({ "enabled": false, "threshold": 20, "amount": 100, "invoicing": false });
    assert_eq!(flexprice_creation(json!({ "auto_topup": object })), []);
}

/// 003: `auto_topup_min_balance`, a number. Today `auto_topup.threshold`, in credits, itself included (flexprice 52).
#[test]
fn the_auto_topup_has_a_least_balance() {
    assert!(auto_top_up::is_wanted(&auto_top_up(true), dec("20")));
    assert!(!auto_top_up::is_wanted(&auto_top_up(true), dec("20.01")));
    assert_eq!(
        flexprice_creation(json!({ "auto_topup_min_balance": 20 })),
        []
    );
    let object = json!({ "enabled": true, "amount": 100, "invoicing": false });
    assert_eq!(
        flexprice_creation(json!({ "auto_topup": object })),
        pair("auto_topup.threshold", "validation_error")
    );
}

/// 003: `auto_topup_amount`, a number. Today `auto_topup.amount`, in credits (flexprice 52).
#[test]
fn the_auto_topup_has_an_amount() {
    let config = json!({ "enabled": true, "threshold": "20", "amount": "100", "invoicing": false });
    let request =
        json!({ "config": config, "topup_conversion_rate": "0.5", "conversion_rate": "0.5" });
    let added = call("auto_topup", request);
    assert_eq!(added["credits_added"], json!("100"));
    assert_eq!(added["tx_amount"], json!("50"));
    assert_eq!(flexprice_creation(json!({ "auto_topup_amount": 100 })), []);
    let object = json!({ "enabled": true, "threshold": 20, "invoicing": false });
    assert_eq!(
        flexprice_creation(json!({ "auto_topup": object })),
        pair("auto_topup.amount", "validation_error")
    );
}

/// 003: `"config": {"allowed_price_types": ["ALL"]}` of the new wallet. Today the request's is not read: a prepaid wallet
/// gets `USAGE`, a post-paid one `ALL`, and only an update changes it (flexprice 8, 12, section 2.1).
#[test]
fn the_allowed_price_types_are_configured() {
    // What is unpaid at fixed prices lowers the real-time balance of a wallet for all of them.
    let unpaid = Unpaid {
        remaining: dec("30"),
        fixed_charges: dec("30"),
        ..Unpaid::default()
    };
    let shown = |price_types| {
        let wallet = Wallet {
            status: Status::Active,
            kind: Kind::Prepaid,
            balance: dec("100"),
            rate: dec("1"),
            price_types,
        };
        real_time(wallet, dec("0"), &unpaid).unwrap().balance
    };
    assert_eq!(shown(PriceTypes::of(["ALL"])), dec("70"));
    let made = created(flexprice_request());
    assert_eq!(made.price_types, PriceTypes::of(["USAGE"]));
    assert_eq!(shown(made.price_types), dec("100"));

    let config = json!({ "config": { "allowed_price_types": ["ALL"] } });
    assert_eq!(flexprice_creation(config.clone()), []);
    let update = json!({ "wallet": config });
    assert_eq!(problems("flexprice.wallet.update", update), []);
    let postpaid = created(NewWallet {
        kind: Some(Some(Kind::Postpaid)),
        ..flexprice_request()
    });
    assert_eq!(postpaid.price_types, PriceTypes::of(["ALL"]));
}

/// 003: `conversion_rate`, a number (flexprice 1, 2; stored with five places, section 1.7).
#[test]
fn the_conversion_rate_is_given() {
    assert_eq!(flexprice_creation(json!({ "conversion_rate": 123 })), []);
    assert_eq!(flexprice_creation(json!({ "conversion_rate": "0.5" })), []);
    assert_eq!(
        flexprice_creation(json!({ "conversion_rate": 0 })),
        pair("conversion_rate", "validation_error")
    );
    let made = created(NewWallet {
        conversion_rate: Some(dec("1.123456")),
        ..flexprice_request()
    });
    assert_eq!(made.rates.conversion, dec("1.12346"));
}

/// 003: `currency`, text (flexprice, section 2.1).
#[test]
fn the_currency_is_given() {
    assert_eq!(flexprice_creation(json!({ "currency": "inr" })), []);
    for none in [json!(null), json!(123), json!("rupee")] {
        assert_eq!(
            flexprice_creation(json!({ "currency": none })),
            pair("currency", "validation_error")
        );
    }
}

/// 003: `description`, text (flexprice, section 2.1).
#[test]
fn a_description_is_given() {
    assert_eq!(
        flexprice_creation(json!({ "description": "Launch credits" })),
        []
    );
}

/// 003: `metadata`, an object (flexprice, section 2.1).
#[test]
fn metadata_is_given() {
    assert_eq!(
        flexprice_creation(json!({ "metadata": { "campaign": "launch" } })),
        []
    );
    assert_eq!(flexprice_creation(json!({ "metadata": {} })), []);
}

/// 003: `name`, text. Today the field is not read (flexprice, section 2.1).
#[test]
fn a_name_is_given() {
    assert_eq!(flexprice_creation(json!({ "name": "Launch" })), []);
    assert_eq!(created(flexprice_request()).name, "Prepaid Wallet - USD");
}

/// 003: `initial_credits_to_load`, a number (flexprice 2, 50).
#[test]
fn the_initial_credits_are_loaded() {
    assert_eq!(
        flexprice_creation(json!({ "initial_credits_to_load": 500 })),
        []
    );
    assert_eq!(
        flexprice_creation(json!({ "initial_credits_to_load": -1 })),
        pair("initial_credits_to_load", "validation_error")
    );
    let made = created(NewWallet {
        conversion_rate: Some(dec("2")),
        initial_credits: Some(dec("500")),
        ..flexprice_request()
    });
    assert_eq!(made.balances.credit_balance, dec("500"));
    assert_eq!(made.balances.balance, dec("1000"));
}

/// 003: `initial_credits_to_load_expiry_date`, a number: YYYYMMDD, the first instant of that day in UTC (flexprice 42). Today
/// a time is taken too, in a field of its own (section 2.1).
#[test]
fn the_initial_credits_have_an_expiry_date() {
    let day = |day: i64| flexprice_creation(json!({ "initial_credits_to_load_expiry_date": day }));
    assert_eq!(day(20_261_231), []);
    let refused = pair("initial_credits_to_load_expiry_date", "validation_error");
    assert_eq!(day(20_260_101), refused);
    assert_eq!(day(20_261_301), refused);
    let expiry = Timestamp::from_day_number(20_261_231);
    assert_eq!(expiry, Some(at("2026-12-31T00:00:00Z")));
    let made = created(NewWallet {
        initial_expiry: Some(expiry),
        ..flexprice_request()
    });
    assert_eq!(made.expiry, expiry);
    let time = json!({ "initial_credits_expiry_date_utc": "2026-12-31T12:00:00Z" });
    assert_eq!(flexprice_creation(time), []);
}

/// 003: amounts are numbers. Today a request may write text too (flexprice, section 1).
#[test]
fn amounts_of_the_request_are_numbers() {
    for fields in [
        json!({ "conversion_rate": 123, "initial_credits_to_load": 0.1 }),
        json!({ "conversion_rate": "123", "initial_credits_to_load": "0.1" }),
    ] {
        assert_eq!(flexprice_creation(fields), []);
    }
    assert_eq!(
        flexprice_creation(json!({ "conversion_rate": [] })),
        pair("conversion_rate", "validation_error")
    );
}

/// 003: the answer's `balance` and `credit_balance`, numbers. Today text (flexprice, section 1).
#[test]
fn the_answer_tells_both_balances_as_numbers() {
    let answer = payload("flexprice/wallet_documented");
    assert!(answer["balance"].is_number() && answer["credit_balance"].is_number());
    let as_numbers = read_flexprice(answer.clone()).unwrap();
    assert_eq!(as_numbers.balance, dec("480.25"));
    let text = json!({ "balance": "480.25", "credit_balance": "480.25", "conversion_rate": "1" });
    assert_eq!(read_flexprice(changed(answer, text)), Ok(as_numbers));
}

/// 003: the answer's `"wallet_status": "active"` (flexprice, section 1.1).
#[test]
fn a_new_wallet_is_active() {
    let made = read_flexprice(payload("flexprice/wallet_documented")).unwrap();
    assert_eq!(made.status, Status::Active);
}

/// 003: the answer's `id`, `currency` and `conversion_rate` (flexprice, section 1.1). No wallet is read without the first
/// two; a rate that is not told is 1.
#[test]
fn the_answer_tells_id_currency_and_conversion_rate() {
    let made = read_flexprice(payload("flexprice/wallet_documented")).unwrap();
    assert_eq!(made.id, "wallet_01JQX2N7");
    assert_eq!((made.currency, made.rate), (usd(), dec("1")));
    for field in ["id", "currency"] {
        let fault = read_flexprice(answer_without(&[field])).unwrap_err();
        assert_eq!(fault.path(), format!("wallets[0].{field}"));
    }
    assert_eq!(
        read_flexprice(answer_without(&["conversion_rate"])),
        Ok(made)
    );
}

/// 003: the answer repeats `auto_topup_amount`, `auto_topup_min_balance`, `auto_topup_trigger`, `config`, `customer_id`,
/// `description`, `metadata` and `name`. Today's has no flat auto top-up; none of them decides what the wallet covers.
#[test]
fn the_answer_repeats_what_was_asked_for() {
    let whole = read_flexprice(payload("flexprice/wallet_documented")).unwrap();
    let bare = answer_without(&[
        "auto_topup_amount",
        "auto_topup_min_balance",
        "auto_topup_trigger",
        "config",
        "customer_id",
        "description",
        "metadata",
    ]);
    assert_eq!(
        json!(whole.name),
        payload("flexprice/wallet_documented")["name"]
    );
    assert_eq!(read_flexprice(bare), Ok(whole));
}

/// 003: the answer's `created_at` and `updated_at` (flexprice, section 1). Wallets pay by balance, not by age (flexprice 26).
#[test]
fn the_answer_tells_when_the_wallet_was_created_and_updated() {
    let answer = payload("flexprice/wallet_documented");
    let instant = |field: &str| at(answer[field].as_str().unwrap());
    assert!(instant("created_at") < instant("updated_at"));
    let bare = answer_without(&["created_at", "updated_at"]);
    assert_eq!(read_flexprice(bare), read_flexprice(answer));
}
