//! Lago: scopes, tax, expiry, target wallets.

use creditgate::decimal::Decimal;
use creditgate::engine::account::{Cost, Cover, Options, WhenScopesOverlap};
use creditgate::engine::application;
use creditgate::engine::ties::Ties;
use creditgate::model::decision::{Outcome, Precision, Reason, Verdict};
use creditgate::model::fee_key::FeeKey;
use creditgate::model::scope::Scope;
use creditgate::model::wallet::{Freshness, Status, Wallet};
use creditgate::profile::LAGO;
use creditgate::time::Timestamp;

use super::{amount, answer, decide, decide_at, named, verdict, verdicts};
use crate::support::*;

fn scoped(id: &str, balance: &str, ongoing: &str, scope: Scope) -> Wallet {
    Wallet {
        scope,
        ..lago_wallet(id, balance, ongoing)
    }
}

#[test]
fn enough_is_sufficient_and_a_cent_less_is_not() {
    let account = lago(vec![
        lago_wallet("a", "10", "7"),
        lago_wallet("b", "3", "3"),
    ]);
    let decision = decide(&account, &charge(), "10");
    assert_eq!(verdict(&decision), (Outcome::Covered, Reason::Sufficient));
    assert_eq!(
        (decision.required, decision.available, decision.shortfall),
        (Some(dec("10")), Some(dec("10")), None)
    );
    assert_eq!(
        (decision.precision, decision.next_change_at),
        (Precision::Exact, None)
    );
    let decision = decide(&account, &charge(), "10.01");
    assert_eq!(
        verdict(&decision),
        (Outcome::Short, Reason::InsufficientBalance)
    );
    assert_eq!(decision.shortfall, Some(dec("0.01")));
    assert_eq!(account.freshness(), Ok(Freshness::Undated));
}

#[test]
fn wallets_of_other_currencies_or_not_active_do_not_pay() {
    let dollars = Wallet {
        currency: usd(),
        ..lago_wallet("w", "10", "10")
    };
    assert_eq!(
        answer(&lago(vec![dollars.clone()]), &charge(), "1"),
        (Outcome::Short, Reason::CurrencyMismatch)
    );
    let terminated = Wallet {
        status: Status::Inactive,
        ..lago_wallet("w", "10", "10")
    };
    assert_eq!(
        answer(&lago(vec![terminated, dollars]), &charge(), "1"),
        (Outcome::Short, Reason::WalletInactive)
    );
}

#[test]
fn zero_cost_is_covered_unless_the_wallets_are_overdrawn() {
    for (ongoing, outcome, reason) in [
        ("5", Outcome::Covered, Reason::Sufficient),
        ("0", Outcome::Covered, Reason::Sufficient),
        ("-0.01", Outcome::Short, Reason::InsufficientBalance),
    ] {
        let mut account = lago(vec![lago_wallet("w", "5", ongoing)]);
        assert_eq!(
            answer(&account, &charge(), "0"),
            (outcome, reason),
            "{ongoing}"
        );
        let slot = account.slot(eur(), charge());
        let cover = if outcome == Outcome::Covered {
            Cover::Covered
        } else {
            Cover::Short
        };
        assert_eq!(account.covers(slot, 0, 0, NOW), Ok(cover));
    }
}

#[test]
fn a_wallet_pays_what_its_fee_types_or_its_metrics_name() {
    let metric = || charge().metric("m");
    let subscription = || FeeKey::new("subscription");
    let target = || charge().metric("m").target_wallet("w");
    for (what, scope, pays) in [
        ("unrestricted", scope(&[], &[]), [true, true, true, true]),
        (
            "charges",
            scope(&["charge"], &[]),
            [true, true, false, true],
        ),
        ("one metric", scope(&[], &["m"]), [false, true, false, true]),
        (
            "another metric",
            scope(&[], &["x"]),
            [false, false, false, true],
        ),
        (
            "subscriptions and a metric",
            scope(&["subscription"], &["m"]),
            [false, true, true, true],
        ),
        (
            "charges and a metric",
            scope(&["charge"], &["x"]),
            [true, true, false, true],
        ),
    ] {
        let account = lago(vec![scoped("w", "10", "10", scope)]);
        for (key, pays) in [charge(), metric(), subscription(), target()]
            .iter()
            .zip(pays)
        {
            let expected = if pays {
                (Outcome::Covered, Reason::Sufficient)
            } else {
                (Outcome::Short, Reason::OutOfScope)
            };
            assert_eq!(answer(&account, key, "1"), expected, "{what}: {key:?}");
        }
    }
}

