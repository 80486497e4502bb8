//! The largest figures at every place that computes: an error or the right answer, never a panic, never "covered"
//! by accident.

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

#[path = "overflow/rules.rs"]
mod rules;

use creditgate::decimal::{Decimal, Rounding};
use creditgate::engine::account::{Account, Cost, Cover, Options};
use creditgate::engine::application::{self, Invoice};
use creditgate::engine::conversion::{flexprice_credits, lago_credits};
use creditgate::engine::ongoing::{self, Usage};
use creditgate::engine::real_time::{self, PriceTypes, Unpaid};
use creditgate::engine::ties::Ties;
use creditgate::error::Result;
use creditgate::model::decision::Outcome;
use creditgate::model::wallet::{Kind, Status, Wallet};
use creditgate::profile::{FLEXPRICE, LAGO};
use creditgate::time::Timestamp;
use support::*;

const MAX: &str = "79228162514264337593543950335";
const MIN: &str = "-79228162514264337593543950335";
const MAX_FINE: &str = "7.9228162514264337593543950335";
const LEAST: &str = "0.0000000000000000000000000001";

fn extremes() -> Vec<Decimal> {
    let texts = [
        MAX,
        MIN,
        MAX_FINE,
        "-7.9228162514264337593543950335",
        LEAST,
        "-0.0000000000000000000000000001",
    ];
    let more = [
        "9999999999999999999999999999",
        "0.9999999999999999999999999999",
        "-9999999999999999999999999999",
        "0",
        "1",
        "-1",
    ];
    texts.iter().chain(&more).map(|text| dec(text)).collect()
}

fn out_of_range<T: core::fmt::Debug>(result: Result<T>) {
    assert_eq!(
        result.expect_err("does not fit").code(),
        "decimal_out_of_range"
    );
}

/// Either the code that says so, or an answer for `check`.
fn fits_or_not<T>(result: Result<T>, check: impl FnOnce(T)) {
    match result {
        Ok(value) => check(value),
        Err(error) => assert_eq!(error.code(), "decimal_out_of_range"),
    }
}

#[test]
fn the_largest_decimals_are_read_and_one_more_is_not() {
    for text in [MAX, MIN, MAX_FINE, LEAST] {
        assert_eq!(dec(text).to_string(), text);
    }
    for text in [
        "79228162514264337593543950336",
        "-79228162514264337593543950336",
        "0.00000000000000000000000000001",
        "7.92281625142643375935439503350001",
        "100000000000000000000000000000",
        "340282366920938463463374607431768211456",
        "99999999999999999999999999999999999999999999999999",
    ] {
        out_of_range(Decimal::parse(text));
    }
    assert_eq!(dec("79228162514264337593543950335.000000").to_string(), MAX);
    out_of_range(Decimal::from_parts(i128::MIN, 0));
    out_of_range(Decimal::from_parts(i128::MAX, u32::MAX));
    out_of_range(Decimal::parse_number("1e2147483647"));
    out_of_range(Decimal::parse_number("1e-2147483648"));
    assert_eq!(Decimal::parse_number("0e2147483647"), Ok(Decimal::ZERO));
}

#[test]
fn every_pair_of_extremes_adds_multiplies_and_divides_without_a_panic() {
    for a in extremes() {
        for b in extremes() {
            fits_or_not(a.try_add(b), |sum| assert_eq!(sum.try_sub(b), Ok(a)));
            fits_or_not(a.try_sub(b), |difference| {
                assert_eq!(difference.try_add(b), Ok(a))
            });
            fits_or_not(a.try_mul(b), |product| {
                assert_eq!(product.is_zero(), a.is_zero() || b.is_zero())
            });
            for places in [0, 2, 16, 28, 40, u32::MAX] {
                for rounding in [
                    Rounding::HalfAwayFromZero,
                    Rounding::TowardZero,
                    Rounding::Floor,
                ] {
                    fits_or_not(a.try_div(b, places.min(200), rounding), |_| {});
                    let _ = a.round(places, rounding);
                }
            }
        }
        for places in [i32::MIN, -29, -28, -1, 0, 1, 28, 29, i32::MAX] {
            fits_or_not(a.shift(places), |moved| {
                assert_eq!(moved.is_zero(), a.is_zero())
            });
        }
    }
    out_of_range(dec(MAX).try_add(Decimal::ONE));
    out_of_range(dec(MAX).try_add(dec(LEAST)));
    out_of_range(dec(MIN).try_sub(Decimal::ONE));
    out_of_range(dec(MAX).try_mul(dec("1.1")));
    out_of_range(dec(LEAST).try_mul(dec("0.1")));
    // 5^40 x 2^40 = 10^40 fits where its point lets it, though 10^40 is no `i128`.
    let (fives, twos) = (dec("9094947017729282.379150390625"), dec("1099511627776"));
    let product = dec("10000000000000000000000000000");
    assert_eq!(fives.try_mul(twos), Ok(product));
    assert_eq!(twos.try_mul(fives), Ok(product));
    out_of_range(Decimal::ONE.try_div(Decimal::ZERO, 2, Rounding::Floor));
    assert_eq!(dec(MAX).try_mul(dec("-1")), Ok(dec(MIN)));
    assert_eq!(
        dec(MAX_FINE)
            .round(27, Rounding::HalfAwayFromZero)
            .to_string(),
        "7.922816251426433759354395034"
    );
}

