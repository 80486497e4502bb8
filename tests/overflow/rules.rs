//! The providers' own computations at the limits: whatever they are given, an answer or the code that says why not.

use creditgate::decimal::{Decimal, Rounding};
use creditgate::engine::alert::{Alert, Direction as Way};
use creditgate::engine::application_2022;
use creditgate::engine::auto_top_up::{Config, burst};
use creditgate::engine::balance::{self, Operation, Settled};
use creditgate::engine::bonus::{Bonus, Slab};
use creditgate::engine::consumption::{self, Inbound, Origin, Source, TransactionStatus};
use creditgate::engine::conversion::{
    RequestedCredits, WalletCredit, lago_credits_unrounded, lago_from_cents, lago_from_credits,
    lago_rounds_to_zero,
};
use creditgate::engine::creation::{NewWallet, create};
use creditgate::engine::credits::{Credit, breakdown, consume};
use creditgate::engine::grants::{duration_seconds, expiry, prorate};
use creditgate::engine::invoice::{self, Line};
use creditgate::engine::ledger::{self, Balances, Direction, Rates};
use creditgate::engine::lifecycle::{self, ActivationInvoice};
use creditgate::engine::payment::{Payer, Typed, pay};
use creditgate::engine::precision;
use creditgate::engine::purchase::{self, Reason};
use creditgate::engine::recurring::{Attempts, Method, PurchaseLimits, Rule, Trigger};
use creditgate::engine::requests;
use creditgate::engine::ties::Ties;
use creditgate::engine::top_up::{AmountLimits, refusal};
use creditgate::engine::validation::Amount;
use creditgate::engine::wallet_2022;
use creditgate::model::invoice::Coupon;
use creditgate::model::wallet::{Kind, Status};
use creditgate::time::Timestamp;

use super::*;

/// Every pair of extremes.
fn pairs() -> impl Iterator<Item = (Decimal, Decimal)> {
    extremes()
        .into_iter()
        .flat_map(|a| extremes().into_iter().map(move |b| (a, b)))
}

/// Every triple of extremes.
fn triples() -> impl Iterator<Item = (Decimal, Decimal, Decimal)> {
    pairs().flat_map(|(a, b)| extremes().into_iter().map(move |c| (a, b, c)))
}

fn any<T>(result: Result<T>) {
    fits_or_not(result, |_| {});
}

fn rates(conversion: &str, top_up: &str) -> Rates {
    Rates {
        conversion: dec(conversion),
        top_up: dec(top_up),
    }
}

#[test]
fn shares_of_extremes_fit_or_are_refused() {
    for (a, b, c) in triples() {
        for places in [0, 8, 16, 28, 29, 100, u32::MAX] {
            for rounding in [
                Rounding::HalfAwayFromZero,
                Rounding::TowardZero,
                Rounding::Floor,
            ] {
                fits_or_not(a.mul_div(b, c, places, rounding), |share| {
                    assert!(!c.is_zero());
                    assert!(!(a.is_zero() || b.is_zero()) || share.is_zero());
                });
            }
        }
    }
    let share = |a: &str, b: &str, c: &str| dec(a).mul_div(dec(b), dec(c), 2, Rounding::TowardZero);
    // The product need not fit, only the share.
    assert_eq!(share(MAX, MAX, MAX), Ok(dec(MAX)));
    assert_eq!(share(MIN, MAX, MIN), Ok(dec(MAX)));
    out_of_range(share(MAX, "2", "1"));
    out_of_range(share("1", "1", "0"));
    out_of_range(share(LEAST, LEAST, MAX));
}

