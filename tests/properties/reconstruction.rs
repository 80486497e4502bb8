//! Reconstruction against what billing would pay: an invoice of its own, made here from the same fees.

use creditgate::decimal::Decimal;
use creditgate::engine::account::{Account, Cost, Cover, Options, WhenScopesOverlap};
use creditgate::engine::application::{self, Invoice};
use creditgate::engine::largest_remainder::split;
use creditgate::engine::ongoing::{self, Usage};
use creditgate::engine::reconstruction::Reconstruction;
use creditgate::engine::ties::Ties;
use creditgate::model::decision::{Outcome, Precision};
use creditgate::model::fee_key::FeeKey;
use creditgate::model::snapshot::Snapshot;
use creditgate::model::wallet::Wallet;
use creditgate::profile::LAGO;
use proptest::prelude::*;
use proptest::sample::Index;

use super::cases;
use super::lago::{Customer, disjoint, headroom, keys, may_pay, overlapping, payable};
use crate::support::{NOW, cents, eur, lago_wallet, scope, taxed};

fn reconstructed(customer: &Customer, usage: Usage) -> Account {
    let mut wallets = customer.wallets.clone();
    for wallet in &mut wallets {
        // Nothing is taken from what the wallets say.
        wallet.ongoing_balance = None;
    }
    let options = Options {
        when_scopes_overlap: WhenScopesOverlap::Reconstruct,
        ..taxed("0")
    };
    let snapshot = Snapshot {
        profile: LAGO,
        wallets,
    };
    let usage = Reconstruction {
        usage,
        notes: Vec::new(),
    };
    Account::reconstructed(snapshot, options, usage).unwrap()
}

/// What billing leaves unpaid of everything that some wallet may pay, for either order of equal buckets.
fn unpaid(customer: &Customer, more: &[(FeeKey, i64)]) -> [Decimal; 2] {
    let pending = customer
        .pending
        .iter()
        .map(|(key, amount, taxes)| (key, amount + taxes));
    let fees = pending.chain(more.iter().map(|(key, amount)| (key, *amount)));
    let fees: Vec<_> = fees
        .filter(|(key, _)| customer.wallets.iter().any(|wallet| may_pay(wallet, key)))
        .map(|(key, amount)| application::Fee {
            key: key.clone(),
            amount: cents(amount),
            coupons: Decimal::ZERO,
            taxes: Decimal::ZERO,
            credit_notes: Decimal::ZERO,
        })
        .collect();
    let invoice = Invoice {
        currency: eur(),
        total: Decimal::sum(fees.iter().map(|fee| fee.amount)).unwrap(),
        fees,
    };
    [Ties::Forward, Ties::Backward].map(|ties| {
        let applied = application::apply(&customer.wallets, &invoice, ties);
        applied.unwrap().total_after
    })
}