fn usd_slot(account: &mut Account) -> usize {
    account.slot(usd(), usage())
}

fn eur_slot(account: &mut Account) -> usize {
    account.slot(eur(), charge())
}

#[test]
fn a_balance_of_any_size_never_covers_more_than_itself() {
    for balance in extremes() {
        for real_time in extremes() {
            for cost in extremes().into_iter().filter(|cost| !cost.is_negative()) {
                let wallet = Wallet {
                    balance,
                    ongoing_balance: Some(real_time),
                    ..flexprice_wallet("w", "0", "0")
                };
                let mut account = flexprice(vec![wallet]);
                let slot = usd_slot(&mut account);
                fits_or_not(account.decide(slot, Cost::Amount(cost), NOW), |decision| {
                    let covered = decision.outcome == Outcome::Covered;
                    assert_eq!(
                        covered,
                        cost <= balance.min(real_time),
                        "{balance} {real_time} {cost}"
                    );
                });
            }
        }
    }
}

#[test]
fn sums_over_wallets_that_do_not_fit_are_errors() {
    for profile in [FLEXPRICE, LAGO] {
        let options = if profile.name() == "lago" {
            taxed("0")
        } else {
            Options::default()
        };
        let wallets = vec![lago_wallet("a", MAX, MAX), lago_wallet("b", MAX, MAX)];
        let mut account = open(profile, wallets, options);
        let key = if profile.name() == "lago" {
            charge()
        } else {
            usage()
        };
        let slot = account.slot(eur(), key.clone());
        out_of_range(account.decide(slot, Cost::Amount(Decimal::ONE), NOW));
        out_of_range(account.covers(slot, 1, 0, NOW));
        out_of_range(account.available(slot, NOW));
        out_of_range(account.next_change_at(NOW));
        out_of_range(account.decide_once(eur(), &key, Cost::Amount(Decimal::ONE), NOW));
        out_of_range(account.explain(eur(), &key, NOW));
    }
}

#[test]
fn a_balance_and_an_ongoing_balance_too_far_apart_are_an_error() {
    for (balance, ongoing) in [(MAX, MIN), (MIN, MAX), (MAX, "-1"), (MAX, LEAST)] {
        out_of_range(lago(vec![lago_wallet("w", balance, ongoing)]).decide_once(
            eur(),
            &charge(),
            Cost::Amount(Decimal::ZERO),
            NOW,
        ));
        out_of_range(
            flexprice(vec![flexprice_wallet("w", balance, ongoing)]).decide_once(
                usd(),
                &usage(),
                Cost::Amount(Decimal::ZERO),
                NOW,
            ),
        );
    }
    out_of_range(flexprice(vec![flexprice_wallet("w", MAX, MIN)]).freshness());
}