#[test]
fn a_flexprice_wallet_and_its_operations() {
    let wallet = |rate: &str, credits: &str| NewWallet {
        names_customer: true,
        currency: Some(usd()),
        kind: Some(Some(Kind::Prepaid)),
        conversion_rate: Some(dec(rate)),
        top_up_rate: None,
        initial_credits: Some(dec(credits)),
        initial_expiry: None,
        alerts: None,
        auto_top_up: None,
    };
    out_of_range(create(&wallet(MAX, "2"), usd()));
    out_of_range(create(&wallet("2", MAX), usd()));
    assert_eq!(
        create(&wallet("1", MAX), usd()).map(|made| made.balances.balance),
        Ok(dec(MAX))
    );
    // Stored as zero (section 1.7): no error of the provider's, and no money.
    assert_eq!(
        create(&wallet(LEAST, MAX), usd()).map(|made| made.balances.balance),
        Ok(Decimal::ZERO)
    );
    for (a, b, c) in triples() {
        let rates = Rates {
            conversion: a,
            top_up: b,
        };
        for direction in [Direction::Credit, Direction::Debit] {
            any(ledger::normalise(direction, rates, Some(c), None));
            any(ledger::normalise(direction, rates, None, Some(c)));
            any(ledger::after(direction, rates, b, c));
        }
    }
    let two = rates("2", "2");
    out_of_range(ledger::normalise(
        Direction::Credit,
        rates("1", "0"),
        Some(Decimal::ONE),
        None,
    ));
    out_of_range(ledger::normalise(
        Direction::Credit,
        rates("1", LEAST),
        Some(dec(MAX)),
        None,
    ));
    out_of_range(ledger::normalise(
        Direction::Debit,
        two,
        None,
        Some(dec(MAX)),
    ));
    out_of_range(ledger::after(
        Direction::Credit,
        two,
        dec(MAX),
        Decimal::ONE,
    ));
    out_of_range(ledger::after(Direction::Debit, two, dec(MIN), Decimal::ONE));
    out_of_range(ledger::after(
        Direction::Credit,
        two,
        dec(MAX),
        Decimal::ZERO,
    ));
    let full = Balances {
        balance: dec(MAX),
        credit_balance: dec(MAX),
    };
    for (amount, credits) in [("1", "0"), ("0", "1")] {
        let purchase = ledger::Operation {
            amount: dec(amount),
            credits: dec(credits),
        };
        out_of_range(ledger::after_purchase(full, purchase));
    }
    for (before, credits) in pairs() {
        any(ledger::credits_available(before, credits));
    }
    out_of_range(ledger::credits_available(dec(MIN), dec(LEAST)));
    assert_eq!(
        ledger::credits_available(dec(MIN), dec(MAX)),
        Ok(Decimal::ZERO)
    );
}

fn credit(available: Decimal) -> Credit {
    Credit {
        amount: available,
        available,
        priority: None,
        expiry: None,
        is_completed: true,
    }
}

#[test]
fn debits_and_terminations() {
    let debit = |rates, balance: &str, lots: &[Credit], asked: &str, is_manual| {
        ledger::debit(
            rates,
            dec(balance),
            lots,
            dec(asked),
            is_manual,
            NOW,
            Ties::Forward,
        )
    };
    let one = rates("1", "1");
    let lots = [credit(dec(MAX)), credit(dec(MAX))];
    let all = debit(one, MAX, &lots, MAX, false).unwrap().unwrap();
    assert_eq!(
        (all.balances.balance, all.consumption.taken),
        (Decimal::ZERO, vec![(0, dec(MAX))])
    );
    out_of_range(debit(one, MIN, &[], "1", true));
    out_of_range(debit(rates("2", "1"), "0", &[], MAX, true));
    out_of_range(debit(rates("2", "1"), MAX, &lots, "1", false));
    // A small lot first: what it leaves to be asked of the other has more digits than fit.
    let small = Credit {
        priority: Some(0),
        ..credit(dec(LEAST))
    };
    out_of_range(debit(one, MAX, &[small, credit(dec(MAX))], MAX, false));
    assert_eq!(
        debit(one, "0", &[], MAX, false),
        Ok(None),
        "not covered: nothing changes"
    );
    for (balance, lot, rate) in triples() {
        let rates = Rates {
            conversion: rate,
            top_up: rate,
        };
        any(ledger::terminate(rates, balance, &[credit(lot)], NOW));
        any(consume(
            &[credit(lot), credit(rate)],
            balance,
            NOW,
            Ties::Backward,
        ));
    }
    let closed = ledger::terminate(one, dec(MAX), &lots, NOW)
        .unwrap()
        .unwrap();
    assert_eq!(closed.balances.credit_balance, Decimal::ZERO);
    let free = ("FREE_CREDIT_GRANT", dec(MAX));
    let bought = ("PURCHASED_CREDIT_DIRECT", dec(MAX));
    out_of_range(breakdown([free, bought, free]));
    out_of_range(breakdown([bought, bought]));
    assert!(breakdown([free, bought]).is_ok());
}

