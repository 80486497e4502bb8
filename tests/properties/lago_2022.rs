//! Profile `lago-2022`: coverage is the balance, and what it pays is what leaves it.

use creditgate::decimal::Decimal;
use creditgate::engine::account::{Account, Cost, Options};
use creditgate::engine::application_2022::{self, Fee};
use creditgate::engine::wallet_2022::Wallet;
use creditgate::model::decision::Outcome;
use creditgate::model::wallet::{self, Status};
use creditgate::profile::LAGO_2022;
use creditgate::time::Timestamp;
use proptest::prelude::*;

use super::cases;
use crate::support::{NOW, cents, charge, eur, lago_wallet, open};

fn account(balance: i64, pending: i64) -> Account {
    let wallet = wallet::Wallet {
        balance: cents(balance),
        ongoing_balance: Some(cents(balance - pending)),
        ..lago_wallet("w", "0", "0")
    };
    open(LAGO_2022, vec![wallet], Options::default())
}

fn is_covered(account: &mut Account, cost: i64) -> bool {
    let slot = account.slot(eur(), charge());
    let decision = account
        .decide(slot, Cost::Amount(cents(cost)), NOW)
        .unwrap();
    decision.outcome == Outcome::Covered
}

fn fees() -> impl Strategy<Value = Vec<Fee>> {
    let fee = (
        0..5000_i64,
        0..2000_i64,
        0..30_i64,
        prop::bool::weighted(0.2),
    );
    let fee = fee.prop_map(|(amount, coupon, rate, is_add_on)| Fee {
        fee_type: if is_add_on { "add_on" } else { "charge" }.to_owned(),
        amount: Decimal::from(amount),
        coupon: Decimal::from(coupon),
        tax_rate: Decimal::from(rate),
    });
    prop::collection::vec(fee, 0..7)
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn coverage_is_the_balance_less_the_usage_and_more_never_hurts(
        balance in 0..1000_i64, pending in 0..500_i64, more in 0..300_i64, a in 0..500_i64, b in 0..500_i64,
    ) {
        let mut account = account(balance, pending);
        prop_assert_eq!(is_covered(&mut account, a), a <= balance - pending);
        prop_assert!(!is_covered(&mut account, a) || is_covered(&mut self::account(balance + more, pending), a));
        // Splitting a usage in two never helps.
        let at_once = is_covered(&mut account, a + b);
        let first = is_covered(&mut account, a);
        let slot = account.slot(eur(), charge());
        account.add(slot, Cost::Amount(cents(a))).unwrap();
        prop_assert_eq!(first && is_covered(&mut account, b), at_once);
    }

    #[test]
    fn credits_applied_are_credits_drawn_and_no_more_than_the_wallet_or_the_fees(fees in fees(), usable in 0..20_000_i64) {
        let applied = application_2022::apply(Decimal::from(usable), &fees).unwrap();
        prop_assert_eq!(Decimal::sum(applied.shares.iter().copied()), Ok(applied.prepaid));
        let net = |fee: &Fee| fee.amount.try_sub(fee.coupon).unwrap().or_zero();
        let payable = fees.iter().filter(|fee| fee.fee_type != "add_on").map(net);
        let base = Decimal::sum(payable).unwrap();
        prop_assert_eq!(applied.prepaid, base.min(Decimal::from(usable)));
        for (share, fee) in applied.shares.iter().zip(&fees) {
            prop_assert!(!share.is_negative() && *share <= net(fee));
        }
        let whole = Decimal::sum(fees.iter().map(net)).unwrap();
        let total = whole.try_sub(applied.prepaid).unwrap().try_add(applied.taxes);
        prop_assert_eq!(total, Ok(applied.total));
    }

    #[test]
    fn the_order_of_the_fees_changes_no_credits(fees in fees(), usable in 0..20_000_i64) {
        let mut other = fees.clone();
        other.reverse();
        let [one, two] = [fees, other].map(|fees| application_2022::apply(Decimal::from(usable), &fees).unwrap());
        prop_assert_eq!(one.prepaid, two.prepaid);
    }

    #[test]
    fn a_wallet_gives_back_exactly_what_was_put_in(credits in prop::collection::vec(0..1000_i64, 0..6), now in 0..40_i64) {
        let mut wallet = Wallet { status: Status::Active, balance: Decimal::ZERO, expires_at: Some(Timestamp(20)) };
        for credit in &credits {
            wallet = wallet.credited(cents(*credit)).unwrap();
        }
        let (after, voided) = wallet.at(Timestamp(now));
        prop_assert_eq!(after.balance.try_add(voided), Ok(cents(credits.iter().sum())));
        prop_assert_eq!(after.status == Status::Active, now < 20);
        prop_assert!(after.balance.is_zero() || voided.is_zero());
    }
}