#[test]
fn the_largest_balance_covers_itself_and_not_a_cent_more() {
    let mut account = lago(vec![lago_wallet("w", MAX, MAX)]);
    let slot = eur_slot(&mut account);
    let at = |account: &mut Account, cost: &str| {
        account
            .decide(slot, Cost::Amount(dec(cost)), NOW)
            .unwrap()
            .outcome
    };
    assert_eq!(at(&mut account, MAX), Outcome::Covered);
    assert_eq!(
        at(&mut account, "79228162514264337593543950334"),
        Outcome::Covered
    );
    account.add(slot, Cost::Amount(Decimal::ONE)).unwrap();
    assert_eq!(at(&mut account, MAX), Outcome::Short);
    assert_eq!(account.covers(slot, i64::MAX, 0, NOW), Ok(Cover::Covered));
    let mut poor = lago(vec![lago_wallet("w", "1", "1")]);
    let slot = eur_slot(&mut poor);
    assert_eq!(poor.covers(slot, i64::MAX, 0, NOW), Ok(Cover::Short));
    assert_eq!(poor.covers(slot, i64::MAX, 28, NOW), Ok(Cover::Covered));
    out_of_range(poor.covers(slot, i64::MAX, 29, NOW));
    out_of_range(poor.covers(slot, 1, u32::MAX, NOW));
}

#[test]
fn a_shortfall_that_does_not_fit_is_an_error_and_the_scalar_check_still_says_short() {
    let mut account = lago(vec![lago_wallet("w", "0", "-1")]);
    let slot = eur_slot(&mut account);
    out_of_range(account.decide(slot, Cost::Amount(dec(MAX)), NOW));
    assert_eq!(account.covers(slot, i64::MAX, 0, NOW), Ok(Cover::Short));
}

#[test]
fn tax_that_does_not_fit_is_an_error() {
    let mut account = open(LAGO, vec![lago_wallet("w", MAX, MAX)], taxed("20"));
    let slot = eur_slot(&mut account);
    out_of_range(account.decide(slot, Cost::Amount(dec(MAX)), NOW));
    out_of_range(account.decide(slot, Cost::Amount(dec(LEAST)), NOW));
    out_of_range(account.covers(slot, 1, 28, NOW));
    let wallets = || creditgate::model::snapshot::Snapshot {
        profile: LAGO,
        wallets: vec![lago_wallet("w", MAX, MAX)],
    };
    for rate in [MAX, LEAST] {
        fits_or_not(Account::new(wallets(), taxed(rate)), |mut account| {
            let slot = eur_slot(&mut account);
            fits_or_not(
                account.decide(slot, Cost::Amount(dec(MAX)), NOW),
                |decision| {
                    assert_ne!(decision.outcome, Outcome::Covered);
                },
            );
        });
    }
}

#[test]
fn a_debit_that_does_not_fit_changes_nothing() {
    for cost in [Cost::Amount, Cost::Credits] {
        let mut account = lago(vec![lago_wallet("w", MAX, MAX)]);
        let slot = eur_slot(&mut account);
        account
            .add(slot, cost(dec("79228162514264337593543950000")))
            .unwrap();
        let before = account.decide(slot, Cost::Amount(dec("335")), NOW).unwrap();
        assert_eq!(
            (before.outcome, before.available),
            (Outcome::Covered, Some(dec("335")))
        );
        for too_much in ["336", MAX, LEAST] {
            out_of_range(account.add(slot, cost(dec(too_much))));
            assert_eq!(
                account.decide(slot, Cost::Amount(dec("335")), NOW),
                Ok(before.clone())
            );
            assert_eq!(account.covers(slot, 335, 0, NOW), Ok(Cover::Covered));
            assert_eq!(account.covers(slot, 336, 0, NOW), Ok(Cover::Short));
        }
    }
}

#[test]
fn debits_that_fit_one_by_one_but_not_together_never_cover() {
    let mut account = lago(vec![lago_wallet("w", "10", "10")]);
    let slot = eur_slot(&mut account);
    let other = account.slot(eur(), charge().metric("m"));
    account.add(slot, Cost::Amount(dec(MAX))).unwrap();
    account.add(other, Cost::Amount(dec(MAX))).unwrap();
    out_of_range(account.decide(slot, Cost::Amount(Decimal::ZERO), NOW));
    out_of_range(account.covers(slot, 0, 0, NOW));
    out_of_range(account.explain(eur(), &charge(), NOW));
    // Taken off again, everything is as it was.
    account.add(other, Cost::Amount(dec(MIN))).unwrap();
    account.add(slot, Cost::Amount(dec(MIN))).unwrap();
    assert_eq!(account.available(slot, NOW), Ok(Some(dec("10"))));
}

