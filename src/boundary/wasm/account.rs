//! The resident account: a snapshot crosses once, a check passes scalars.

use core::cell::Cell;

use js_sys::Float64Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::fault::error_to_js;
use super::memory::grow_ahead;
use crate::boundary::open::{self, instant};
use crate::boundary::{answer, redacted};
use crate::currency::Currency;
use crate::decimal::Decimal;
use crate::engine::account::{self, Cost, Figures, MOST_UNITS};
use crate::engine::preview::preview;
use crate::error::{Error, Result};
use crate::model::decision::Precision;
use crate::model::fee_key::FeeKey;
use crate::model::snapshot::Snapshot;
use crate::model::wallet::Status;
use crate::time::Timestamp;
use crate::wire::source::Number;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"import type { AccountOptions, EngineDecision, EngineExplanation, EnginePreview, EngineSummary, RedactedWallets } from "../engine/types.js";"#;

/// One customer's wallets with the debits and holds against them.
///
/// The engine's account is taken out of its cell for each call and put back: a call that traps leaves the cell
/// empty, and every later one answers `engine_fault`, never "allowed".
#[wasm_bindgen]
pub struct Account {
    inner: Cell<Option<Box<account::Account>>>,
}

#[wasm_bindgen]
impl Account {
    /// Reads a provider's wallets; `grants` are entries of wallet id and credit transactions, or undefined; `usage` is
    /// a `UsageAnswer` that Lago's ongoing balances are to be computed from, or undefined.
    #[wasm_bindgen(constructor)]
    pub fn new(
        profile: &str,
        wallets: JsValue,
        grants: JsValue,
        usage: JsValue,
        #[wasm_bindgen(unchecked_param_type = "AccountOptions")] options: JsValue,
    ) -> core::result::Result<Account, JsValue> {
        let account = open::reconstructed(profile, wallets, grants, usage, options)
            .map_err(|error| error_to_js(&error))?;
        grow_ahead();
        Ok(Self {
            inner: Cell::new(Some(Box::new(account))),
        })
    }

    /// The place of a fee key, made if there is none. A key is the text of `FeeKeyParts.id`, here and below.
    pub fn slot(&self, key: &str) -> core::result::Result<u32, JsValue> {
        self.with(|account| {
            let (currency, key) = fee_key(key)?;
            u32::try_from(account.slot(currency, key)).map_err(|_| Error::engine_fault())
        })
    }

    /// Adds a debit or hold to a slot, or takes it off again.
    pub fn add(
        &self,
        slot: u32,
        is_credits: bool,
        value: &str,
        take_off: bool,
    ) -> core::result::Result<(), JsValue> {
        self.with(|account| {
            let cost = cost(is_credits, Decimal::parse(value)?);
            let cost = if take_off { cost.negated() } else { cost };
            account.add(index(slot)?, cost)
        })
    }

