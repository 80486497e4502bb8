//! Coverage for Lago against what billing would pay: `engine::application` over an invoice that holds the pending
//! usage and the candidate. Amounts are whole cents, so that Lago's truncations change nothing.

use std::collections::BTreeSet;

use creditgate::decimal::Decimal;
use creditgate::engine::account::{Account, Cost, Cover, WhenScopesOverlap};
use creditgate::engine::application::{self, Invoice};
use creditgate::engine::ongoing::{self, Usage};
use creditgate::engine::ties::Ties;
use creditgate::model::decision::{Outcome, Precision, Reason};
use creditgate::model::fee_key::FeeKey;
use creditgate::model::scope::{Limits, Scope};
use creditgate::model::wallet::Wallet;
use creditgate::profile::LAGO;
use creditgate::time::Timestamp;
use proptest::prelude::*;
use proptest::sample::Index;

use super::cases;
use crate::support::{NOW, cents, eur, lago, lago_wallet, limits, open, taxed};

const FEE_TYPES: [&str; 7] = [
    "charge",
    "add_on",
    "subscription",
    "credit",
    "commitment",
    "fixed_charge",
    "product",
];
const METRICS: [&str; 4] = ["m1", "m2", "m3", "m4"];

/// A key of every kind that the generated scopes tell apart, without target wallets.
pub(super) fn keys() -> Vec<FeeKey> {
    let charges = METRICS
        .iter()
        .chain(&["unnamed"])
        .map(|metric| FeeKey::new("charge").metric(metric));
    charges
        .chain(FEE_TYPES.iter().map(|fee_type| FeeKey::new(fee_type)))
        .collect()
}

/// R-APP-9, written a second time.
pub(super) fn may_pay(wallet: &Wallet, key: &FeeKey) -> bool {
    if let Some(code) = &key.target_wallet {
        return wallet.code.as_ref() == Some(code);
    }
    let Scope::Limited(Limits { fee_types, metrics }) = &wallet.scope else {
        return false;
    };
    let named = key
        .metric
        .as_ref()
        .is_some_and(|metric| key.fee_type == "charge" && metrics.contains(metric));
    (fee_types.is_empty() && metrics.is_empty()) || fee_types.contains(&key.fee_type) || named
}

/// A customer and the usage that is not invoiced yet: per fee its key and its cents before tax and of tax.
#[derive(Clone, Debug)]
pub(super) struct Customer {
    pub(super) wallets: Vec<Wallet>,
    pub(super) pending: Vec<(FeeKey, i64, i64)>,
}

impl Customer {
    /// Shows in each wallet what Lago would, R-ONG-12.
    fn refreshed(mut self) -> Self {
        let allocated = ongoing::allocate(&self.wallets, &self.usage(), Ties::Forward).unwrap();
        for (wallet, allocated) in self.wallets.iter_mut().zip(allocated) {
            wallet.ongoing_balance = Some(wallet.balance.try_sub(allocated.unwrap()).unwrap());
        }
        self
    }

    pub(super) fn usage(&self) -> Usage {
        let fee = |(key, amount, taxes): &(FeeKey, i64, i64)| ongoing::Fee {
            key: key.clone(),
            currency: eur(),
            amount: cents(*amount),
            taxes: cents(*taxes),
            coupons: Decimal::ZERO,
        };
        let (current, drafts) = self
            .pending
            .iter()
            .map(fee)
            .partition(|fee| fee.key.fee_type == "charge");
        Usage {
            current,
            drafts,
            ..Usage::default()
        }
    }

    pub(super) fn account(&self) -> Account {
        lago(self.wallets.clone())
    }

    fn payers(&self, key: &FeeKey) -> Vec<usize> {
        (0..self.wallets.len())
            .filter(|index| may_pay(&self.wallets[*index], key))
            .collect()
    }

