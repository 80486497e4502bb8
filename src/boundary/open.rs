//! What an account or a preview is made of, as it comes.

use crate::engine;
use crate::engine::account::{Account, Options, WhenScopesOverlap};
#[cfg(all(target_arch = "wasm32", feature = "gate"))]
use crate::engine::reconstruction::Reconstruction;
use crate::error::{Error, Result};
use crate::model::invoice::Draft;
use crate::model::preview::Preview;
use crate::model::snapshot::Snapshot;
use crate::model::wallet::Wallet;
use crate::profile::{self, Profile};
use crate::time::Timestamp;
use crate::wire::draft::draft;
use crate::wire::field::Field;
#[cfg(all(target_arch = "wasm32", feature = "gate"))]
use crate::wire::lago_usage;
use crate::wire::source::Source;
use crate::wire::{flexprice, lago};

/// Reads a provider's wallets; `grants` are entries of wallet id and credit transactions, or absent.
#[cfg(feature = "no-wasm")]
pub fn account<S: Source>(profile: &str, wallets: S, grants: S, options: S) -> Result<Account> {
    let (snapshot, options) = account_parts(profile, wallets, grants, options)?;
    Account::new(snapshot, options)
}

/// The same, with Lago's ongoing balances computed from `usage` where there is one.
#[cfg(all(target_arch = "wasm32", feature = "gate"))]
pub fn reconstructed<S: Source>(
    profile: &str,
    wallets: S,
    grants: S,
    usage: S,
    options: S,
) -> Result<Account> {
    let (snapshot, options) = account_parts(profile, wallets, grants, options)?;
    let usage = Field::answer(usage, "usage");
    match usage.optional_object()? {
        Some(usage) if snapshot.profile.name() == profile::LAGO.name() => {
            let usage = Reconstruction::new(lago_usage::usage(usage)?)?;
            Account::reconstructed(snapshot, options, usage)
        }
        Some(usage) => Err(usage.fault("is for the profile `lago` only")),
        None => Account::new(snapshot, options),
    }
}

fn account_parts<S: Source>(
    profile: &str,
    wallets: S,
    grants: S,
    options: S,
) -> Result<(Snapshot, Options)> {
    let profile = profile::named(profile)?;
    let options = read_options(&Field::input(options, ""))?;
    Ok((snapshot(profile, wallets, grants)?, options))
}

/// `AccountOptions` of `js/engine/types.ts`, and nothing else.
fn read_options<S: Source>(json: &Field<S>) -> Result<Options> {
    let json = json.object()?;
    json.only(&[
        "taxRate",
        "whenScopesOverlap",
        "acceptFallback",
        "includePostpaid",
        "targetsWallets",
    ])?;
    Ok(Options {
        tax_rate: json.get("taxRate").optional_decimal()?,
        when_scopes_overlap: read_choice(&json.get("whenScopesOverlap"))?,
        accept_fallback: json.get("acceptFallback").bool()?,
        include_postpaid: json.get("includePostpaid").bool()?,
        targets_wallets: json.get("targetsWallets").bool()?,
    })
}

fn read_choice<S: Source>(json: &Field<S>) -> Result<WhenScopesOverlap> {
    match json.text()?.as_str() {
        "estimate" => Ok(WhenScopesOverlap::Estimate),
        "unknown" => Ok(WhenScopesOverlap::Unknown),
        "reconstruct" => Ok(WhenScopesOverlap::Reconstruct),
        _ => Err(json.fault("must be `estimate`, `unknown` or `reconstruct`")),
    }
}

/// Previews a draft against a provider's wallets; `grants` as for an account.
pub fn preview<S: Source>(
    profile: &str,
    wallets: S,
    grants: S,
    invoice: S,
    now: Timestamp,
) -> Result<Preview> {
    let profile = profile::named(profile)?;
    // A bad draft is told before bad wallets: it is the caller's to mend.
    let draft = self::invoice(profile, invoice)?;
    let snapshot = snapshot(profile, wallets, grants)?;
    engine::preview::preview(&snapshot, &draft, now)
}

/// Reads a draft invoice.
pub fn invoice<S: Source>(profile: Profile, invoice: S) -> Result<Draft> {
    draft(&Field::input(invoice, "invoice"), profile)
}

/// `NaN` would pass for 1970, when nothing had expired yet.
#[cfg(all(target_arch = "wasm32", feature = "gate"))]
pub fn instant(milliseconds: f64) -> Result<Timestamp> {
    if milliseconds.is_finite() {
        Ok(Timestamp(milliseconds as i64))
    } else {
        Err(no_instant())
    }
}

/// The fault of a `now` that is none.
pub fn no_instant() -> Error {
    Error::invalid_input("now", "must be a number of milliseconds")
}

fn snapshot<S: Source>(profile: Profile, wallets: S, grants: S) -> Result<Snapshot> {
    let wallets = read_wallets(profile, wallets, grants)?;
    Ok(Snapshot { profile, wallets })
}

fn read_wallets<S: Source>(profile: Profile, wallets: S, grants: S) -> Result<Vec<Wallet>> {
    let wallets = Field::answer(wallets, "wallets");
    if profile.is_lago() {
        return lago::wallets(&wallets);
    }
    let grants = read_entries(&Field::input(grants, "grants"))?;
    flexprice::wallets(&wallets, |id| {
        let found = grants.iter().find(|(wallet, _)| wallet == id);
        found.map(|(_, list)| list.clone())
    })
}

/// A list of pairs, as `Object.entries` makes it.
fn read_entries<S: Source>(entries: &Field<S>) -> Result<Vec<(String, S)>> {
    entries
        .optional_items()?
        .map(|entry| Ok((entry.item(0).text()?, entry.item(1).source()?.clone())))
        .collect()
}