#[test]
fn a_metric_admits_charges_only() {
    let account = lago(vec![scoped("w", "10", "10", scope(&[], &["m"]))]);
    assert_eq!(
        answer(&account, &FeeKey::new("fixed_charge").metric("m"), "1"),
        (Outcome::Short, Reason::OutOfScope)
    );
}

#[test]
fn listing_all_seven_fee_types_is_the_same_scope_as_listing_none() {
    let all = [
        "product",
        "charge",
        "add_on",
        "subscription",
        "credit",
        "commitment",
        "fixed_charge",
    ];
    let precision = |first: Scope| {
        let account = lago(vec![
            scoped("a", "10", "10", first),
            lago_wallet("b", "5", "5"),
        ]);
        let decision = decide(&account, &charge(), "15");
        assert_eq!(decision.outcome, Outcome::Covered);
        decision.precision
    };
    assert_eq!(precision(scope(&all, &[])), Precision::Exact);
    assert_eq!(precision(scope(&all, &["m"])), Precision::Exact);
    for left_out in all {
        let most: Vec<_> = all
            .into_iter()
            .filter(|fee_type| *fee_type != left_out)
            .collect();
        let account = lago(vec![
            scoped("a", "10", "10", scope(&most, &["m"])),
            lago_wallet("b", "5", "5"),
        ]);
        let decision = decide(&account, &charge().metric("m"), "1");
        assert_eq!(
            decision.precision,
            Precision::Estimate,
            "without {left_out}"
        );
    }
}

#[test]
fn overlapping_scopes_make_an_estimate_that_the_caller_may_refuse() {
    let wallets = || {
        vec![
            scoped("m", "10", "10", scope(&[], &["m"])),
            lago_wallet("all", "5", "5"),
        ]
    };
    let decision = decide(&lago(wallets()), &charge().metric("m"), "15");
    assert_eq!(
        (decision.outcome, decision.precision),
        (Outcome::Covered, Precision::Estimate)
    );
    let strict = open(
        LAGO,
        wallets(),
        Options {
            when_scopes_overlap: WhenScopesOverlap::Unknown,
            ..taxed("0")
        },
    );
    let decision = decide(&strict, &charge().metric("m"), "15");
    assert_eq!(
        verdict(&decision),
        (Outcome::Unknown, Reason::ScopesOverlap)
    );
    assert_eq!(
        (decision.required, decision.available, decision.shortfall),
        (Some(dec("15")), None, None)
    );
}

#[test]
fn an_estimate_is_lowered_by_what_is_overdrawn_within_reach() {
    // Usage of `b` may fall on `ab`, that of `c` on `bc`, and so on to the first; `d` is out of reach.
    let wallets = vec![
        scoped("ab", "10", "10", scope(&[], &["a", "b"])),
        scoped("bc", "10", "-3", scope(&[], &["b", "c"])),
        scoped("c", "10", "-4", scope(&[], &["c"])),
        scoped("d", "10", "-100", scope(&[], &["d"])),
        scoped("rich", "10", "50", scope(&[], &["c"])),
    ];
    assert_eq!(
        decide(&lago(wallets), &charge().metric("a"), "0").available,
        Some(dec("3"))
    );
}

#[test]
fn an_overdrawn_wallet_of_a_disjoint_scope_does_not_matter() {
    let wallets = vec![
        scoped("a", "10", "10", scope(&[], &["a"])),
        scoped("b", "10", "-90", scope(&[], &["b"])),
    ];
    let decision = decide(&lago(wallets), &charge().metric("a"), "10");
    assert_eq!(
        (decision.outcome, decision.precision),
        (Outcome::Covered, Precision::Exact)
    );
}