    /// Adds a debit or hold of `units / 10^places` to a slot, unless answers would then not fit; writes what checks then go
    /// by, as [`Account::figures`] does. Nothing has changed where it throws.
    #[allow(
        clippy::too_many_arguments,
        reason = "scalars cross for nothing; an object would be built for every debit"
    )]
    pub fn charge(
        &self,
        slot: u32,
        is_credits: bool,
        units: f64,
        places: u32,
        scale: u32,
        now: f64,
        figures: &Float64Array,
    ) -> core::result::Result<(), JsValue> {
        let found = self.with(|account| {
            let (slot, now) = (index(slot)?, instant(now)?);
            let value = Decimal::from_parts(whole(units)?, places)?;
            account.charge(slot, cost(is_credits, value), now)?;
            account.figures(slot, scale, now)
        })?;
        write(&found, figures);
        Ok(())
    }

    /// Writes what checks at `scale` decimal places can go by into `figures`: the largest covered mantissa, below zero
    /// for none; when that changes by the passing of time alone; whether the headroom is exact; and what is left, as
    /// mantissa and scale. What is not known, or no safe integer, is `NaN`.
    pub fn figures(
        &self,
        slot: u32,
        scale: u32,
        now: f64,
        figures: &Float64Array,
    ) -> core::result::Result<(), JsValue> {
        let found = self.with(|account| account.figures(index(slot)?, scale, instant(now)?))?;
        write(&found, figures);
        Ok(())
    }

    /// When what is left changes by the passing of time alone, milliseconds; infinity if it does not.
    #[wasm_bindgen(js_name = nextChangeAt)]
    pub fn next_change_at(&self, now: f64) -> core::result::Result<f64, JsValue> {
        self.with(|account| {
            let next = account.next_change_at(instant(now)?)?;
            Ok(next.map_or(f64::INFINITY, |next| next.0 as f64))
        })
    }

    /// The whole answer for a slot.
    #[wasm_bindgen(unchecked_return_type = "EngineDecision")]
    pub fn decide(
        &self,
        slot: u32,
        is_credits: bool,
        value: &str,
        now: f64,
    ) -> core::result::Result<JsValue, JsValue> {
        // Written once the account is back in its place: what JavaScript does then cannot empty it.
        let decision = self.with(|account| {
            let cost = cost(is_credits, Decimal::parse(value)?);
            account.decide(index(slot)?, cost, instant(now)?)
        })?;
        Ok(answer::decision(&decision))
    }

    /// The whole answer for a fee key without a slot.
    #[wasm_bindgen(js_name = decideOnce, unchecked_return_type = "EngineDecision")]
    pub fn decide_once(
        &self,
        key: &str,
        is_credits: bool,
        value: &str,
        now: f64,
    ) -> core::result::Result<JsValue, JsValue> {
        let decision = self.with(|account| {
            let (currency, key) = fee_key(key)?;
            let cost = cost(is_credits, Decimal::parse(value)?);
            account.decide_once(currency, &key, cost, instant(now)?)
        })?;
        Ok(answer::decision(&decision))
    }

    /// Every wallet's part in a usage of a fee key.
    #[wasm_bindgen(unchecked_return_type = "EngineExplanation")]
    pub fn explain(&self, key: &str, now: f64) -> core::result::Result<JsValue, JsValue> {
        let explanation = self.with(|account| {
            let (currency, key) = fee_key(key)?;
            account.explain(currency, &key, instant(now)?)
        })?;
        Ok(answer::explanation(&explanation))
    }

    /// What there is to know of the wallets before any usage.
    #[wasm_bindgen(unchecked_return_type = "EngineSummary")]
    pub fn summary(&self) -> core::result::Result<JsValue, JsValue> {
        self.with(|account| {
            Ok(answer::summary(
                account.freshness()?,
                account.wallet_count(),
                account.notes(),
            ))
        })
    }

    /// The ids of the wallets, each with a NUL after it; of Lago's, which lists every one there ever was, those that
    /// are not over.
    #[wasm_bindgen(js_name = walletIds)]
    pub fn wallet_ids(&self) -> core::result::Result<String, JsValue> {
        self.with(|account| {
            let Snapshot { profile, wallets } = account.snapshot()?;
            let mut ids = String::new();
            for wallet in &wallets {
                if wallet.status == Status::Active || !profile.is_lago() {
                    ids.push_str(&wallet.id);
                    ids.push('\0');
                }
            }
            Ok(ids)
        })
    }

    /// The wallets with nothing but what the rules read.
    #[wasm_bindgen(unchecked_return_type = "RedactedWallets")]
    pub fn redacted(&self) -> core::result::Result<JsValue, JsValue> {
        let snapshot = self.with(|account| account.snapshot())?;
        redacted::wallets(&snapshot).map_err(|error| error_to_js(&error))
    }

    /// Previews a draft against these wallets, whatever debits and holds there are: invoices are paid from settled
    /// balances.
    #[wasm_bindgen(unchecked_return_type = "EnginePreview")]
    pub fn preview(&self, invoice: JsValue, now: f64) -> core::result::Result<JsValue, JsValue> {
        // Read before the account leaves its place, and written once it is back: what JavaScript does then cannot empty it.
        let snapshot = self.with(|account| account.snapshot())?;
        let draft =
            open::invoice(snapshot.profile, invoice).map_err(|error| error_to_js(&error))?;
        let preview = instant(now).and_then(|now| preview(&snapshot, &draft, now));
        let preview = preview.map_err(|error| error_to_js(&error))?;
        Ok(answer::preview(&preview))
    }
}

impl Account {
    fn with<T>(
        &self,
        run: impl FnOnce(&mut account::Account) -> Result<T>,
    ) -> core::result::Result<T, JsValue> {
        let Some(mut account) = self.inner.take() else {
            return Err(error_to_js(&Error::engine_fault()));
        };
        let result = run(&mut account);
        self.inner.set(Some(account));
        result.map_err(|error| error_to_js(&error))
    }
}

/// Reads `FeeKeyParts.id` of `js/types.ts`: currency, fee type, metric and target wallet, NUL between them; the last two
/// may be empty.
fn fee_key(id: &str) -> Result<(Currency, FeeKey)> {
    let mut parts = id.split('\0');
    let currency = Currency::parse(parts.next().unwrap_or_default())?;
    let mut part = || parts.next().unwrap_or_default().to_owned();
    let fee_type = part();
    let mut named = || Some(part()).filter(|part| !part.is_empty());
    let key = FeeKey {
        fee_type,
        metric: named(),
        target_wallet: named(),
    };
    Ok((currency, key))
}

fn index(slot: u32) -> Result<usize> {
    usize::try_from(slot).map_err(|_| Error::engine_fault())
}

fn cost(is_credits: bool, value: Decimal) -> Cost {
    if is_credits {
        Cost::Credits(value)
    } else {
        Cost::Amount(value)
    }
}

/// In the order in which `js/engine/account.ts` reads them.
fn write(found: &Figures, to: &Float64Array) {
    let (mantissa, places) = found.available.map_or((None, 0), |available| {
        let (mantissa, places) = available.parts();
        (i64::try_from(mantissa).ok(), places)
    });
    let until = if found.until == Timestamp::NEVER {
        f64::INFINITY
    } else {
        found.until.0 as f64
    };
    to.copy_from(&[
        number(found.limit),
        until,
        f64::from(u8::from(found.precision == Precision::Exact)),
        number(mantissa),
        f64::from(places),
    ]);
}

/// `NaN` and fractions would pass for smaller costs, so they are refused.
fn whole(units: f64) -> Result<i128> {
    match Number::of(units) {
        Number::Whole(whole) => Ok(whole.into()),
        _ => Err(Error::invalid_input("units", "must be a safe integer")),
    }
}

fn number(integer: Option<i64>) -> f64 {
    match integer {
        Some(integer) if integer.unsigned_abs() <= MOST_UNITS.unsigned_abs() => integer as f64,
        _ => f64::NAN,
    }
}
