//! Coverage for Flexprice: the balances of the active prepaid wallets less the usage, once.

use creditgate::decimal::Decimal;
use creditgate::engine::account::{Cost, Options};
use creditgate::engine::invoice::{Line, apply_credits};
use creditgate::model::decision::{Outcome, Precision, Reason};
use creditgate::model::wallet::{Freshness, Grant, Kind, Status, Wallet};
use creditgate::profile::FLEXPRICE;
use creditgate::time::Timestamp;
use proptest::prelude::*;

use super::cases;
use crate::support::{NOW, cents, eur, flexprice, flexprice_wallet, open, usage, usd};

/// A wallet that shows nothing yet, as a computed answer has it (flexprice, section 3.2).
fn wallet() -> impl Strategy<Value = Wallet> {
    let kind = prop_oneof![4 => Just(Kind::Prepaid), 1 => Just(Kind::Postpaid)];
    let status = prop_oneof![4 => Just(Status::Active), 1 => Just(Status::Inactive)];
    let currency = prop_oneof![4 => Just(usd()), 1 => Just(eur())];
    (kind, status, currency, -20..500_i64, 1..300_i64).prop_map(
        |(kind, status, currency, balance, rate)| Wallet {
            kind,
            status,
            currency,
            rate: cents(rate),
            balance: cents(balance),
            ..flexprice_wallet("", "0", "0")
        },
    )
}

/// Named apart, and less the whole of the usage each (flexprice 11).
fn shown(wallets: Vec<Wallet>, pending: Decimal) -> Vec<Wallet> {
    let show = |(index, mut wallet): (usize, Wallet)| {
        wallet.id = format!("w{index}");
        wallet.ongoing_balance = Some(match (wallet.status, wallet.kind) {
            (Status::Inactive, _) => Decimal::ZERO,
            (_, Kind::Postpaid) => wallet.balance,
            _ => wallet.balance.try_sub(pending).unwrap(),
        });
        wallet
    };
    wallets.into_iter().enumerate().map(show).collect()
}

fn counts(wallet: &Wallet) -> bool {
    wallet.currency == usd() && wallet.status == Status::Active && wallet.kind == Kind::Prepaid
}

fn sum<'a>(wallets: impl IntoIterator<Item = &'a Wallet>) -> Decimal {
    Decimal::sum(wallets.into_iter().map(|wallet| wallet.balance)).unwrap()
}

fn available(wallets: &[Wallet], now: Timestamp) -> Option<Decimal> {
    let mut account = flexprice(wallets.to_vec());
    let slot = account.slot(usd(), usage());
    account.available(slot, now).unwrap()
}

fn why_none(wallets: &[Wallet]) -> Reason {
    let in_usd = |test: fn(&Wallet) -> bool| {
        wallets
            .iter()
            .any(|wallet| wallet.currency == usd() && test(wallet))
    };
    if wallets.is_empty() {
        Reason::NoWallet
    } else if in_usd(|wallet| wallet.status == Status::Active && wallet.kind == Kind::Postpaid) {
        Reason::PostpaidOnly
    } else if in_usd(|wallet| wallet.status == Status::Inactive) {
        Reason::WalletInactive
    } else {
        Reason::CurrencyMismatch
    }
}

/// Lots of a wallet: credits of so many hundredths, and the last millisecond of each.
fn grants() -> impl Strategy<Value = Option<Vec<Grant>>> {
    let lot =
        (0..300_i64, prop::option::weighted(0.7, 0..40_i64)).prop_map(|(credits, expiry)| Grant {
            credits_available: cents(credits),
            expires_at: expiry.map(Timestamp),
        });
    prop::option::weighted(0.8, prop::collection::vec(lot, 0..5))
}

fn usable(wallet: &Wallet, now: i64) -> Decimal {
    let Some(grants) = &wallet.grants else {
        return wallet.balance;
    };
    let alive = grants
        .iter()
        .filter(|grant| grant.expires_at.is_none_or(|expiry| now <= expiry.0));
    let credits = Decimal::sum(alive.map(|grant| grant.credits_available)).unwrap();
    credits.try_mul(wallet.rate).unwrap().min(wallet.balance)
}

