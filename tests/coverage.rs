//! "Can these wallets cover this usage?", example by example: every reason and verdict, and providers' payloads.

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

#[path = "coverage/flexprice.rs"]
mod flexprice;
#[path = "coverage/lago.rs"]
mod lago;
#[path = "coverage/payloads.rs"]
mod payloads;

use creditgate::currency::Currency;
use creditgate::engine::account::{Account, Cost, Cover, Options};
use creditgate::model::decision::{Decision, Outcome, Reason, Verdict};
use creditgate::model::fee_key::FeeKey;
use creditgate::model::snapshot::Snapshot;
use creditgate::model::wallet::{Kind, Wallet};
use creditgate::profile::{self, FLEXPRICE, LAGO};
use creditgate::time::Timestamp;
use support::*;

fn amount(text: &str) -> Cost {
    Cost::Amount(dec(text))
}

fn decide_at(account: &Account, key: &FeeKey, cost: &str, now: i64) -> Decision {
    let currency = if *key == usage() { usd() } else { eur() };
    account
        .decide_once(currency, key, amount(cost), Timestamp(now))
        .unwrap()
}

fn decide(account: &Account, key: &FeeKey, cost: &str) -> Decision {
    decide_at(account, key, cost, 0)
}

fn verdict(decision: &Decision) -> (Outcome, Reason) {
    (decision.outcome, decision.reason)
}

fn answer(account: &Account, key: &FeeKey, cost: &str) -> (Outcome, Reason) {
    verdict(&decide(account, key, cost))
}

/// Each wallet's id and verdict, in the order told.
fn verdicts(
    account: &Account,
    currency: Currency,
    key: &FeeKey,
    now: i64,
) -> Vec<(String, Verdict)> {
    let explanation = account.explain(currency, key, Timestamp(now)).unwrap();
    explanation
        .wallets
        .into_iter()
        .map(|wallet| (wallet.id, wallet.verdict))
        .collect()
}

fn named(pairs: &[(&str, Verdict)]) -> Vec<(String, Verdict)> {
    pairs
        .iter()
        .map(|(id, verdict)| ((*id).to_owned(), *verdict))
        .collect()
}

#[test]
fn a_customer_without_wallets_is_short_of_everything() {
    for account in [support::lago(Vec::new()), support::flexprice(Vec::new())] {
        let decision = account
            .decide_once(usd(), &usage(), amount("1"), NOW)
            .unwrap();
        assert_eq!(verdict(&decision), (Outcome::Short, Reason::NoWallet));
        assert_eq!(
            (decision.available, decision.shortfall),
            (Some(dec("0")), Some(dec("1")))
        );
        assert!(account.snapshot().unwrap().wallets.is_empty());
    }
}

#[test]
fn a_tax_rate_is_required_for_lago_and_refused_for_flexprice() {
    let account = |profile, tax_rate: Option<&str>| {
        let options = Options {
            tax_rate: tax_rate.map(dec),
            ..Options::default()
        };
        Account::new(
            Snapshot {
                profile,
                wallets: Vec::new(),
            },
            options,
        )
    };
    for (result, code) in [
        (account(LAGO, None), "invalid_input"),
        (account(FLEXPRICE, Some("0")), "invalid_input"),
        (account(LAGO, Some("-1")), "negative_amount"),
    ] {
        let error = result.expect_err(code);
        assert_eq!((error.code(), error.path()), (code, "taxRate"));
    }
    assert!(account(LAGO, Some("0")).is_ok() && account(FLEXPRICE, None).is_ok());
}

#[test]
fn profiles_go_by_their_names() {
    assert_eq!(profile::named("lago").unwrap().name(), "lago");
    assert_eq!(profile::named("flexprice").unwrap().name(), "flexprice");
    let error = profile::named("Lago").unwrap_err();
    assert_eq!((error.code(), error.path()), ("invalid_input", "profile"));
}

#[test]
fn a_slot_that_is_none_is_a_fault_and_never_an_answer() {
    let mut account = support::lago(vec![lago_wallet("w", "10", "10")]);
    assert_eq!(
        account.decide(0, amount("1"), NOW).unwrap_err().code(),
        "engine_fault"
    );
    assert_eq!(
        account.covers(7, 1, 0, NOW).unwrap_err().code(),
        "engine_fault"
    );
    assert_eq!(
        account.add(7, amount("1")).unwrap_err().code(),
        "engine_fault"
    );
}

