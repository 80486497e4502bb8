//! What Lago's billing does with wallets: credits on an invoice (R-APP) and usage on wallets (R-ONG).

use creditgate::decimal::Decimal;
use creditgate::engine::application::{self, Application, Fee, Invoice};
use creditgate::engine::ongoing::{self, Usage};
use creditgate::engine::ties::Ties;
use creditgate::model::fee_key::FeeKey;
use creditgate::model::wallet::{Status, Wallet};
use creditgate::profile::LAGO;
use proptest::prelude::*;

use super::cases;
use crate::support::{cents, currency, eur, lago_wallet, scope};

const FEE_TYPES: [&str; 3] = ["charge", "subscription", "add_on"];
const METRICS: [&str; 3] = ["m1", "m2", "m3"];

fn key() -> impl Strategy<Value = FeeKey> {
    (0..FEE_TYPES.len(), 0..METRICS.len()).prop_map(|(fee_type, metric)| {
        match FEE_TYPES[fee_type] {
            "charge" => FeeKey::new("charge").metric(METRICS[metric]),
            other => FeeKey::new(other),
        }
    })
}

/// In ten-thousandths of a currency unit: fractions of a cent too.
fn fine(count: i64) -> Decimal {
    Decimal::from_parts(i128::from(count), 4).unwrap()
}

fn fee() -> impl Strategy<Value = Fee> {
    (
        key(),
        0..3000_i64,
        0..400_000_i64,
        0..100_000_i64,
        0..100_000_i64,
    )
        .prop_map(|(key, amount, coupons, taxes, credit_notes)| {
            let amount = cents(amount);
            Fee {
                key,
                amount,
                coupons: fine(coupons).min(amount),
                taxes: fine(taxes),
                credit_notes: fine(credit_notes),
            }
        })
}

/// An invoice whose total is that of its fees, and up to three cents more or less.
fn invoice() -> impl Strategy<Value = Invoice> {
    (prop::collection::vec(fee(), 0..6), -3..=3_i64).prop_map(|(fees, off)| {
        let sum = Decimal::sum(fees.iter().map(cap)).unwrap();
        let total = sum.try_add(cents(off)).unwrap().or_zero();
        Invoice {
            currency: eur(),
            total,
            fees,
        }
    })
}

/// R-APP-5, written a second time.
fn cap(fee: &Fee) -> Decimal {
    let net = fee.amount.try_sub(fee.coupons).unwrap();
    let cap = net
        .try_add(fee.taxes)
        .unwrap()
        .try_sub(fee.credit_notes)
        .unwrap();
    if net.is_zero() {
        Decimal::ZERO
    } else {
        cap.or_zero()
    }
}

