//! The resident account: a snapshot crosses once, a check passes scalars.

use core::cell::Cell;

use serde::Deserialize;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::convert::{error_to_js, from_js, to_js};
use crate::currency::Currency;
use crate::decimal::Decimal;
use crate::engine::account::{self, Cost, Options};
use crate::error::{Error, Result};
use crate::model::fee_key::FeeKey;
use crate::model::snapshot::Snapshot;
use crate::model::wallet::Wallet;
use crate::profile::{self, Profile};
use crate::time::Timestamp;
use crate::wire::{flexprice, lago};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"import type { AccountOptions, EngineDecision, EngineExplanation } from "../engine/types.js";"#;

/// One customer's wallets with the debits and holds against them.
///
/// The engine's account is taken out of its cell for each call and put back: a call that traps leaves the cell
/// empty, and every later one answers `engine_fault`, never "allowed".
#[wasm_bindgen]
pub struct Account {
    inner: Cell<Option<Box<account::Account>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct OptionsIn {
    tax_rate: Option<String>,
    accept_estimate: bool,
    accept_fallback: bool,
    include_postpaid: bool,
    targets_wallets: bool,
}

/// 2^53 - 1.
const MAX_SAFE_INTEGER: u64 = 9_007_199_254_740_991;

type Grants = Vec<(String, Vec<flexprice::TransactionJson>)>;

#[wasm_bindgen]
impl Account {
    /// Reads a provider's wallets; `grants` are entries of wallet id and credit transactions, or undefined.
    #[wasm_bindgen(constructor)]
    pub fn new(
        profile: &str,
        wallets: JsValue,
        grants: JsValue,
        #[wasm_bindgen(unchecked_param_type = "AccountOptions")] options: JsValue,
    ) -> core::result::Result<Account, JsValue> {
        open(profile, wallets, grants, options).map_err(|error| error_to_js(&error))
    }

    /// The place of a currency and fee key, made if there is none.
    pub fn slot(
        &self,
        currency: &str,
        fee_type: String,
        metric: Option<String>,
        target_wallet: Option<String>,
    ) -> core::result::Result<u32, JsValue> {
        self.with(|account| {
            let slot = account.slot(
                Currency::parse(currency)?,
                FeeKey {
                    fee_type,
                    metric,
                    target_wallet,
                },
            );
            u32::try_from(slot).map_err(|_| Error::EngineFault)
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
            let value = Decimal::parse(value)?;
            let value = if take_off { value.negated() } else { value };
            account.add(index(slot)?, cost(is_credits, value))
        })
    }

    /// 0 short, 1 covered, 2 unknown, for `mantissa / 10^scale` currency units before tax; `mantissa` is a safe
    /// integer.
    pub fn covers(
        &self,
        slot: u32,
        mantissa: f64,
        scale: u32,
        now: f64,
    ) -> core::result::Result<u8, JsValue> {
        self.with(|account| {
            let cover = account.covers(index(slot)?, integer(mantissa)?, scale, instant(now)?)?;
            Ok(cover as u8)
        })
    }

    /// What the wallets have left for a slot, or undefined where that is not known.
    pub fn available(&self, slot: u32, now: f64) -> core::result::Result<Option<String>, JsValue> {
        self.with(|account| {
            let available = account.available(index(slot)?, instant(now)?)?;
            Ok(available.map(|available| available.to_string()))
        })
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
        self.with(|account| {
            let cost = cost(is_credits, Decimal::parse(value)?);
            to_js(&account.decide(index(slot)?, cost, instant(now)?)?)
        })
    }

    /// The whole answer for a fee key without a slot.
    #[wasm_bindgen(js_name = decideOnce, unchecked_return_type = "EngineDecision")]
    #[allow(clippy::too_many_arguments)] // A fee key crosses as its parts: an object would cost more than the check.
    pub fn decide_once(
        &self,
        currency: &str,
        fee_type: String,
        metric: Option<String>,
        target_wallet: Option<String>,
        is_credits: bool,
        value: &str,
        now: f64,
    ) -> core::result::Result<JsValue, JsValue> {
        self.with(|account| {
            let key = FeeKey {
                fee_type,
                metric,
                target_wallet,
            };
            let cost = cost(is_credits, Decimal::parse(value)?);
            to_js(&account.decide_once(Currency::parse(currency)?, &key, cost, instant(now)?)?)
        })
    }

