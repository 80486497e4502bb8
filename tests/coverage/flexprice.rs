//! Flexprice: one pending amount, cached answers, post-paid wallets, grants.

use creditgate::decimal::Decimal;
use creditgate::engine::account::{Cost, Options};
use creditgate::model::decision::{Outcome, Reason, Verdict};
use creditgate::model::fee_key::FeeKey;
use creditgate::model::wallet::{Freshness, Kind, Status, Wallet};
use creditgate::profile::FLEXPRICE;
use creditgate::time::Timestamp;

use super::{answer, decide, decide_at, named, verdict, verdicts};
use crate::support::*;

#[test]
fn two_wallets_that_each_subtract_the_usage_have_it_once() {
    let decision = decide(
        &flexprice(vec![
            flexprice_wallet("a", "60", "10"),
            flexprice_wallet("b", "40", "-10"),
        ]),
        &usage(),
        "50",
    );
    assert_eq!(
        (decision.outcome, decision.available),
        (Outcome::Covered, Some(dec("50")))
    );
}

#[test]
fn a_real_time_balance_above_the_balance_is_no_money() {
    assert_eq!(
        decide(
            &flexprice(vec![flexprice_wallet("w", "10", "15")]),
            &usage(),
            "1"
        )
        .available,
        Some(dec("10"))
    );
}

#[test]
fn credits_pay_usage_only() {
    let account = flexprice(vec![flexprice_wallet("w", "10", "10")]);
    let decision = account
        .decide_once(usd(), &FeeKey::new("FIXED"), super::amount("1"), NOW)
        .unwrap();
    assert_eq!(verdict(&decision), (Outcome::Short, Reason::OutOfScope));
    assert_eq!(
        verdicts(&account, usd(), &FeeKey::new("FIXED"), 0),
        named(&[("w", Verdict::OutOfScope)])
    );
}

#[test]
fn postpaid_wallets_are_no_headroom_unless_asked_for() {
    let postpaid = || Wallet {
        kind: Kind::Postpaid,
        ..flexprice_wallet("post", "30", "30")
    };
    let include = Options {
        include_postpaid: true,
        ..Options::default()
    };
    assert_eq!(
        answer(&flexprice(vec![postpaid()]), &usage(), "1"),
        (Outcome::Short, Reason::PostpaidOnly)
    );
    let alone = open(FLEXPRICE, vec![postpaid()], include.clone());
    assert_eq!(
        answer(&alone, &usage(), "1"),
        (Outcome::Unknown, Reason::PendingUnknown)
    );
    let both = || vec![postpaid(), flexprice_wallet("pre", "10", "4")];
    assert_eq!(
        decide(&flexprice(both()), &usage(), "1").available,
        Some(dec("4"))
    );
    assert_eq!(
        decide(&open(FLEXPRICE, both(), include), &usage(), "1").available,
        Some(dec("34"))
    );
}

#[test]
fn frozen_wallets_and_other_currencies_do_not_pay() {
    let frozen = Wallet {
        status: Status::Inactive,
        ..flexprice_wallet("w", "10", "0")
    };
    assert_eq!(
        answer(&flexprice(vec![frozen.clone()]), &usage(), "1"),
        (Outcome::Short, Reason::WalletInactive)
    );
    let euros = Wallet {
        currency: eur(),
        ..flexprice_wallet("e", "10", "10")
    };
    assert_eq!(
        answer(&flexprice(vec![euros.clone()]), &usage(), "1"),
        (Outcome::Short, Reason::CurrencyMismatch)
    );
    let postpaid = Wallet {
        kind: Kind::Postpaid,
        ..flexprice_wallet("p", "10", "10")
    };
    assert_eq!(
        answer(&flexprice(vec![frozen, euros, postpaid]), &usage(), "1"),
        (Outcome::Short, Reason::PostpaidOnly)
    );
}

#[test]
fn a_cached_answer_may_be_refused() {
    let cached = || Wallet {
        freshness: Freshness::CachedFallback,
        ..flexprice_wallet("w", "10", "8")
    };
    let account = flexprice(vec![cached()]);
    assert_eq!(decide(&account, &usage(), "8").outcome, Outcome::Covered);
    assert_eq!(account.freshness(), Ok(Freshness::CachedFallback));
    let mut strict = open(
        FLEXPRICE,
        vec![cached()],
        Options {
            accept_fallback: false,
            ..Options::default()
        },
    );
    let decision = decide(&strict, &usage(), "8");
    assert_eq!(
        verdict(&decision),
        (Outcome::Unknown, Reason::CachedFallback)
    );
    assert_eq!((decision.available, decision.shortfall), (None, None));
    let slot = strict.slot(usd(), usage());
    assert_eq!(strict.available(slot, NOW), Ok(None));
}

