//! 004: the two rates of the wallet in Flexprice's schema of the webhook `wallet.created`.

use creditgate::decimal::Decimal;
use creditgate::engine::conversion::flexprice_credits;
use creditgate::engine::creation::{NewWallet, create};
use creditgate::engine::ledger::{self, Direction, Rates, normalise};
use serde_json::json;

use crate::flexprice_request;
use crate::support::*;
use crate::wallet_created::{documented, is_read_without, wallet};

/// 004: "amount in the currency = number of credits * conversion_rate" (flexprice 1, 2).
#[test]
fn the_amount_in_the_currency_is_the_credits_times_the_conversion_rate() {
    let at_rate = |rate: &str, credits: &str| {
        let rates = Rates {
            conversion: dec(rate),
            top_up: dec("1"),
        };
        let filled = ledger::after(Direction::Credit, rates, dec("0"), dec(credits)).unwrap();
        let spent = normalise(Direction::Debit, rates, None, Some(dec(credits))).unwrap();
        assert_eq!(filled.balance, spent.amount);
        filled.balance
    };
    assert_eq!(at_rate("0.5", "251"), dec("125.5"));
    assert_eq!(at_rate("1", "251"), dec("251"));
    assert_eq!(at_rate("2", "251"), dec("502"));
}

/// What a dollar is worth in credits, spent at this rate.
fn dollar_spent_at(rate: &str) -> Decimal {
    let rates = Rates {
        conversion: dec(rate),
        top_up: dec("1"),
    };
    let spent = normalise(Direction::Debit, rates, Some(dec("1")), None).unwrap();
    assert_eq!(flexprice_credits(dec("1"), dec(rate)), Ok(spent.credits));
    spent.credits
}

/// 004: "if conversion_rate is 1, then 1 USD = 1 credit" (flexprice 1).
#[test]
fn at_a_conversion_rate_of_1_a_dollar_is_1_credit() {
    assert_eq!(dollar_spent_at("1"), dec("1"));
}

/// 004: "if conversion_rate is 2, then 1 USD = 0.5 credits" (flexprice 1).
#[test]
fn at_a_conversion_rate_of_2_a_dollar_is_half_a_credit() {
    assert_eq!(dollar_spent_at("2"), dec("0.5"));
}

/// 004: "if conversion_rate is 0.5, then 1 USD = 2 credits" (flexprice 1).
#[test]
fn at_a_conversion_rate_of_a_half_a_dollar_is_2_credits() {
    assert_eq!(dollar_spent_at("0.5"), dec("2"));
}

/// What a dollar buys in credits at this rate.
fn dollar_buys_at(rate: &str) -> Decimal {
    let rates = Rates {
        conversion: dec("1"),
        top_up: dec(rate),
    };
    let bought = normalise(Direction::Credit, rates, Some(dec("1")), None);
    bought.unwrap().credits
}

/// 004: "topup_conversion_rate is the conversion rate for the topup to the currency": it prices what comes in, the other what
/// goes out (flexprice 1). Where none is given it is the conversion rate (section 2.1).
#[test]
fn the_topup_conversion_rate_is_that_of_a_top_up() {
    let rates = Rates {
        conversion: dec("0.5"),
        top_up: dec("2"),
    };
    let priced = |direction| {
        normalise(direction, rates, None, Some(dec("10")))
            .unwrap()
            .amount
    };
    assert_eq!(priced(Direction::Credit), dec("20"));
    assert_eq!(priced(Direction::Debit), dec("5"));
    let made = create(
        &NewWallet {
            conversion_rate: Some(dec("0.5")),
            ..flexprice_request()
        },
        usd(),
    );
    assert_eq!(made.unwrap().rates.top_up, dec("0.5"));
}

/// 004: "if topup_conversion_rate is 1, then 1 USD = 1 credit" (flexprice 1).
#[test]
fn at_a_topup_conversion_rate_of_1_a_dollar_buys_1_credit() {
    assert_eq!(dollar_buys_at("1"), dec("1"));
}

/// 004: "if topup_conversion_rate is 2, then 1 USD = 0.5 credits" (flexprice 1).
#[test]
fn at_a_topup_conversion_rate_of_2_a_dollar_buys_half_a_credit() {
    assert_eq!(dollar_buys_at("2"), dec("0.5"));
}

/// 004: "if topup_conversion_rate is 0.5, then 1 USD = 2 credits" (flexprice 1).
#[test]
fn at_a_topup_conversion_rate_of_a_half_a_dollar_buys_2_credits() {
    assert_eq!(dollar_buys_at("0.5"), dec("2"));
}

/// 004: `conversion_rate` and `topup_conversion_rate`, text (flexprice, section 1.1). What a wallet covers is decided by the
/// first alone; today's slim wallet has no other.
#[test]
fn the_conversion_rates_are_text() {
    let told = documented()["wallet"].clone();
    assert_eq!(told["conversion_rate"], json!("0.5"));
    assert_eq!(told["topup_conversion_rate"], json!("0.5"));
    assert_eq!(
        wallet(json!({ "conversion_rate": "0.12345" })).rate,
        dec("0.12345")
    );
    is_read_without(&["topup_conversion_rate"]);
}