#[test]
fn credits_whose_price_does_not_fit_are_errors() {
    let expensive = Wallet {
        rate: dec(MAX),
        ..lago_wallet("w", "10", "10")
    };
    let mut account = lago(vec![expensive]);
    let slot = eur_slot(&mut account);
    out_of_range(account.decide(slot, Cost::Credits(dec("2")), NOW));
    account.add(slot, Cost::Credits(dec("2"))).unwrap();
    out_of_range(account.decide(slot, Cost::Amount(Decimal::ZERO), NOW));
    let lots = Wallet {
        rate: dec(MAX),
        grants: Some(vec![grant("2", None)]),
        ..flexprice_wallet("w", "10", "10")
    };
    out_of_range(flexprice(vec![lots]).decide_once(
        usd(),
        &usage(),
        Cost::Amount(Decimal::ZERO),
        NOW,
    ));
    let many = Wallet {
        grants: Some(vec![grant(MAX, None), grant(MAX, None)]),
        ..flexprice_wallet("w", "10", "10")
    };
    out_of_range(flexprice(vec![many]).decide_once(
        usd(),
        &usage(),
        Cost::Amount(Decimal::ZERO),
        NOW,
    ));
}

#[test]
fn expired_money_that_does_not_fit_never_covers() {
    let gone = |id| Wallet {
        expires_at: Some(Timestamp(0)),
        ..lago_wallet(id, MAX, MAX)
    };
    out_of_range(lago(vec![gone("a"), gone("b")]).decide_once(
        eur(),
        &charge(),
        Cost::Amount(Decimal::ONE),
        NOW,
    ));
    let alone = lago(vec![gone("a")])
        .decide_once(eur(), &charge(), Cost::Amount(Decimal::ONE), NOW)
        .unwrap();
    assert_eq!(alone.outcome, Outcome::Short);
}

fn fee(amount: &str, taxes: &str) -> ongoing::Fee {
    ongoing::Fee {
        key: charge(),
        currency: eur(),
        amount: dec(amount),
        taxes: dec(taxes),
        coupons: Decimal::ZERO,
    }
}

#[test]
fn ongoing_usage_that_does_not_fit_is_an_error() {
    let wallets = [lago_wallet("w", "10", "10")];
    let current = |fees: Vec<ongoing::Fee>| Usage {
        current: fees,
        ..Usage::default()
    };
    out_of_range(ongoing::allocate(
        &wallets,
        &current(vec![fee(MAX, "1")]),
        Ties::Forward,
    ));
    out_of_range(ongoing::allocate(
        &wallets,
        &current(vec![fee(MAX, "0"), fee("1", "0")]),
        Ties::Forward,
    ));
    let other_key = ongoing::Fee {
        key: charge().metric("m"),
        ..fee(MAX, "0")
    };
    out_of_range(ongoing::allocate(
        &wallets,
        &current(vec![fee(MAX, "0"), other_key]),
        Ties::Forward,
    ));
    let advance = Usage {
        pay_in_advance: vec![fee(MAX, "1")],
        ..Usage::default()
    };
    out_of_range(ongoing::allocate(&wallets, &advance, Ties::Forward));
    assert_eq!(
        ongoing::allocate(&wallets, &current(vec![fee(MAX, "0")]), Ties::Forward),
        Ok(vec![Some(dec(MAX))])
    );
    out_of_range(ongoing::refresh(dec(MAX), Decimal::ONE, eur(), dec(MIN)));
    out_of_range(ongoing::refresh(dec(MAX), dec(LEAST), eur(), Decimal::ZERO));
    out_of_range(ongoing::refresh(
        dec("1"),
        Decimal::ZERO,
        eur(),
        Decimal::ZERO,
    ));
}

fn line(amount: &str, taxes: &str) -> application::Fee {
    application::Fee {
        key: charge(),
        amount: dec(amount),
        coupons: Decimal::ZERO,
        taxes: dec(taxes),
        credit_notes: Decimal::ZERO,
    }
}