proptest! {
    #![proptest_config(cases(500))]

    #[test]
    fn headroom_is_the_prepaid_balances_less_the_usage_once(
        wallets in prop::collection::vec(wallet(), 0..6), pending in -100..700_i64, include_postpaid: bool,
    ) {
        let wallets = shown(wallets, cents(pending));
        let options = Options { include_postpaid, ..Options::default() };
        let account = open(FLEXPRICE, wallets.clone(), options);
        let decision = account.decide_once(usd(), &usage(), Cost::Amount(cents(100)), NOW).unwrap();
        let postpaid: Vec<_> = wallets.iter()
            .filter(|wallet| include_postpaid && wallet.currency == usd() && wallet.status == Status::Active && wallet.kind == Kind::Postpaid)
            .collect();
        if wallets.iter().any(counts) {
            let settled = sum(wallets.iter().filter(|wallet| counts(wallet)).chain(postpaid));
            let headroom = settled.try_sub(cents(pending).or_zero()).unwrap();
            prop_assert_eq!(decision.available, Some(headroom));
            prop_assert_eq!(decision.outcome == Outcome::Covered, headroom >= cents(100));
            prop_assert_eq!(decision.precision, Precision::Exact);
        } else if !postpaid.is_empty() {
            prop_assert_eq!((decision.outcome, decision.reason), (Outcome::Unknown, Reason::PendingUnknown));
        } else {
            prop_assert_eq!((decision.outcome, decision.reason), (Outcome::Short, why_none(&wallets)));
        }
    }

    #[test]
    fn grants_cap_each_wallet_at_what_is_usable_now(
        wallets in prop::collection::vec((wallet(), grants()), 1..5), pending in 0..300_i64,
    ) {
        let wallets: Vec<Wallet> = wallets.into_iter().map(|(wallet, grants)| Wallet { grants, ..wallet }).collect();
        let wallets = shown(wallets, cents(pending));
        prop_assume!(wallets.iter().any(counts));
        let mut account = flexprice(wallets.clone());
        let slot = account.slot(usd(), usage());
        // Backwards in time as well: the windows of the account's table go either way.
        for now in (0..45).chain((0..45).rev()) {
            let alive = Decimal::sum(wallets.iter().filter(|wallet| counts(wallet)).map(|wallet| usable(wallet, now))).unwrap();
            let expected = alive.try_sub(cents(pending)).unwrap();
            prop_assert_eq!(account.available(slot, Timestamp(now)), Ok(Some(expected)), "at {}", now);
            let expiries = wallets.iter().filter(|wallet| counts(wallet)).flat_map(|wallet| wallet.grants.iter().flatten());
            let next = expiries.filter_map(|grant| grant.expires_at).filter(|expiry| now <= expiry.0).map(|expiry| Timestamp(expiry.0 + 1)).min();
            prop_assert_eq!(account.next_change_at(Timestamp(now)), Ok(next), "at {}", now);
        }
    }

    #[test]
    fn computed_answers_go_before_cached_ones_and_the_largest_figure_counts(
        wallets in prop::collection::vec((0..500_i64, -100..500_i64, any::<bool>()), 1..5),
    ) {
        let make = |(index, (balance, pending, cached)): (usize, &(i64, i64, bool))| Wallet {
            id: format!("w{index}"),
            balance: cents(*balance),
            ongoing_balance: Some(cents(balance - pending)),
            freshness: if *cached { Freshness::CachedFallback } else { Freshness::Computed },
            ..flexprice_wallet("", "0", "0")
        };
        let list: Vec<Wallet> = wallets.iter().enumerate().map(make).collect();
        let all_cached = wallets.iter().all(|(_, _, cached)| *cached);
        let largest = wallets.iter().filter(|(_, _, cached)| all_cached || !cached).map(|(_, pending, _)| *pending).max();
        let pending = cents(largest.unwrap()).or_zero();
        let expected = sum(&list).try_sub(pending).unwrap();
        prop_assert_eq!(available(&list, NOW), Some(expected));
        let account = open(FLEXPRICE, list, Options { accept_fallback: false, ..Options::default() });
        let strict = account.decide_once(usd(), &usage(), Cost::Amount(Decimal::ZERO), NOW).unwrap();
        prop_assert_eq!(strict.reason == Reason::CachedFallback, all_cached);
        prop_assert_eq!(strict.outcome == Outcome::Unknown, all_cached);
        let freshness = if all_cached { Freshness::CachedFallback } else { Freshness::Computed };
        prop_assert_eq!(account.freshness(), Ok(freshness));
    }

    #[test]
    fn a_debit_takes_exactly_itself_off(
        wallets in prop::collection::vec(wallet(), 1..6), pending in 0..300_i64, debits in prop::collection::vec(1..200_i64, 1..5),
    ) {
        let wallets = shown(wallets, cents(pending));
        prop_assume!(wallets.iter().any(counts));
        let before = available(&wallets, NOW).unwrap();
        let mut account = flexprice(wallets);
        let slot = account.slot(usd(), usage());
        for debit in &debits {
            // On a ready table, and at times before and after it.
            account.available(slot, Timestamp(*debit)).unwrap();
            account.add(slot, Cost::Amount(cents(*debit))).unwrap();
            let anew = account.decide_once(usd(), &usage(), Cost::Amount(cents(100)), NOW);
            prop_assert_eq!(account.decide(slot, Cost::Amount(cents(100)), NOW), anew);
        }
        let total: i64 = debits.iter().sum();
        prop_assert_eq!(account.available(slot, NOW), Ok(Some(before.try_sub(cents(total)).unwrap())));
    }

    #[test]
    fn more_balance_never_turns_covered_into_short(
        wallets in prop::collection::vec((wallet(), grants()), 1..5), pending in 0..300_i64, which: prop::sample::Index,
        more in 1..300_i64, cost in 0..600_i64,
    ) {
        let wallets: Vec<Wallet> = wallets.into_iter().map(|(wallet, grants)| Wallet { grants, ..wallet }).collect();
        let mut richer = wallets.clone();
        let which = which.index(richer.len());
        richer[which].balance = richer[which].balance.try_add(cents(more)).unwrap();
        let [before, after] = [wallets, richer].map(|wallets| {
            let account = flexprice(shown(wallets, cents(pending)));
            account.decide_once(usd(), &usage(), Cost::Amount(cents(cost)), Timestamp(20)).unwrap().outcome
        });
        prop_assert!(before != Outcome::Covered || after == Outcome::Covered);
    }

    #[test]
    fn splitting_a_usage_never_helps(
        wallets in prop::collection::vec(wallet(), 1..5), pending in 0..300_i64, a in 0..400_i64, b in 0..400_i64,
    ) {
        let mut account = flexprice(shown(wallets, cents(pending)));
        let slot = account.slot(usd(), usage());
        let covers = |account: &mut creditgate::engine::account::Account, cost: i64| {
            account.decide(slot, Cost::Amount(cents(cost)), NOW).unwrap().outcome == Outcome::Covered
        };
        let at_once = covers(&mut account, a + b);
        let first = covers(&mut account, a);
        account.add(slot, Cost::Amount(cents(a))).unwrap();
        prop_assert_eq!(first && covers(&mut account, b), at_once);
    }

    #[test]
    fn over_rounded_lines_the_order_changes_no_total_and_more_balance_never_pays_less(
        lines in prop::collection::vec((0..5000_i64, any::<bool>()), 0..6),
        balances in prop::collection::vec(1..5000_i64, 1..5), which: prop::sample::Index, more in 1..500_i64,
    ) {
        // flexprice 30: lines come rounded, in an order that nobody defines.
        let line = |(amount, is_usage): &(i64, bool)| Line { amount: cents(*amount), is_usage: *is_usage, discount: Decimal::ZERO };
        let mut lines: Vec<Line> = lines.iter().map(line).collect();
        let total = |lines: &[Line], balances: &[i64]| {
            let balances: Vec<Decimal> = balances.iter().copied().map(cents).collect();
            Decimal::sum(apply_credits(lines, &balances, usd()).unwrap().debits).unwrap()
        };
        let before = total(&lines, &balances);
        lines.reverse();
        prop_assert_eq!(total(&lines, &balances), before);
        let mut richer = balances;
        let which = which.index(richer.len());
        richer[which] += more;
        prop_assert!(before <= total(&lines, &richer));
        let usable = Decimal::sum(lines.iter().filter(|line| line.is_usage).map(|line| line.amount)).unwrap();
        prop_assert_eq!(total(&lines, &richer), usable.min(cents(richer.iter().sum())));
    }

    #[test]
    fn the_order_of_the_list_does_not_matter_here(
        wallets in prop::collection::vec((wallet(), grants()), 1..5), pending in 0..300_i64, debit in 0..300_i64,
    ) {
        let wallets: Vec<Wallet> = wallets.into_iter().map(|(wallet, grants)| Wallet { grants, ..wallet }).collect();
        let one = shown(wallets, cents(pending));
        let mut two = one.clone();
        two.reverse();
        let mut decisions = Vec::new();
        for list in [one, two] {
            let mut account = flexprice(list);
            let slot = account.slot(usd(), usage());
            account.add(slot, Cost::Amount(cents(debit))).unwrap();
            decisions.push(account.decide(slot, Cost::Amount(cents(100)), Timestamp(20)).unwrap());
        }
        prop_assert_eq!(&decisions[0], &decisions[1]);
    }
}