/// R-APP-6: two of the six orders of three equal buckets pay everything, and others strand the wallet of `b`.
#[test]
fn three_equal_buckets_that_empty_a_wallet_are_not_relied_upon() {
    let wallet =
        |code: &str, fee_types: &[&str], metrics: &[&str], balance: i64, order: i64| Wallet {
            priority: order,
            created_order: order,
            balance: cents(balance),
            scope: scope(fee_types, metrics),
            ..lago_wallet(code, "0", "0")
        };
    let wallets = |each: i64| {
        vec![
            wallet("any", &["charge"], &[], each, 1),
            wallet("b", &[], &["b"], each, 2),
            wallet("ac", &[], &["a", "c"], each, 3),
        ]
    };
    let fee = |metric: &str| ongoing::Fee {
        key: FeeKey::new("charge").metric(metric),
        currency: eur(),
        amount: cents(1000),
        taxes: Decimal::ZERO,
        coupons: Decimal::ZERO,
    };
    let usage = Reconstruction {
        usage: Usage {
            current: vec![fee("a"), fee("c")],
            ..Usage::default()
        },
        notes: Vec::new(),
    };
    let covers = |each| {
        let bill = usage.bill(&wallets(each), eur(), &[], NOW).unwrap();
        bill.covers(&FeeKey::new("charge").metric("b"), cents(1000))
            .unwrap()
    };
    assert!(!covers(1000));
    assert!(covers(3001), "no order empties the first");
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn over_disjoint_groups_it_is_what_the_wallets_say(
        customer in disjoint(), debits in prop::collection::vec((any::<Index>(), 1..100_i64), 0..4), cost in 0..400_i64,
    ) {
        let keys = keys();
        let mut accounts = [customer.account(), reconstructed(&customer, customer.usage())];
        for account in &mut accounts {
            for (key, cost) in &debits {
                let slot = account.slot(eur(), key.get(&keys).clone());
                account.add(slot, Cost::Amount(cents(*cost))).unwrap();
            }
        }
        let [told, rebuilt] = &mut accounts;
        for key in &keys {
            let cost = Cost::Amount(cents(cost));
            prop_assert_eq!(told.decide_once(eur(), key, cost, NOW), rebuilt.decide_once(eur(), key, cost, NOW));
            prop_assert_eq!(told.explain(eur(), key, NOW), rebuilt.explain(eur(), key, NOW));
        }
    }

    #[test]
    fn over_disjoint_groups_a_rerun_is_the_exact_sum(customer in disjoint(), cost in 1..400_i64) {
        let usage = Reconstruction { usage: customer.usage(), notes: Vec::new() };
        let bill = usage.bill(&customer.wallets, eur(), &[], NOW).unwrap();
        for key in payable(&customer) {
            let sum = headroom(&mut customer.account(), &key);
            prop_assert_eq!(bill.available(&key).unwrap(), sum.or_zero(), "{:?}", key);
            prop_assert_eq!(bill.covers(&key, cents(cost)).unwrap(), cents(cost) <= sum, "{:?}", key);
        }
    }

    #[test]
    fn what_is_covered_leaves_no_more_unpaid_and_nothing_else_is_short(
        customer in overlapping(), debits in prop::collection::vec((any::<Index>(), 1..100_i64), 0..4), cost in 1..400_i64,
    ) {
        let keys = keys();
        let mut account = reconstructed(&customer, customer.usage());
        let mut spent: Vec<(FeeKey, i64)> = Vec::new();
        for (key, cost) in &debits {
            let key = key.get(&keys).clone();
            let slot = account.slot(eur(), key.clone());
            account.add(slot, Cost::Amount(cents(*cost))).unwrap();
            spent.push((key, *cost));
        }
        let before = unpaid(&customer, &spent);
        for key in payable(&customer) {
            let slot = account.slot(eur(), key.clone());
            let mut leaves_no_more_unpaid = |cost: i64| {
                spent.push((key.clone(), cost));
                let after = unpaid(&customer, &spent);
                spent.pop();
                after.iter().zip(&before).all(|(after, before)| after <= before)
            };
            let decision = account.decide(slot, Cost::Amount(cents(cost)), NOW).unwrap();
            prop_assert_eq!(decision.precision, Precision::Exact);
            prop_assert_ne!(decision.outcome, Outcome::Unknown);
            let is_covered = decision.outcome == Outcome::Covered;
            prop_assert_eq!(is_covered, leaves_no_more_unpaid(cost), "{:?} {}", key, cost);
            let cover = if is_covered { Cover::Covered } else { Cover::Short };
            prop_assert_eq!(account.covers(slot, cost, 2, NOW), Ok(cover));
            let available = account.available(slot, NOW).unwrap().unwrap();
            let whole = i64::try_from(available.shift(2).unwrap().parts().0).unwrap();
            prop_assert!(leaves_no_more_unpaid(whole), "{:?} {}", key, available);
            if let Some(shortfall) = decision.shortfall {
                prop_assert!(!is_covered && shortfall.is_positive());
            }
        }
    }

    #[test]
    fn a_debit_counts_as_the_usage_that_it_becomes(
        customer in overlapping(), which: Index, amount in 1..100_i64, cost in 0..400_i64,
    ) {
        let key = which.get(&payable_or_all(&customer)).clone();
        let mut spent = reconstructed(&customer, customer.usage());
        let slot = spent.slot(eur(), key.clone());
        spent.add(slot, Cost::Amount(cents(amount))).unwrap();
        let mut reported = customer.usage();
        reported.current.push(ongoing::Fee {
            key, currency: eur(), amount: cents(amount), taxes: Decimal::ZERO, coupons: Decimal::ZERO,
        });
        let counted = reconstructed(&customer, reported);
        for key in keys() {
            let cost = Cost::Amount(cents(cost));
            let (a, b) = (spent.decide_once(eur(), &key, cost, NOW).unwrap(), counted.decide_once(eur(), &key, cost, NOW).unwrap());
            prop_assert_eq!((a.outcome, a.available), (b.outcome, b.available), "{:?}", key);
        }
    }

    #[test]
    fn a_split_adds_up_and_is_off_by_less_than_a_unit(total in 0..10_000_i64, weights in prop::collection::vec(0..500_i64, 1..8)) {
        let weights: Vec<_> = weights.into_iter().map(Decimal::from).collect();
        let total = Decimal::from(total);
        let shares = split(total, &weights).unwrap();
        prop_assert_eq!(Decimal::sum(shares.iter().copied()).unwrap(), total);
        let whole = Decimal::sum(weights.iter().copied()).unwrap();
        if whole.is_positive() {
            for (share, weight) in shares.iter().zip(&weights) {
                // |share x whole - total x weight| < whole
                let off = share.try_mul(whole).unwrap().try_sub(total.try_mul(*weight).unwrap()).unwrap();
                prop_assert!(off.max(off.negated()) < whole);
            }
        }
    }
}

fn payable_or_all(customer: &Customer) -> Vec<FeeKey> {
    let payable = payable(customer);
    if payable.is_empty() { keys() } else { payable }
}