#[test]
fn bonuses_top_ups_and_times() {
    let slab = |bonus| Slab {
        threshold: dec(MIN),
        is_gte: true,
        bonus,
    };
    let bonus = |bonus| purchase::bonus(Reason::Direct, dec(MAX), None, &[slab(bonus)]);
    assert_eq!(bonus(Bonus::Flat(dec(MAX))), Ok(Some(dec(MAX))));
    assert_eq!(bonus(Bonus::Percentage(dec("100"))), Ok(Some(dec(MAX))));
    out_of_range(bonus(Bonus::Percentage(dec("101"))));
    out_of_range(bonus(Bonus::Percentage(dec(MAX))));
    for (credits, percent) in pairs() {
        any(Bonus::Percentage(percent).on(credits));
    }
    for (threshold, amount, balance) in triples() {
        let config = Config {
            enabled: true,
            threshold,
            amount,
            invoicing: false,
            cooldown: None,
        };
        if amount.is_positive() {
            any(burst(&config, balance));
        } else if balance <= threshold {
            assert_eq!(burst(&config, balance).unwrap_err().code(), "invalid_input");
        }
    }
    let times = [i64::MIN, -1, 0, 1, i64::MAX].map(Timestamp);
    for start in times {
        for end in times {
            for from in times {
                any(prorate(start, end, from, dec(MAX)));
            }
        }
        for duration in [i64::MIN, -1, 0, 1, i64::MAX] {
            for unit in ["DAY", "WEEK", "MONTH", "YEAR"] {
                any(expiry(start, duration, unit));
            }
            for unit in ["second", "minute", "hour", "day"] {
                assert!(duration_seconds(duration, unit).is_none_or(|seconds| seconds > 0));
            }
        }
    }
    out_of_range(expiry(Timestamp(0), i64::MAX, "DAY"));
    out_of_range(expiry(Timestamp(i64::MAX), 1, "MONTH"));
}

#[test]
fn flexprice_invoices_and_payments() {
    for (amount, percent, fixed) in triples() {
        let coupons = [Coupon::Percentage(percent), Coupon::Fixed(fixed)];
        any(invoice::discounts(
            &[amount, fixed],
            &[(0, coupons[0]), (1, coupons[1])],
            &coupons,
            usd(),
        ));
        any(precision::percentage(amount, percent, usd()));
        any(invoice::total(amount, percent, fixed, amount));
        any(invoice::void_refund(amount, percent, fixed));
        let line = |amount| Line {
            amount,
            is_usage: true,
            discount: percent,
        };
        any(invoice::apply_credits(
            &[line(amount), line(fixed)],
            &[fixed, amount],
            usd(),
        ));
        let payer = |balance, types: &str| Payer {
            balance,
            price_types: PriceTypes::of(types.split(',')),
        };
        let payers = [
            payer(amount, "USAGE"),
            payer(fixed, "FIXED,USAGE"),
            payer(percent, "ALL"),
        ];
        any(pay(
            &payers,
            fixed,
            Typed {
                usage: amount,
                fixed: percent,
            },
        ));
    }
    let line = Line {
        amount: dec(MAX),
        is_usage: true,
        discount: Decimal::ZERO,
    };
    out_of_range(invoice::apply_credits(
        &[line],
        &[dec(MAX), dec(MAX)],
        usd(),
    ));
    let paid = invoice::apply_credits(&[line], &[dec(MAX)], usd()).unwrap();
    assert_eq!((paid.lines, paid.debits), (vec![dec(MAX)], vec![dec(MAX)]));
    out_of_range(invoice::discounts(&[dec(MAX), dec(MAX)], &[], &[], usd()));
    out_of_range(invoice::taxes(dec(MAX), &[dec("101")], usd()));
    out_of_range(invoice::total(
        dec(MIN),
        dec(MAX),
        Decimal::ZERO,
        Decimal::ZERO,
    ));
    out_of_range(invoice::void_refund(dec(MAX), Decimal::ONE, Decimal::ZERO));
    out_of_range(precision::sum_of_rounded(&[dec(MAX), dec(MAX)], usd()));
    let both = Payer {
        balance: dec(MAX),
        price_types: PriceTypes::of(["USAGE", "FIXED"]),
    };
    out_of_range(pay(
        &[both],
        dec(MAX),
        Typed {
            usage: dec(MAX),
            fixed: dec(MAX),
        },
    ));
}

