//! An account keeps its wallets packed, and gives them back as they were.

use creditgate::currency::Currency;
use creditgate::engine::account::Options;
use creditgate::model::scope::{Limits, Scope};
use creditgate::model::wallet::{Freshness, Grant, Kind, Status, Wallet};
use creditgate::profile::FLEXPRICE;
use creditgate::time::Timestamp;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::cases;
use super::decimals::any_decimal;
use crate::support::open;

/// Often one whose length or letters take more than a byte.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![4 => ".{0,20}", 1 => "[a-é]{100,200}"]
}

fn time() -> impl Strategy<Value = Option<Timestamp>> {
    let at = prop_oneof![any::<i64>(), Just(i64::MIN), Just(i64::MAX), 0..300_i64];
    option::of(at.prop_map(Timestamp))
}

fn scope() -> impl Strategy<Value = Scope> {
    let limits = (vec(text(), 0..4), vec(text(), 0..4))
        .prop_map(|(fee_types, metrics)| Scope::Limited(Limits { fee_types, metrics }));
    prop_oneof![1 => Just(Scope::Unknown), 4 => limits]
}

fn grant() -> impl Strategy<Value = Grant> {
    (any_decimal(), time()).prop_map(|(credits_available, expires_at)| Grant {
        credits_available,
        expires_at,
    })
}

fn wallet() -> impl Strategy<Value = Wallet> {
    let names = (text(), option::of(text()), option::of(text()));
    let kinds = (
        "[A-Za-z]{3}",
        prop_oneof![Just(Status::Active), Just(Status::Inactive)],
        prop_oneof![Just(Kind::Prepaid), Just(Kind::Postpaid)],
        prop_oneof![
            Just(Freshness::Computed),
            Just(Freshness::CachedFallback),
            Just(Freshness::Undated)
        ],
    );
    let figures = (
        any::<i64>(),
        any::<i64>(),
        any_decimal(),
        any_decimal(),
        option::of(any_decimal()),
    );
    let limits = (
        time(),
        scope(),
        any::<bool>(),
        option::of(vec(grant(), 0..4)),
    );
    (names, kinds, figures, limits).prop_map(
        |(
            (id, name, code),
            (currency, status, kind, freshness),
            (priority, created_order, rate, balance, ongoing_balance),
            (expires_at, scope, threshold_rule, grants),
        )| Wallet {
            id,
            name,
            code,
            currency: Currency::parse(&currency).unwrap(),
            status,
            kind,
            priority,
            created_order,
            rate,
            balance,
            ongoing_balance,
            freshness,
            expires_at,
            scope,
            threshold_rule,
            grants,
        },
    )
}

proptest! {
    #![proptest_config(cases(1000))]

    #[test]
    fn an_account_gives_its_wallets_back(wallets in vec(wallet(), 0..5)) {
        let account = open(FLEXPRICE, wallets.clone(), Options::default());
        let again = account.snapshot().unwrap().wallets;
        let texts = |wallets: &[Wallet]| wallets.iter().map(|wallet| wallet.balance.to_string()).collect::<Vec<_>>();
        prop_assert_eq!(texts(&again), texts(&wallets));
        prop_assert_eq!(again, wallets);
    }
}
