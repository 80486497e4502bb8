//! What the native tests share: builders of wallets and accounts, and the payloads.

// Every test target uses its own part of this.
#![allow(dead_code)]

use std::path::{Path, PathBuf};

use creditgate::currency::Currency;
use creditgate::decimal::Decimal;
use creditgate::engine::account::{Account, Options};
use creditgate::model::fee_key::FeeKey;
use creditgate::model::scope::{Limits, Scope};
use creditgate::model::snapshot::Snapshot;
use creditgate::model::wallet::{Freshness, Grant, Kind, Status, Wallet};
use creditgate::profile::{self, Profile};
use creditgate::time::Timestamp;
use serde_json::Value;

pub const NOW: Timestamp = Timestamp(0);

pub fn dec(text: &str) -> Decimal {
    Decimal::parse(text).unwrap()
}

/// Minor units of a currency with two decimal places.
pub fn cents(count: i64) -> Decimal {
    Decimal::from_parts(i128::from(count), 2).unwrap()
}

pub fn currency(code: &str) -> Currency {
    Currency::parse(code).unwrap()
}

pub fn eur() -> Currency {
    currency("EUR")
}

pub fn usd() -> Currency {
    currency("USD")
}

/// Any charge whose metric no wallet names.
pub fn charge() -> FeeKey {
    FeeKey::new("charge")
}

pub fn usage() -> FeeKey {
    FeeKey::new("USAGE")
}

pub fn limits(fee_types: &[&str], metrics: &[&str]) -> Limits {
    let owned = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
    Limits {
        fee_types: owned(fee_types),
        metrics: owned(metrics),
    }
}

pub fn scope(fee_types: &[&str], metrics: &[&str]) -> Scope {
    Scope::Limited(limits(fee_types, metrics))
}

/// An active, unrestricted EUR wallet.
pub fn lago_wallet(id: &str, balance: &str, ongoing: &str) -> Wallet {
    Wallet {
        id: id.to_owned(),
        name: None,
        code: Some(id.to_owned()),
        currency: eur(),
        status: Status::Active,
        kind: Kind::Prepaid,
        priority: 50,
        created_order: 0,
        rate: Decimal::ONE,
        balance: dec(balance),
        ongoing_balance: Some(dec(ongoing)),
        freshness: Freshness::Undated,
        expires_at: None,
        scope: Scope::unrestricted(),
        threshold_rule: false,
        grants: None,
    }
}

/// An active, prepaid USD wallet, computed for the request.
pub fn flexprice_wallet(id: &str, balance: &str, real_time: &str) -> Wallet {
    Wallet {
        code: None,
        currency: usd(),
        priority: 0,
        freshness: Freshness::Computed,
        ..lago_wallet(id, balance, real_time)
    }
}

pub fn grant(credits: &str, expires_at: Option<i64>) -> Grant {
    Grant {
        credits_available: dec(credits),
        expires_at: expires_at.map(Timestamp),
    }
}

pub fn open(profile: Profile, wallets: Vec<Wallet>, options: Options) -> Account {
    Account::new(Snapshot { profile, wallets }, options).unwrap()
}

pub fn taxed(rate: &str) -> Options {
    Options {
        tax_rate: Some(dec(rate)),
        ..Options::default()
    }
}

/// A Lago customer whose usage is not taxed.
pub fn lago(wallets: Vec<Wallet>) -> Account {
    open(profile::LAGO, wallets, taxed("0"))
}

pub fn flexprice(wallets: Vec<Wallet>) -> Account {
    open(profile::FLEXPRICE, wallets, Options::default())
}

fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

pub fn vectors_folder() -> PathBuf {
    tests().join("vectors")
}

pub fn read_json(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path:?}: {error}"))
}

/// A provider's answer of `tests/payloads`, as `lago/wallet`.
pub fn payload(name: &str) -> Value {
    read_json(&tests().join("payloads").join(format!("{name}.json")))
}

/// The names of the JSON files in a folder, without their ending.
pub fn names_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter_map(|name| name.strip_suffix(".json").map(str::to_owned))
        .collect();
    names.sort();
    names
}

pub fn payload_names(provider: &str) -> Vec<String> {
    names_in(&tests().join("payloads").join(provider))
}