#[test]
fn lago_conversions_and_balances() {
    for (credits, rate) in pairs() {
        for currency in [eur(), currency("JPY"), currency("CLF")] {
            any(lago_from_credits(credits, rate, currency, true));
            any(lago_from_credits(credits, rate, currency, false));
            any(lago_from_cents(credits, rate, currency));
            any(lago_rounds_to_zero(credits, rate, currency));
            any(lago_credits_unrounded(
                credits,
                currency.lago_exponent(),
                rate,
            ));
        }
        let by = WalletCredit {
            credits,
            amount: rate,
        };
        let full = Settled {
            balance: dec(MAX),
            credits: dec(MAX),
            consumed_credits: dec(MIN),
            consumed_amount: dec(MIN),
        };
        any(full.increased(by));
        any(full.decreased(by));
        any(full.recredited(by));
        for operation in [
            Operation::SettledPurchase,
            Operation::Grant,
            Operation::Void,
            Operation::Refund,
        ] {
            any(balance::after(full, rate, eur(), &[operation(credits)]));
        }
    }
    out_of_range(lago_from_credits(dec(MAX), dec("2"), eur(), false));
    out_of_range(lago_from_credits(Decimal::ONE, Decimal::ZERO, eur(), true));
    out_of_range(lago_from_cents(Decimal::ONE, Decimal::ZERO, eur()));
    out_of_range(lago_rounds_to_zero(dec(MAX), dec("2"), eur()));
    let one = WalletCredit {
        credits: Decimal::ONE,
        amount: Decimal::ONE,
    };
    let full = Settled {
        balance: dec(MAX),
        ..Settled::default()
    };
    out_of_range(full.increased(one));
    out_of_range(full.recredited(one));
    let consumed = Settled {
        consumed_credits: dec(MAX),
        ..Settled::default()
    };
    out_of_range(consumed.decreased(one));
    let granted = balance::after(full, Decimal::ONE, eur(), &[Operation::Grant(Decimal::ONE)]);
    out_of_range(granted);
    // Beyond 23 digits the five after the point do not fit, and nothing is decided by them.
    let most = RequestedCredits::parse(MAX).unwrap();
    assert!(most.exceeds(dec("9999999999999999999999999")) && !most.has_more);
    assert!(
        RequestedCredits::parse("79228162514264337593543950335.5")
            .unwrap()
            .exceeds(dec(MAX))
    );
    out_of_range(RequestedCredits::parse("79228162514264337593543950336"));
}

#[test]
fn lago_consumption_rules_and_alerts() {
    let inbound = |remaining| Inbound {
        origin: Origin::Granted,
        status: TransactionStatus::Settled,
        priority: 50,
        created_order: 0,
        remaining: Some(remaining),
    };
    for (a, b, amount) in triples() {
        any(consumption::consume(
            &[inbound(a), inbound(b)],
            amount,
            Source::Pool,
            Ties::Forward,
        ));
        for method in [Method::Fixed, Method::Target] {
            for grants_target in [false, true] {
                let rule = Rule {
                    method,
                    trigger: Trigger::Threshold,
                    paid: a,
                    granted: b,
                    threshold: Some(amount),
                    target: Some(b),
                    grants_target,
                    ignores_limits: false,
                    is_active: true,
                };
                let limits = PurchaseLimits {
                    least: Some(a),
                    most: Some(b),
                };
                any(rule.threshold_top_up(limits, a, amount, Attempts::default()));
                let interval = Rule {
                    trigger: Trigger::Interval,
                    ..rule
                };
                any(interval.interval_top_up(limits, b));
            }
        }
        if a.is_positive() {
            let alert = Alert {
                direction: Way::Decreasing,
                one_time: vec![b],
                recurring: Some(a),
            };
            if let Err(error) = alert.crossed(amount, b) {
                assert!(["decimal_out_of_range", "invalid_input"].contains(&error.code()));
            }
        }
    }
    let pool = [inbound(dec(MAX)), inbound(dec(MAX))];
    out_of_range(consumption::consume(
        &pool,
        Decimal::ONE,
        Source::Pool,
        Ties::Forward,
    ));
    let fixed = |paid: &str| Rule {
        method: Method::Fixed,
        trigger: Trigger::Threshold,
        paid: dec(paid),
        granted: Decimal::ZERO,
        threshold: Some(dec(MAX)),
        target: None,
        grants_target: false,
        ignores_limits: true,
        is_active: true,
    };
    let refill = |rule: Rule, ongoing: &str| {
        rule.paid_credits(PurchaseLimits::default(), dec(ongoing), Decimal::ZERO)
    };
    out_of_range(refill(fixed("1"), "-1"));
    out_of_range(refill(fixed(LEAST), "0"));
    out_of_range(refill(fixed(MAX), "0"));
    let target = Rule {
        method: Method::Target,
        target: Some(dec(MAX)),
        ..fixed("1")
    };
    out_of_range(refill(target, "-1"));
    out_of_range(
        Rule {
            grants_target: true,
            ..target
        }
        .granted_credits(dec("-1")),
    );
    let taken = [0, 1].map(|inbound| consumption::Consumption {
        inbound,
        amount: dec(MAX),
    });
    out_of_range(consumption::breakdown(&pool, &taken));
}

