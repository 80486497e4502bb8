//! Flexprice's rules at their edges, and what must always hold.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

use creditgate::currency::Currency;
use creditgate::decimal::Decimal;
use creditgate::engine::alert_state::{Condition, Settings, State, Threshold, is_logged};
use creditgate::engine::auto_top_up::{Config, Last, burst, is_blocked, is_wanted};
use creditgate::engine::bonus::{Bonus, Slab, matching};
use creditgate::engine::credits::{Credit, breakdown, consume, is_swept};
use creditgate::engine::grants::{duration_seconds, expiry, prorate};
use creditgate::engine::invoice::{Line, apply_credits, discounts, total};
use creditgate::engine::ledger::{self, Direction, Rates};
use creditgate::engine::payment::{Payer, Typed, pay};
use creditgate::engine::real_time::PriceTypes;
use creditgate::engine::ties::Ties;
use creditgate::model::invoice::Coupon;
use creditgate::time::Timestamp;
use proptest::prelude::*;

fn d(text: &str) -> Decimal {
    Decimal::parse(text).unwrap()
}

fn usd() -> Currency {
    Currency::parse("USD").unwrap()
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn credit(available: i64) -> Credit {
    Credit {
        amount: Decimal::from(available),
        available: Decimal::from(available),
        priority: None,
        expiry: None,
        is_completed: true,
    }
}

fn usage(amount: &str) -> Line {
    Line {
        amount: d(amount),
        is_usage: true,
        discount: Decimal::ZERO,
    }
}

#[test]
fn a_priority_of_zero_comes_before_one_and_none_comes_last() {
    let with = |priority| Credit {
        priority,
        ..credit(10)
    };
    let consumed = consume(
        &[with(None), with(Some(1)), with(Some(0))],
        d("25"),
        Timestamp(0),
        Ties::Forward,
    )
    .unwrap();
    assert_eq!(consumed.taken, [(2, d("10")), (1, d("10")), (0, d("5"))]);
}

#[test]
fn a_credit_is_usable_at_its_expiry_and_not_a_millisecond_later() {
    let credits = [Credit {
        expiry: Some(Timestamp(1000)),
        ..credit(10)
    }];
    assert_eq!(
        consume(&credits, d("4"), Timestamp(1000), Ties::Forward)
            .unwrap()
            .uncovered,
        Decimal::ZERO
    );
    assert_eq!(
        consume(&credits, d("4"), Timestamp(1001), Ties::Forward)
            .unwrap()
            .uncovered,
        d("4")
    );
}

#[test]
fn the_sweep_waits_six_hours() {
    let expiry = at("2026-06-01T00:00:00Z");
    assert!(!is_swept(expiry, at("2026-06-01T05:59:59.999Z")));
    assert!(is_swept(expiry, at("2026-06-01T06:00:00Z")));
}

#[test]
fn one_credit_of_another_reason_hides_the_whole_breakdown() {
    let known = [
        ("FREE_CREDIT_GRANT", d("2")),
        ("PURCHASED_CREDIT_DIRECT", d("3")),
    ];
    let sums = breakdown(known).unwrap().unwrap();
    assert_eq!((sums.free, sums.purchased), (d("2"), d("3")));
    assert_eq!(
        breakdown(known.into_iter().chain([("CREDIT_NOTE", d("1"))])).unwrap(),
        None
    );
}

#[test]
fn money_above_zero_beats_credits_in_an_operation() {
    let rates = Rates {
        conversion: d("2"),
        top_up: d("4"),
    };
    let given = |amount| ledger::normalise(Direction::Debit, rates, amount, Some(d("99"))).unwrap();
    assert_eq!(given(Some(d("10"))).credits, d("5"));
    assert_eq!(given(Some(Decimal::ZERO)).credits, d("99"));
    assert_eq!(given(None).amount, d("198"));
}

#[test]
fn a_credit_first_repays_the_overdraft() {
    assert_eq!(
        ledger::credits_available(d("-50"), d("80")).unwrap(),
        d("30")
    );
    assert_eq!(
        ledger::credits_available(d("-50"), d("20")).unwrap(),
        Decimal::ZERO
    );
    assert_eq!(ledger::credits_available(d("0"), d("20")).unwrap(), d("20"));
}

#[test]
fn dust_empties_every_wallet_that_is_left() {
    let applied =
        apply_credits(&[usage("10.004"), usage("5")], &[d("100"), d("50")], usd()).unwrap();
    assert_eq!(applied.lines, [d("10"), Decimal::ZERO]);
    assert_eq!(applied.debits, [d("10"), Decimal::ZERO]);
}

#[test]
fn fixed_lines_take_no_credits() {
    let fixed = Line {
        is_usage: false,
        ..usage("40")
    };
    let applied = apply_credits(&[fixed, usage("5")], &[d("100")], usd()).unwrap();
    assert_eq!(applied.lines, [Decimal::ZERO, d("5")]);
}

#[test]
fn coupons_never_take_more_than_the_price() {
    let taken = discounts(
        &[d("10"), d("20")],
        &[(0, Coupon::Fixed(d("15")))],
        &[],
        usd(),
    )
    .unwrap();
    assert_eq!(taken.by_line, [d("10"), Decimal::ZERO]);
    let all = discounts(&[d("10"), d("20")], &[], &[Coupon::Fixed(d("99"))], usd()).unwrap();
    assert_eq!(all.by_line, [d("10"), d("20")]);
}

#[test]
fn a_total_is_never_below_zero() {
    assert_eq!(
        total(d("10"), d("8"), d("5"), d("1")).unwrap(),
        Decimal::ZERO
    );
}

#[test]
fn a_restricted_payer_is_not_held_to_what_remains_but_an_unrestricted_one_is() {
    let payer = |price_types| Payer {
        balance: d("100"),
        price_types,
    };
    let typed = Typed {
        usage: d("50"),
        fixed: Decimal::ZERO,
    };
    let restricted = payer(PriceTypes {
        usage: true,
        ..PriceTypes::default()
    });
    assert_eq!(pay(&[restricted], d("30"), typed).unwrap(), [d("50")]);
    assert_eq!(
        pay(&[payer(PriceTypes::default())], d("30"), typed).unwrap(),
        [d("30")]
    );
}

#[test]
fn a_price_type_that_is_none_pays_nothing_and_is_no_missing_list() {
    let payer = |types: &[&'static str]| Payer {
        balance: d("100"),
        price_types: PriceTypes::of(types.iter().copied()),
    };
    let typed = Typed {
        usage: d("50"),
        fixed: d("10"),
    };
    let payments = pay(
        &[payer(&["SEAT"]), payer(&["SEAT", "FIXED"]), payer(&[])],
        d("60"),
        typed,
    )
    .unwrap();
    assert_eq!(payments, [Decimal::ZERO, d("10"), d("50")]);
}

#[test]
fn a_coupon_on_a_line_that_is_none_takes_nothing() {
    let taken = discounts(&[d("10")], &[(1, Coupon::Fixed(d("5")))], &[], usd()).unwrap();
    assert_eq!(
        (taken.by_line, taken.total),
        (vec![Decimal::ZERO], Decimal::ZERO)
    );
}

#[test]
fn an_automatic_top_up_fires_at_its_threshold_and_waits_out_its_cooldown() {
    let config = Config {
        enabled: true,
        threshold: d("5"),
        amount: d("10"),
        invoicing: true,
        cooldown: Some(60),
    };
    assert!(is_wanted(&config, d("5")));
    assert!(!is_wanted(&config, d("5.000000001")));
    let last = |age| {
        Some(Last {
            is_pending: false,
            age,
        })
    };
    assert!(is_blocked(&config, false, last(59)));
    assert!(!is_blocked(&config, false, last(60)));
    assert!(is_blocked(&config, true, None));
}

#[test]
fn a_direct_top_up_repeats_until_above_its_threshold() {
    let config = Config {
        enabled: true,
        threshold: d("50"),
        amount: d("10"),
        invoicing: false,
        cooldown: None,
    };
    assert_eq!(burst(&config, d("5")).unwrap(), 5);
    assert_eq!(burst(&config, d("50")).unwrap(), 1);
    assert_eq!(burst(&config, d("50.1")).unwrap(), 0);
    let never_ends = Config {
        amount: Decimal::ZERO,
        ..config
    };
    assert_eq!(
        burst(&never_ends, d("5")).unwrap_err().code(),
        "invalid_input"
    );
}

#[test]
fn the_highest_slab_that_is_reached_gives_the_bonus() {
    let slab = |threshold, bonus| Slab {
        threshold: d(threshold),
        is_gte: true,
        bonus,
    };
    let slabs = [
        slab("100", Bonus::Percentage(d("5"))),
        slab("500", Bonus::Flat(d("75"))),
    ];
    assert_eq!(
        matching(&slabs, d("499"))
            .unwrap()
            .bonus
            .on(d("499"))
            .unwrap(),
        d("24.95")
    );
    assert_eq!(
        matching(&slabs, d("500"))
            .unwrap()
            .bonus
            .on(d("500"))
            .unwrap(),
        d("75")
    );
    assert_eq!(matching(&slabs, d("99.99")), None);
}

#[test]
fn alert_states_follow_the_gravest_threshold_that_is_passed() {
    let at = |value| {
        Some(Threshold {
            value: d(value),
            condition: Condition::Below,
        })
    };
    let settings = Settings {
        enabled: true,
        critical: at("0"),
        warning: at("10"),
        info: at("20"),
    };
    let states = ["20.01", "20", "10", "0"].map(|value| settings.state(d(value)));
    assert_eq!(
        states,
        [State::Ok, State::Info, State::Warning, State::InAlarm]
    );
    assert_eq!(
        Settings {
            enabled: false,
            ..settings
        }
        .state(d("-5")),
        State::Ok
    );
    assert!(!is_logged(None, State::Ok));
    assert!(is_logged(None, State::Info));
    assert!(is_logged(Some(State::InAlarm), State::Ok));
}

#[test]
fn a_month_after_the_last_of_january_rolls_into_march() {
    let expires = |from| expiry(at(from), 1, "MONTH").unwrap().unwrap().to_string();
    assert_eq!(expires("2027-01-31T10:30:00Z"), "2027-03-03T10:30:00Z");
    assert_eq!(expires("2028-01-31T00:00:00Z"), "2028-03-02T00:00:00Z");
    assert_eq!(expires("2026-12-15T00:00:00Z"), "2027-01-15T00:00:00Z");
    assert_eq!(
        expiry(at("2028-02-29T00:00:00Z"), 1, "YEAR")
            .unwrap()
            .unwrap()
            .to_string(),
        "2029-03-01T00:00:00Z"
    );
    assert_eq!(
        expiry(at("2028-02-29T00:00:00Z"), 1, "month").unwrap(),
        None
    );
}

#[test]
fn units_of_time_are_lower_case_and_values_above_zero() {
    assert_eq!(duration_seconds(3, "day"), Some(259_200));
    assert_eq!(duration_seconds(0, "day"), None);
    assert_eq!(duration_seconds(-1, "day"), None);
    assert_eq!(duration_seconds(3, "Day"), None);
    assert_eq!(duration_seconds(i64::MAX, "day"), None);
}

#[test]
fn a_period_without_length_cannot_be_prorated() {
    let start = at("2026-01-01T00:00:00Z");
    assert_eq!(
        prorate(start, start, start, d("1")).unwrap_err().code(),
        "decimal_out_of_range"
    );
}

proptest! {
    #[test]
    fn what_a_debit_takes_is_what_was_asked_or_all_there_was(
        lots in prop::collection::vec(0_i64..1000, 0..8),
        asked in 0_i64..5000,
    ) {
        let credits: Vec<Credit> = lots.iter().map(|lot| credit(*lot)).collect();
        let consumed = consume(&credits, Decimal::from(asked), Timestamp(0), Ties::Forward).unwrap();
        let taken = Decimal::sum(consumed.taken.iter().map(|(_, share)| *share)).unwrap();
        let all: i64 = lots.iter().sum();
        prop_assert_eq!(taken, Decimal::from(asked.min(all)));
        prop_assert_eq!(taken.try_add(consumed.uncovered).unwrap(), Decimal::from(asked));
        for (index, share) in consumed.taken {
            prop_assert!(share <= credits[index].available);
        }
    }

    #[test]
    fn credits_applied_are_credits_drawn_and_no_wallet_is_overdrawn(
        lines in prop::collection::vec((0_i64..20_000, 0_u32..4, any::<bool>()), 0..6),
        wallets in prop::collection::vec((0_i64..20_000, 0_u32..4), 0..5),
    ) {
        let number = |(mantissa, scale): (i64, u32)| Decimal::from_parts(i128::from(mantissa), scale).unwrap();
        let lines: Vec<Line> = lines
            .into_iter()
            .map(|(mantissa, scale, is_usage)| Line { amount: number((mantissa, scale)), is_usage, discount: Decimal::ZERO })
            .collect();
        let balances: Vec<Decimal> = wallets.into_iter().map(number).collect();
        let applied = apply_credits(&lines, &balances, usd()).unwrap();
        prop_assert_eq!(Decimal::sum(applied.lines.clone()).unwrap(), Decimal::sum(applied.debits.clone()).unwrap());
        for (line, paid) in lines.iter().zip(&applied.lines) {
            prop_assert!(*paid <= line.amount && (line.is_usage || paid.is_zero()));
        }
        for (balance, debit) in balances.iter().zip(&applied.debits) {
            prop_assert!(debit <= balance);
        }
    }

    #[test]
    fn discounts_never_exceed_a_line(
        amounts in prop::collection::vec(0_i64..100_000, 1..6),
        percent in 0_i64..120,
        fixed in 0_i64..50_000,
    ) {
        let amounts: Vec<Decimal> = amounts.into_iter().map(|cents| Decimal::from_parts(i128::from(cents), 2).unwrap()).collect();
        let coupons = [Coupon::Percentage(Decimal::from(percent)), Coupon::Fixed(Decimal::from_parts(i128::from(fixed), 2).unwrap())];
        let taken = discounts(&amounts, &[], &coupons, usd()).unwrap();
        for (amount, discount) in amounts.iter().zip(&taken.by_line) {
            prop_assert!(discount <= amount);
        }
    }

    #[test]
    fn post_paid_wallets_never_pay_more_than_they_have(
        wallets in prop::collection::vec((1_i64..500, 0_u8..8), 0..5),
        usage in 0_i64..500,
        fixed in 0_i64..500,
        remaining in 0_i64..1000,
    ) {
        let payers: Vec<Payer> = wallets
            .into_iter()
            .map(|(balance, bits)| Payer {
                balance: Decimal::from(balance),
                price_types: PriceTypes { usage: bits & 1 != 0, fixed: bits & 2 != 0, all: bits & 4 != 0, other: bits & 8 != 0 },
            })
            .collect();
        let typed = Typed { usage: Decimal::from(usage), fixed: Decimal::from(fixed) };
        let payments = pay(&payers, Decimal::from(remaining), typed).unwrap();
        for (payer, paid) in payers.iter().zip(&payments) {
            prop_assert!(*paid <= payer.balance && !paid.is_negative());
        }
    }

    #[test]
    fn a_timestamp_prints_what_it_reads(ms in -62_135_596_800_000_i64..253_402_300_799_999) {
        let printed = Timestamp(ms).to_string();
        prop_assert_eq!(Timestamp::parse(&printed).unwrap(), Timestamp(ms));
    }
}