#[test]
fn nothing_is_concluded_from_a_scope_that_was_not_told() {
    let unknown = || scoped("unknown", "10", "10", Scope::Unknown);
    let alone = lago(vec![unknown()]);
    assert_eq!(
        answer(&alone, &charge(), "1"),
        (Outcome::Unknown, Reason::ScopeUnknown)
    );
    assert_eq!(
        verdicts(&alone, eur(), &charge(), 0),
        named(&[("unknown", Verdict::ScopeUnknown)])
    );

    let wallets = || vec![unknown(), lago_wallet("known", "5", "5")];
    let mut both = lago(wallets());
    let decision = decide(&both, &charge(), "5");
    assert_eq!(
        (decision.outcome, decision.precision),
        (Outcome::Covered, Precision::Estimate)
    );
    let slot = both.slot(eur(), charge());
    assert_eq!(both.covers(slot, 500, 2, NOW), Ok(Cover::Covered));
    // The unknown wallet might add to it: not short, unknown.
    assert_eq!(
        answer(&both, &charge(), "5.01"),
        (Outcome::Unknown, Reason::ScopeUnknown)
    );
    assert_eq!(both.covers(slot, 501, 2, NOW), Ok(Cover::Unknown));

    let strict = open(
        LAGO,
        wallets(),
        Options {
            when_scopes_overlap: WhenScopesOverlap::Unknown,
            ..taxed("0")
        },
    );
    assert_eq!(
        answer(&strict, &charge(), "1"),
        (Outcome::Unknown, Reason::ScopeUnknown)
    );
}

#[test]
fn a_target_wallet_pays_alone_whatever_its_scope() {
    let wallets = vec![
        scoped("a", "10", "10", scope(&["subscription"], &[])),
        lago_wallet("b", "5", "5"),
        scoped("c", "7", "7", Scope::Unknown),
    ];
    let account = lago(wallets);
    let target = |code: &str| charge().metric("m").target_wallet(code);
    assert_eq!(
        decide(&account, &target("a"), "1").available,
        Some(dec("10"))
    );
    assert_eq!(
        decide(&account, &target("c"), "1").available,
        Some(dec("7"))
    );
    assert_eq!(
        answer(&account, &target("nobody"), "1"),
        (Outcome::Short, Reason::OutOfScope)
    );
    assert_eq!(
        verdicts(&account, eur(), &target("a"), 0),
        named(&[
            ("a", Verdict::Eligible),
            ("b", Verdict::OutOfScope),
            ("c", Verdict::OutOfScope)
        ])
    );
}

#[test]
fn debits_with_a_target_wallet_make_equal_scopes_an_estimate() {
    let mut account = lago(vec![
        lago_wallet("a", "10", "10"),
        lago_wallet("b", "5", "5"),
    ]);
    assert_eq!(decide(&account, &charge(), "1").precision, Precision::Exact);
    let slot = account.slot(eur(), charge().target_wallet("a"));
    account.add(slot, amount("12")).unwrap();
    let decision = decide(&account, &charge(), "1");
    assert_eq!(
        (decision.precision, decision.available),
        (Precision::Estimate, Some(dec("3")))
    );
    assert_eq!(
        decide(&account, &charge().target_wallet("b"), "1").available,
        Some(dec("3"))
    );
}

#[test]
fn a_wallet_is_expired_from_its_expiry_on_and_its_usage_counts_against_the_others() {
    let expiring = Wallet {
        expires_at: Some(Timestamp(1000)),
        ..lago_wallet("old", "10", "4")
    };
    let mut account = lago(vec![expiring, lago_wallet("new", "20", "20")]);
    let before = decide_at(&account, &charge(), "24", 999);
    assert_eq!(
        (before.outcome, before.available),
        (Outcome::Covered, Some(dec("24")))
    );
    assert_eq!(before.next_change_at, Some(Timestamp(1000)));
    // 6 of usage was to be paid by the expired wallet.
    let after = decide_at(&account, &charge(), "24", 1000);
    assert_eq!(verdict(&after), (Outcome::Short, Reason::CreditsExpired));
    assert_eq!(
        (after.available, after.next_change_at),
        (Some(dec("14")), None)
    );
    assert_eq!(
        answer_at(&account, "24.01", 1000),
        (Outcome::Short, Reason::InsufficientBalance)
    );
    assert_eq!(
        answer_at(&account, "14", 1000),
        (Outcome::Covered, Reason::Sufficient)
    );
    assert_eq!(
        verdicts(&account, eur(), &charge(), 999),
        named(&[("old", Verdict::Eligible), ("new", Verdict::Eligible)])
    );
    assert_eq!(
        verdicts(&account, eur(), &charge(), 1000),
        named(&[("old", Verdict::Expired), ("new", Verdict::Eligible)])
    );
    // The resident table follows the time, forwards and backwards.
    let slot = account.slot(eur(), charge());
    for (now, available) in [(999, "24"), (1000, "14"), (5000, "14"), (0, "24")] {
        assert_eq!(
            account.available(slot, Timestamp(now)),
            Ok(Some(dec(available))),
            "{now}"
        );
    }
    assert_eq!(
        account.next_change_at(Timestamp(0)),
        Ok(Some(Timestamp(1000)))
    );
    assert_eq!(account.next_change_at(Timestamp(1000)), Ok(None));
}

