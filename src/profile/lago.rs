//! Lago: scopes by fee type and metric, an ongoing balance per wallet, tax included.

use core::cmp::Ordering;

use crate::currency::Currency;
use crate::decimal::Decimal;
use crate::error::Result;
use crate::model::fee_key::FeeKey;
use crate::model::scope::{Limits, Scope};
use crate::model::wallet::{Freshness, Wallet};
use crate::profile::{Applies, Overlap, Pending, Profile, Rules, Usable};
use crate::time::Timestamp;

/// Lago's rules.
pub const LAGO: Profile = &Lago;

#[derive(Debug)]
struct Lago;

/// Every fee type there is (section 1.7). A wallet that lists them all admits what an unrestricted one does.
pub(crate) const FEE_TYPES: [&str; 7] = [
    "charge",
    "add_on",
    "subscription",
    "credit",
    "commitment",
    "fixed_charge",
    "product",
];

const CHARGE: &str = "charge";

impl Rules for Lago {
    fn name(&self) -> &'static str {
        "lago"
    }

    fn is_lago(&self) -> bool {
        true
    }

    fn exponent(&self, currency: Currency) -> u32 {
        currency.lago_exponent()
    }

    fn includes_tax(&self) -> bool {
        true
    }

    fn applies(&self) -> Applies {
        Applies::AfterTax
    }

    /// R-APP-2: priority, then creation.
    fn order(&self, a: &Wallet, b: &Wallet) -> Ordering {
        (a.priority, a.created_order).cmp(&(b.priority, b.created_order))
    }

    fn admits(&self, wallet: &Wallet, key: &FeeKey) -> Option<bool> {
        match &wallet.scope {
            _ if key.target_wallet.is_some() => Some(key.target_wallet == wallet.code),
            Scope::Unknown => None,
            Scope::Limited(limits) => Some(admits(limits, key)),
        }
    }

    fn overlap(&self, a: &Wallet, b: &Wallet, targeted: bool) -> Overlap {
        let (Scope::Limited(a_limits), Scope::Limited(b_limits)) = (&a.scope, &b.scope) else {
            return Overlap::Partial;
        };
        match overlap(a_limits, b_limits) {
            // The keys that target a wallet are its own, whatever else the two share.
            Overlap::Same
                if targeted && (a.code.is_some() || b.code.is_some()) && a.code != b.code =>
            {
                Overlap::Partial
            }
            other => other,
        }
    }

    /// R-EXP-1, by local time: stricter than Lago, which spends an expired wallet until its hourly job has run
    /// (R-EXP-3).
    fn usable(&self, wallet: &Wallet, now: Timestamp) -> Result<Usable> {
        Ok(match wallet.expires_at {
            Some(expiry) if now >= expiry => Usable {
                amount: wallet.balance.min(Decimal::ZERO),
                until: Timestamp::NEVER,
            },
            Some(expiry) => Usable {
                amount: wallet.balance,
                until: expiry,
            },
            None => Usable {
                amount: wallet.balance,
                until: Timestamp::NEVER,
            },
        })
    }

    /// R-ONG-12: Lago has shared it out already.
    fn pending(&self, wallets: &[&Wallet], _usable: &[Decimal]) -> Result<Option<Pending>> {
        let mut shares = Vec::with_capacity(wallets.len());
        for wallet in wallets {
            match wallet.ongoing_balance {
                Some(ongoing) => shares.push(wallet.balance.try_sub(ongoing)?),
                None => return Ok(None),
            }
        }
        Ok(Some(Pending {
            shares,
            freshness: Freshness::Undated,
        }))
    }
}

/// R-APP-9: whether a wallet of these limits may pay a fee that targets none.
fn admits(limits: &Limits, key: &FeeKey) -> bool {
    let metric_named = || {
        key.fee_type == CHARGE
            && key
                .metric
                .as_ref()
                .is_some_and(|metric| limits.metrics.contains(metric))
    };
    limits.is_unrestricted() || limits.fee_types.contains(&key.fee_type) || metric_named()
}

fn overlap(a: &Limits, b: &Limits) -> Overlap {
    let (a_all, b_all) = (admits_all(a), admits_all(b));
    if a_all && b_all {
        return Overlap::Same;
    }
    if a_all || b_all {
        return Overlap::Partial;
    }
    let fee_types_within =
        |x: &Limits, y: &Limits| x.fee_types.iter().all(|t| y.fee_types.contains(t));
    let metrics_within =
        |x: &Limits, y: &Limits| has_charge(y) || x.metrics.iter().all(|m| y.metrics.contains(m));
    let within = |x: &Limits, y: &Limits| fee_types_within(x, y) && metrics_within(x, y);
    if within(a, b) && within(b, a) {
        return Overlap::Same;
    }
    let shares = |x: &Limits, y: &Limits| {
        x.fee_types.iter().any(|t| y.fee_types.contains(t))
            || (has_charge(y) && !x.metrics.is_empty())
            || x.metrics.iter().any(|m| y.metrics.contains(m))
    };
    if shares(a, b) || shares(b, a) {
        Overlap::Partial
    } else {
        Overlap::Disjoint
    }
}

fn has_charge(limits: &Limits) -> bool {
    limits.fee_types.iter().any(|fee_type| fee_type == CHARGE)
}

fn admits_all(limits: &Limits) -> bool {
    limits.is_unrestricted()
        || FEE_TYPES
            .iter()
            .all(|all| limits.fee_types.iter().any(|fee_type| fee_type == all))
}