#[test]
fn lago_requests() {
    let limits = |cents: &str| AmountLimits {
        least: Some(dec(cents)),
        most: None,
    };
    let credits =
        |text: &str| -> Option<Amount> { Some(Some(RequestedCredits::parse(text).unwrap())) };
    let most = "9999999999999999999999999";
    let wallet = |rate: &str, paid: &str, least: Option<&str>| requests::NewWallet {
        fields: requests::WalletFields {
            currency: Some(Some(eur())),
            rate: credits(rate),
            least: least.map(|least| Some(dec(least))),
            ..requests::WalletFields::default()
        },
        paid: credits(paid),
        ..requests::NewWallet::default()
    };
    let judged = |wallet: &requests::NewWallet| requests::new_wallet(wallet, NOW);
    out_of_range(judged(&wallet(MAX, "2", None)));
    out_of_range(judged(&wallet("100000", most, None)));
    assert_eq!(judged(&wallet("1", most, Some("1"))), Ok(Vec::new()));
    let above = judged(&wallet("1", MAX, None)).unwrap();
    assert_eq!(above.len(), 2, "invalid, not out of range: {above:?}");
    // A limit that is no whole number is told, and too fine to be compared.
    out_of_range(judged(&wallet("1", "1", Some(LEAST))));
    let rule = requests::CurrentWallet {
        status: Status::Active,
        rate: dec(MAX),
        currency: eur(),
        limits: limits("1"),
        fixed_rule: Some((dec("2"), Trigger::Interval)),
    };
    let update = |current: &requests::CurrentWallet| {
        let fields = requests::WalletFields {
            least: Some(Some(Decimal::ONE)),
            ..requests::WalletFields::default()
        };
        requests::wallet_update(&fields, Some(current), NOW)
    };
    out_of_range(update(&rule));
    assert_eq!(
        update(&requests::CurrentWallet {
            fixed_rule: None,
            ..rule
        }),
        Ok(Vec::new())
    );
    for (rate, least, credits) in triples() {
        let purchase = (
            Some(RequestedCredits::from(credits)),
            rate,
            eur(),
            AmountLimits {
                least: Some(least),
                most: Some(rate),
            },
        );
        let extras = requests::TransactionExtras {
            purchase: Some(purchase),
            ..requests::TransactionExtras::default()
        };
        any(requests::transaction_extras(&extras));
        any(refusal(
            RequestedCredits::from(credits),
            rate,
            eur(),
            Some(AmountLimits {
                least: Some(least),
                most: None,
            }),
        ));
    }
    out_of_range(refusal(
        RequestedCredits::from(dec("2")),
        dec(MAX),
        eur(),
        Some(limits("1")),
    ));
}

#[test]
fn lago_of_2022_and_lifecycles() {
    for (a, b, c) in triples() {
        any(wallet_2022::purchase(a, b, c, eur()));
        let fee = |amount| application_2022::Fee {
            fee_type: "charge".to_owned(),
            amount,
            coupon: b,
            tax_rate: c,
        };
        any(application_2022::apply(a, &[fee(c), fee(a)]));
        let invoice = ActivationInvoice {
            plan: a,
            coupon: b,
            credit_note: c,
            tax_rate: b,
        };
        let wallet = Wallet {
            balance: c,
            ..lago_wallet("w", "0", "0")
        };
        any(lifecycle::failed_activation(&wallet, &invoice));
        let settled = Settled {
            balance: a,
            ..Settled::default()
        };
        any(lifecycle::recredit(Status::Active, settled, b, eur(), c));
    }
    out_of_range(wallet_2022::purchase(
        dec(MAX),
        dec("2"),
        Decimal::ZERO,
        eur(),
    ));
    out_of_range(wallet_2022::purchase(
        dec(MAX),
        Decimal::ONE,
        dec("200"),
        eur(),
    ));
    out_of_range(wallet_2022::purchase(
        dec(MAX),
        Decimal::ONE,
        Decimal::ONE,
        eur(),
    ));
    let full = wallet_2022::Wallet {
        status: Status::Active,
        balance: dec(MAX),
        expires_at: None,
    };
    out_of_range(full.credited(Decimal::ONE));
    assert_eq!(full.terminated().1, dec(MAX));
    let fee = |amount: &str| application_2022::Fee {
        fee_type: "charge".to_owned(),
        amount: dec(amount),
        coupon: Decimal::ZERO,
        tax_rate: dec("20"),
    };
    out_of_range(application_2022::apply(
        Decimal::ZERO,
        &[fee(MAX), fee("1")],
    ));
    out_of_range(application_2022::apply(Decimal::ZERO, &[fee(MAX)]));
    let paid = application_2022::apply(dec(MAX), &[fee(MAX)]).unwrap();
    assert_eq!((paid.prepaid, paid.total), (dec(MAX), Decimal::ZERO));
}