fn wallets() -> impl Strategy<Value = Vec<Wallet>> {
    let wallet = (
        (1..=3_i64, 0..4000_i64),
        prop::collection::vec(prop::bool::weighted(0.3), FEE_TYPES.len() + METRICS.len()),
        (
            prop::bool::weighted(0.9),
            prop::bool::weighted(0.9),
            prop::bool::weighted(0.2),
        ),
    );
    prop::collection::vec(wallet, 0..5).prop_map(|wallets| {
        let chosen = |names: &[&'static str], flags: &[bool]| -> Vec<&'static str> {
            let named = names.iter().zip(flags).filter(|(_, flag)| **flag);
            named.map(|(name, _)| *name).collect()
        };
        let make = |(index, ((priority, balance), flags, (active, euro, threshold_rule)))| {
            let (index, priority, balance): (usize, i64, i64) = (index, priority, balance);
            let flags: Vec<bool> = flags;
            let (fee_types, metrics) = flags.split_at(FEE_TYPES.len());
            Wallet {
                priority,
                created_order: i64::try_from(index).unwrap(),
                balance: cents(balance),
                status: if active {
                    Status::Active
                } else {
                    Status::Inactive
                },
                currency: if euro { eur() } else { currency("USD") },
                scope: scope(&chosen(&FEE_TYPES, fee_types), &chosen(&METRICS, metrics)),
                threshold_rule,
                ..lago_wallet(&format!("w{index}"), "0", "0")
            }
        };
        wallets.into_iter().enumerate().map(make).collect()
    })
}

fn apply(wallets: &[Wallet], invoice: &Invoice) -> Application {
    application::apply(wallets, invoice, Ties::Forward).unwrap()
}

fn drawn(application: &Application) -> Decimal {
    Decimal::sum(application.payments.iter().map(|payment| payment.amount)).unwrap()
}

proptest! {
    #![proptest_config(cases(500))]

    #[test]
    fn what_is_applied_is_what_is_drawn(wallets in wallets(), invoice in invoice()) {
        let applied = apply(&wallets, &invoice);
        let rounded = Decimal::sum(applied.payments.iter().map(|payment| payment.rounded));
        prop_assert_eq!(rounded, Ok(applied.prepaid));
        prop_assert_eq!(applied.total_after.try_add(applied.prepaid), Ok(invoice.total));
        // R-PREV-2: cut, so that both figures together miss the total by less than two cents, and never exceed it.
        let shown = applied.preview(&invoice).unwrap();
        let missed = invoice.total.try_sub(shown.prepaid.try_add(shown.total_after).unwrap()).unwrap();
        prop_assert!(!missed.is_negative() && missed < cents(2), "{}", missed);
    }

    #[test]
    fn no_wallet_is_drawn_beyond_its_balance_nor_the_invoice_beyond_its_fees(wallets in wallets(), invoice in invoice()) {
        let applied = apply(&wallets, &invoice);
        for payment in &applied.payments {
            let wallet = &wallets[payment.wallet];
            prop_assert!(payment.amount.is_positive() && payment.amount <= wallet.balance);
            prop_assert!(wallet.status == Status::Active && wallet.currency == eur());
            prop_assert!(invoice.fees.iter().any(|fee| LAGO.admits(wallet, &fee.key) == Some(true)));
        }
        // R-APP-7: what rounding left out of the caps, a cent at most for each of the buckets.
        let caps = Decimal::sum(invoice.fees.iter().map(cap)).unwrap();
        let keys: std::collections::BTreeSet<_> =
            invoice.fees.iter().filter(|fee| cap(fee).is_positive()).map(|fee| &fee.key).collect();
        let missing = invoice.total.try_sub(caps).unwrap();
        let is_small = missing.is_positive() && missing <= cents(i64::try_from(keys.len()).unwrap());
        let most = if is_small { invoice.total } else { caps.min(invoice.total) };
        prop_assert!(drawn(&applied) <= most);
        // A wallet without limits and with enough money pays all of it.
        let rich = Wallet { balance: cents(10_000_000), ..lago_wallet("rich", "0", "0") };
        prop_assert_eq!(drawn(&apply(&[rich], &invoice)), most);
    }

    #[test]
    fn more_balance_never_pays_less_from_unrestricted_wallets(
        balances in prop::collection::vec(0..3000_i64, 1..4), which: prop::sample::Index, more in 1..500_i64, invoice in invoice(),
    ) {
        let make = |balances: &[i64]| -> Vec<Wallet> {
            balances.iter().map(|balance| Wallet { balance: cents(*balance), ..lago_wallet("w", "0", "0") }).collect()
        };
        let before = drawn(&apply(&make(&balances), &invoice));
        let mut richer = balances;
        let which = which.index(richer.len());
        richer[which] += more;
        prop_assert!(before <= drawn(&apply(&make(&richer), &invoice)));
    }

    #[test]
    fn the_order_of_fees_and_wallets_changes_nothing(wallets in wallets(), invoice in invoice()) {
        let mut other = Invoice { fees: invoice.fees.clone(), ..invoice };
        other.fees.reverse();
        let mut turned = wallets.clone();
        turned.reverse();
        let by_id = |wallets: &[Wallet], applied: Application| -> Vec<(String, Decimal)> {
            applied.payments.iter().map(|payment| (wallets[payment.wallet].id.clone(), payment.amount)).collect()
        };
        let one = by_id(&wallets, apply(&wallets, &invoice));
        let two = by_id(&turned, apply(&turned, &other));
        prop_assert_eq!(one, two);
    }

    #[test]
    fn usage_falls_on_wallets_once_and_only_those_that_absorb_go_below_zero(
        wallets in wallets(), fees in prop::collection::vec((key(), 0..3000_i64), 0..6),
    ) {
        let fee = |(key, amount): (FeeKey, i64)| ongoing::Fee {
            key, currency: eur(), amount: cents(amount), taxes: Decimal::ZERO, coupons: Decimal::ZERO,
        };
        let usage = Usage { current: fees.into_iter().map(fee).collect(), ..Usage::default() };
        let allocated = ongoing::allocate(&wallets, &usage, Ties::Forward).unwrap();
        let may_pay = |wallet: &Wallet, key: &FeeKey| {
            wallet.status == Status::Active && wallet.currency == eur() && LAGO.admits(wallet, key) == Some(true)
        };
        let payable = usage.current.iter().filter(|fee| wallets.iter().any(|wallet| may_pay(wallet, &fee.key)));
        let payable = Decimal::sum(payable.map(|fee| fee.amount)).unwrap();
        prop_assert_eq!(Decimal::sum(allocated.iter().flatten().copied()), Ok(payable));
        for (wallet, taken) in wallets.iter().zip(&allocated) {
            prop_assert_eq!(taken.is_some(), wallet.status == Status::Active);
            let is_last = |fee: &ongoing::Fee| {
                let payers = wallets.iter().filter(|wallet| may_pay(wallet, &fee.key));
                payers.max_by(|a, b| LAGO.order(a, b)).is_some_and(|last| last.id == wallet.id)
            };
            let absorbs = wallet.threshold_rule || usage.current.iter().any(is_last);
            prop_assert!(absorbs || taken.is_none_or(|taken| taken <= wallet.balance));
        }
        let mut turned = usage.clone();
        turned.current.reverse();
        prop_assert_eq!(ongoing::allocate(&wallets, &turned, Ties::Forward), Ok(allocated));
    }
}