#[test]
fn a_wallet_without_a_real_time_balance_leaves_the_pending_usage_unknown() {
    let silent = || Wallet {
        ongoing_balance: None,
        ..flexprice_wallet("w", "10", "10")
    };
    assert_eq!(
        answer(&flexprice(vec![silent()]), &usage(), "1"),
        (Outcome::Unknown, Reason::PendingUnknown)
    );
    // Another one tells it for both.
    let both = flexprice(vec![silent(), flexprice_wallet("told", "5", "2")]);
    assert_eq!(decide(&both, &usage(), "1").available, Some(dec("12")));
}

#[test]
fn grants_are_usable_up_to_their_expiry_and_cap_the_balance() {
    let lots = vec![grant("6", Some(100)), grant("2", None)];
    let wallet = Wallet {
        rate: dec("0.5"),
        grants: Some(lots),
        ..flexprice_wallet("w", "10", "9")
    };
    let account = flexprice(vec![wallet]);
    let at = decide_at(&account, &usage(), "3", 100);
    assert_eq!(
        (at.outcome, at.available, at.next_change_at),
        (Outcome::Covered, Some(dec("3")), Some(Timestamp(101)))
    );
    let after = decide_at(&account, &usage(), "3", 101);
    assert_eq!(verdict(&after), (Outcome::Short, Reason::CreditsExpired));
    assert_eq!(
        (after.available, after.shortfall, after.next_change_at),
        (Some(dec("0")), Some(dec("3")), None)
    );
}

#[test]
fn a_wallet_all_of_whose_grants_have_expired_is_told_as_expired() {
    let expired = Wallet {
        grants: Some(vec![grant("10", Some(5))]),
        ..flexprice_wallet("w", "10", "10")
    };
    let account = flexprice(vec![expired]);
    assert_eq!(
        verdicts(&account, usd(), &usage(), 5),
        named(&[("w", Verdict::Eligible)])
    );
    assert_eq!(
        verdicts(&account, usd(), &usage(), 6),
        named(&[("w", Verdict::Expired)])
    );
    assert_eq!(
        verdict(&decide_at(&account, &usage(), "1", 6)),
        (Outcome::Short, Reason::CreditsExpired)
    );
}

#[test]
fn a_balance_below_the_grants_counts_and_one_below_zero_too() {
    let wallet = |balance: &str| Wallet {
        grants: Some(vec![grant("100", None)]),
        ..flexprice_wallet("w", balance, balance)
    };
    assert_eq!(
        decide(&flexprice(vec![wallet("7")]), &usage(), "1").available,
        Some(dec("7"))
    );
    assert_eq!(
        decide(&flexprice(vec![wallet("-7")]), &usage(), "1").available,
        Some(dec("-7"))
    );
}

#[test]
fn credits_of_one_rate_are_priced_and_of_two_are_ambiguous() {
    let half = Wallet {
        rate: dec("0.5"),
        ..flexprice_wallet("a", "10", "10")
    };
    let ask = |wallets| {
        flexprice(wallets)
            .decide_once(usd(), &usage(), Cost::Credits(dec("20")), NOW)
            .unwrap()
    };
    assert_eq!(ask(vec![half.clone()]).required, Some(dec("10")));
    let two = ask(vec![half, flexprice_wallet("b", "10", "10")]);
    assert_eq!(verdict(&two), (Outcome::Unknown, Reason::AmbiguousCredits));
}

#[test]
fn credits_without_a_price_are_never_covered() {
    // A rate below 0.000005 passes validation and is stored as 0 (flexprice, section 1.7 no. 4).
    let free = Wallet {
        rate: Decimal::ZERO,
        ..flexprice_wallet("w", "0", "0")
    };
    let account = flexprice(vec![free]);
    let decision = account
        .decide_once(usd(), &usage(), Cost::Credits(dec("1000000")), NOW)
        .unwrap();
    assert_eq!(
        verdict(&decision),
        (Outcome::Unknown, Reason::AmbiguousCredits)
    );
}

#[test]
fn a_debit_of_many_decimals_does_not_shut_a_richer_customer_out() {
    let tiny = dec("0.000000000000000000000000001");
    for balance in ["7", "107", "99999999999"] {
        let mut account = flexprice(vec![flexprice_wallet("w", balance, balance)]);
        let slot = account.slot(usd(), usage());
        account.add(slot, Cost::Amount(tiny)).unwrap();
        let left = account.available(slot, NOW).unwrap().unwrap();
        // Rounded up: never counted short.
        assert!(
            left <= dec(balance).try_sub(dec("0.000000000001")).unwrap(),
            "{balance}"
        );
    }
}