    /// What billing would leave unpaid of the usage that the wallets eligible for `key` may pay, once `cost` is
    /// added to it. Usage of other wallets does not count, overdrawn or not.
    fn unpaid(&self, key: &FeeKey, cost: Decimal) -> Decimal {
        let zero = Decimal::ZERO;
        let fee = |key: &FeeKey, amount, taxes| application::Fee {
            key: key.clone(),
            amount,
            coupons: zero,
            taxes,
            credit_notes: zero,
        };
        let mut fees: Vec<_> = self
            .pending
            .iter()
            .map(|(key, amount, taxes)| fee(key, cents(*amount), cents(*taxes)))
            .collect();
        fees.push(fee(key, cost, zero));
        let due = |fee: &application::Fee| fee.amount.try_add(fee.taxes).unwrap();
        let invoice = Invoice {
            currency: eur(),
            total: Decimal::sum(fees.iter().map(due)).unwrap(),
            fees,
        };
        let payers = self.payers(key);
        let theirs = |key: &FeeKey| {
            payers
                .iter()
                .any(|index| may_pay(&self.wallets[*index], key))
        };
        let owed =
            Decimal::sum(invoice.fees.iter().filter(|fee| theirs(&fee.key)).map(due)).unwrap();
        let applied = application::apply(&self.wallets, &invoice, Ties::Forward).unwrap();
        let paid = applied
            .payments
            .iter()
            .filter(|payment| payers.contains(&payment.wallet));
        owed.try_sub(Decimal::sum(paid.map(|payment| payment.amount)).unwrap())
            .unwrap()
    }

    /// Whether the wallets' fee keys say that the sum is exact: those eligible share one set, the others have none
    /// of it.
    fn is_exact(&self, key: &FeeKey, universe: &[FeeKey]) -> bool {
        let set = |wallet: &Wallet| -> BTreeSet<FeeKey> {
            universe
                .iter()
                .filter(|key| may_pay(wallet, key))
                .cloned()
                .collect()
        };
        let payers = self.payers(key);
        let ours = set(&self.wallets[payers[0]]);
        self.wallets.iter().enumerate().all(|(index, wallet)| {
            let theirs = set(wallet);
            if payers.contains(&index) {
                theirs == ours
            } else {
                theirs.is_disjoint(&ours)
            }
        })
    }
}

/// Everything of a wallet but its scope.
#[derive(Clone, Debug)]
struct Purse {
    priority: i64,
    balance: i64,
    threshold_rule: bool,
    variant: u8,
}

fn purse() -> impl Strategy<Value = Purse> {
    let balance = prop_oneof![1 => Just(0_i64), 6 => 0..300_i64];
    (1..=4_i64, balance, prop::bool::weighted(0.2), any::<u8>()).prop_map(
        |(priority, balance, threshold_rule, variant)| Purse {
            priority,
            balance,
            threshold_rule,
            variant,
        },
    )
}

fn wallet(index: usize, purse: &Purse, scope: Limits) -> Wallet {
    Wallet {
        priority: purse.priority,
        created_order: i64::try_from(index).unwrap(),
        threshold_rule: purse.threshold_rule,
        scope: Scope::Limited(scope),
        balance: cents(purse.balance),
        ..lago_wallet(&format!("w{index}"), "0", "0")
    }
}

fn pending() -> impl Strategy<Value = Vec<(FeeKey, i64, i64)>> {
    prop::collection::vec(
        (any::<Index>(), 1..200_i64, prop_oneof![Just(0), 0..40_i64]),
        0..7,
    )
    .prop_map(|fees| {
        let keys = keys();
        fees.into_iter()
            .map(|(key, amount, taxes)| (key.get(&keys).clone(), amount, taxes))
            .collect()
    })
}

/// The same fee keys, written in one of several ways.
fn variant(mut scope: Limits, variant: u8) -> Limits {
    if variant & 1 == 1 {
        scope.fee_types.reverse();
        scope.metrics.reverse();
    }
    if variant & 2 == 2 {
        let again = scope.fee_types.first().cloned();
        scope.fee_types.extend(again);
    }
    if variant & 4 == 4 && scope.fee_types.iter().any(|fee_type| fee_type == "charge") {
        scope.metrics.push("m1".to_owned());
    }
    scope
}