fn answer_at(
    account: &creditgate::engine::account::Account,
    cost: &str,
    now: i64,
) -> (Outcome, Reason) {
    verdict(&decide_at(account, &charge(), cost, now))
}

#[test]
fn a_wallet_that_does_not_tell_its_ongoing_balance_leaves_the_pending_usage_unknown() {
    let silent = Wallet {
        ongoing_balance: None,
        ..lago_wallet("w", "10", "10")
    };
    assert_eq!(
        answer(&lago(vec![silent]), &charge(), "1"),
        (Outcome::Unknown, Reason::PendingUnknown)
    );
}

#[test]
fn tax_is_added_to_the_cost_exactly() {
    let mut account = open(LAGO, vec![lago_wallet("w", "12", "12")], taxed("20"));
    let decision = decide(&account, &charge(), "10");
    assert_eq!(
        (decision.outcome, decision.required),
        (Outcome::Covered, Some(dec("12")))
    );
    let decision = decide(&account, &charge(), "10.000001");
    assert_eq!(
        (decision.outcome, decision.required, decision.shortfall),
        (
            Outcome::Short,
            Some(dec("12.0000012")),
            Some(dec("0.0000012"))
        )
    );
    let slot = account.slot(eur(), charge());
    assert_eq!(account.covers(slot, 10, 0, NOW), Ok(Cover::Covered));
    assert_eq!(account.covers(slot, 10_000_001, 6, NOW), Ok(Cover::Short));
    // A debit is taxed as the usage it is; credits are what the wallet gives up, tax and all.
    account.add(slot, amount("5")).unwrap();
    assert_eq!(account.available(slot, NOW), Ok(Some(dec("6"))));
    account.add(slot, Cost::Credits(dec("1"))).unwrap();
    assert_eq!(account.available(slot, NOW), Ok(Some(dec("5"))));
    assert_eq!(
        account
            .decide(slot, Cost::Credits(dec("5")), NOW)
            .unwrap()
            .outcome,
        Outcome::Covered
    );
}

#[test]
fn credits_of_unequal_rates_are_ambiguous() {
    let half = Wallet {
        rate: dec("0.5"),
        ..lago_wallet("half", "10", "10")
    };
    let credits = |account: &creditgate::engine::account::Account, count: &str| {
        account
            .decide_once(eur(), &charge(), Cost::Credits(dec(count)), NOW)
            .unwrap()
    };
    let one = lago(vec![half.clone()]);
    let decision = credits(&one, "20");
    assert_eq!(
        (decision.outcome, decision.required),
        (Outcome::Covered, Some(dec("10")))
    );
    assert_eq!(
        verdict(&credits(&one, "20.1")),
        (Outcome::Short, Reason::InsufficientBalance)
    );

    let mut two = lago(vec![half, lago_wallet("whole", "10", "10")]);
    let decision = credits(&two, "1");
    assert_eq!(
        verdict(&decision),
        (Outcome::Unknown, Reason::AmbiguousCredits)
    );
    assert_eq!(
        (decision.required, decision.available),
        (None, Some(dec("20")))
    );
    // A debit of credits counts at the highest rate.
    let slot = two.slot(eur(), charge());
    two.add(slot, Cost::Credits(dec("4"))).unwrap();
    assert_eq!(two.available(slot, NOW), Ok(Some(dec("16"))));
}

#[test]
fn an_explanation_holds_each_wallets_part() {
    let first = Wallet {
        priority: 1,
        expires_at: Some(Timestamp(9)),
        ..lago_wallet("first", "10", "4")
    };
    let second = Wallet {
        priority: 2,
        ..scoped("second", "5", "5", scope(&["subscription"], &[]))
    };
    let mut account = lago(vec![second, first]);
    let slot = account.slot(eur(), charge());
    account.add(slot, amount("3")).unwrap();
    let explanation = account.explain(eur(), &charge(), NOW).unwrap();
    let parts: Vec<_> = explanation
        .wallets
        .iter()
        .map(|w| {
            (
                w.id.as_str(),
                w.verdict,
                w.balance,
                w.available,
                w.expires_at,
            )
        })
        .collect();
    assert_eq!(
        parts,
        [
            (
                "first",
                Verdict::Eligible,
                dec("10"),
                dec("1"),
                Some(Timestamp(9))
            ),
            ("second", Verdict::OutOfScope, dec("5"), dec("5"), None),
        ]
    );
    assert_eq!(
        (explanation.overlay, explanation.pending_usage),
        (dec("3"), dec("6"))
    );
    assert_eq!(explanation.precision, Precision::Estimate);
}