#[test]
fn what_is_not_known_stays_unknown_for_the_scalar_check_and_after_a_debit() {
    let silent = Wallet {
        scope: creditgate::model::scope::Scope::Unknown,
        ..lago_wallet("silent", "10", "10")
    };
    let limited = Wallet {
        scope: scope(&["subscription"], &[]),
        ..lago_wallet("told", "10", "10")
    };
    let mut account = support::lago(vec![silent, limited]);
    let unknown = account.slot(eur(), charge());
    let known = account.slot(eur(), FeeKey::new("subscription"));
    assert_eq!(account.covers(unknown, 1, 0, NOW), Ok(Cover::Unknown));
    assert_eq!(account.available(known, NOW), Ok(Some(dec("10"))));
    account.add(known, amount("4")).unwrap();
    assert_eq!(account.covers(unknown, 1, 0, NOW), Ok(Cover::Unknown));
    assert_eq!(account.available(known, NOW), Ok(Some(dec("6"))));
}

#[test]
fn minor_units_are_the_providers_own() {
    let exponents = |profile: profile::Profile| {
        ["HUF", "KWD", "USD"].map(|code| profile.exponent(currency(code)))
    };
    assert_eq!(exponents(FLEXPRICE), [2, 3, 2]);
    assert_eq!(exponents(LAGO), [0, 3, 2]);
}

#[test]
fn the_same_fee_key_has_the_same_slot() {
    let mut account = support::lago(Vec::new());
    let slot = account.slot(eur(), charge().metric("m"));
    assert_eq!(account.slot(currency("eur"), charge().metric("m")), slot);
    assert_ne!(account.slot(usd(), charge().metric("m")), slot);
    assert_ne!(account.slot(eur(), charge()), slot);
    assert_ne!(
        account.slot(eur(), charge().metric("m").target_wallet("w")),
        slot
    );
}

#[test]
fn an_expiry_in_one_currency_is_no_change_in_another() {
    let euro = Wallet {
        expires_at: Some(Timestamp(50)),
        ..lago_wallet("eur", "10", "10")
    };
    let dollar = Wallet {
        currency: usd(),
        ..lago_wallet("usd", "10", "10")
    };
    let mut account = support::lago(vec![euro, dollar]);
    let in_usd = account.slot(usd(), charge());
    let in_eur = account.slot(eur(), charge());
    assert_eq!(
        account
            .decide(in_usd, amount("1"), NOW)
            .unwrap()
            .next_change_at,
        None
    );
    assert_eq!(
        account
            .decide(in_eur, amount("1"), NOW)
            .unwrap()
            .next_change_at,
        Some(Timestamp(50))
    );
    assert_eq!(account.next_change_at(NOW), Ok(Some(Timestamp(50))));
    let once = account.decide_once(usd(), &charge(), amount("1"), NOW);
    assert_eq!(account.decide(in_usd, amount("1"), NOW), once);
}

#[test]
fn debits_of_one_currency_leave_the_others_alone() {
    let dollar = Wallet {
        currency: usd(),
        ..lago_wallet("usd", "10", "10")
    };
    let mut account = support::lago(vec![lago_wallet("eur", "10", "10"), dollar]);
    let in_usd = account.slot(usd(), charge());
    let in_eur = account.slot(eur(), charge());
    // Once on a new table, once on a ready one.
    for left in ["6", "2"] {
        account.add(in_usd, amount("4")).unwrap();
        assert_eq!(account.available(in_usd, NOW), Ok(Some(dec(left))));
        assert_eq!(account.available(in_eur, NOW), Ok(Some(dec("10"))));
    }
}

#[test]
fn the_wallets_are_told_skipped_ones_last_with_why() {
    let wallets = vec![
        Wallet {
            kind: Kind::Postpaid,
            ..flexprice_wallet("post", "9", "9")
        },
        Wallet {
            currency: eur(),
            ..flexprice_wallet("euro", "9", "9")
        },
        flexprice_wallet("small", "1", "1"),
        Wallet {
            status: creditgate::model::wallet::Status::Inactive,
            ..flexprice_wallet("frozen", "9", "0")
        },
        flexprice_wallet("large", "5", "5"),
    ];
    assert_eq!(
        verdicts(&support::flexprice(wallets), usd(), &usage(), 0),
        named(&[
            ("large", Verdict::Eligible),
            ("small", Verdict::Eligible),
            ("post", Verdict::Postpaid),
            ("euro", Verdict::CurrencyMismatch),
            ("frozen", Verdict::Inactive),
        ])
    );
}