/// (a) Groups of wallets of one scope each, disjoint.
pub(super) fn disjoint() -> impl Strategy<Value = Customer> {
    let shape = (
        0..3_u8,
        prop::collection::vec(0..4_usize, FEE_TYPES.len() + METRICS.len()),
    );
    let purses = prop::collection::vec((0..3_usize, purse()), 1..=6);
    (shape, purses, pending())
        .prop_map(|((mode, groups), purses, pending)| {
            let scope_of = |group: usize| -> Option<Limits> {
                let of = |names: &[&'static str], offset: usize, skip: &str| -> Vec<&'static str> {
                    let chosen = names
                        .iter()
                        .enumerate()
                        .filter(|(index, name)| **name != skip && groups[offset + index] == group);
                    chosen.map(|(_, name)| *name).collect()
                };
                // Metrics tell charges apart, or one group has all charges.
                let (fee_types, metrics) = match mode {
                    0 => return Some(Limits::default()),
                    1 => (of(&FEE_TYPES, 0, ""), Vec::new()),
                    _ => (
                        of(&FEE_TYPES, 0, "charge"),
                        of(&METRICS, FEE_TYPES.len(), ""),
                    ),
                };
                (!fee_types.is_empty() || !metrics.is_empty()).then(|| limits(&fee_types, &metrics))
            };
            let wallets = purses
                .iter()
                .enumerate()
                .filter_map(|(index, (group, purse))| {
                    let scope = match (mode, purse.variant & 8) {
                        (0, 8) => limits(&FEE_TYPES, &[]),
                        _ => scope_of(*group)?,
                    };
                    Some(wallet(index, purse, variant(scope, purse.variant)))
                });
            Customer {
                wallets: wallets.collect(),
                pending,
            }
            .refreshed()
        })
        .prop_filter("some wallet", |customer| !customer.wallets.is_empty())
}

/// (b) Any scopes, overlapping as it comes.
pub(super) fn overlapping() -> impl Strategy<Value = Customer> {
    let scope = (
        prop::collection::vec(prop::bool::weighted(0.25), FEE_TYPES.len()),
        prop::collection::vec(prop::bool::weighted(0.25), METRICS.len()),
    );
    (prop::collection::vec((scope, purse()), 1..=6), pending()).prop_map(|(wallets, pending)| {
        let wallets = wallets
            .iter()
            .enumerate()
            .map(|(index, ((fee_types, metrics), purse))| {
                let chosen = |names: &[&'static str], flags: &[bool]| -> Vec<&'static str> {
                    names
                        .iter()
                        .zip(flags)
                        .filter(|(_, flag)| **flag)
                        .map(|(name, _)| *name)
                        .collect()
                };
                wallet(
                    index,
                    purse,
                    limits(&chosen(&FEE_TYPES, fee_types), &chosen(&METRICS, metrics)),
                )
            });
        Customer {
            wallets: wallets.collect(),
            pending,
        }
        .refreshed()
    })
}

fn any_customer() -> impl Strategy<Value = Customer> {
    prop_oneof![disjoint(), overlapping()]
}

pub(super) fn payable(customer: &Customer) -> Vec<FeeKey> {
    keys()
        .into_iter()
        .filter(|key| !customer.payers(key).is_empty())
        .collect()
}

pub(super) fn headroom(account: &mut Account, key: &FeeKey) -> Decimal {
    let slot = account.slot(eur(), key.clone());
    account.available(slot, NOW).unwrap().expect("known")
}

fn headrooms(account: &mut Account) -> Vec<Decimal> {
    keys().iter().map(|key| headroom(account, key)).collect()
}

fn is_covered(account: &mut Account, key: &FeeKey, cost: Decimal) -> bool {
    let slot = account.slot(eur(), key.clone());
    account
        .decide(slot, Cost::Amount(cost), NOW)
        .unwrap()
        .outcome
        == Outcome::Covered
}

fn same_as_billing(customer: &Customer, key: &FeeKey, random: i64) -> Result<(), TestCaseError> {
    let mut account = customer.account();
    let slot = account.slot(eur(), key.clone());
    let available = headroom(&mut account, key);
    let cent = cents(1);
    for cost in [
        available,
        available.try_add(cent).unwrap(),
        available.try_sub(cent).unwrap(),
        cents(random),
        Decimal::ZERO,
    ] {
        if cost.is_negative() {
            continue;
        }
        let decision = account.decide(slot, Cost::Amount(cost), NOW).unwrap();
        let nothing_unpaid = !customer.unpaid(key, cost).is_positive();
        prop_assert_eq!(decision.precision, Precision::Exact, "{:?}", key);
        prop_assert_eq!(
            decision.outcome == Outcome::Covered,
            nothing_unpaid,
            "{:?} {}",
            key,
            cost
        );
        prop_assert_ne!(decision.outcome, Outcome::Unknown);
        prop_assert_eq!(cost <= available, nothing_unpaid, "{:?} {}", key, cost);
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(500))]

    #[test]
    fn over_disjoint_groups_the_answer_is_what_billing_would_pay(customer in disjoint(), random in 0..400_i64) {
        for key in keys() {
            if customer.payers(&key).is_empty() {
                let slot = &mut customer.account();
                let once = slot.decide_once(eur(), &key, Cost::Amount(cents(random)), NOW).unwrap();
                prop_assert_eq!((once.outcome, once.reason), (Outcome::Short, Reason::OutOfScope));
            } else {
                same_as_billing(&customer, &key, random)?;
            }
        }
    }

    #[test]
    fn the_answer_is_exact_where_the_scopes_allow_it_and_an_estimate_elsewhere(customer in overlapping(), random in 0..400_i64) {
        for key in payable(&customer) {
            let decision = customer.account().decide_once(eur(), &key, Cost::Amount(cents(random)), NOW).unwrap();
            let mut options = taxed("0");
            options.when_scopes_overlap = WhenScopesOverlap::Unknown;
            let strict = open(LAGO, customer.wallets.clone(), options).decide_once(eur(), &key, Cost::Amount(cents(random)), NOW).unwrap();
            if customer.is_exact(&key, &keys()) {
                same_as_billing(&customer, &key, random)?;
                prop_assert_eq!(strict, decision);
            } else {
                prop_assert_eq!(decision.precision, Precision::Estimate, "{:?}", key);
                prop_assert_eq!((strict.outcome, strict.reason), (Outcome::Unknown, Reason::ScopesOverlap));
                prop_assert_eq!(strict.available, None);
            }
        }
    }

    #[test]
    fn with_a_target_wallet_an_exact_answer_is_what_billing_would_pay(
        mut customer in any_customer(),
        target in any::<Index>(),
        targets in prop::collection::vec(prop::option::weighted(0.3, any::<Index>()), 7),
        random in 0..400_i64,
    ) {
        let codes: Vec<String> = customer.wallets.iter().map(|wallet| wallet.id.clone()).collect();
        for ((key, ..), to) in customer.pending.iter_mut().zip(&targets) {
            key.target_wallet = to.as_ref().filter(|_| key.fee_type == "charge").map(|to| to.get(&codes).clone());
        }
        let customer = customer.refreshed();
        let key = FeeKey::new("charge").metric("m1").target_wallet(&codes[target.index(codes.len())]);
        let mut universe = keys();
        universe.extend(codes.iter().map(|code| FeeKey::new("charge").metric("m1").target_wallet(code)));
        let decision = customer.account().decide_once(eur(), &key, Cost::Amount(cents(random)), NOW).unwrap();
        prop_assert_eq!(decision.precision == Precision::Exact, customer.is_exact(&key, &universe));
        if decision.precision == Precision::Exact {
            same_as_billing(&customer, &key, random)?;
        }
    }

    #[test]
    fn a_debit_takes_exactly_itself_off_its_group_and_nothing_off_the_others(
        customer in disjoint(), key: Index, cost in 1..300_i64, earlier in prop::collection::vec((any::<Index>(), 1..100_i64), 0..4),
    ) {
        let keys = keys();
        let spent = key.get(&keys).clone();
        let mut account = customer.account();
        for (key, cost) in earlier {
            let slot = account.slot(eur(), key.get(&keys).clone());
            account.add(slot, Cost::Amount(cents(cost))).unwrap();
        }
        let before = headrooms(&mut account);
        let slot = account.slot(eur(), spent.clone());
        account.add(slot, Cost::Amount(cents(cost))).unwrap();
        let payers = customer.payers(&spent);
        for (key, before) in keys.iter().zip(&before) {
            let shared = payers.iter().any(|payer| may_pay(&customer.wallets[*payer], key));
            let expected = if shared { before.try_sub(cents(cost)).unwrap() } else { *before };
            prop_assert_eq!(headroom(&mut account, key), expected, "{:?} after {:?}", key, spent);
        }
        account.add(slot, Cost::Amount(cents(-cost))).unwrap();
        prop_assert_eq!(headrooms(&mut account), before);
    }

    #[test]
    fn debits_taken_off_in_any_order_leave_the_account_as_it_was(
        customer in any_customer(), debits in prop::collection::vec((any::<Index>(), 1..300_i64, any::<bool>()), 1..6),
    ) {
        let keys = keys();
        let cost = |amount: i64, credits: bool| if credits { Cost::Credits(cents(amount)) } else { Cost::Amount(cents(amount)) };
        let mut account = customer.account();
        let before = headrooms(&mut account);
        for (key, amount, credits) in &debits {
            let slot = account.slot(eur(), key.get(&keys).clone());
            account.add(slot, cost(*amount, *credits)).unwrap();
        }
        for (key, amount, credits) in debits.iter().rev() {
            let slot = account.slot(eur(), key.get(&keys).clone());
            account.add(slot, cost(-amount, *credits)).unwrap();
        }
        prop_assert_eq!(headrooms(&mut account), before);
    }

    #[test]
    fn splitting_a_usage_never_helps(customer in disjoint(), key: Index, a in 0..200_i64, b in 0..200_i64) {
        let keys = payable(&customer);
        let key = key.get(&keys).clone();
        let mut account = customer.account();
        let at_once = is_covered(&mut account, &key, cents(a + b));
        let first = is_covered(&mut account, &key, cents(a));
        let slot = account.slot(eur(), key.clone());
        account.add(slot, Cost::Amount(cents(a))).unwrap();
        let second = is_covered(&mut account, &key, cents(b));
        prop_assert_eq!(first && second, at_once);
    }

    #[test]
    fn more_balance_never_turns_covered_into_short(
        customer in disjoint(), which: Index, more in 1..300_i64, cost in 0..400_i64,
    ) {
        let mut richer = customer.clone();
        let which = which.index(richer.wallets.len());
        richer.wallets[which].balance = richer.wallets[which].balance.try_add(cents(more)).unwrap();
        let richer = richer.refreshed();
        for key in payable(&customer) {
            if is_covered(&mut customer.account(), &key, cents(cost)) {
                prop_assert!(is_covered(&mut richer.account(), &key, cents(cost)), "{:?}", key);
            }
        }
    }

    #[test]
    fn money_added_to_one_wallet_as_shown_never_turns_covered_into_short(
        customer in any_customer(), which: Index, more in 1..300_i64, cost in 0..400_i64,
    ) {
        let mut richer = customer.clone();
        let wallet = which.index(richer.wallets.len());
        let wallet = &mut richer.wallets[wallet];
        let more = cents(more);
        wallet.balance = wallet.balance.try_add(more).unwrap();
        wallet.ongoing_balance = Some(wallet.ongoing_balance.unwrap().try_add(more).unwrap());
        for key in payable(&customer) {
            if is_covered(&mut customer.account(), &key, cents(cost)) {
                prop_assert!(is_covered(&mut richer.account(), &key, cents(cost)), "{:?}", key);
            }
        }
    }

    #[test]
    fn the_order_of_the_list_does_not_matter(
        customer in any_customer(),
        turn: Index, debits in prop::collection::vec((any::<Index>(), 1..100_i64), 0..4),
    ) {
        let mut other = customer.clone();
        other.wallets.reverse();
        let middle = turn.index(other.wallets.len());
        other.wallets.rotate_left(middle);
        let keys = keys();
        let mut accounts = [customer.account(), other.account()];
        for account in &mut accounts {
            for (key, cost) in &debits {
                let slot = account.slot(eur(), key.get(&keys).clone());
                account.add(slot, Cost::Amount(cents(*cost))).unwrap();
            }
        }
        let [one, two] = &mut accounts;
        for key in &keys {
            let cost = Cost::Amount(cents(50));
            prop_assert_eq!(one.decide_once(eur(), key, cost, NOW), two.decide_once(eur(), key, cost, NOW));
            prop_assert_eq!(one.explain(eur(), key, NOW), two.explain(eur(), key, NOW));
        }
    }

    #[test]
    fn the_scalar_check_the_decision_and_the_decision_without_a_slot_agree(
        mut customer in any_customer(),
        tax in 0..3000_i64,
        expiry in prop::collection::vec(prop::option::weighted(0.3, 0..20_i64), 6),
        debits in prop::collection::vec((any::<Index>(), 1..100_i64), 0..4),
        mantissa in prop_oneof![0..400_i64, 0..=9_007_199_254_740_991_i64],
        scale in 0..=20_u32,
        now in 0..25_i64,
    ) {
        for (wallet, expiry) in customer.wallets.iter_mut().zip(expiry) {
            wallet.expires_at = expiry.map(Timestamp);
        }
        let now = Timestamp(now);
        let mut account = open(LAGO, customer.wallets.clone(), taxed(&cents(tax).to_string()));
        let keys = keys();
        for (key, cost) in &debits {
            let slot = account.slot(eur(), key.get(&keys).clone());
            account.add(slot, Cost::Amount(cents(*cost))).unwrap();
        }
        let cost = Decimal::from_parts(i128::from(mantissa), scale).unwrap();
        for key in &keys {
            let slot = account.slot(eur(), key.clone());
            let decision = account.decide(slot, Cost::Amount(cost), now).unwrap();
            let cover = match decision.outcome {
                Outcome::Covered => Cover::Covered,
                Outcome::Short => Cover::Short,
                Outcome::Unknown => Cover::Unknown,
            };
            prop_assert_eq!(account.covers(slot, mantissa, scale, now), Ok(cover));
            prop_assert_eq!(account.decide_once(eur(), key, Cost::Amount(cost), now), Ok(decision.clone()));
            prop_assert_eq!(account.available(slot, now).unwrap(), decision.available);
            if let (Outcome::Short, Some(available)) = (decision.outcome, decision.available) {
                prop_assert_eq!(decision.shortfall, Some(decision.required.unwrap().try_sub(available).unwrap()));
            }
        }
    }

    #[test]
    fn a_debit_on_a_ready_table_leaves_what_a_new_table_would_have(
        mut customer in any_customer(),
        rates in prop::option::of(prop::collection::vec(1..3_i64, 6)),
        tax in 0..3_i64,
        debits in prop::collection::vec((any::<Index>(), -150..300_i64, any::<bool>()), 1..8),
    ) {
        for (wallet, rate) in customer.wallets.iter_mut().zip(rates.unwrap_or_default()) {
            wallet.rate = Decimal::from(rate);
        }
        let keys = keys();
        let mut account = open(LAGO, customer.wallets.clone(), taxed(&(tax * 10).to_string()));
        let slots: Vec<_> = keys.iter().map(|key| account.slot(eur(), key.clone())).collect();
        for (at, amount, credits) in debits {
            account.available(slots[0], NOW).unwrap();
            let cost = if credits { Cost::Credits(cents(amount)) } else { Cost::Amount(cents(amount)) };
            account.add(*at.get(&slots), cost).unwrap();
            for (key, slot) in keys.iter().zip(&slots) {
                let cost = Cost::Amount(cents(50));
                let anew = account.decide_once(eur(), key, cost, NOW);
                prop_assert_eq!(account.decide(*slot, cost, NOW), anew, "{:?}", key);
            }
        }
    }
}
