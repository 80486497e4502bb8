//! Flexprice: every wallet shows the whole customer's pending usage; credits pay usage only, before tax.

use core::cmp::Ordering;

use crate::currency::Currency;
use crate::decimal::Decimal;
use crate::error::Result;
use crate::model::fee_key::FeeKey;
use crate::model::wallet::{Freshness, Kind, Wallet};
use crate::profile::{Applies, Overlap, Pending, Profile, Rules, Usable, cascade};
use crate::time::Timestamp;

/// Flexprice's rules.
pub const FLEXPRICE: Profile = &Flexprice;

#[derive(Debug)]
struct Flexprice;

impl Rules for Flexprice {
    fn name(&self) -> &'static str {
        "flexprice"
    }

    fn is_lago(&self) -> bool {
        false
    }

    fn exponent(&self, currency: Currency) -> u32 {
        currency.flexprice_exponent()
    }

    fn includes_tax(&self) -> bool {
        false
    }

    fn applies(&self) -> Applies {
        Applies::UsageOnly
    }

    /// flexprice 26: the largest balance first; equal balances are left open by the provider, here by id.
    fn order(&self, a: &Wallet, b: &Wallet) -> Ordering {
        b.balance.cmp(&a.balance).then_with(|| a.id.cmp(&b.id))
    }

    /// flexprice 27: credits pay usage; `allowed_price_types` is ignored when they are applied (flexprice 26).
    fn admits(&self, _wallet: &Wallet, key: &FeeKey) -> Option<bool> {
        Some(key.fee_type == "USAGE")
    }

    fn overlap(&self, _a: &Wallet, _b: &Wallet, _targeted: bool) -> Overlap {
        Overlap::Same
    }

    /// flexprice 19, 31, 42-44: the balance, but no more than the grants that can be used now. Expired credits
    /// are in the balance until the sweep, so the grants cap it and are never subtracted from it.
    fn usable(&self, wallet: &Wallet, now: Timestamp) -> Result<Usable> {
        let Some(grants) = &wallet.grants else {
            return Ok(Usable {
                amount: wallet.balance,
                until: Timestamp::NEVER,
            });
        };
        let mut credits = Decimal::ZERO;
        let mut until = Timestamp::NEVER;
        for grant in grants {
            match grant.expires_at {
                Some(expiry) if now > expiry => {}
                expiry => {
                    credits = credits.try_add(grant.credits_available)?;
                    until = until.min(expiry.map_or(Timestamp::NEVER, Timestamp::next));
                }
            }
        }
        let amount = credits.try_mul(wallet.rate)?.min(wallet.balance);
        Ok(Usable { amount, until })
    }

    /// flexprice 11: each wallet's real-time balance subtracts the whole of the customer's usage, so it counts
    /// once: the largest of what the wallets show, by computed answers where there are any.
    ///
    /// A figure below zero counts as none: flexprice 10 lets the real-time balance exceed the balance, and one
    /// from the cache may precede a debit, but no credits exist beyond the balance.
    fn pending(&self, wallets: &[&Wallet], usable: &[Decimal]) -> Result<Option<Pending>> {
        let mut found: Option<(Freshness, Decimal)> = None;
        for wallet in wallets.iter().filter(|wallet| wallet.kind == Kind::Prepaid) {
            let Some(real_time) = wallet.ongoing_balance else {
                continue;
            };
            let shown = wallet.balance.try_sub(real_time)?.or_zero();
            found = Some(match found {
                None => (wallet.freshness, shown),
                Some((freshness, most)) if freshness == wallet.freshness => {
                    (freshness, most.max(shown))
                }
                Some(_) if wallet.freshness == Freshness::Computed => (wallet.freshness, shown),
                Some(other) => other,
            });
        }
        let Some((freshness, pending)) = found else {
            return Ok(None);
        };
        let rooms: Vec<_> = usable.iter().map(|amount| Some(amount.or_zero())).collect();
        Ok(Some(Pending {
            shares: cascade::share_out(pending, &rooms)?,
            freshness,
        }))
    }
}