    /// Every wallet's part in a usage of a fee key.
    #[wasm_bindgen(unchecked_return_type = "EngineExplanation")]
    pub fn explain(
        &self,
        currency: &str,
        fee_type: String,
        metric: Option<String>,
        target_wallet: Option<String>,
        now: f64,
    ) -> core::result::Result<JsValue, JsValue> {
        self.with(|account| {
            let key = FeeKey {
                fee_type,
                metric,
                target_wallet,
            };
            to_js(&account.explain(Currency::parse(currency)?, &key, instant(now)?)?)
        })
    }

    /// The least fresh figure that answers are made of: `computed`, `cached_fallback` or `undated`.
    pub fn freshness(&self) -> core::result::Result<String, JsValue> {
        self.with(|account| Ok(account.freshness()?.as_str().to_owned()))
    }

    /// How many wallets the customer has, of any status.
    pub fn wallets(&self) -> core::result::Result<usize, JsValue> {
        self.with(|account| Ok(account.wallets()))
    }
}

impl Account {
    fn with<T>(
        &self,
        run: impl FnOnce(&mut account::Account) -> Result<T>,
    ) -> core::result::Result<T, JsValue> {
        let Some(mut account) = self.inner.take() else {
            return Err(error_to_js(&Error::EngineFault));
        };
        let result = run(&mut account);
        self.inner.set(Some(account));
        result.map_err(|error| error_to_js(&error))
    }
}

fn open(profile: &str, wallets: JsValue, grants: JsValue, options: JsValue) -> Result<Account> {
    let profile = profile::named(profile)?;
    let options: OptionsIn = from_js(options)?;
    let tax_rate = options
        .tax_rate
        .map(|rate| Decimal::parse(&rate).map_err(|error| error.at("taxRate")))
        .transpose()?;
    let wallets = read(profile, wallets, from_js(grants)?)?;
    let options = Options {
        tax_rate,
        accept_estimate: options.accept_estimate,
        accept_fallback: options.accept_fallback,
        include_postpaid: options.include_postpaid,
        targets_wallets: options.targets_wallets,
    };
    let account = account::Account::new(Snapshot { profile, wallets }, options)?;
    Ok(Account {
        inner: Cell::new(Some(Box::new(account))),
    })
}

fn read(profile: Profile, wallets: JsValue, grants: Option<Grants>) -> Result<Vec<Wallet>> {
    let shape = |error: Error| Error::invalid_response("wallets", &error.to_string());
    if profile.name() == profile::LAGO.name() {
        return lago::wallets(&from_js::<Vec<lago::WalletJson>>(wallets).map_err(shape)?);
    }
    let list: Vec<flexprice::WalletJson> = from_js(wallets).map_err(shape)?;
    let grants = grants.unwrap_or_default();
    let of = |id: &str| {
        grants
            .iter()
            .find(|(wallet, _)| wallet == id)
            .map(|(_, list)| list.as_slice())
    };
    list.iter()
        .enumerate()
        .map(|(index, json)| flexprice::wallet(index, json, of(json.id())))
        .collect()
}

fn index(slot: u32) -> Result<usize> {
    usize::try_from(slot).map_err(|_| Error::EngineFault)
}

fn cost(is_credits: bool, value: Decimal) -> Cost {
    if is_credits {
        Cost::Credits(value)
    } else {
        Cost::Amount(value)
    }
}

/// `NaN` and fractions would pass for smaller costs, so they are refused.
fn integer(mantissa: f64) -> Result<i64> {
    let whole = mantissa as i64;
    if whole as f64 == mantissa && whole.unsigned_abs() <= MAX_SAFE_INTEGER {
        Ok(whole)
    } else {
        Err(Error::invalid_input("mantissa", "must be a safe integer"))
    }
}

/// `NaN` would pass for 1970, when nothing had expired yet.
fn instant(milliseconds: f64) -> Result<Timestamp> {
    if milliseconds.is_finite() {
        Ok(Timestamp(milliseconds as i64))
    } else {
        Err(Error::invalid_input(
            "now",
            "must be a number of milliseconds",
        ))
    }
}