#[test]
fn a_debit_that_no_wallet_may_pay_is_taken_off_nowhere() {
    let mut account = lago(vec![scoped("w", "10", "10", scope(&["charge"], &[]))]);
    let slot = account.slot(eur(), FeeKey::new("subscription"));
    account.add(slot, amount("100")).unwrap();
    assert_eq!(decide(&account, &charge(), "10").outcome, Outcome::Covered);
}

#[test]
fn more_taken_off_than_was_added_is_no_money() {
    let mut account = lago(vec![lago_wallet("w", "10", "10")]);
    let slot = account.slot(eur(), charge());
    // Once on a new table, once on a ready one.
    for _ in 0..2 {
        account.add(slot, Cost::Amount(Decimal::from(-5))).unwrap();
        assert_eq!(account.available(slot, NOW), Ok(Some(dec("10"))));
    }
    account.add(slot, amount("12")).unwrap();
    assert_eq!(account.available(slot, NOW), Ok(Some(dec("8"))));
}

#[test]
fn the_largest_debit_is_shared_out_first() {
    // `m` is for `a` alone, `n` for `a` and then `b`.
    let wallets = || {
        vec![
            Wallet {
                priority: 1,
                ..scoped("a", "6", "6", scope(&[], &["m", "n"]))
            },
            Wallet {
                priority: 2,
                ..scoped("b", "10", "10", scope(&[], &["n"]))
            },
        ]
    };
    for (on_m, on_n, left_in_a, left_in_b) in [("5", "6", "-5", "10"), ("6", "5", "0", "5")] {
        let mut account = lago(wallets());
        for (metric, cost) in [("m", on_m), ("n", on_n)] {
            let slot = account.slot(eur(), charge().metric(metric));
            account.add(slot, amount(cost)).unwrap();
        }
        let told = account.explain(eur(), &charge().metric("n"), NOW).unwrap();
        let left: Vec<_> = told.wallets.iter().map(|wallet| wallet.available).collect();
        assert_eq!(left, [dec(left_in_a), dec(left_in_b)], "{on_m} {on_n}");
    }
}

#[test]
fn billing_pays_the_largest_bucket_first() {
    let fee = |metric: &str, amount: &str| application::Fee {
        key: charge().metric(metric),
        amount: dec(amount),
        coupons: Decimal::ZERO,
        taxes: Decimal::ZERO,
        credit_notes: Decimal::ZERO,
    };
    let wallets = [
        Wallet {
            priority: 1,
            ..lago_wallet("any", "30", "30")
        },
        Wallet {
            priority: 2,
            ..scoped("small", "10", "10", scope(&[], &["small"]))
        },
    ];
    let invoice = application::Invoice {
        currency: eur(),
        total: dec("40"),
        fees: vec![fee("small", "10"), fee("large", "30")],
    };
    assert_eq!(
        application::apply(&wallets, &invoice, Ties::Forward)
            .unwrap()
            .prepaid,
        dec("40")
    );
}

#[test]
fn wallets_with_codes_are_no_longer_one_scope_where_usage_may_name_a_target() {
    let wallets = ["a", "b"].map(|code| Wallet {
        code: Some(code.to_owned()),
        ..lago_wallet(code, "100", "100")
    });
    let precision = |targets_wallets| {
        let options = Options {
            targets_wallets,
            ..taxed("0")
        };
        decide(&open(LAGO, wallets.to_vec(), options), &charge(), "1").precision
    };
    assert_eq!(precision(false), Precision::Exact);
    assert_eq!(precision(true), Precision::Estimate);
}

#[test]
fn a_cost_below_zero_is_refused() {
    let mut account = lago(vec![lago_wallet("w", "10", "10")]);
    let slot = account.slot(eur(), charge());
    let below = Cost::Amount(dec("-1"));
    let refused = account.decide(slot, below, Timestamp(0)).unwrap_err();
    assert_eq!(
        (refused.code(), refused.path()),
        ("negative_amount", "cost")
    );
    let refused = account.covers(slot, -1, 0, Timestamp(0)).unwrap_err();
    assert_eq!(refused.code(), "negative_amount");
}
