//! What the providers' public documents say about wallets, statement by statement: which profile does it, and, where
//! today's provider does otherwise, what it does.
//!
//! The documents, by number:
//! - 000 Flexprice's wallet guide ([`wallet_guide`]),
//! - 001 Lago's prepaid-credit guide of 2022 ([`first_credit_guide`]), the profile `lago-2022`,
//! - 002 Lago's later prepaid-credit guide ([`credit_guide`], [`invoicing_option`]),
//! - 003 Flexprice's reference of the request that creates a wallet ([`create_wallet`]),
//! - 004 Flexprice's schema of the webhook `wallet.created` ([`wallet_created`], and of its
//!   wallet [`wallet_object`] and [`wallet_rates`]).
//!
//! What 001 and 002 say alike stands once, in [`credit_guides`].
//!
//! No statements about wallets, and so not here:
//! - where to click, what a page or button is called, images and navigation (000, 001, 002, 003);
//! - what the product is good for: "efficient and transparent", "aligning with pricing models", "unlock recurring
//!   revenue", "increase predictability" (000, 001); advice on how to use the interface: "we recommend leaving all options
//!   unselected" (002);
//! - how the API is reached: addresses, the header `x-api-key`, the method, status 200, `application/json` (003), servers,
//!   contact, licence, the marker "Doc-only for parsing", generators' `x-` names (004);
//! - what is not of the wallet: the fields of `customer` and of its integrations, the names of events about
//!   subscriptions, features, entitlements, payments, customers, invoices and credit notes (004).

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]
#![cfg(not(target_arch = "wasm32"))]

mod support;

#[path = "documented/create_wallet.rs"]
mod create_wallet;
#[path = "documented/credit_guide.rs"]
mod credit_guide;
#[path = "documented/credit_guides.rs"]
mod credit_guides;
#[path = "documented/first_credit_guide.rs"]
mod first_credit_guide;
#[path = "documented/invoicing_option.rs"]
mod invoicing_option;
#[path = "documented/wallet_created.rs"]
mod wallet_created;
#[path = "documented/wallet_guide.rs"]
mod wallet_guide;
#[path = "documented/wallet_object.rs"]
mod wallet_object;
#[path = "documented/wallet_rates.rs"]
mod wallet_rates;

use creditgate::boundary::verbs;
use creditgate::currency::Currency;
use creditgate::engine::account::{Account, Cost};
use creditgate::engine::creation::NewWallet;
use creditgate::model::decision::{Outcome, Reason};
use creditgate::model::fee_key::FeeKey;
use creditgate::model::wallet::Wallet;
use creditgate::time::Timestamp;
use creditgate::wire;
use creditgate::wire::field::Field;
use serde_json::{Value, json};
use support::*;

/// When requests are made.
const TODAY: &str = "2026-06-01T00:00:00Z";

fn call(verb: &str, request: Value) -> Value {
    let answer = verbs::call(verb, &request.to_string()).unwrap();
    serde_json::from_str(&answer).unwrap()
}

/// Path and code of each problem of a request.
fn problems(verb: &str, request: Value) -> Vec<(String, String)> {
    let answer = call(verb, request);
    let text = |problem: &Value, key: &str| problem[key].as_str().unwrap().to_owned();
    let list = answer["problems"].as_array().unwrap();
    list.iter()
        .map(|problem| (text(problem, "path"), text(problem, "code")))
        .collect()
}

fn pair(path: &str, code: &str) -> Vec<(String, String)> {
    vec![(path.to_owned(), code.to_owned())]
}

/// The good request of `base`, changed; null takes a field out.
fn changed(mut base: Value, changes: Value) -> Value {
    for (key, value) in changes.as_object().unwrap() {
        base[key] = value.clone();
    }
    base
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn today() -> Timestamp {
    at(TODAY)
}

/// Today's Lago server on a new wallet.
fn lago_creation(changes: Value) -> Vec<(String, String)> {
    let base = json!({ "external_customer_id": "acme", "currency": "EUR", "rate_amount": "5" });
    problems(
        "lago.wallet.create",
        json!({ "wallet": changed(base, changes), "now": TODAY }),
    )
}

/// Today's Lago server on a change of a wallet of this status.
fn lago_update(wallet: Value, status: &str) -> Vec<(String, String)> {
    let current = json!({ "status": status, "currency": "EUR", "rate_amount": "5" });
    problems(
        "lago.wallet.update",
        json!({ "wallet": wallet, "now": TODAY, "current": current }),
    )
}

/// Today's Lago server on a top-up of a wallet of this status.
fn lago_top_up(credits: Value, status: &str) -> Vec<(String, String)> {
    let wallet =
        json!({ "status": status, "currency": "EUR", "rate_amount": "5", "credits_balance": "0" });
    let transaction = changed(json!({ "wallet_id": "w" }), credits);
    problems(
        "lago.wallet_transaction.create",
        json!({ "wallet_transaction": transaction, "wallet": wallet }),
    )
}

/// Today's Flexprice server on a new wallet.
fn flexprice_creation(changes: Value) -> Vec<(String, String)> {
    let base = json!({ "customer_id": "cust_1", "currency": "usd" });
    problems(
        "flexprice.wallet.create",
        json!({ "wallet": changed(base, changes), "now": TODAY }),
    )
}

/// A request to Flexprice that names a customer and a currency, and nothing else.
fn flexprice_request() -> NewWallet {
    NewWallet {
        names_customer: true,
        currency: Some(usd()),
        kind: None,
        conversion_rate: None,
        top_up_rate: None,
        initial_credits: None,
        initial_expiry: None,
        alerts: None,
        auto_top_up: None,
    }
}

fn read_flexprice(json: Value) -> creditgate::error::Result<Wallet> {
    read_flexprice_with(json, None)
}

/// With the transactions that were listed for it.
fn read_flexprice_with(json: Value, grants: Option<Value>) -> creditgate::error::Result<Wallet> {
    let list = json!([json]);
    let list = Field::answer(&list, "wallets");
    wire::flexprice::wallets(&list, |_| grants.as_ref()).map(|mut read| read.remove(0))
}

/// Whether a cost is covered, why, and what there is.
fn decide(
    account: &Account,
    currency: Currency,
    key: &FeeKey,
    cost: &str,
) -> (Outcome, Reason, Option<String>) {
    let decision = account
        .decide_once(currency, key, Cost::Amount(dec(cost)), today())
        .unwrap();
    let available = decision.available.map(|amount| amount.to_string());
    (decision.outcome, decision.reason, available)
}
