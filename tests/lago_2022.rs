//! Profile `lago-2022`: one wallet, paid before the usage, that pays before tax.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]
#![cfg(not(target_arch = "wasm32"))]

mod support;

use creditgate::engine::account::{Account, Cost, Options};
use creditgate::engine::wallet_2022::{self, purchase, refusals};
use creditgate::model::decision::{Outcome, Precision, Reason};
use creditgate::model::fee_key::FeeKey;
use creditgate::model::snapshot::Snapshot;
use creditgate::model::wallet::{Freshness, Status, Wallet};
use creditgate::profile::{LAGO_2022, named};
use creditgate::time::Timestamp;
use support::*;

fn account(wallets: Vec<Wallet>) -> Account {
    open(LAGO_2022, wallets, Options::default())
}

fn answer(account: &Account, key: &FeeKey, cost: &str, now: i64) -> (Outcome, Reason) {
    let decision = account.decide_once(eur(), key, Cost::Amount(dec(cost)), Timestamp(now));
    let decision = decision.unwrap();
    (decision.outcome, decision.reason)
}

#[test]
fn a_customer_has_one_wallet_and_needs_a_subscription() {
    assert_eq!(refusals(true, 0), []);
    assert_eq!(
        refusals(false, 0),
        [("customer", vec!["no_active_subscription"])]
    );
    assert_eq!(
        refusals(true, 1),
        [("customer", vec!["wallet_already_exists"])]
    );
    assert_eq!(refusals(false, 2).len(), 2);
}

#[test]
fn a_purchase_is_rounded_to_the_minor_unit_before_and_after_tax() {
    let bought = purchase(dec("3"), dec("0.335"), dec("19"), eur()).unwrap();
    // 1.005 is 1.01; 19 % of that is 0.1919.
    assert_eq!(
        (bought.price, bought.tax, bought.total),
        (dec("1.01"), dec("0.19"), dec("1.2"))
    );
    let yen = purchase(dec("3"), dec("0.5"), dec("10"), currency("JPY")).unwrap();
    assert_eq!(
        (yen.price, yen.tax, yen.total),
        (dec("2"), dec("0"), dec("2"))
    );
    let untaxed = purchase(dec("10"), dec("5"), dec("0"), eur()).unwrap();
    assert_eq!(untaxed.total, untaxed.price);
}

#[test]
fn credits_stay_until_they_are_used_voided_or_expired() {
    let wallet = wallet_2022::Wallet {
        status: Status::Active,
        balance: dec("7"),
        expires_at: None,
    };
    let topped_up = wallet.credited(dec("3")).unwrap();
    assert_eq!(topped_up.balance, dec("10"));
    assert_eq!(
        topped_up.at(Timestamp::NEVER),
        (topped_up, dec("0")),
        "without a date they carry over"
    );
    let dated = wallet_2022::Wallet {
        expires_at: Some(Timestamp(1000)),
        ..topped_up
    };
    assert_eq!(dated.at(Timestamp(999)), (dated, dec("0")));
    let (ended, voided) = dated.at(Timestamp(1000));
    assert_eq!(
        (ended.status, ended.balance, voided),
        (Status::Inactive, dec("0"), dec("10"))
    );
    assert_eq!(ended.at(Timestamp(2000)), (ended, dec("0")), "voided once");
    assert_eq!(ended.credited(dec("5")), Ok(ended), "it cannot be undone");
    assert_eq!(topped_up.terminated().1, dec("10"));
}

#[test]
fn the_wallet_pays_everything_but_add_ons_whatever_its_scope() {
    let limited = Wallet {
        scope: scope(&["subscription"], &["m"]),
        ..lago_wallet("w", "10", "10")
    };
    let account = account(vec![limited]);
    for fee_type in ["charge", "subscription", "commitment"] {
        let key = FeeKey::new(fee_type);
        assert_eq!(
            answer(&account, &key, "10", 0),
            (Outcome::Covered, Reason::Sufficient)
        );
        assert_eq!(
            answer(&account, &key, "10.01", 0),
            (Outcome::Short, Reason::InsufficientBalance)
        );
    }
    let add_on = answer(&account, &FeeKey::new("add_on"), "1", 0);
    assert_eq!(add_on, (Outcome::Short, Reason::OutOfScope));
}

#[test]
fn figures_are_before_tax_and_no_rate_is_taken() {
    let snapshot = Snapshot {
        profile: LAGO_2022,
        wallets: Vec::new(),
    };
    let error = Account::new(snapshot, taxed("20")).unwrap_err();
    assert_eq!((error.code(), error.path()), ("invalid_input", "taxRate"));
    let decision = account(vec![lago_wallet("w", "10", "10")])
        .decide_once(eur(), &charge(), Cost::Amount(dec("8")), NOW)
        .unwrap();
    assert_eq!(decision.required, Some(dec("8")));
}

#[test]
fn usage_is_pending_where_the_api_tells_it_and_none_where_it_does_not() {
    let told = account(vec![lago_wallet("w", "10", "4")]);
    assert_eq!(answer(&told, &charge(), "4.01", 0).0, Outcome::Short);
    let silent = Wallet {
        ongoing_balance: None,
        ..lago_wallet("w", "10", "10")
    };
    let silent = account(vec![silent]);
    assert_eq!(answer(&silent, &charge(), "10", 0).0, Outcome::Covered);
    assert_eq!(silent.freshness(), Ok(Freshness::Undated));
}

#[test]
fn all_that_is_left_is_gone_on_the_expiration_date() {
    let dated = Wallet {
        expires_at: Some(Timestamp(1000)),
        ..lago_wallet("w", "10", "10")
    };
    let account = account(vec![dated]);
    assert_eq!(answer(&account, &charge(), "10", 999).0, Outcome::Covered);
    assert_eq!(
        answer(&account, &charge(), "10", 1000),
        (Outcome::Short, Reason::CreditsExpired)
    );
}

#[test]
fn should_there_be_two_they_are_one_scope_in_lagos_order() {
    let second = Wallet {
        priority: 60,
        ..lago_wallet("second", "5", "5")
    };
    let mut account = account(vec![second, lago_wallet("first", "5", "5")]);
    let slot = account.slot(eur(), charge());
    account.add(slot, Cost::Amount(dec("4"))).unwrap();
    let explanation = account.explain(eur(), &charge(), NOW).unwrap();
    let left: Vec<_> = explanation
        .wallets
        .iter()
        .map(|wallet| (wallet.id.as_str(), wallet.available))
        .collect();
    assert_eq!(left, [("first", dec("1")), ("second", dec("5"))]);
    assert_eq!(
        account
            .decide(slot, Cost::Amount(dec("6")), NOW)
            .unwrap()
            .precision,
        Precision::Exact
    );
}

#[test]
fn minor_units_are_lagos() {
    let profile = named("lago-2022").unwrap();
    assert_eq!(profile.name(), "lago-2022");
    assert_eq!(
        ["HUF", "EUR", "KWD"].map(|code| profile.exponent(currency(code))),
        [0, 2, 3]
    );
}