#[test]
fn an_invoice_that_does_not_fit_is_an_error_and_never_paid_beyond_the_wallet() {
    let invoice = |total: &str, fees| Invoice {
        currency: eur(),
        total: dec(total),
        fees,
    };
    let wallets = [lago_wallet("w", "10", "10")];
    out_of_range(application::apply(
        &wallets,
        &invoice(MAX, vec![line(MAX, "1")]),
        Ties::Forward,
    ));
    out_of_range(application::apply(
        &wallets,
        &invoice(MAX, vec![line(MAX, "0"), line("1", "0")]),
        Ties::Forward,
    ));
    out_of_range(application::apply(
        &wallets,
        &invoice(MIN, vec![line(MAX, "0")]),
        Ties::Forward,
    ));
    let paid =
        application::apply(&wallets, &invoice(MAX, vec![line(MAX, "0")]), Ties::Forward).unwrap();
    assert_eq!(
        (paid.prepaid, paid.total_after),
        (dec("10"), dec("79228162514264337593543950325"))
    );
    let rich = [lago_wallet("a", MAX, MAX), lago_wallet("b", MAX, MAX)];
    let paid =
        application::apply(&rich, &invoice(MAX, vec![line(MAX, "0")]), Ties::Forward).unwrap();
    assert_eq!((paid.prepaid, paid.total_after), (dec(MAX), Decimal::ZERO));
}

#[test]
fn real_time_figures_that_do_not_fit_are_errors() {
    let wallet = |balance: &str, rate: &str| real_time::Wallet {
        status: Status::Active,
        kind: Kind::Prepaid,
        balance: dec(balance),
        rate: dec(rate),
        price_types: PriceTypes::default(),
    };
    let unpaid = |charges: &str, paid: &str| Unpaid {
        usage_charges: dec(charges),
        paid: dec(paid),
        ..Unpaid::default()
    };
    let none = Unpaid::default();
    out_of_range(real_time::real_time(wallet(MAX, "1"), dec(MIN), &none));
    out_of_range(real_time::real_time(
        wallet("1", "1"),
        dec(MAX),
        &unpaid("1", "0"),
    ));
    out_of_range(real_time::real_time(
        wallet("1", "1"),
        Decimal::ZERO,
        &unpaid(MAX, MIN),
    ));
    out_of_range(real_time::real_time(
        wallet(MAX, LEAST),
        Decimal::ZERO,
        &none,
    ));
    out_of_range(real_time::real_time(wallet("1", "0"), Decimal::ZERO, &none));
    assert_eq!(
        real_time::real_time(wallet(MAX, "1"), Decimal::ZERO, &none).map(|shown| shown.balance),
        Ok(dec(MAX))
    );
    out_of_range(real_time::remaining(dec(MIN), Decimal::ONE, Decimal::ZERO));
    out_of_range(real_time::remaining(dec(MAX), Decimal::ZERO, dec(MIN)));

    let line = |amount: &str| real_time::Line {
        is_usage: true,
        amount: dec(amount),
        prepaid_credits_applied: Decimal::ZERO,
        line_item_discount: Decimal::ZERO,
    };
    let invoice = real_time::Invoice {
        currency: usd(),
        status: real_time::InvoiceStatus::Finalized,
        is_paid: false,
        period_end: None,
        amount_paid: Decimal::ZERO,
        amount_remaining: dec(MAX),
        lines: vec![line(MAX), line("1")],
    };
    out_of_range(real_time::unpaid(
        core::slice::from_ref(&invoice),
        usd(),
        NOW,
    ));
    let short = real_time::Invoice {
        lines: Vec::new(),
        ..invoice
    };
    out_of_range(real_time::unpaid(&[short.clone(), short], usd(), NOW));
}

#[test]
fn conversions_that_do_not_fit_are_errors() {
    out_of_range(flexprice_credits(dec(MAX), dec(LEAST)));
    out_of_range(flexprice_credits(Decimal::ONE, Decimal::ZERO));
    assert_eq!(flexprice_credits(dec(LEAST), dec(MAX)), Ok(Decimal::ZERO));
    assert_eq!(flexprice_credits(dec(MAX), dec(MAX)), Ok(Decimal::ONE));
    out_of_range(lago_credits(dec(MAX), 2, dec(LEAST)));
    out_of_range(lago_credits(dec(MAX_FINE), 2, Decimal::ONE));
    fits_or_not(lago_credits(dec(MAX), u32::MAX, Decimal::ONE), |_| {
        panic!("does not fit")
    });
}
