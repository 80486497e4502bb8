//! Lago as its first guide documented it: one wallet, which pays before tax, and nothing of an add-on.

use core::cmp::Ordering;

use crate::currency::Currency;
use crate::decimal::Decimal;
use crate::error::Result;
use crate::model::fee_key::FeeKey;
use crate::model::wallet::{Freshness, Wallet};
use crate::profile::{Applies, LAGO, Overlap, Pending, Profile, Rules, Usable};
use crate::time::Timestamp;

/// Lago's rules of 2022.
pub const LAGO_2022: Profile = &Lago2022;

/// Wallets pay none of these fees (R-22-4).
pub(crate) const ADD_ON: &str = "add_on";

#[derive(Debug)]
struct Lago2022;

impl Rules for Lago2022 {
    fn name(&self) -> &'static str {
        "lago-2022"
    }

    fn is_lago(&self) -> bool {
        true
    }

    fn exponent(&self, currency: Currency) -> u32 {
        LAGO.exponent(currency)
    }

    /// R-22-4, R-22-5: credits are taken off the subtotal, and tax is computed on what is left.
    fn includes_tax(&self) -> bool {
        false
    }

    fn applies(&self) -> Applies {
        Applies::BeforeTax
    }

    /// A customer has one active wallet (R-22-1).
    fn order(&self, a: &Wallet, b: &Wallet) -> Ordering {
        LAGO.order(a, b)
    }

    /// R-22-4: everything but add-ons. There were no limitations.
    fn admits(&self, _wallet: &Wallet, key: &FeeKey) -> Option<bool> {
        Some(key.fee_type != ADD_ON)
    }

    fn overlap(&self, _a: &Wallet, _b: &Wallet, _targeted: bool) -> Overlap {
        Overlap::Same
    }

    /// R-22-6: on its expiration date all that is left is voided.
    fn usable(&self, wallet: &Wallet, now: Timestamp) -> Result<Usable> {
        LAGO.usable(wallet, now)
    }

    /// The guide knows no ongoing balance: where the API tells none, no usage is pending.
    fn pending(&self, wallets: &[&Wallet], _usable: &[Decimal]) -> Result<Option<Pending>> {
        let share = |wallet: &&Wallet| match wallet.ongoing_balance {
            Some(ongoing) => wallet.balance.try_sub(ongoing),
            None => Ok(Decimal::ZERO),
        };
        Ok(Some(Pending {
            shares: wallets.iter().map(share).collect::<Result<Vec<_>>>()?,
            freshness: Freshness::Undated,
        }))
    }
}
